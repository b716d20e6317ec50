#include "discovery/text_search.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <string_view>

#include "base/unique_fd.h"

namespace dxpy::discovery {
namespace {

// Reads the whole file into `text`, which is reused from file to file. False if
// it cannot be read.
bool ReadFile(const std::string& path, std::string& text) {
  text.clear();
  // O_NONBLOCK: opening a named pipe must not wait for a writer.
  const UniqueFd fd(open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  struct stat found{};
  if (fd.get() < 0 || fstat(fd.get(), &found) != 0 || !S_ISREG(found.st_mode)) return false;
  // The size is a hint only, the file may grow meanwhile; one byte more than
  // that lets the usual file end with the first read.
  size_t used = 0;
  text.resize(static_cast<size_t>(found.st_size) + 1);
  for (;;) {
    const ssize_t got = read(fd.get(), text.data() + used, text.size() - used);
    if (got < 0) return false;
    used += static_cast<size_t>(got);
    if (used < text.size()) break;
    text.resize(text.size() * 2);
  }
  text.resize(used);
  return true;
}

}  // namespace

std::vector<bool> FindText(std::span<const std::string> paths,
                           std::span<const std::string> needles) {
  std::vector<bool> found;
  std::string text;
  for (const std::string& path : paths) {
    const bool readable = ReadFile(path, text);
    const std::string_view view = text;
    found.push_back(readable && std::ranges::any_of(needles, [view](const std::string& needle) {
                      return view.find(needle) != std::string_view::npos;
                    }));
  }
  return found;
}

}  // namespace dxpy::discovery
