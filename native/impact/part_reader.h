#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "impact/definitions.h"
#include "impact/digest.h"
#include "impact/lexemes.h"
#include "impact/mentions.h"
#include "impact/origins.h"
#include "impact/parts.h"
#include "impact/statements.h"
#include "syntax/outline.h"

namespace dxpy::impact {

/// Makes the parts of one file out of its outline. One use.
class PartReader {
 public:
  /// @param source   without a byte order mark. @param outline  of it, without a problem.
  PartReader(std::string_view source, const syntax::Outline& outline);

  std::vector<Part> Read();

 private:
  enum class ItemKind : uint8_t { kDefinition, kImport, kStatement, kBlock };

  /// Something that stands in no function, in the order of the source.
  struct Item {
    ItemKind kind;
    uint32_t index;  ///< in its list of the outline
    uint32_t line;
    const char* place;
    syntax::DefinitionId enclosing;
    syntax::BlockId block;
    size_t begin = 0;  ///< of statements and blocks: in lexemes_
    size_t end = 0;
    bool is_first = false;  ///< of the module, or of the class that it stands in
    StatementShape shape;   ///< of statements
  };

  /// A class while its statements are gathered.
  struct OpenClass {
    OpenClass(WordTable& words, uint32_t first_line) : mentions(words), layout(first_line) {}

    size_t part = 0;
    Digest digest;
    Mentions mentions;
    LayoutDigest layout;
    std::unordered_map<std::string_view, size_t> bound;  ///< by name: in Part::bind_hashes
    bool watches_subclasses = false;                     ///< it has an __init_subclass__
  };

  void CollectItems();
  void AddImportItems();
  void LexPlain(Item& item);
  void BindNames(const Item& item);
  void HashBlock(const Item& item);

  void AddItem(const Item& item);
  void AddDefinition(const Item& item);
  void AddFunction(const Item& item, const syntax::Definition& definition);
  void FinishFunction(Part& part, const Head& head, Lexemes lexemes, uint64_t context);
  void AddClass(const Item& item, const syntax::Definition& definition);
  [[nodiscard]] bool HasHarmlessBases(Lexemes rest) const;
  [[nodiscard]] bool IsHarmlessBaseAt(Lexemes base) const;
  void AddStatement(const Item& item);
  void AddToClass(const Item& item, OpenClass& open);
  void AddDocstring(const Item& item);
  void AddBlock(const Item& item);
  void AddImport(const Item& item);
  void AddImportedName(const Item& item, const syntax::Import& import, uint32_t name);
  void AddImportToClass(const Item& item, OpenClass& open);
  void BindInClass(OpenClass& open, std::string_view name, uint64_t hash);
  [[nodiscard]] bool IsHarmlessClass(std::string_view name) const;
  void FinishClasses();

  /// Whether Python may know a name by another spelling.
  [[nodiscard]] bool IsOdd(std::string_view name) {
    return (words_.bits(words_.Number(name)) & kOddWord) != 0;
  }
  [[nodiscard]] bool ImportActs(const Item& item, std::string_view module) const;
  [[nodiscard]] Lexemes LexemesOf(const Item& item) const {
    return Lexemes(lexemes_).subspan(item.begin, item.end - item.begin);
  }
  [[nodiscard]] std::string_view TextOf(const Item& item) const;
  [[nodiscard]] uint64_t Context(syntax::BlockId block) const {
    return block == syntax::kNoBlock ? 0 : block_hashes_[block];
  }
  [[nodiscard]] bool IsForTyping(syntax::BlockId block) const {
    return block != syntax::kNoBlock && for_typing_[block];
  }
  [[nodiscard]] std::string QualifiedName(const syntax::Definition& definition) const;

  std::string_view source_;
  const syntax::Outline& outline_;
  WordTable words_;
  Lexer lexer_;
  Origins origins_;
  uint64_t seed_;
  bool typing_is_false_ = false;  ///< TYPE_CHECKING = False
  std::vector<Item> items_;
  std::vector<Lexeme> lexemes_;   ///< of statements and headers
  std::vector<Lexeme> function_;  ///< of the function that is read
  std::vector<uint64_t> block_hashes_;
  std::vector<bool> for_typing_;                     ///< by block: whether it is `if TYPE_CHECKING`
  std::vector<std::unique_ptr<OpenClass>> classes_;  ///< by definition
  std::unordered_map<std::string_view, const OpenClass*> module_classes_;
  std::vector<Part> parts_;
};

}  // namespace dxpy::impact
