#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace dxpy::facts {

enum class ExpressionKind : uint8_t {
  kName,      ///< a, a.b.c: `value` is it without layout
  kCall,      ///< items: what is called, then the arguments
  kList,      ///< items
  kTuple,     ///< items
  kDisplay,   ///< a dict, a set, a list comprehension: of no simple type, never callable
  kText,      ///< `value` is the text in UTF-8
  kBytes,     ///< `value` is the bytes
  kInteger,   ///< `value` is str() of it
  kFloat,     ///< the same
  kConstant,  ///< None, True, False, ...
  kLambda,
  kStarred,   ///< items: one
  kKeywords,  ///< **items[0]
  kOther,     ///< anything else, its value not known
};

/// What we understand of a Python expression: names, calls, displays, literals.
/// All the rest is kOther, from where it begins to where it ends.
struct Expression {
  ExpressionKind kind = ExpressionKind::kOther;
  std::string_view text;     ///< as written, without brackets around the whole
  std::string_view keyword;  ///< as an argument: the name before its '='; else empty
  std::string value;
  std::vector<Expression> items;
};

/// Reads an excerpt that is one expression. `a, b` without brackets is a tuple.
///
/// It never fails: what is not an expression is kOther. The result points into
/// `excerpt`, which must outlive it.
[[nodiscard]] Expression ParseExpression(std::string_view excerpt);

/// Reads what stands between the brackets of a call or a class's bases: the
/// items of a kCall, without what is called.
[[nodiscard]] std::vector<Expression> ParseArguments(std::string_view excerpt);

/// The argument with this keyword, or nullptr. `call` is a kCall.
[[nodiscard]] const Expression* FindKeyword(const Expression& call, std::string_view keyword);

/// Whether a value of this kind, whatever it is, can neither be called nor be a class.
[[nodiscard]] bool IsPlainData(const Expression& expression);

}  // namespace dxpy::facts
