#pragma once

#include <string>
#include <string_view>
#include <unordered_map>

#include "impact/lexemes.h"
#include "syntax/outline.h"

namespace dxpy::impact {

/// What the names of one file stand for, as far as its imports tell.
class Origins {
 public:
  /// Takes the imports that are in no function. @param outline  must outlive this.
  explicit Origins(const syntax::Outline& outline);

  /// Something in no function binds `name`, but no import.
  void Bind(std::string_view name);

  /// What the names of `chain`, with dots between, stand for: "pathlib.Path", "builtins.len".
  /// Empty where that is not known.
  [[nodiscard]] std::string Of(Lexemes chain) const;
  /// Whether an import binds this name.
  [[nodiscard]] bool IsImported(std::string_view name) const;
  /// Whether just one statement binds this name.
  [[nodiscard]] bool IsBoundOnce(std::string_view name) const;

 private:
  struct Binding {
    std::string origin;  ///< empty: unknown
    bool is_import = false;
    uint32_t count = 0;
  };

  void Import(std::string_view name, std::string origin);

  std::unordered_map<std::string_view, Binding> bindings_;
  bool has_star_ = false;  ///< names may come from anywhere
};

/// The names with dots between that `lexemes` begin with.
[[nodiscard]] size_t ChainLength(Lexemes lexemes);

}  // namespace dxpy::impact
