// Opens any bytes as a store, and asks for all that it has. The first byte chooses how damaged
// they are: as they are, or as entries behind a right header, or changes to a sound store that
// the rest describes, three bytes each. Nothing may be read outside of the bytes; entries of the
// sound store are right or not there; what is appended then is found.

#include <unistd.h>

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "store/entries.h"
#include "store/store.h"
#include "testing/temp_folder.h"

namespace {

using namespace dxpy::store;  // NOLINT: a program of one purpose

std::string ValueOf(int i) { return std::string(static_cast<size_t>(i * i), 'v'); }

constexpr int kEntries = 8;

const std::string& Sound() {
  static const std::string kBytes = [] {
    std::string bytes;
    AppendHeader(bytes);
    for (int i = 0; i < kEntries; ++i)
      AppendEntry(bytes, 0, 1, "key" + std::to_string(i), ValueOf(i));
    return bytes;
  }();
  return kBytes;
}

std::string Changed(std::span<const uint8_t> script) {
  std::string bytes = Sound();
  for (; script.size() >= 3; script = script.subspan(3))
    bytes[(script[0] | size_t{script[1]} << 8) % bytes.size()] = static_cast<char>(script[2]);
  return bytes;
}

/// A walk sees entries in order that do not overlap, each where it says.
void CheckWalk(const std::string& bytes) {
  uint64_t end = 0;
  const auto all = std::as_bytes(std::span(bytes));
  const Walked walked = WalkEntries(all, 0, [&](const EntryView& entry) {
    if (entry.offset < end || entry.offset + entry.bytes > bytes.size()) std::abort();
    if (!EntryAt(all, entry.offset)) std::abort();
    end = entry.offset + entry.bytes;
  });
  if (walked.end != end) std::abort();
}

void CheckStore(const std::string& path, bool is_of_sound) {
  std::string problem;
  Store store = Store::Open(path, {.most_bytes = 4096, .content_kinds = {1}}, &problem);
  for (int i = 0; is_of_sound && i < kEntries; ++i)
    for (const std::string_view value : store.Find(1, "key" + std::to_string(i)))
      if (value != ValueOf(i)) std::abort();
  const std::vector<Store::Entry> more = {{1, "key3", ValueOf(3)}, {2, "more", "more"}};
  if (!store.Append(more).empty() || store.FindNewest(2, "more") != "more") std::abort();
  if (store.FindNewest(1, "key3") != ValueOf(3) && is_of_sound) std::abort();
  const Store again = Store::Open(path, {}, &problem);
  if (again.FindNewest(2, "more") != "more") std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static const dxpy::testing::TempFolder kFolder;
  if (size == 0) return 0;
  const std::span<const uint8_t> rest = std::span(data, size).subspan(1);
  std::string bytes;
  const bool is_script = (data[0] & 1) != 0;
  if (is_script) {
    bytes = Changed(rest);
  } else {
    if ((data[0] & 2) != 0) AppendHeader(bytes);
    bytes.append(reinterpret_cast<const char*>(rest.data()), rest.size());
  }
  CheckWalk(bytes);
  CheckStore(kFolder.Write("s", bytes), is_script);
  return 0;
}
