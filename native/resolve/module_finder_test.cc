#include "resolve/module_finder.h"

#include <doctest/doctest.h>

#include "resolve/map_files.h"

namespace dxpy::resolve {
namespace {

using Kind = Location::Kind;

TEST_CASE("a package comes before a compiled module, that before one in Python") {
  MapFiles files({{"/a/x/__init__.py", ""},
                  {"/a/x.py", ""},
                  {"/a/y.so", ""},
                  {"/a/y.py", ""},
                  {"/a/z.py", ""},
                  {"/a/z/m.py", ""},
                  {"/a/n/m.py", ""},
                  {"/a/c/__init__.so", ""},
                  {"/a/o.pyc", ""}});
  ModuleFinder finder(files, {{"/a"}, {".so"}});
  CHECK(finder.FindTop("x").path == "/a/x/__init__.py");
  CHECK(finder.FindTop("x").directory == "/a/x");
  CHECK(finder.FindTop("y").kind == Kind::kNoSource);
  CHECK(finder.FindTop("z").path == "/a/z.py");
  CHECK(finder.FindTop("n").kind == Kind::kNamespace);
  CHECK(finder.FindTop("c").kind == Kind::kNoSource);
  CHECK(finder.FindTop("o").kind == Kind::kNoSource);
  CHECK(finder.FindTop("nowhere").kind == Kind::kNothing);
}

TEST_CASE("a module in several entries counts if all have the same bytes") {
  MapFiles files({{"/a/same.py", "x"},
                  {"/b/same.py", "x"},
                  {"/a/other.py", "x"},
                  {"/b/other.py", "y"},
                  {"/a/mixed.py", "x"},
                  {"/b/mixed/__init__.py", "x"}});
  ModuleFinder finder(files, {{"/a", "/b", "/a"}, {".so"}});
  CHECK(finder.FindTop("same").kind == Kind::kSource);
  CHECK(finder.FindTop("other").kind == Kind::kAmbiguous);
  CHECK(finder.FindTop("mixed").kind == Kind::kAmbiguous);
}

TEST_CASE("of a package that is in two places both are compared all the way down") {
  MapFiles files({{"/a/p/__init__.py", ""},
                  {"/a/p/same.py", "x"},
                  {"/a/p/other.py", "x"},
                  {"/a/p/here.py", "x"},
                  {"/b/p/__init__.py", ""},
                  {"/b/p/same.py", "x"},
                  {"/b/p/other.py", "y"}});
  ModuleFinder finder(files, {{"/a", "/b"}, {".so"}});
  const Location package = finder.FindTop("p");
  const Location same = finder.FindIn(package, "same");
  CHECK(same.path == "/a/p/same.py");
  CHECK(finder.FindIn(package, "other").kind == Kind::kAmbiguous);
  CHECK(finder.FindIn(package, "here").kind == Kind::kAmbiguous);
  CHECK(finder.FindIn(package, "nowhere").kind == Kind::kNothing);
  // By dots, too: whichever of the two the code is in.
  const Location again = finder.PackageOf(same.path, 1);
  CHECK(again.path == "/a/p/__init__.py");
  CHECK(finder.FindIn(again, "other").kind == Kind::kAmbiguous);
}

TEST_CASE("dots lead to the folder of the file, and up") {
  MapFiles files({{"/a/p/__init__.py", ""}, {"/a/p/q/m.py", ""}});
  ModuleFinder finder(files, {{"/a"}, {".so"}});
  CHECK(finder.PackageOf("/a/p/q/m.py", 1).directory == "/a/p/q");
  CHECK(finder.PackageOf("/a/p/q/m.py", 1).kind == Kind::kNamespace);
  CHECK(finder.PackageOf("/a/p/q/m.py", 2).path == "/a/p/__init__.py");
  CHECK(finder.PackageOf("/a/p/__init__.py", 1).path == "/a/p/__init__.py");
  CHECK(finder.PackageOf("/a/p/q/m.py", 9).kind == Kind::kNothing);
}

TEST_CASE("an archive among the entries could hold any module") {
  MapFiles files({{"/a/lib.zip", "PK"}, {"/b/x.py", ""}});
  ModuleFinder finder(files, {{"/a/lib.zip", "/b"}, {".so"}});
  CHECK(finder.FindTop("x").kind == Kind::kAmbiguous);
}

}  // namespace
}  // namespace dxpy::resolve
