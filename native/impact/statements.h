#pragma once

#include <string_view>
#include <vector>

#include "impact/lexemes.h"
#include "impact/origins.h"

namespace dxpy::impact {

/// What a simple statement, or a block's header, does to names.
struct StatementShape {
  enum class Kind : uint8_t {
    kNothing,  ///< pass, ..., a literal
    kBinds,    ///< plain names only
    kDoes,     ///< anything else
  };

  Kind kind = Kind::kDoes;
  bool is_string = false;  ///< of kNothing: a docstring, where it comes first
  /// `x += y`, where y may be a list: what x is bound to is changed, if it is one.
  bool may_mutate = false;
  std::vector<Lexeme> binds;      ///< names, in source order; also where it does other things
  std::vector<Lexeme> annotates;  ///< `x: int`, which binds nothing, but makes a field
};

[[nodiscard]] StatementShape ReadStatement(Lexemes statement);

/// Whether these tokens are one string, without bytes and replacement fields.
[[nodiscard]] bool IsPlainString(Lexemes lexemes);

/// Whether evaluating these tokens may call anything that is not known to be harmless.
[[nodiscard]] bool CallsUnknown(Lexemes lexemes, const Origins& origins);

}  // namespace dxpy::impact
