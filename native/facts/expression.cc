#include "facts/expression.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "facts/literals.h"
#include "facts/tokens.h"

namespace dxpy::facts {
namespace {

// Deeper than anyone writes; a guard for the stack.
constexpr int kMaxDepth = 60;

bool IsOpening(const Token& token) { return token.Is("(") || token.Is("[") || token.Is("{"); }
bool IsClosing(const Token& token) { return token.Is(")") || token.Is("]") || token.Is("}"); }

// Where an expression within a list of them ends.
bool EndsItem(const Token& token) {
  return token.kind == TokenKind::kEnd || token.kind == TokenKind::kError || IsClosing(token) ||
         token.Is(",") || token.Is("for") || token.Is("async");
}

class ExpressionReader {
 public:
  explicit ExpressionReader(std::string_view excerpt)
      : begin_(excerpt.data()), last_end_(excerpt.data()), tokens_(excerpt) {}

  Expression Whole() {
    Expression first = Item();
    if (!At(",") || first.kind == ExpressionKind::kKeywords) return AtEnd() ? first : Other();
    Expression tuple{ExpressionKind::kTuple, {}, {}, {}, {}};
    tuple.items.push_back(std::move(first));
    while (Accept(","))
      if (!AtEnd()) tuple.items.push_back(Item());
    tuple.text = Span(begin_);
    return AtEnd() ? tuple : Other();
  }

  std::vector<Expression> Arguments() {
    std::vector<Expression> items = Items(true);
    // Not a list of arguments after all: one that nothing is known of.
    if (!AtEnd() || comprehension_) return {Expression{}};
    return items;
  }

 private:
  [[nodiscard]] const Token& token() const { return tokens_.token(); }
  [[nodiscard]] bool At(std::string_view text) const { return token().Is(text); }
  [[nodiscard]] bool AtEnd() const { return token().kind == TokenKind::kEnd; }

  void Advance() {
    last_end_ = token().text.data() + token().text.size();
    tokens_.Advance();
  }

  bool Accept(std::string_view text) {
    if (!At(text)) return false;
    Advance();
    return true;
  }

  [[nodiscard]] std::string_view Span(const char* begin) const {
    return {begin, static_cast<size_t>(std::max(begin, last_end_) - begin)};
  }

  [[nodiscard]] Expression Other() const {
    return {ExpressionKind::kOther, Span(begin_), {}, {}, {}};
  }

  // One expression, up to what ends it. Whatever stands behind what we know
  // makes the whole an unknown.
  Expression Item() {
    const char* const begin = token().text.data();
    Expression item;
    if (++depth_ <= kMaxDepth) item = Start();
    --depth_;
    if (!EndsItem(token())) {
      SkipItem();
      item = {ExpressionKind::kOther, {}, {}, {}, {}};
    }
    item.text = Span(begin);
    return item;
  }

  Expression Start() {
    if (At("*")) return Starred(ExpressionKind::kStarred);
    if (At("**")) return Starred(ExpressionKind::kKeywords);
    if (At("-") || At("+")) return Signed();
    if (At("lambda")) {
      SkipItem();
      return {ExpressionKind::kLambda, {}, {}, {}, {}};
    }
    return Trailers(Atom());
  }

  Expression Starred(ExpressionKind kind) {
    Advance();
    Expression starred{kind, {}, {}, {}, {}};
    starred.items.push_back(Item());
    return starred;
  }

  Expression Signed() {
    const bool minus = At("-");
    Advance();
    Expression number = token().kind == TokenKind::kNumber ? Atom() : Expression{};
    const bool is_number =
        number.kind == ExpressionKind::kInteger || number.kind == ExpressionKind::kFloat;
    // A power binds tighter than the sign; Item() sees that something follows.
    if (!is_number) return {};
    const bool is_zero = number.kind == ExpressionKind::kInteger && number.value == "0";
    if (minus && !is_zero) number.value = std::string(1, '-').append(number.value);
    return number;
  }

  Expression Atom() {
    switch (token().kind) {
      case TokenKind::kName:
        return Name();
      case TokenKind::kNumber:
        return Number();
      case TokenKind::kString:
        return Strings();
      case TokenKind::kOperator:
        if (At("(")) return Parenthesis();
        if (At("[")) return List();
        if (At("{")) return Display();
        if (Accept("...")) return {ExpressionKind::kConstant, {}, {}, "Ellipsis", {}};
        return {};
      default:
        return {};
    }
  }

  Expression Name() {
    const std::string_view word = token().text;
    for (const std::string_view keyword :
         {"not", "await", "yield", "if", "else", "and", "or", "in", "is", "for", "async"})
      if (word == keyword) return {};
    Advance();
    if (word == "None" || word == "True" || word == "False")
      return {ExpressionKind::kConstant, {}, {}, std::string(word), {}};
    return {ExpressionKind::kName, {}, {}, std::string(word), {}};
  }

  Expression Number() {
    const std::string_view literal = token().text;
    std::optional<std::string> text = NumberText(literal);
    if (!text) return {};
    Advance();
    const bool is_based =
        literal.size() > 1 && std::string_view("xXoObB").find(literal[1]) != std::string_view::npos;
    const bool is_float = !is_based && literal.find_first_of(".eE") != std::string_view::npos;
    return {
        is_float ? ExpressionKind::kFloat : ExpressionKind::kInteger, {}, {}, std::move(*text), {}};
  }

  // Literals side by side are one.
  Expression Strings() {
    std::string value;
    bool is_bytes = false;
    bool known = true;
    while (token().kind == TokenKind::kString) {
      const std::optional<TextLiteral> text = ReadText(token().text);
      known &= text.has_value();
      if (text) {
        value += text->value;
        is_bytes |= text->is_bytes;
      }
      Advance();
    }
    if (!known) return {};
    return {
        is_bytes ? ExpressionKind::kBytes : ExpressionKind::kText, {}, {}, std::move(value), {}};
  }

  // `.name` and `(arguments)`; any other trailer makes it unknown.
  Expression Trailers(Expression head) {
    for (;;) {
      if (At("(") && (head.kind == ExpressionKind::kName || head.kind == ExpressionKind::kCall)) {
        Expression call{ExpressionKind::kCall, {}, {}, {}, {}};
        head.text = {head.text.data(), 0};
        call.items.push_back(std::move(head));
        if (!Arguments(call)) return {};
        head = std::move(call);
      } else if (At(".") && head.kind == ExpressionKind::kName) {
        Advance();
        if (token().kind != TokenKind::kName) return {};
        head.value.append(".").append(token().text);
        Advance();
      } else {
        return head;
      }
    }
  }

  bool Arguments(Expression& call) {
    Advance();
    const bool outer = std::exchange(comprehension_, false);
    std::vector<Expression> arguments = Items(true);
    const bool plain = !std::exchange(comprehension_, outer);
    if (!Accept(")")) return false;
    if (!plain) arguments.assign(1, Expression{});
    std::move(arguments.begin(), arguments.end(), std::back_inserter(call.items));
    return true;
  }

  Expression Parenthesis() {
    Advance();
    const bool outer = std::exchange(comprehension_, false);
    bool comma = false;
    std::vector<Expression> items = Items(false, &comma);
    const bool generator = std::exchange(comprehension_, outer);
    if (!Accept(")") || generator) return {};
    if (items.size() == 1 && !comma)
      return items[0].kind == ExpressionKind::kStarred ? Expression{} : std::move(items[0]);
    return {ExpressionKind::kTuple, {}, {}, {}, std::move(items)};
  }

  Expression List() {
    Advance();
    const bool outer = std::exchange(comprehension_, false);
    std::vector<Expression> items = Items(false);
    const bool comprehension = std::exchange(comprehension_, outer);
    if (!Accept("]")) return {};
    if (comprehension) return {ExpressionKind::kDisplay, {}, {}, {}, {}};
    return {ExpressionKind::kList, {}, {}, {}, std::move(items)};
  }

  Expression Display() {
    SkipBrackets();
    return {ExpressionKind::kDisplay, {}, {}, {}, {}};
  }

  // Up to the closing bracket. Sets `comprehension_` where it is one.
  std::vector<Expression> Items(bool arguments, bool* comma = nullptr) {
    std::vector<Expression> items;
    while (!AtEnd() && token().kind != TokenKind::kError && !IsClosing(token())) {
      items.push_back(arguments ? Argument() : Item());
      if (At("for") || At("async")) {
        comprehension_ = true;
        while (!AtEnd() && token().kind != TokenKind::kError && !IsClosing(token())) Skip();
        break;
      }
      if (!Accept(",")) break;
      if (comma != nullptr) *comma = true;
    }
    return items;
  }

  Expression Argument() {
    const std::string_view word = token().text;
    const bool may_be_keyword = token().kind == TokenKind::kName;
    Expression item = Item();
    // `name = value`: Item() has read it to the end, as an unknown.
    if (!may_be_keyword || item.kind != ExpressionKind::kOther) return item;
    TokenReader again(item.text);
    again.Advance();
    if (!again.token().Is("=")) return item;
    const char* const value = again.token().text.data() + 1;
    const std::string_view rest(value,
                                static_cast<size_t>(item.text.data() + item.text.size() - value));
    if (++nesting_ > kMaxDepth) return {};
    ExpressionReader reader(rest);
    reader.depth_ = depth_ + 1;
    reader.nesting_ = nesting_;
    Expression argument = reader.Item();
    --nesting_;
    if (!reader.AtEnd()) argument = {};
    argument.keyword = word;
    return argument;
  }

  // One token, or a whole bracket.
  void Skip() { IsOpening(token()) ? SkipBrackets() : Advance(); }

  void SkipBrackets() {
    int depth = 0;
    do {
      if (IsOpening(token())) ++depth;
      if (IsClosing(token())) --depth;
      Advance();
    } while (depth > 0 && !AtEnd() && token().kind != TokenKind::kError);
  }

  // To the end of an expression. The commas of a lambda's parameters are its own.
  void SkipItem() {
    while (!EndsItem(token())) {
      if (Accept("lambda")) {
        while (!AtEnd() && token().kind != TokenKind::kError && !At(":") && !IsClosing(token()))
          Skip();
      } else {
        Skip();
      }
    }
  }

  const char* begin_;
  const char* last_end_;  ///< of the last token that was taken
  TokenReader tokens_;
  int depth_ = 0;
  int nesting_ = 0;
  bool comprehension_ = false;
};

}  // namespace

Expression ParseExpression(std::string_view excerpt) { return ExpressionReader(excerpt).Whole(); }

std::vector<Expression> ParseArguments(std::string_view excerpt) {
  return ExpressionReader(excerpt).Arguments();
}

const Expression* FindKeyword(const Expression& call, std::string_view keyword) {
  for (size_t i = 1; i < call.items.size(); ++i)
    if (call.items[i].keyword == keyword) return &call.items[i];
  return nullptr;
}

bool IsPlainData(const Expression& expression) {
  switch (expression.kind) {
    case ExpressionKind::kList:
    case ExpressionKind::kTuple:
    case ExpressionKind::kDisplay:
    case ExpressionKind::kText:
    case ExpressionKind::kBytes:
    case ExpressionKind::kInteger:
    case ExpressionKind::kFloat:
    case ExpressionKind::kConstant:
      return true;
    default:
      return false;
  }
}

}  // namespace dxpy::facts
