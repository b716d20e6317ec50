#include "impact/code_files.h"

#include <doctest/doctest.h>

#include <cstdint>
#include <string>

#include "impact/observers.h"
#include "testing/temp_folder.h"

namespace dxpy::impact {
namespace {

constexpr int64_t kLater = INT64_MAX;

struct Files {
  explicit Files(const testing::TempFolder& folder, int64_t start_ns = kLater)
      : root(folder.path()),
        tree({root + "/project"}, {root + "/project/base"}),
        files(tree, {root + "/lib/python3"}, root + "/ours", start_ns) {}

  CodeOwner OwnerOf(const std::string& path) { return files.Of(root + path).owner; }

  std::string root;
  WatchedTree tree;
  CodeFiles files;
};

TEST_CASE("whose code a file has is told by where it is") {
  const testing::TempFolder folder;
  for (const std::string path :
       {"project/a.py", "project/page.html", "project/base/b.py", "elsewhere/c.py"})
    folder.Write(path, "");
  Files files(folder);
  CHECK(files.OwnerOf("/project/a.py") == CodeOwner::kFirstParty);
  CHECK(files.OwnerOf("/elsewhere/c.py") == CodeOwner::kFirstParty);
  CHECK(files.OwnerOf("/project/page.html") == CodeOwner::kFirstParty);
  CHECK(files.OwnerOf("/project/base/b.py") == CodeOwner::kNobody);
  CHECK(files.OwnerOf("/project/nowhere.py") == CodeOwner::kNobody);
  CHECK(files.OwnerOf("/lib/python3/json/decoder.py") == CodeOwner::kStdlib);
  CHECK(files.OwnerOf("/lib/python3/site-packages/a/b.py") == CodeOwner::kThirdParty);
  const auto is_plain = [&](const std::string& path) {
    return files.files.IsPlainlyStdlib(files.root + path);
  };
  CHECK(is_plain("/lib/python3/json/decoder.py"));
  CHECK_FALSE(is_plain("/lib/python3/site-packages/a/b.py"));
  CHECK_FALSE(is_plain("/lib/python3/../../project/a.py"));
  CHECK_FALSE(is_plain("/project/a.py"));
  CHECK(files.OwnerOf("/ours/worker.py") == CodeOwner::kOurs);
  CHECK(files.files.Of("<string>").owner == CodeOwner::kNobody);
  CHECK(files.files.Of("").owner == CodeOwner::kNobody);
  CHECK(files.files.Of(files.root + "/project/a.py").is_python);
  CHECK_FALSE(files.files.Of(files.root + "/project/page.html").is_python);
  CHECK(files.files.Of(files.root + "/project/../project/a.py").path ==
        files.root + "/project/a.py");
}

TEST_CASE("what a test has made elsewhere is nobody's") {
  const testing::TempFolder folder;
  folder.Write("project/a.py", "");
  folder.Write("elsewhere/c.py", "");
  Files files(folder, 0);
  CHECK(files.OwnerOf("/project/a.py") == CodeOwner::kFirstParty);
  CHECK(files.OwnerOf("/elsewhere/c.py") == CodeOwner::kNobody);
}

TEST_CASE("who asks is told by its file") {
  const testing::TempFolder folder;
  Files files(folder);
  const auto asker = [&](const std::string& path) { return files.files.Of(path).asker; };
  const std::string installed = files.root + "/lib/python3/site-packages/";
  CHECK(asker("<frozen importlib._bootstrap_external>") == Asker::kImports);
  CHECK(asker("<frozen zipimport>") == Asker::kImports);
  CHECK(asker("<frozen posixpath>") == Asker::kPasses);
  CHECK(asker("<string>") == Asker::kCounts);
  CHECK(asker(files.root + "/lib/python3/pathlib.py") == Asker::kPasses);
  CHECK(asker(files.root + "/lib/python3/warnings.py") == Asker::kReports);
  CHECK(asker(installed + "_pytest/assertion/rewrite.py") == Asker::kImports);
  CHECK(asker(installed + "_pytest/main.py") == Asker::kReports);
  CHECK(asker(installed + "_pytest/pytester.py") == Asker::kCounts);
  CHECK(asker(installed + "coverage/python.py") == Asker::kReports);
  CHECK(asker(installed + "pytest_benchmark/utils.py") == Asker::kReports);
  CHECK(asker(installed + "pytest_benchmark/fixture.py") == Asker::kCounts);
  CHECK(asker(installed + "yaml/__init__.py") == Asker::kCounts);
  CHECK(asker(files.root + "/ours/seat.py") == Asker::kReports);
}

TEST_CASE("functions that tell their callers of sources and files are known") {
  CHECK(HasObservers("<frozen genericpath>"));
  CHECK(HasObservers("/lib/python3/linecache.py"));
  CHECK_FALSE(HasObservers("<frozen os>"));
  CHECK_FALSE(HasObservers("/lib/python3/mylinecache.py"));
  CHECK(FindsPaths("<frozen posixpath>"));
  CHECK(FindsPaths("/lib/python3/pathlib/_local.py"));
  CHECK_FALSE(FindsPaths("/lib/python3/filecmp.py"));
  CHECK(ObservedBy("<frozen genericpath>", "exists") == Observed::kPath);
  CHECK(ObservedBy("/lib/python3/pathlib.py", "stat") == Observed::kLooked);
  CHECK(ObservedBy("/lib/python3/pathlib/_local.py", "stat") == Observed::kLooked);
  CHECK(ObservedBy("/lib/python3/importlib/__init__.py", "import_module") == Observed::kModule);
  CHECK(ObservedBy("/lib/python3/inspect.py", "getsource") == Observed::kLines);
  CHECK(ObservedBy("/lib/python3/inspect.py", "getdoc") == Observed::kDocs);
  CHECK(ObservedBy("/lib/python3/inspect.py", "signature") == Observed::kNothing);
}

}  // namespace
}  // namespace dxpy::impact
