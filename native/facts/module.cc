#include "facts/module.h"

#include <algorithm>
#include <utility>

#include "facts/touched_names.h"
#include "syntax/encoding.h"

namespace dxpy::facts {

Module::Module(std::string_view source, const Rules& rules, std::string path, Importer* importer)
    : source_(source),
      path_(std::move(path)),
      outline(syntax::ScanOutline(source)),
      names(outline, rules, *this, importer),
      decorations(*this),
      classes(*this) {}

namespace {

// `# -*- coding: latin-1 -*-`; a BOM goes with UTF-8 alone.
bool NamesEncoding(std::string_view line) {
  line.remove_prefix(std::min(line.find_first_not_of(" \t\f"), line.size()));
  const size_t at = line.find("coding");
  if (!line.starts_with('#') || at == std::string_view::npos) return false;
  const std::string_view rest = line.substr(at + 6);
  return (rest.starts_with(':') || rest.starts_with('=')) &&
         line.find("utf-8") == std::string_view::npos;
}

}  // namespace

// Literals are read as UTF-8. A file in another encoding says so in its first
// two lines, and matters only where it goes beyond ASCII.
bool Module::IsForeign() const {
  std::string_view rest = syntax::WithoutBom(source_);
  bool names_one = false;
  for (int line = 0; line < 2; ++line) {
    const size_t end = std::min(rest.find_first_of("\r\n"), rest.size());
    names_one |= NamesEncoding(rest.substr(0, end));
    rest.remove_prefix(std::min(end, rest.size()));
    rest.remove_prefix(std::min<size_t>(rest.starts_with("\r\n") ? 2 : 1, rest.size()));
  }
  return names_one && std::ranges::any_of(source_, [](char c) { return (c & 0x80) != 0; });
}

const ImportTime& Module::import_time() {
  if (import_time_ == nullptr)
    import_time_ = std::make_unique<ImportTime>(outline, names, decorations);
  return *import_time_;
}

LocalFixtures& Module::fixtures() {
  if (fixtures_ == nullptr) fixtures_ = std::make_unique<LocalFixtures>(*this);
  return *fixtures_;
}

bool Module::IsTouched(std::string_view name) {
  if (!touched_) touched_ = NamesTouchedByFunctions(outline);
  return touched_->contains(name);
}

}  // namespace dxpy::facts
