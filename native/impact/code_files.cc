#include "impact/code_files.h"

#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <utility>

#include "impact/observers.h"

namespace dxpy::impact {
namespace {

constexpr int64_t kNanosecondsPerSecond = 1'000'000'000;

// Packages that read sources to show or to measure them.
constexpr std::array<std::string_view, 8> kReporters = {
    "_pytest", "pytest", "pluggy", "coverage", "pytest_cov", "hypothesis", "xdist", "_hypothesis"};
// Parts of pytest by which a test reads files, or calls what does: pytest.raises(OSError, open,
// "x").
constexpr std::array<std::string_view, 5> kReaders = {"pytester.py", "doctest.py", "raises.py",
                                                      "recwarn.py", "python_api.py"};

// Of packages that also run what a test gives them: by these they ask what machine and which
// commit it is, for what they print and store.
constexpr std::array<std::pair<std::string_view, std::string_view>, 1> kDescribers = {
    {{"pytest_benchmark", "/utils.py"}}};

// The first name after the last of the folders that installers fill; empty: there is none.
std::string_view InstalledName(std::string_view path) {
  if (path.find("-packages/") == std::string_view::npos) return {};  // quicker than rfind()
  for (const std::string_view folder : {"/site-packages/", "/dist-packages/"}) {
    const size_t at = path.rfind(folder);
    if (at == std::string_view::npos) continue;
    const std::string_view rest = path.substr(at + folder.size());
    return rest.substr(0, rest.find('/'));
  }
  return {};
}

Asker AskerOfInstalled(std::string_view name, std::string_view path, bool is_child) {
  for (const auto& [package, file] : kDescribers)
    if (name == package && path.ends_with(file) && !is_child) return Asker::kReports;
  if (std::find(kReporters.begin(), kReporters.end(), name) == kReporters.end())
    return Asker::kCounts;
  if (path.ends_with("/_pytest/assertion/rewrite.py")) return Asker::kImports;
  if (is_child && !name.starts_with("coverage")) return Asker::kCounts;
  const std::string_view file = path.substr(path.rfind('/') + 1);
  if (std::find(kReaders.begin(), kReaders.end(), file) != kReaders.end()) return Asker::kCounts;
  return Asker::kReports;
}

Asker AskerOfNoFile(std::string_view filename) {
  if (filename.starts_with("<frozen importlib.") || filename == "<frozen zipimport>")
    return Asker::kImports;
  return filename.starts_with("<frozen ") ? Asker::kPasses : Asker::kCounts;
}

Asker AskerOfStdlib(std::string_view path, bool is_child) {
  // Of a worker pytest shows them; of a process that is started whoever reads its output may.
  if (path.ends_with("/warnings.py")) return is_child ? Asker::kPasses : Asker::kReports;
  if (path.ends_with("/pdb.py") || path.ends_with("/bdb.py")) return Asker::kReports;
  const bool imports = path.ends_with("/zipimport.py") || path.ends_with("/_bootstrap.py") ||
                       path.ends_with("/_bootstrap_external.py");
  return imports ? Asker::kImports : Asker::kPasses;
}

std::string WithSlash(std::string_view folder) {
  return std::string(folder) + (folder.ends_with('/') ? "" : "/");
}

}  // namespace

CodeFiles::CodeFiles(WatchedTree& tree, const std::vector<std::string>& stdlib,
                     std::string_view own, int64_t start_ns, bool is_child)
    : tree_(tree), own_(WithSlash(own)), start_ns_(start_ns), is_child_(is_child) {
  for (const std::string& folder : stdlib) stdlib_.push_back(WithSlash(folder));
}

const CodeFile& CodeFiles::Of(std::string_view filename) {
  // There may be very many of these, each for a few lines.
  if (filename.starts_with('<') && !filename.starts_with("<frozen ")) return nobody_;
  auto& known = known_[std::string(filename)];
  if (!known) known = std::make_unique<CodeFile>(Decide(filename));
  return *known;
}

bool CodeFiles::IsStdlib(std::string_view path) const {
  return std::ranges::any_of(stdlib_,
                             [&](const std::string& folder) { return path.starts_with(folder); });
}

bool CodeFiles::IsPlainlyStdlib(std::string_view filename) const {
  return IsStdlib(filename) && filename.find("/.") == std::string_view::npos &&
         filename.find("//") == std::string_view::npos &&
         filename.find("-packages/") == std::string_view::npos && !filename.starts_with(own_);
}

CodeFile CodeFiles::Decide(std::string_view filename) const {
  CodeFile file;
  if (filename.empty() || filename.starts_with('<')) {  // frozen
    file.asker = AskerOfNoFile(filename);
    file.has_observers = HasObservers(filename);
    file.finds_paths = FindsPaths(filename);
    return file;
  }
  file.path = tree_.Absolute(filename);
  if (file.path.starts_with(own_)) {
    file.owner = CodeOwner::kOurs;
    file.asker = Asker::kReports;
    return file;
  }
  if (const std::string_view name = InstalledName(file.path); !name.empty()) {
    file.owner = CodeOwner::kThirdParty;
    file.asker = AskerOfInstalled(name, file.path, is_child_);
    return file;
  }
  if (IsStdlib(file.path)) {
    file.owner = CodeOwner::kStdlib;
    file.asker = AskerOfStdlib(file.path, is_child_);
    file.has_observers = HasObservers(file.path);
    file.finds_paths = FindsPaths(file.path);
    return file;
  }
  struct stat found{};
  if (::stat(file.path.c_str(), &found) != 0 || !S_ISREG(found.st_mode)) return file;
  file.size_bytes = found.st_size;
  file.mtime_ns = found.st_mtim.tv_sec * kNanosecondsPerSecond + found.st_mtim.tv_nsec;
  if (tree_.IsExcluded(file.path) || (file.mtime_ns >= start_ns_ && !tree_.Counts(file.path)))
    return file;
  file.owner = CodeOwner::kFirstParty;
  file.is_python = file.path.ends_with(".py") || file.path.ends_with(".pyw");
  return file;
}

}  // namespace dxpy::impact
