#include "syntax/import_reader.h"

namespace dxpy::syntax {
namespace {

std::string_view Span(const char* begin, const char* end) {
  return {begin, static_cast<size_t>(end - begin)};
}

/// Reads the parts of one import statement from left to right.
class ImportReader {
 public:
  ImportReader(const char* p, SourceReader& reader, std::vector<ImportedName>& names)
      : start_(p), p_(p), end_(p), reader_(reader), names_(names) {
    parts_.import.names_begin = static_cast<uint32_t>(names.size());
  }

  ImportParts Modules() {
    parts_.import.kind = ImportKind::kModules;
    Skip();
    do {
      Name(DottedName());
    } while (Accept(','));
    return Finish();
  }

  ImportParts From() {
    parts_.import.kind = ImportKind::kNames;
    Skip();
    for (; Accept('.'); Skip()) ++parts_.import.level;
    if (!AtWord("import")) parts_.import.module = DottedName();
    if (!AcceptWord("import")) return Failed();
    if (Accept('*')) {
      parts_.import.kind = ImportKind::kStar;
      return Finish();
    }
    in_brackets_ = Accept('(');
    do {
      Skip();
      // After the last comma there may be nothing more.
      if (in_brackets_ && reader_.At(p_, ')')) break;
      Name(Word());
    } while (Accept(','));
    if (in_brackets_ && !AcceptLast(')')) return Failed();
    return Finish();
  }

 private:
  void Skip() { p_ = in_brackets_ ? reader_.SkipLayout(p_) : reader_.SkipBlanks(p_); }

  bool AcceptLast(char c) {
    if (!reader_.At(p_, c)) return false;
    end_ = ++p_;
    return true;
  }

  bool Accept(char c) {
    if (!AcceptLast(c)) return false;
    Skip();
    return true;
  }

  [[nodiscard]] bool AtWord(std::string_view word) const {
    return Span(p_, reader_.SkipName(p_)) == word;
  }

  bool AcceptWord(std::string_view word) {
    if (!AtWord(word)) return false;
    p_ += word.size();
    Skip();
    return true;
  }

  std::string_view Word() {
    const char* const begin = p_;
    p_ = end_ = reader_.SkipName(p_);
    if (p_ == begin) reader_.Fail(Problem::kHeader, start_);
    Skip();
    return Span(begin, end_);
  }

  // Its parts may have blanks between them.
  std::string_view DottedName() {
    const char* const begin = p_;
    do {
      Word();
    } while (!reader_.failed() && Accept('.'));
    return Span(begin, end_);
  }

  void Name(std::string_view name) {
    ImportedName imported{name, {}};
    if (AcceptWord("as")) imported.alias = Word();
    if (!reader_.failed()) names_.push_back(imported);
  }

  ImportParts Finish() {
    parts_.import.names_end = static_cast<uint32_t>(names_.size());
    parts_.end = end_;
    return parts_;
  }

  ImportParts Failed() {
    reader_.Fail(Problem::kHeader, start_);
    return Finish();
  }

  const char* start_;
  const char* p_;
  const char* end_;  ///< of the last token
  bool in_brackets_ = false;
  SourceReader& reader_;
  std::vector<ImportedName>& names_;
  ImportParts parts_;
};

}  // namespace

ImportParts ReadImportModules(const char* p, SourceReader& reader,
                              std::vector<ImportedName>& names) {
  return ImportReader(p, reader, names).Modules();
}

ImportParts ReadImportFrom(const char* p, SourceReader& reader, std::vector<ImportedName>& names) {
  return ImportReader(p, reader, names).From();
}

}  // namespace dxpy::syntax
