// Opens any bytes as an index and asks for all that it says. The first byte
// chooses how damaged they are: as they are, or with all checksums made right,
// or changes to a sound index that the rest describes, three bytes each. Nothing
// may be read outside of the bytes; where the checksums were not touched, facts
// of a sound index are right or not given.

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <span>
#include <string>
#include <vector>

#include "index/index.h"
#include "index/test_support.h"

namespace {

using namespace dxpy::index;  // NOLINT: a program of one purpose
using Bytes = std::vector<std::byte>;

const Bytes& Sound() {
  static const Bytes kBytes =
      Draft().Add("a", Sample("a")).Add("b/c.py", Sample("dynamic")).Add("", {}).Bytes();
  return kBytes;
}

Bytes Changed(std::span<const std::byte> script) {
  Bytes bytes = Sound();
  for (; script.size() >= 3; script = script.subspan(3)) {
    const auto low = std::to_integer<size_t>(script[0]);
    const auto high = std::to_integer<size_t>(script[1]);
    bytes[(low | high << 8) % bytes.size()] = script[2];
  }
  return bytes;
}

/// Asks for everything. @returns whether each answer is that of the sound index.
bool Ask(const Index& index) {
  static const Index kSound = *Index::OpenBytes(Sound(), 7, "sound").index;
  bool right = true;
  for (FileId file = 0; file < index.file_count(); ++file) {
    const auto path = index.Path(file);
    const auto facts = index.Facts(file);
    if (path) (void)index.Find(*path, index.record(file).stat);
    const std::string line = facts ? Line(facts->Copy()) : std::string();
    if (!path || !facts) continue;
    const FileId same = kSound.Find(*path, {}).file;
    right = right && same != kNoFile && line == Line(kSound.Facts(same)->Copy());
  }
  return right;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size == 0) return 0;
  const auto rest = std::as_bytes(std::span(data, size).subspan(1));
  const bool is_script = (data[0] & 1) != 0;
  const bool is_sealed = (data[0] & 2) != 0;
  Bytes bytes = is_script ? Changed(rest) : Bytes(rest.begin(), rest.end());
  if (is_sealed) Reseal(bytes);
  const OpenedIndex opened = Index::OpenBytes(bytes, 7, "i");
  if (opened.index.has_value() != opened.problem.empty()) std::abort();
  if (opened.index && !Ask(*opened.index) && is_script && !is_sealed) std::abort();
  return 0;
}
