#include "syntax/tree_sitter_outline.h"

#include <tree_sitter/api.h>

#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>

#include "syntax/encoding.h"
#include "syntax/line_counter.h"

namespace dxpy::syntax {
namespace {

// Deeper than any file that CPython accepts (100 levels of indentation).
constexpr int kMaxDepth = 400;

template <auto deleter>
struct Deleter {
  template <typename T>
  void operator()(T* owned) const {
    deleter(owned);
  }
};
using Parser = std::unique_ptr<TSParser, Deleter<&ts_parser_delete>>;
using Tree = std::unique_ptr<TSTree, Deleter<&ts_tree_delete>>;

bool Is(TSNode node, std::string_view type) { return ts_node_type(node) == type; }

// Field lookup; a node of none where the tree has an error.
TSNode Field(TSNode node, std::string_view name) {
  return ts_node_child_by_field_name(node, name.data(), static_cast<uint32_t>(name.size()));
}

// By cursor: asking for child after child by number takes quadratic time.
std::vector<TSNode> Children(TSNode node, bool named = true) {
  std::vector<TSNode> children;
  TSTreeCursor cursor = ts_tree_cursor_new(node);
  for (bool more = ts_tree_cursor_goto_first_child(&cursor); more;
       more = ts_tree_cursor_goto_next_sibling(&cursor)) {
    const TSNode child = ts_tree_cursor_current_node(&cursor);
    const bool wanted = !named || ts_node_is_named(child);
    if (wanted && !Is(child, "comment") && !Is(child, "line_continuation"))
      children.push_back(child);
  }
  ts_tree_cursor_delete(&cursor);
  return children;
}

// What kind of block the statements in `node` stand in; 0 where `node` is no
// statement with blocks.
Blocks KindOf(TSNode node) {
  constexpr std::array<std::pair<std::string_view, Blocks>, 6> kKinds = {
      {{"if_statement", kInIf},
       {"for_statement", kInLoop},
       {"while_statement", kInLoop},
       {"try_statement", kInTry},
       {"with_statement", kInWith},
       {"match_statement", kInMatch}}};
  for (const auto& [type, kind] : kKinds)
    if (Is(node, type)) return kind;
  return 0;
}

// Parts of a statement that hold blocks, and the blocks.
bool IsPart(TSNode node) {
  constexpr std::array<std::string_view, 8> kParts = {
      "block",          "elif_clause", "else_clause", "except_clause", "except_group_clause",
      "finally_clause", "case_clause", "ERROR"};
  for (const std::string_view type : kParts)
    if (Is(node, type)) return true;
  return false;
}

bool HoldsStatements(TSNode node) {
  return KindOf(node) != 0 || IsPart(node) || Is(node, "function_definition") ||
         Is(node, "class_definition") || Is(node, "decorated_definition");
}

struct Context {
  Blocks within = 0;
  Blocks since = 0;
  DefinitionId enclosing = kNoDefinition;
  int depth = 0;
};

/// Walks the statements of a tree, in source order.
class TreeReader {
 public:
  TreeReader(std::string_view source, Outline& outline)
      : source_(source), outline_(outline), lines_(source) {}

  void VisitChildren(TSNode node, Context context) {
    if (++context.depth > kMaxDepth) return Note(Problem::kNesting, node);
    for (const TSNode child : Children(node)) Visit(child, context);
  }

  // The line of the first error in the tree.
  void NoteError(TSNode node) {
    while (!ts_node_is_error(node) && !ts_node_is_missing(node)) {
      bool descended = false;
      for (const TSNode child : Children(node, false)) {
        if (!ts_node_has_error(child)) continue;
        node = child;
        descended = true;
        break;
      }
      if (!descended) break;
    }
    Note(Problem::kGrammar, node);
  }

 private:
  void Visit(TSNode node, Context context) {
    if (Is(node, "import_statement")) return ReadImport(node, context);
    if (Is(node, "import_from_statement") || Is(node, "future_import_statement"))
      return ReadImportFrom(node, context);
    if (Is(node, "function_definition") || Is(node, "class_definition"))
      return ReadDefinition(node, node, context);
    if (Is(node, "decorated_definition")) return ReadDecorated(node, context);
    const Blocks kind = KindOf(node);
    context.within |= kind;
    context.since |= kind;
    if (kind != 0 || IsPart(node)) VisitChildren(node, context);
  }

  void ReadDecorated(TSNode node, Context context) {
    const TSNode definition = Field(node, "definition");
    if (ts_node_is_null(definition)) return;
    const auto id = static_cast<DefinitionId>(outline_.definitions.size());
    for (const TSNode decorator : Children(node)) {
      if (!Is(decorator, "decorator")) continue;
      for (const TSNode expression : Children(decorator))
        outline_.decorators.push_back({Text(expression), LineOf(expression), id});
    }
    ReadDefinition(definition, node, context);
  }

  // `whole` is the definition with its decorators.
  void ReadDefinition(TSNode node, TSNode whole, Context context) {
    const bool is_class = Is(node, "class_definition");
    Definition definition;
    definition.name = Text(Field(node, "name"));
    definition.kind = is_class ? DefinitionKind::kClass : DefinitionKind::kFunction;
    if (!is_class && Is(ts_node_child(node, 0), "async"))
      definition.kind = DefinitionKind::kAsyncFunction;
    if (is_class) {
      definition.bases = Inside(Field(node, "superclasses"));
    } else {
      definition.parameters = Inside(Field(node, "parameters"));
    }
    definition.is_method = context.enclosing != kNoDefinition &&
                           outline_.definitions[context.enclosing].kind == DefinitionKind::kClass;
    definition.is_conditional = context.since != 0;
    definition.within = context.within;
    definition.enclosing = context.enclosing;
    Place(definition, node, whole);

    context.enclosing = static_cast<DefinitionId>(outline_.definitions.size());
    context.within |= is_class ? kInClass : kInFunction;
    context.since = 0;
    outline_.definitions.push_back(definition);
    VisitChildren(node, context);
  }

  void Place(Definition& definition, TSNode node, TSNode whole) {
    const uint32_t start = ts_node_start_byte(whole);
    const uint32_t end = End(node);
    definition.text = source_.substr(start, end - start);
    definition.first_line = definition.decorator_line = LineOf(node);
    definition.last_line = end == 0 ? 1 : lines_.LineOf(source_.data() + end - 1);
    definition.column = ts_node_start_point(node).column;
    definition.decorators_end = static_cast<uint32_t>(outline_.decorators.size());
    definition.decorators_begin = definition.decorators_end;
    const auto id = static_cast<DefinitionId>(outline_.definitions.size());
    uint32_t& begin = definition.decorators_begin;
    while (begin > 0 && outline_.decorators[begin - 1].definition == id) --begin;
    if (begin < definition.decorators_end)
      definition.decorator_line = outline_.decorators[begin].line;
  }

  void ReadImport(TSNode node, Context context) {
    Import import = BeginImport(node, context);
    for (const TSNode child : Children(node)) AddName(child);
    Finish(import);
  }

  void ReadImportFrom(TSNode node, Context context) {
    Import import = BeginImport(node, context);
    import.kind = ImportKind::kNames;
    bool in_names = false;
    for (const TSNode child : Children(node, false)) {
      if (Is(child, "import")) {
        in_names = true;
      } else if (Is(child, "wildcard_import")) {
        import.kind = ImportKind::kStar;
      } else if (Is(child, "relative_import")) {
        ReadRelative(child, import);
      } else if (in_names && ts_node_is_named(child)) {
        AddName(child);
      } else if (!in_names && (Is(child, "dotted_name") || Is(child, "__future__"))) {
        import.module = Text(child);
      }
    }
    Finish(import);
  }

  void ReadRelative(TSNode node, Import& import) {
    for (const TSNode child : Children(node)) {
      if (Is(child, "dotted_name")) import.module = Text(child);
      if (!Is(child, "import_prefix")) continue;
      for (const char c : Text(child)) import.level += c == '.' ? 1 : 0;
    }
  }

  void AddName(TSNode node) {
    if (Is(node, "aliased_import")) {
      outline_.names.push_back({Text(Field(node, "name")), Text(Field(node, "alias"))});
    } else if (Is(node, "dotted_name")) {
      outline_.names.push_back({Text(node), {}});
    }
  }

  Import BeginImport(TSNode node, Context context) {
    Import import;
    import.first_line = LineOf(node);
    import.last_line = lines_.LineOf(source_.data() + ts_node_end_byte(node));
    import.within = context.within;
    import.enclosing = context.enclosing;
    import.names_begin = static_cast<uint32_t>(outline_.names.size());
    return import;
  }

  void Finish(Import import) {
    import.names_end = static_cast<uint32_t>(outline_.names.size());
    outline_.imports.push_back(import);
  }

  // The tree counts comments behind the last statement as parts of a block.
  static uint32_t End(TSNode node) {
    while (HoldsStatements(node)) {
      const std::vector<TSNode> children = Children(node);
      if (children.empty()) break;
      node = children.back();
    }
    return ts_node_end_byte(node);
  }

  // The text of a node without the parentheses around it.
  [[nodiscard]] std::string_view Inside(TSNode node) const {
    const std::string_view text = Text(node);
    return text.size() >= 2 ? text.substr(1, text.size() - 2) : std::string_view{};
  }

  [[nodiscard]] std::string_view Text(TSNode node) const {
    if (ts_node_is_null(node)) return {};
    const uint32_t start = ts_node_start_byte(node);
    return source_.substr(start, ts_node_end_byte(node) - start);
  }

  uint32_t LineOf(TSNode node) { return lines_.LineOf(source_.data() + ts_node_start_byte(node)); }

  void Note(Problem problem, TSNode node) {
    if (outline_.problem != Problem::kNone) return;
    outline_.problem = problem;
    outline_.problem_line = LineOf(node);
  }

  std::string_view source_;
  Outline& outline_;
  LineCounter lines_;
};

// The grammar does not know a lone CR as the end of a line.
std::string WithLineFeeds(std::string_view source) {
  std::string text(source);
  for (size_t i = 0; i < text.size(); ++i)
    if (text[i] == '\r' && (i + 1 == text.size() || text[i + 1] != '\n')) text[i] = '\n';
  return text;
}

Tree Parse(std::string_view source, const void* language) {
  const Parser parser(ts_parser_new());
  if (!ts_parser_set_language(parser.get(), static_cast<const TSLanguage*>(language))) return {};
  if (source.size() > UINT32_MAX) return {};
  const std::string text = WithLineFeeds(source);
  return Tree(ts_parser_parse_string(parser.get(), nullptr, text.data(),
                                     static_cast<uint32_t>(text.size())));
}

Outline ProblemAt(Problem problem, uint32_t line) {
  Outline outline;
  outline.problem = problem;
  outline.problem_line = line;
  return outline;
}

}  // namespace

Outline TreeSitterOutline(std::string_view source, const void* language) {
  source = WithoutBom(source);
  if (const Unreadable bytes = FindUnreadable(source); bytes.problem != Problem::kNone)
    return ProblemAt(bytes.problem, LineCounter(source).LineOf(bytes.place));
  const Tree tree = Parse(source, language);
  if (tree == nullptr) return ProblemAt(Problem::kGrammar, 1);

  Outline outline;
  TreeReader reader(source, outline);
  const TSNode root = ts_tree_root_node(tree.get());
  if (ts_node_has_error(root)) reader.NoteError(root);
  reader.VisitChildren(root, {});
  return outline;
}

}  // namespace dxpy::syntax
