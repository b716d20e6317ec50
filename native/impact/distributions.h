#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace dxpy::impact {

/// Which installed distributions a folder such as `site-packages` holds, as far as their
/// metadata tell:
/// https://packaging.python.org/en/latest/specifications/recording-installed-packages/
class Distributions {
 public:
  /// The files that change whenever what provides a top-level module is installed anew, or
  /// anything that it requires, in that folder: RECORD, or METADATA where there is none.
  /// Absolute paths, sorted. Empty where no distribution is known to provide the module.
  [[nodiscard]] const std::vector<std::string>& FilesOf(const std::string& folder,
                                                        std::string_view module);

 private:
  struct Distribution {
    std::string name;  ///< normalized
    std::string file;
    std::vector<std::string> requires_;  ///< names, normalized
  };
  struct Folder {
    std::vector<Distribution> distributions;
    std::map<std::string, std::vector<size_t>, std::less<>> by_module;
    std::map<std::string, size_t, std::less<>> by_name;
    std::map<std::string, std::vector<std::string>, std::less<>> answers;
  };

  static Folder ReadFolder(const std::string& folder);
  static void ReadDistribution(const std::string& folder, const std::string& entry, Folder& into);

  std::map<std::string, Folder, std::less<>> folders_;
};

/// A name as metadata spell it, in the one spelling that is compared (PEP 503).
[[nodiscard]] std::string NormalizedName(std::string_view name);

}  // namespace dxpy::impact
