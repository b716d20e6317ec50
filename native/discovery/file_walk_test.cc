#include "discovery/file_walk.h"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <initializer_list>
#include <string>
#include <vector>

#include "testing/temp_folder.h"

namespace dxpy::discovery {
namespace {

WalkRules DefaultRules() {
  WalkRules rules;
  rules.python_files = {"test_*.py", "*_test.py"};
  rules.norecursedirs = {".*", "build", "venv"};
  rules.doctest_globs = {"test*.txt"};
  return rules;
}

/// A tree and the rules to walk it by.
struct Project : testing::TempFolder {
  explicit Project(std::initializer_list<const char*> files) {
    for (const char* file : files) Write(file);
  }

  WalkResult Find(const std::vector<std::string>& roots = {""}) const {
    std::vector<std::string> paths;
    for (const std::string& name : roots) paths.push_back(At(name));
    return Walk(paths, rules);
  }

  /// What was found, without the tree's own path, as a line.
  std::string Line(const std::vector<std::string>& paths) const {
    std::string line;
    for (const std::string& found : paths) {
      if (!line.empty()) line += ' ';
      line += found.substr(path().size() + 1);
    }
    return line;
  }

  std::string Files(const std::vector<std::string>& roots = {""}) const {
    std::vector<std::string> paths;
    for (const WalkedFile& file : Find(roots).files) paths.push_back(file.path);
    return Line(paths);
  }

  WalkRules rules = DefaultRules();
};

TEST_CASE("files and directories come by name, mixed") {
  const Project project{"test_b.py", "a/test_x.py", "test_a/test_x.py", "test_a.py", "c.py"};
  CHECK(project.Files() == "a/test_x.py test_a/test_x.py test_a.py test_b.py");
}

TEST_CASE("a package's __init__.py comes first, and only a file makes a package") {
  Project project{"a/!.py", "a/__init__.py", "a/z.py", "b/!.py", "b/__init__.py/x.py"};
  project.rules.python_files = {"*.py"};
  CHECK(project.Files() == "a/__init__.py a/!.py a/z.py b/!.py b/__init__.py/x.py");
}

TEST_CASE("names that are not UTF-8 sort as CPython's strings do") {
  const Project project{"test_\xff.py", "test_\xed\x95\x9c.py", "test_\xef\xbc\xa1.py"};
  CHECK(project.Files() == "test_\xed\x95\x9c.py test_\xff.py test_\xef\xbc\xa1.py");
}

TEST_CASE("__pycache__, norecursedirs and ignored paths are passed over") {
  Project project{"__pycache__/test_a.py", ".git/test_a.py", "build/test_a.py",
                  "x/test_a.py",           "y/test_a.py",    "z/test_a.py"};
  project.rules.ignore = {project.At("x"), project.At("y/test_a.py")};
  CHECK(project.Files() == "z/test_a.py");
  project.rules.ignore_glob = {project.At("z*a.py")};
  CHECK(project.Files() == "");
}

TEST_CASE("a virtual environment is passed over unless named or asked for") {
  Project project{"a/pyvenv.cfg", "a/test_a.py",    "b/conda-meta/history",
                  "b/test_b.py",  "c/pyvenv.cfg/x", "c/test_c.py"};
  CHECK(project.Files() == "c/test_c.py");
  CHECK(project.Files({"a"}) == "a/test_a.py");
  project.rules.collect_in_virtualenv = true;
  CHECK(project.Files() == "a/test_a.py b/test_b.py c/test_c.py");
}

TEST_CASE("what is named is taken, whatever the rules say") {
  const Project project{"build/any.py", "build/test_a.py", "__pycache__/x.cfg"};
  CHECK(project.Files({"build"}) == "build/test_a.py");
  CHECK(project.Files({"build/any.py", "__pycache__/x.cfg"}) == "build/any.py __pycache__/x.cfg");
}

TEST_CASE("roots that others cover are walked once, unless duplicates are kept") {
  Project project{"a/any.py", "a/test_a.py", "b/test_b.py"};
  CHECK(project.Files({"b", "a/any.py", "a", "b"}) == "b/test_b.py a/test_a.py");
  project.rules.keep_duplicates = true;
  CHECK(project.Files({"b", "a/any.py", "a", "b"}) ==
        "b/test_b.py a/any.py a/any.py a/test_a.py b/test_b.py");
}

TEST_CASE("doctest takes text files by glob and, if asked, every module but scripts") {
  Project project{"test_a.txt", "README.txt", "m.py", "__main__.py", "a/setup.py", "conf.cfg"};
  project.Write("setup.py", "from setuptools import setup");
  CHECK(project.Files() == "test_a.txt");
  project.rules.doctest_modules = true;
  CHECK(project.Files() == "a/setup.py m.py test_a.txt");
}

TEST_CASE("a file carries its root, size and times") {
  const Project project{"a/test_a.py"};
  project.Write("test_b.py", "12345");
  const timespec times[2] = {{0, 0}, {1'600'000'000, 123'456'789}};
  utimensat(AT_FDCWD, project.At("test_b.py").c_str(), times, 0);
  const WalkedFile file = project.Find({"a", "test_b.py"}).files.at(1);
  CHECK(file.root == 1);
  CHECK(file.stat.size_bytes == 5);
  CHECK(file.stat.mtime_ns == 1'600'000'000'123'456'789);
  struct stat status{};
  REQUIRE(stat(project.At("test_b.py").c_str(), &status) == 0);
  CHECK(file.stat == ToFileStat(status));
}

TEST_CASE("every conftest.py on the way is told, also an ignored one") {
  Project project{"conftest.py", "a/conftest.py", "build/conftest.py", "c/conftest.py/x"};
  project.rules.ignore = {project.At("conftest.py")};
  CHECK(project.Line(project.Find().conftests) == "conftest.py a/conftest.py");
}

TEST_CASE("links are followed and keep their own names") {
  const Project project{"a/any.py", "a/test_a.py"};
  project.Link("b", "a");
  project.Link("test_c.py", "a/any.py");
  project.Link("test_gone.py", "nowhere");
  project.Link("test_self.py", "test_self.py");
  CHECK(project.Files() == "a/test_a.py b/test_a.py test_c.py");
  CHECK(project.Find().problems.empty());
}

TEST_CASE("a loop of links ends where the kernel ends it: after 40 links") {
  const Project project{"a/test_a.py"};
  project.Link("a/loop", ".");
  CHECK(project.Find().files.size() == 41);
}

TEST_CASE("two loops in one directory are cut short and told") {
  const Project project{"a/test_a.py"};
  project.Link("a/one", ".");
  project.Link("a/two", ".");
  const WalkResult found = project.Find();
  CHECK(found.files.size() < 3000);
  REQUIRE(found.problems.size() == 1);
  CHECK(found.problems[0].ends_with(": Too many levels of symbolic links"));
}

TEST_CASE("an entry that cannot be looked at fails its directory and no other") {
  const Project project{"a/conftest.py", "a/sub/test_s.py", "a/test_a.py", "b/test_b.py"};
  project.Link("a/long", std::string(300, 'x'));
  CHECK(project.Files() == "b/test_b.py");
  CHECK(project.Find().problems ==
        std::vector<std::string>{project.At("a") + ": File name too long"});
  CHECK(project.Line(project.Find().conftests) == "a/conftest.py");
}

TEST_CASE("what is not there or neither file nor directory is told") {
  const Project project{"test_a.py"};
  mkfifo(project.At("test_pipe.py").c_str(), 0600);
  CHECK(project.Files() == "test_a.py");
  CHECK(project.Find({"gone", "test_pipe.py"}).problems ==
        std::vector<std::string>{project.At("gone") + ": No such file or directory",
                                 project.At("test_pipe.py") + ": Invalid argument"});
}

TEST_CASE("an unreadable directory is passed over and told") {
  if (geteuid() == 0) return;  // root reads everything
  const Project project{"a/test_a.py", "b/test_b.py"};
  chmod(project.At("a").c_str(), 0);
  CHECK(project.Files() == "b/test_b.py");
  CHECK(project.Find().problems ==
        std::vector<std::string>{project.At("a") + ": Permission denied"});
  chmod(project.At("a").c_str(), 0700);
}

}  // namespace
}  // namespace dxpy::discovery
