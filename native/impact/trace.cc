#include "impact/trace.h"

#include <array>
#include <bit>
#include <utility>

#include "base/error.h"

namespace dxpy::impact {
namespace {

// What a record begins with. kRanToo: in the context of the kRan or kRanToo before it, which are
// most of all records.
enum RecordKind : uint8_t {
  kContext = 1,
  kCode,
  kRan,
  kRanToo,
  kModule,
  kAsked,
  kPath,
  kFlag,
  kUses,
  kEnd,
  kChild,
  kFolder,
  kFork,
};

constexpr std::array<const char*, 14> kNames = {"",       "context", "code",   "ran",  "ran too",
                                                "module", "asked",   "path",   "flag", "uses",
                                                "end",    "child",   "folder", "fork"};
constexpr uint64_t kAllFlags = kStartedProcess | kObservedLines | kObservedDocs | kIncomplete;

}  // namespace

// Writing.

/// Lives while one is written.
class TraceWriter::Record {
 public:
  Record(TraceWriter& writer, RecordKind kind) : writer_(writer) {
    writer.bytes_ += static_cast<char>(kind);
  }
  Record(const Record&) = delete;
  ~Record() {
    if (writer_.sink_) writer_.sink_(writer_.Take());
  }

 private:
  TraceWriter& writer_;
};

void TraceWriter::Number(uint64_t number) {
  for (; number >= 0x80; number >>= 7) bytes_ += static_cast<char>(number | 0x80);
  bytes_ += static_cast<char>(number);
}

// Zigzag: small numbers of either sign stay short.
void TraceWriter::SignedNumber(int64_t number) {
  Number(static_cast<uint64_t>(number) << 1 ^ static_cast<uint64_t>(number >> 63));
}

void TraceWriter::Text(std::string_view text) {
  if (const auto known = numbers_.find(text); known != numbers_.end()) return Number(known->second);
  Number(texts_.size());
  Number(text.size());
  bytes_ += text;
  const auto number = static_cast<uint32_t>(texts_.size());
  numbers_.emplace(texts_.emplace_back(text), number);
}

uint32_t TraceWriter::AddContext(ContextKind kind, std::string_view name) {
  const Record record(*this, kContext);
  Number(static_cast<uint64_t>(kind));
  Text(name);
  return contexts_++;
}

uint32_t TraceWriter::AddCode(std::string_view path, uint32_t line, std::string_view name) {
  const Record record(*this, kCode);
  Text(path);
  Number(line);
  Text(name);
  return codes_++;
}

void TraceWriter::Ran(uint32_t context, uint32_t code) {
  const Record record(*this, context == ran_in_ ? kRanToo : kRan);
  if (context != ran_in_) Number(context);
  Number(code);
  ran_in_ = context;
}

void TraceWriter::Module(std::string_view name, std::string_view path, int64_t size_bytes,
                         int64_t mtime_ns) {
  const Record record(*this, kModule);
  Text(name);
  Text(path);
  SignedNumber(size_bytes);
  SignedNumber(mtime_ns);
}

void TraceWriter::Asked(uint32_t context, std::string_view module, bool found) {
  const Record record(*this, kAsked);
  Number(context);
  Text(module);
  Number(found ? 1 : 0);
}

void TraceWriter::Path(uint32_t context, PathUse use, std::string_view path) {
  const Record record(*this, kPath);
  Number(context);
  Number(static_cast<uint64_t>(use));
  Text(path);
}

void TraceWriter::Flag(uint32_t context, uint32_t flags, std::string_view reason) {
  const Record record(*this, kFlag);
  Number(context);
  Number(flags);
  Text(reason);
}

void TraceWriter::Uses(uint32_t context, uint32_t other) {
  const Record record(*this, kUses);
  Number(context);
  Number(other);
}

void TraceWriter::Child(uint32_t context, const StartedChild& child) {
  const Record record(*this, kChild);
  Number(context);
  Text(child.token);
  Number(child.pid);
  Number(child.command);
}

void TraceWriter::Folder(std::string_view path) {
  const Record record(*this, kFolder);
  Text(path);
}

void TraceWriter::Fork(uint32_t context, std::string_view token) {
  const Record record(*this, kFork);
  Number(context);
  Text(token);
}

void TraceWriter::End(uint32_t context, uint32_t outcome, double seconds) {
  const Record record(*this, kEnd);
  Number(context);
  Number(outcome);
  const auto bits = std::bit_cast<uint64_t>(seconds);
  for (int shift = 0; shift < 64; shift += 8) bytes_ += static_cast<char>(bits >> shift);
}

std::string TraceWriter::Take() { return std::exchange(bytes_, {}); }

// Reading.

/// What is left of one message.
class TraceMessage {
 public:
  TraceMessage(TraceReader& reader, std::string_view bytes)
      : reader_(reader), bytes_(bytes), rest_(bytes) {}

  [[nodiscard]] bool is_empty() const { return rest_.empty(); }

  void ReadRecord(TraceVisitor& visitor) {
    record_ = nullptr;
    const auto record = static_cast<size_t>(Number("kind of a record", kFork));
    if (record == 0) Fail("kind of a record", "0 is none");
    record_ = kNames[record];
    switch (record) {
      case kContext:
        return ReadContext(visitor);
      case kCode:
        return ReadCode(visitor);
      case kRan:
        reader_.ran_in_ = Context("context");
        [[fallthrough]];
      case kRanToo:
        return ReadRan(visitor);
      case kModule:
        return ReadModule(visitor);
      case kAsked:
        return ReadAsked(visitor);
      case kPath:
        return ReadPath(visitor);
      case kFlag:
        return ReadFlag(visitor);
      case kUses:
        return ReadUses(visitor);
      case kEnd:
        return ReadEnd(visitor);
      case kChild:
        return ReadChild(visitor);
      case kFolder:
        return visitor.OnFolder(Text("path"));
      default:
        return ReadFork(visitor);
    }
  }

 private:
  void ReadContext(TraceVisitor& visitor) {
    const auto kind =
        static_cast<ContextKind>(Number("kind", static_cast<uint64_t>(ContextKind::kFork)));
    const std::string_view name = Text("name");
    visitor.OnContext(reader_.contexts_++, kind, name);
  }

  void ReadCode(TraceVisitor& visitor) {
    const std::string_view path = Text("path");
    const auto line = static_cast<uint32_t>(Number("line", UINT32_MAX));
    const std::string_view name = Text("name");
    visitor.OnCode(reader_.codes_++, path, line, name);
  }

  void ReadRan(TraceVisitor& visitor) {
    if (reader_.ran_in_ == UINT32_MAX) Fail("context", "no record before it has one");
    const uint32_t code = Id("code", reader_.codes_);
    visitor.OnRan(reader_.ran_in_, code);
  }

  void ReadModule(TraceVisitor& visitor) {
    const std::string_view name = Text("name");
    const std::string_view path = Text("path");
    const int64_t size_bytes = SignedNumber("size");
    const int64_t mtime_ns = SignedNumber("time");
    visitor.OnModule(name, path, size_bytes, mtime_ns);
  }

  void ReadAsked(TraceVisitor& visitor) {
    const uint32_t context = Context("context");
    const std::string_view module = Text("module");
    const bool is_found = Number("found", 1) != 0;
    visitor.OnAsked(context, module, is_found);
  }

  void ReadPath(TraceVisitor& visitor) {
    const uint32_t context = Context("context");
    const auto use = static_cast<PathUse>(Number("use", static_cast<uint64_t>(PathUse::kWritten)));
    visitor.OnPath(context, use, Text("path"));
  }

  void ReadFlag(TraceVisitor& visitor) {
    const uint32_t context = Context("context");
    const auto flags = static_cast<uint32_t>(Number("flags", kAllFlags));
    visitor.OnFlag(context, flags, Text("reason"));
  }

  void ReadUses(TraceVisitor& visitor) {
    const uint32_t context = Context("context");
    visitor.OnUses(context, Context("other context"));
  }

  void ReadEnd(TraceVisitor& visitor) {
    const uint32_t context = Context("context");
    const auto outcome = static_cast<uint32_t>(Number("outcome", 1));
    if (rest_.size() < 8) Fail("seconds", "are cut off");
    uint64_t bits = 0;
    for (size_t i = 0; i < 8; ++i) bits |= uint64_t{static_cast<uint8_t>(rest_[i])} << (8 * i);
    rest_.remove_prefix(8);
    visitor.OnEnd(context, outcome, std::bit_cast<double>(bits));
  }

  void ReadChild(TraceVisitor& visitor) {
    const uint32_t context = Context("context");
    const std::string_view token = Text("token");
    const uint64_t pid = Number("process", UINT64_MAX);
    const uint64_t command = Number("command", UINT64_MAX);
    visitor.OnChild(context, {token, pid, command});
  }

  void ReadFork(TraceVisitor& visitor) {
    const uint32_t context = Context("context");
    visitor.OnFork(context, Text("token"), reader_);
  }

  uint32_t Context(const char* field) { return Id(field, reader_.contexts_); }

  /// A number that was given before.
  uint32_t Id(const char* field, uint32_t count) {
    if (count == 0) Fail(field, "there is none yet");
    return static_cast<uint32_t>(Number(field, count - 1));
  }

  uint64_t Number(const char* field, uint64_t most) {
    uint64_t number = 0;
    for (int shift = 0; shift < 64; shift += 7) {
      if (rest_.empty()) Fail(field, "is cut off");
      const auto byte = static_cast<uint8_t>(rest_[0]);
      rest_.remove_prefix(1);
      if (shift == 63 && byte > 1) break;
      number |= uint64_t{static_cast<uint8_t>(byte & 0x7F)} << shift;
      if ((byte & 0x80) != 0) continue;
      if (number > most)
        Fail(field, std::to_string(number) + " is more than " + std::to_string(most));
      return number;
    }
    Fail(field, "has more than 64 bits");
  }

  int64_t SignedNumber(const char* field) {
    const uint64_t number = Number(field, UINT64_MAX);
    return static_cast<int64_t>(number >> 1 ^ (~(number & 1) + 1));
  }

  /// Lives as long as the reader.
  std::string_view Text(const char* field) {
    const uint64_t number = Number(field, reader_.TextCount());
    if (number < reader_.TextCount()) return reader_.TextAt(number);
    const uint64_t size = Number(field, UINT64_MAX);
    if (size > rest_.size())
      Fail(field, "its " + std::to_string(size) + " bytes are more than the " +
                      std::to_string(rest_.size()) + " left");
    const std::string_view text = reader_.texts_.emplace_back(rest_.substr(0, size));
    rest_.remove_prefix(size);
    return text;
  }

  [[noreturn]] void Fail(const char* field, const std::string& why) const {
    const uint64_t place = reader_.read_bytes_ + (bytes_.size() - rest_.size());
    std::string where = "trace: before byte " + std::to_string(place) + ": ";
    if (record_ != nullptr) where.append(record_).append(": ");
    throw Error(where + field + ": " + why);
  }

  TraceReader& reader_;
  std::string_view bytes_;
  std::string_view rest_;
  const char* record_ = nullptr;
};

void TraceReader::Read(std::string_view bytes, TraceVisitor& visitor) {
  TraceMessage message(*this, bytes);
  while (!message.is_empty()) message.ReadRecord(visitor);
  read_bytes_ += bytes.size();
}

TraceReader TraceReader::Branch() const {
  TraceReader branch;
  branch.stem_ = this;
  branch.stem_texts_ = TextCount();
  branch.contexts_ = contexts_;
  branch.codes_ = codes_;
  branch.ran_in_ = ran_in_;
  return branch;
}

std::string_view TraceReader::TextAt(size_t number) const {
  const TraceReader* reader = this;
  while (number < reader->stem_texts_) reader = reader->stem_;
  return reader->texts_[number - reader->stem_texts_];
}

}  // namespace dxpy::impact
