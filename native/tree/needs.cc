#include "tree/needs.h"

#include <algorithm>
#include <optional>

#include "facts/tokens.h"
#include "syntax/encoding.h"
#include "syntax/outline.h"
#include "syntax/outline_queries.h"
#include "syntax/source_bytes.h"
#include "tree/named_texts.h"
#include "tree/unbounded_words.h"

namespace dxpy::tree {
namespace {

using facts::TokenKind;

std::vector<std::string> Components(std::string_view dotted) {
  std::vector<std::string> path;
  for (size_t begin = 0; begin < dotted.size();) {
    const size_t end = std::min(dotted.find('.', begin), dotted.size());
    path.emplace_back(dotted.substr(begin, end - begin));
    begin = end + 1;
  }
  return path;
}

bool IsHookForAll(std::string_view name) {
  return name.starts_with("pytest_") && !std::ranges::binary_search(kHooksBelow, name);
}

struct Place {
  facts::Token token;
  uint32_t line = 0;
  uint32_t last_line = 0;
  int depth = 0;           ///< of brackets around it
  bool in_import = false;  ///< as far as it stands on the line of `import`, or in its brackets
};

std::vector<Place> ReadPlaces(std::string_view source) {
  std::vector<Place> places;
  uint32_t line = 1;
  const char* last = source.data();
  int depth = 0;
  bool in_import = false;
  for (facts::TokenReader tokens(source); tokens.token().kind != TokenKind::kEnd;
       tokens.Advance()) {
    const facts::Token& token = tokens.token();
    const char* const begin = token.text.data();
    const auto newlines = std::count(last, begin, '\n');
    line += static_cast<uint32_t>(newlines);
    if (token.Is(")") || token.Is("]") || token.Is("}")) --depth;
    if ((newlines > 0 && depth == 0) || token.Is(";")) in_import = false;
    in_import |= token.kind == TokenKind::kName && token.text == "import";
    const auto within = static_cast<uint32_t>(std::count(begin, begin + token.text.size(), '\n'));
    places.push_back({token, line, line + within, depth, in_import});
    line += within;
    last = begin + token.text.size();
    if (token.Is("(") || token.Is("[") || token.Is("{")) ++depth;
  }
  return places;
}

/// Reads one source, token by token.
class Reader {
 public:
  explicit Reader(std::string_view source) : places_(ReadPlaces(source)) {}

  Needs Read() {
    for (size_t i = 0; i < places_.size(); ++i) {
      const facts::Token& token = places_[i].token;
      if (token.kind == TokenKind::kError) NoteFiles(i, "what cannot be read");
      if (token.kind == TokenKind::kName) ReadName(i);
      if (token.kind == TokenKind::kString && !IsStatement(i)) ReadString(i);
    }
    // getattr(shop, "tax")
    for (const NamedText& text : needs_.texts)
      if (text.path.size() == 1) needs_.attributes.insert(text.path[0]);
    return std::move(needs_);
  }

 private:
  [[nodiscard]] std::string_view TextAt(size_t i) const {
    return i < places_.size() ? places_[i].token.text : std::string_view();
  }
  // What stands `back` tokens before.
  [[nodiscard]] std::string_view Before(size_t i, size_t back) const {
    return i >= back ? TextAt(i - back) : std::string_view();
  }

  // The first one is told.
  void Note(Unbounded& unbounded, size_t i, std::string_view what) {
    if (unbounded.what.empty()) unbounded = {std::string(what), places_[i].line};
  }
  void NoteFiles(size_t i, std::string_view what) { Note(needs_.any_file, i, what); }
  void NoteModules(size_t i, std::string_view what) { Note(needs_.any_module, i, what); }

  // A docstring, or a string that does nothing.
  [[nodiscard]] bool IsStatement(size_t i) const {
    const Place& place = places_[i];
    if (place.depth != 0) return false;
    const bool begins = i == 0 || places_[i - 1].last_line < place.line;
    const bool ends = i + 1 == places_.size() || places_[i + 1].line > place.last_line;
    return begins && ends;
  }

  [[nodiscard]] bool IsLiteralArgument(size_t i) const {
    if (i >= places_.size() || places_[i].token.kind != TokenKind::kString) return false;
    const std::string_view text = TextAt(i);
    const std::string_view prefix = text.substr(0, text.find_first_of("'\""));
    if (prefix.find_first_of("fFtT") != std::string_view::npos) return false;
    return TextAt(i + 1) == ")" || TextAt(i + 1) == ",";
  }

  // Words that are common as names of other things count where they are of one module.
  [[nodiscard]] bool MeansFiles(size_t i, std::string_view word, std::string_view owner) const {
    if (word == "walk") return places_[i].in_import || (!owner.empty() && owner != "ast");
    if (word == "glob") return places_[i].in_import || !owner.empty() || Before(i, 1) == "from";
    if (word == "system") return places_[i].in_import || owner == "os";
    if (word == "TestLoader") return places_[i].in_import || owner == "unittest";
    if (word == "main") return owner == "pytest";
    return std::ranges::binary_search(kFileWords, word);
  }
  static bool MeansModules(std::string_view word, std::string_view owner) {
    if (word == "exec" || word == "eval") return owner.empty() || owner == "builtins";
    return std::ranges::binary_search(kImportWords, word);
  }

  void ReadName(size_t i) {
    const std::string_view word = TextAt(i);
    const bool is_attribute = Before(i, 1) == ".";
    const std::string_view owner = is_attribute ? Before(i, 2) : std::string_view();
    if (is_attribute) needs_.attributes.emplace(word);
    if (MeansFiles(i, word, owner)) NoteFiles(i, word);
    if (MeansModules(word, owner)) NoteModules(i, word);
    if (std::ranges::binary_search(kImportCalls, word)) ReadImportCall(i);
    if (word == "modules" && (owner == "sys" || places_[i].in_import)) ReadModules(i);
    ReadHook(i);
  }

  void ReadImportCall(size_t i) {
    const bool is_imported = places_[i].in_import && TextAt(i + 1) != "as";
    if (is_imported || (TextAt(i + 1) == "(" && IsLiteralArgument(i + 2))) return;
    NoteModules(i, TextAt(i));
  }

  // sys.modules with a name that is written there is no more than an import of that.
  void ReadModules(size_t i) {
    const bool is_own = TextAt(i + 2) == "__name__";
    const bool is_literal =
        i + 2 < places_.size() && places_[i + 2].token.kind == TokenKind::kString;
    if (TextAt(i + 1) == "[" && (is_own || is_literal) && TextAt(i + 3) == "]") return;
    NoteModules(i, "sys.modules");
  }

  void ReadHook(size_t i) {
    const bool defines = Before(i, 1) == "def" || TextAt(i + 1) == "=";
    if (defines && IsHookForAll(TextAt(i))) needs_.hooks_everywhere = true;
  }

  void ReadString(size_t i) {
    std::string_view text = TextAt(i);
    const size_t quote = text.find_first_of("'\"");
    if (quote == std::string_view::npos) return;
    const std::string_view prefix = text.substr(0, quote);
    text.remove_prefix(quote);
    const bool triple = text.size() >= 6 && text[1] == text[0] && text[2] == text[0];
    const size_t width = triple ? 3 : 1;
    if (text.size() < 2 * width) return;
    text = text.substr(width, text.size() - 2 * width);
    if (prefix.find_first_of("fFtT") == std::string_view::npos) {
      ReadText(i, {text});
    } else {
      ReadFormatted(i, text);
    }
  }

  void ReadText(size_t i, const TextPiece& piece) {
    if (AddNamedTexts(piece, needs_.texts)) NoteFiles(i, "'.py' in a text");
  }

  void ReadFormatted(size_t i, std::string_view text) {
    size_t begin = 0;
    int depth = 0;
    for (size_t at = 0; at < text.size(); ++at) {
      const bool is_doubled = depth == 0 && at + 1 < text.size() && text[at] == text[at + 1];
      if ((text[at] == '{' || text[at] == '}') && is_doubled) {
        ++at;
      } else if (text[at] == '{' && depth++ == 0) {
        ReadText(i, {text.substr(begin, at - begin), begin == 0});
        begin = at + 1;
      } else if (text[at] == '}' && depth > 0 && --depth == 0) {
        ReadCode(i, text.substr(begin, at - begin));
        begin = at + 1;
      }
    }
    if (depth > 0) ReadCode(i, text.substr(begin));
    if (depth == 0) ReadText(i, {text.substr(begin), begin == 0});
  }

  // A replacement field, which may be followed by a format: its words count, whatever they are.
  void ReadCode(size_t i, std::string_view code) {
    for (facts::TokenReader tokens(code); tokens.token().kind != TokenKind::kEnd;
         tokens.Advance()) {
      const facts::Token& token = tokens.token();
      if (token.kind != TokenKind::kName) continue;
      needs_.attributes.emplace(token.text);
      if (std::ranges::binary_search(kFileWords, token.text)) NoteFiles(i, token.text);
      if (MeansModules(token.text, "") || std::ranges::binary_search(kImportCalls, token.text))
        NoteModules(i, token.text);
    }
  }

  std::vector<Place> places_;
  Needs needs_;
};

void AddModule(NeededModule module, uint32_t line, Needs& needs) {
  if (module.level == 0 && needs.any_module.what.empty() && !module.path.empty() &&
      std::ranges::binary_search(kConventionLibraries, module.path[0]))
    needs.any_module = {module.path[0], line};
  needs.imports.push_back(std::move(module));
}

void AddImports(const syntax::Outline& outline, Needs& needs) {
  for (const syntax::Import& import : outline.imports) {
    if (import.kind == syntax::ImportKind::kModules) {
      for (uint32_t i = import.names_begin; i < import.names_end; ++i)
        AddModule({Components(syntax::PlainName(outline.names[i].name)), 0, {}, false},
                  import.first_line, needs);
      continue;
    }
    NeededModule from{Components(syntax::PlainName(import.module)), import.level, {}, false};
    from.has_star = import.kind == syntax::ImportKind::kStar;
    needs.hooks_everywhere |= from.has_star;
    for (uint32_t i = import.names_begin; i < import.names_end; ++i) {
      const syntax::ImportedName& name = outline.names[i];
      from.names.emplace_back(name.name);
      needs.hooks_everywhere |= IsHookForAll(name.alias.empty() ? name.name : name.alias);
    }
    AddModule(std::move(from), import.first_line, needs);
  }
}

}  // namespace

Needs ReadNeeds(std::string_view source) {
  source = syntax::WithoutBom(source);
  const syntax::Outline outline = syntax::ScanOutline(source);
  Needs needs = Reader(source).Read();
  AddImports(outline, needs);
  if (outline.problem != syntax::Problem::kNone) {
    needs.any_file = {"what cannot be read", outline.problem_line};
    needs.hooks_everywhere = true;
  }
  return needs;
}

}  // namespace dxpy::tree
