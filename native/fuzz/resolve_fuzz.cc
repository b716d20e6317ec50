// Reads any bytes as three modules that import each other. Nothing is promised
// of what comes out but that it comes: no crash, no endless chain.

#include <cstddef>
#include <cstdint>
#include <string>

#include "facts/file_facts.h"
#include "resolve/map_files.h"
#include "resolve/resolver.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string input(reinterpret_cast<const char*>(data), size);
  const std::string first = input.substr(0, size / 3);
  const std::string second = input.substr(size / 3, size / 3);
  dxpy::resolve::MapFiles files({
      {"/a/__init__.py", "from .b import *\n" + first},
      {"/a/b.py", "from a import TestX, V\nfrom a.c import *\n" + second},
      {"/a/c.py", input.substr(size / 3 * 2) + "\nclass TestX: pass\n"},
      {"/test.py",
       "import pytest\nfrom a import *\nfrom a import TestX, V as test_v\n"
       "from a.b import W\nclass TestY(TestX, W):\n"
       "  @pytest.mark.parametrize('x', V)\n  def test_y(self, x): pass\n"},
  });
  const dxpy::facts::Rules rules;
  dxpy::resolve::Resolver resolver(files, {{"/"}, {".so"}}, rules);
  for (const char* path : {"/test.py", "/a/b.py", "/a/__init__.py"})
    static_cast<void>(Dump(resolver.Read(path)));
  return 0;
}
