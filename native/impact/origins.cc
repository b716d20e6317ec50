#include "impact/origins.h"

#include <utility>

#include "impact/harmless.h"
#include "syntax/outline_queries.h"

namespace dxpy::impact {

Origins::Origins(const syntax::Outline& outline) {
  for (const syntax::Import& import : outline.imports) {
    if ((import.within & syntax::kInFunction) != 0) continue;
    const std::string module = syntax::PlainName(import.module);
    if (import.kind == syntax::ImportKind::kStar)
      has_star_ |= import.level > 0 || !IsStandardModule(module);
    for (uint32_t i = import.names_begin; i < import.names_end; ++i) {
      const auto& [name, alias] = outline.names[i];
      const bool named = import.kind == syntax::ImportKind::kNames;
      std::string origin = named ? module + '.' + std::string(name) : syntax::PlainName(name);
      if (import.level > 0) origin.clear();
      std::string_view bound = alias.empty() ? name : alias;
      if (!named && alias.empty()) {
        // `import a.b` binds `a`; its layout, if any, stands behind the name.
        bound = bound.substr(0, origin.find('.'));
        origin.resize(bound.size());
      }
      Import(bound, std::move(origin));
    }
  }
}

void Origins::Import(std::string_view name, std::string origin) {
  Binding& binding = bindings_[name];
  if (++binding.count == 1) {
    binding.origin = std::move(origin);
  } else if (binding.origin != origin) {
    binding.origin.clear();
  }
  binding.is_import = true;
}

void Origins::Bind(std::string_view name) {
  Binding& binding = bindings_[name];
  ++binding.count;
  binding.origin.clear();
}

std::string Origins::Of(Lexemes chain) const {
  if (chain.empty()) return {};
  const auto found = bindings_.find(chain[0].text);
  std::string origin;
  if (found != bindings_.end()) {
    origin = found->second.origin;
    if (origin.empty()) return {};
  } else if (has_star_) {
    return {};
  } else {
    origin = "builtins." + std::string(chain[0].text);
  }
  for (size_t i = 2; i < chain.size(); i += 2) origin.append(1, '.').append(chain[i].text);
  return origin;
}

bool Origins::IsImported(std::string_view name) const {
  const auto found = bindings_.find(name);
  return found != bindings_.end() && found->second.is_import;
}

bool Origins::IsBoundOnce(std::string_view name) const {
  const auto found = bindings_.find(name);
  return found != bindings_.end() && found->second.count == 1;
}

size_t ChainLength(Lexemes lexemes) {
  size_t length = 0;
  while (length < lexemes.size() && lexemes[length].IsName()) {
    if (length + 2 >= lexemes.size() || !lexemes[length + 1].Is('.') ||
        !lexemes[length + 2].IsName())
      return length + 1;
    length += 2;
  }
  return length;
}

}  // namespace dxpy::impact
