#include "base/read_text.h"

#include <fstream>
#include <iterator>

namespace dxpy {

std::string ReadText(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

}  // namespace dxpy
