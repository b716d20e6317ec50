#include "impact/memo.h"

#include <algorithm>
#include <cstring>
#include <future>
#include <span>
#include <type_traits>

#include "base/packed.h"
#include "impact/kinds.h"
#include "impact/looks.h"

namespace dxpy::impact {
namespace {

constexpr uint8_t kVersion = 2;
constexpr size_t kCheckBytes = 8;
// From so many names on it takes less to read a folder than to look for each.
constexpr size_t kManyAbsent = 16;
// From so many on a second thread looks at half of them.
constexpr size_t kManyLooks = 512;
// Where all numbers in them are small.
constexpr size_t kLeastUnitBytes = 2 + sizeof(double);
constexpr size_t kLeastLookBytes = 3 + sizeof(ContentId);

// As it is in memory: only where the same files are is it read again.
void Write(PackedWriter& writer, const FileStat& stat) {
  writer.Bytes({reinterpret_cast<const char*>(&stat), sizeof stat});
}

FileStat ReadStat(PackedReader& reader) {
  static_assert(std::has_unique_object_representations_v<FileStat>);
  FileStat stat;
  const std::string_view bytes = reader.Bytes(sizeof stat);
  if (bytes.size() == sizeof stat) std::memcpy(&stat, bytes.data(), sizeof stat);
  return stat;
}

bool IsRegularFile(const Look& look) { return look.stat.inode != 0; }

bool IsAsItWas(const Look& look, Lookout& lookout, const std::string& root) {
  std::vector<std::string> names;
  FileStat stat;
  switch (look.kind) {
    case DependencyKind::kFile: {
      const std::optional<ContentId> content = lookout.ContentByStat(look.name, stat);
      if (IsRegularFile(look)) return !content && stat == look.stat;
      return content == look.content;
    }
    case DependencyKind::kExists:
      return lookout.Existence(look.name) == look.content;
    case DependencyKind::kListing:
      return ListingAt(PathOf(root, look.name), names) == look.content;
    default:
      return false;
  }
}

bool IsAbsence(const Look& look) {
  return look.kind == DependencyKind::kExists && !IsRegularFile(look) && look.content == kNoContent;
}

// Of looks in one folder. Those at what is not there are many: each module could be a package.
bool AreAsTheyWere(std::span<const Look> looks, std::string_view folder, Lookout& lookout,
                   const std::string& root) {
  std::vector<std::string_view> absent;
  for (const Look& look : looks)
    if (IsAbsence(look)) absent.push_back(look.name.substr(look.name.rfind('/') + 1));
  const bool are_absent = absent.size() >= kManyAbsent && !folder.starts_with('/') &&
                          std::ranges::is_sorted(absent) &&
                          AreUnlisted(folder.empty() ? root : PathOf(root, folder), absent);
  return std::ranges::all_of(looks, [&](const Look& look) {
    return (are_absent && IsAbsence(look)) || IsAsItWas(look, lookout, root);
  });
}

bool AreFoldersAsTheyWere(std::span<const Look> looks, const std::string& root) {
  Lookout lookout(root);
  for (size_t begin = 0, end = 0; begin < looks.size(); begin = end) {
    const std::string_view folder = FolderOf(looks[begin].name);
    while (end < looks.size() && FolderOf(looks[end].name) == folder) ++end;
    if (!AreAsTheyWere(looks.subspan(begin, end - begin), folder, lookout, root)) return false;
  }
  return true;
}

// Most of it is waiting for the system, of which two threads get twice as much.
bool IsAllAsItWas(std::span<const Look> looks, const std::string& root) {
  if (looks.size() < kManyLooks) return AreFoldersAsTheyWere(looks, root);
  const size_t half = looks.size() / 2;
  // Where no thread can be had, get() does it.
  auto rest = std::async(std::launch::async | std::launch::deferred,
                         [&] { return AreFoldersAsTheyWere(looks.subspan(half), root); });
  const bool is_first_half = AreFoldersAsTheyWere(looks.first(half), root);
  return rest.get() && is_first_half;
}

// Of units that are some of the memo's, in its order.
std::optional<Answer> AddUp(const Memo& memo, const std::vector<std::string_view>& units) {
  Answer answer;
  auto place = memo.units.begin();
  for (const std::string_view unit : units) {
    place = std::find_if(place, memo.units.end(),
                         [unit](const Memo::Unit& one) { return one.name == unit; });
    if (place == memo.units.end()) return std::nullopt;
    answer.tests += place->tests;
    answer.seconds += place->seconds;
    ++place;
  }
  return answer;
}

}  // namespace

std::string EncodeMemo(const Memo& memo) {
  PackedWriter writer;
  writer.Text(memo.root);
  Write(writer, memo.store);
  writer.Bytes(memo.values);
  writer.Number(memo.units.size());
  for (const Memo::Unit& unit : memo.units) {
    writer.Text(unit.name);
    writer.Number(unit.tests);
    writer.Double(unit.seconds);
  }
  writer.Number(memo.looks.size());
  for (const Look& look : memo.looks) {
    writer.Number(static_cast<uint64_t>(look.kind));
    writer.Text(look.name);
    // By its stat, or by its content: one of them is enough.
    writer.Number(IsRegularFile(look) ? 1 : 0);
    if (IsRegularFile(look)) {
      Write(writer, look.stat);
    } else {
      writer.Bytes(look.content);
    }
  }
  const std::string body = writer.Finish(kVersion);
  return TextKey(body) + body;
}

std::optional<Memo> DecodeMemo(std::string_view bytes) {
  if (bytes.size() < kCheckBytes) return std::nullopt;
  const std::string_view body = bytes.substr(kCheckBytes);
  if (TextKey(body) != bytes.substr(0, kCheckBytes)) return std::nullopt;
  PackedReader reader(body, kVersion);
  Memo memo;
  memo.root = reader.Text();
  memo.store = ReadStat(reader);
  memo.values = reader.Bytes16();
  const size_t units = reader.Count();
  memo.units.reserve(std::min(units, body.size() / kLeastUnitBytes));
  for (size_t i = 0; i < units && reader.is_ok(); ++i) {
    Memo::Unit& unit = memo.units.emplace_back();
    unit.name = reader.Text();
    unit.tests = reader.Number();
    unit.seconds = reader.Double();
  }
  const size_t looks = reader.Count();
  memo.looks.reserve(std::min(looks, body.size() / kLeastLookBytes));
  for (size_t i = 0; i < looks && reader.is_ok(); ++i) {
    Look& look = memo.looks.emplace_back();
    look.kind =
        static_cast<DependencyKind>(reader.Number(static_cast<uint64_t>(DependencyKind::kMemory)));
    look.name = reader.Text();
    if (reader.Number(1) == 0) {
      look.content = reader.Bytes16();
    } else if (look.stat = ReadStat(reader); !IsRegularFile(look)) {
      return std::nullopt;
    }
  }
  if (!reader.is_at_end()) return std::nullopt;
  return memo;
}

ContentId ValuesContent(const std::map<std::string, ContentId>& values) {
  DependencySet set;
  for (const auto& [name, content] : values)
    set.push_back({DependencyKind::kValue, name, content, {}, 0});
  return ContentOf(EncodeSet(set));
}

std::optional<Answer> Recall(const Memo& memo, const Question& question) {
  FileStat store;
  if (memo.root != question.root || memo.values != ValuesContent(question.values) ||
      ContentByStat(question.store, store) || store != memo.store)
    return std::nullopt;
  const std::optional<Answer> answer = AddUp(memo, question.units);
  if (!answer) return std::nullopt;
  const bool knows_all = std::ranges::all_of(question.files, [&](std::string_view file) {
    return std::ranges::find(memo.looks, file, &Look::name) != memo.looks.end();
  });
  if (!knows_all) return std::nullopt;
  if (!IsAllAsItWas(memo.looks, question.root)) return std::nullopt;
  return answer;
}

}  // namespace dxpy::impact
