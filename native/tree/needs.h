#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

namespace dxpy::tree {

/// An import statement wherever it stands, in functions and under TYPE_CHECKING too.
struct NeededModule {
  std::vector<std::string> path;  ///< of `a.b`: a, b
  uint32_t level = 0;             ///< how many leading dots
  std::vector<std::string> names;
  bool has_star = false;
};

/// A text that may lead to a module or a source: "shop.tax.rate", ".tax", "data/case.py".
struct NamedText {
  std::vector<std::string> path;
  bool is_relative = false;  ///< it begins with a dot
  bool is_file = false;      ///< of a source; `path` is the name without ".py"
};

/// Something that no reading can follow.
struct Unbounded {
  std::string what;  ///< as it is written; empty: there is nothing
  uint32_t line = 0;
};

/// What a source can make Python execute or read, as far as it is written in it.
struct Needs {
  std::vector<NeededModule> imports;
  std::vector<NamedText> texts;
  std::unordered_set<std::string> attributes;  ///< whatever stands behind a dot
  Unbounded any_file;                          ///< what may lead to any file: "subprocess"
  Unbounded any_module;  ///< what may lead to any module that others import: "import_module"
  /// Has a hook of pytest that is not only called for what lies below its folder.
  bool hooks_everywhere = false;
};

/// Any bytes will do. Thread-safe.
[[nodiscard]] Needs ReadNeeds(std::string_view source);

/// The texts in a setting, as if they stood in a string literal each.
[[nodiscard]] std::vector<NamedText> ReadTexts(std::string_view setting);

}  // namespace dxpy::tree
