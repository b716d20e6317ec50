#include "impact/mentions.h"

#include <algorithm>
#include <array>

#include "impact/string_names.h"
#include "syntax/source_bytes.h"

namespace dxpy::impact {

using facts::TokenKind;

namespace {

constexpr uint8_t kCodeInString = kPlain | kAttribute | kParameter | kValue | kText;

enum class Bracket : uint8_t {
  kOther,
  kCall,        ///< `(` that may have keyword arguments
  kParameters,  ///< of a `def`
  kLambda,      ///< not a bracket: from `lambda` to its colon
  kLiteral,     ///< of getattr and its like: the second argument matters
};

bool IsLiteralName(const Lexeme& lexeme) {
  if (lexeme.kind != TokenKind::kString) return false;
  const Literal literal = ReadLiteral(lexeme.text);
  if (literal.is_bytes || literal.is_formatted || literal.content.empty()) return false;
  return std::all_of(literal.content.begin(), literal.content.end(), syntax::IsNamePart);
}

}  // namespace

/// Goes over the tokens once, with a stack of open brackets.
class MentionReader {
 public:
  MentionReader(Lexemes lexemes, uint8_t bits, Mentions& mentions)
      : lexemes_(lexemes), bits_(bits), mentions_(mentions) {}

  void Read() {
    for (i_ = 0; i_ < lexemes_.size(); ++i_) {
      const Lexeme& lexeme = lexemes_[i_];
      switch (lexeme.kind) {
        case TokenKind::kName:
          mentions_.seen_ |= SeenBits(lexeme);
          lexeme.IsKeyword() ? ReadKeyword(lexeme) : ReadName(lexeme);
          break;
        case TokenKind::kOperator:
          ReadOperator(lexeme);
          break;
        case TokenKind::kString:
          ReadString(lexeme.text);
          break;
        case TokenKind::kNumber:
          ReadNumber(lexeme.text);
          break;
        default:
          break;
      }
    }
  }

 private:
  struct Frame {
    Bracket kind = Bracket::kOther;
    uint32_t commas = 0;
  };

  [[nodiscard]] const Lexeme& At(size_t i) const {
    static const Lexeme kNone;
    return i < lexemes_.size() ? lexemes_[i] : kNone;
  }
  [[nodiscard]] const Lexeme& Previous() const { return At(i_ - 1); }  // wraps around at 0
  [[nodiscard]] Bracket Innermost() const {
    return frames_.empty() ? Bracket::kOther : frames_.back().kind;
  }

  void Found(uint32_t word, uint8_t bits) {
    // A parameter is only named, not looked up.
    mentions_.found_.push_back(uint64_t{word} << 8 | bits | (bits == kParameter ? 0U : bits_));
  }

  // `x.globals` and `vars = ...` are a program's own, `globals()` and `f = vars` are Python's.
  [[nodiscard]] uint16_t SeenBits(const Lexeme& name) const {
    if ((name.bits & kBuiltinWord) == 0) return name.bits;
    const Lexeme& next = At(i_ + 1);
    const bool is_declared = Innermost() == Bracket::kParameters || next.Is(':') || next.Is('=');
    const bool is_own = Previous().Is('.') || (is_declared && !next.Is('('));
    return is_own ? name.bits & ~kReaderWord : name.bits;
  }

  void ReadKeyword(const Lexeme& keyword) {
    if (keyword.text == "lambda") frames_.push_back({Bracket::kLambda});
    if (keyword.text == "def") {
      definition_depth_ = frames_.size();
      in_definition_ = true;
    }
  }

  // Whether a name stands where a `def` or a lambda names a parameter, or a call an argument.
  [[nodiscard]] bool IsParameter(const Lexeme& previous, const Lexeme& next) const {
    const bool begins = previous.Is('(') || previous.Is(',');
    const bool declares = begins || previous.Is('*') || previous.Is("**");
    switch (Innermost()) {
      case Bracket::kOther:
        return false;
      case Bracket::kParameters:
        return declares;
      case Bracket::kLambda:
        return declares || previous.IsWord("lambda");
      default:
        return begins && next.Is('=');
    }
  }

  void ReadName(const Lexeme& name) {
    const Lexeme& previous = Previous();
    if ((name.bits & kFirstParameter) != 0 || previous.IsWord("def") || previous.IsWord("class"))
      return;
    const Lexeme& next = At(i_ + 1);
    if ((name.bits & kLiteralWord) != 0 && !next.Is('(')) mentions_.reads_names_ = true;
    if (IsParameter(previous, next)) return Found(name.word, kParameter);
    uint8_t bits = previous.Is('.') ? kAttribute : kPlain;
    if (!next.Is('(') && !next.Is('.')) bits |= kValue;
    Found(name.word, bits);
  }

  void ReadOperator(const Lexeme& op) {
    if (op.text.size() != 1) return;
    switch (op.text[0]) {
      case '(':
        return Open(Parenthesis());
      case '[':
      case '{':
        return Open(Bracket::kOther);
      case ')':
      case ']':
      case '}':
        return Close();
      case ':':
        if (Innermost() == Bracket::kLambda) frames_.pop_back();
        return;
      case ',':
        if (Innermost() == Bracket::kLiteral && ++frames_.back().commas == 1) CheckLiteral();
        return;
      default:
        return;
    }
  }

  void Open(Bracket kind) { frames_.push_back({kind}); }

  void Close() {
    while (Innermost() == Bracket::kLambda) frames_.pop_back();
    if (frames_.empty()) return;
    if (Innermost() == Bracket::kLiteral && frames_.back().commas == 0)
      mentions_.reads_names_ = true;
    frames_.pop_back();
  }

  Bracket Parenthesis() {
    if (in_definition_ && frames_.size() == definition_depth_) {
      in_definition_ = false;
      return Bracket::kParameters;
    }
    return (Previous().bits & kLiteralWord) != 0 ? Bracket::kLiteral : Bracket::kCall;
  }

  void CheckLiteral() {
    const Lexeme& after = At(i_ + 2);
    if (!IsLiteralName(At(i_ + 1)) || !(after.Is(',') || after.Is(')')))
      mentions_.reads_names_ = true;
  }

  void ReadString(std::string_view token) {
    const Literal literal = ReadLiteral(token);
    // A logging format, for one.
    if (token.find("lineno") != std::string_view::npos) mentions_.seen_ |= kFramesWord;
    VisitNames(literal, [this](std::string_view word, StringName kind) {
      const uint32_t number = mentions_.words_->Number(word);
      const uint16_t bits = mentions_.words_->bits(number);
      if (kind == StringName::kCode) {
        mentions_.seen_ |= bits;
        mentions_.reads_names_ |= (bits & kLiteralWord) != 0;
      } else {
        // The text "dir" calls nothing; "__dict__" may be an attribute's name.
        const bool special = word.starts_with("__");
        mentions_.seen_ |=
            bits & (kDocsWord | kLinesWord | kFramesWord | (special ? kReaderWord : 0));
      }
      if ((bits & (kKeyword | kFirstParameter)) != 0) return;
      Found(number, kind == StringName::kCode ? kCodeInString : uint8_t{kText});
    });
  }

  // What a number's token has too much: `1if x`, `1 .real` without the blank.
  void ReadNumber(std::string_view token) {
    for (const std::string_view word : {"if", "or", "and", "in", "is", "else", "for", "not"})
      if (token.size() > word.size() && token.ends_with(word)) mentions_.seen_ |= kConditionWord;
    for (size_t dot = token.find('.'); dot != std::string_view::npos;
         dot = token.find('.', dot + 1)) {
      const std::string_view name = token.substr(dot + 1, token.find('.', dot + 1) - dot - 1);
      if (!name.empty() && !(name[0] >= '0' && name[0] <= '9'))
        Found(mentions_.words_->Number(name), kAttribute | kValue);
    }
  }

  Lexemes lexemes_;
  uint8_t bits_;
  Mentions& mentions_;
  size_t i_ = 0;
  std::vector<Frame> frames_;
  size_t definition_depth_ = 0;
  bool in_definition_ = false;
};

void Mentions::Add(Lexemes lexemes, uint8_t bits) { MentionReader(lexemes, bits, *this).Read(); }

void Mentions::AddName(std::string_view name, uint8_t bits) {
  if (name.empty()) return;
  const uint32_t number = words_->Number(name);
  seen_ |= words_->bits(number);
  found_.push_back(uint64_t{number} << 8 | bits);
}

void Mentions::AddNames(std::string_view dotted, uint8_t bits) {
  for (size_t i = 0; i < dotted.size(); ++i) {
    const size_t begin = i;
    while (i < dotted.size() && syntax::IsNamePart(dotted[i])) ++i;
    AddName(dotted.substr(begin, i - begin), bits);
  }
}

std::vector<PartMention> Mentions::Take() {
  std::sort(found_.begin(), found_.end());
  std::vector<std::pair<std::string_view, uint8_t>> merged;
  for (size_t i = 0; i < found_.size();) {
    const uint64_t number = found_[i] >> 8;
    uint8_t bits = 0;
    for (; i < found_.size() && found_[i] >> 8 == number; ++i)
      bits |= static_cast<uint8_t>(found_[i]);
    merged.emplace_back(words_->text(static_cast<uint32_t>(number)), bits);
  }
  std::sort(merged.begin(), merged.end());
  std::vector<PartMention> mentions;
  mentions.reserve(merged.size());
  for (const auto& [name, bits] : merged) mentions.push_back({std::string(name), bits});
  found_.clear();
  return mentions;
}

uint32_t Mentions::Flags() const {
  uint32_t flags = 0;
  if (reads_names_ || (seen_ & (kReaderWord | kOddWord)) != 0) flags |= kReadsNames;
  if ((seen_ & kDocsWord) != 0) flags |= kReadsDocs;
  if ((seen_ & kLinesWord) != 0) flags |= kReadsLines;
  if ((seen_ & kFramesWord) != 0) flags |= kReadsFrames;
  return flags;
}

}  // namespace dxpy::impact
