#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "discovery/glob.h"

namespace dxpy::facts {

/// The patterns of python_classes or python_functions: each is a prefix, and a
/// glob too where it looks like one. Immutable.
class NamePatterns {
 public:
  explicit NamePatterns(std::vector<std::string> patterns);

  [[nodiscard]] bool Matches(std::string_view name) const;
  /// As they were given.
  [[nodiscard]] const std::vector<std::string>& patterns() const { return prefixes_; }

 private:
  std::vector<std::string> prefixes_;
  std::vector<discovery::Glob> globs_;
};

/// What pytest's configuration says about the tests in a file.
struct Rules {
  NamePatterns python_classes{{"Test"}};
  NamePatterns python_functions{{"test"}};
  /// Major and minor version of the Python that will import the file.
  std::pair<int, int> python_version = {3, 10};
  /// Names of other modules ("fastapi.testclient.TestClient", ".tools.test_client")
  /// of which somebody knows that pytest collects nothing of them, whatever they
  /// are called here. The answers to kImportedTest and to FileFacts::imported.
  std::vector<std::string> plain_imports{};
};

}  // namespace dxpy::facts
