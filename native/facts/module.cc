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

// Literals are read as UTF-8. A file in another encoding says so in its first
// two lines, and matters only where it goes beyond ASCII.
bool Module::IsForeign() const {
  const std::string_view source = syntax::WithoutBom(source_);
  size_t head = 0;
  for (int line = 0; line < 2 && head != std::string_view::npos; ++line)
    head = source.find('\n', head + (line > 0 ? 1 : 0));
  const std::string_view lines = source.substr(0, head);
  if (lines.find("coding") == std::string_view::npos) return false;
  if (lines.find("utf-8") != std::string_view::npos) return false;
  return std::ranges::any_of(source, [](char c) { return (c & 0x80) != 0; });
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
