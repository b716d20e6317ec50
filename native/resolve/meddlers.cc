#include "resolve/meddlers.h"

#include <algorithm>
#include <unordered_set>
#include <vector>

#include "resolve/hazards.h"

namespace dxpy::resolve {
const std::string& Meddlers::Find(const std::string& owner, std::string_view name,
                                  facts::Hold hold) {
  std::string key = owner + '\0' + std::to_string(static_cast<int>(hold)) + std::string(name);
  const auto [place, is_new] = answers_.try_emplace(std::move(key));
  if (!is_new) return place->second;
  HeldName held{{name}, NameOfModule(owner), hold};
  AddAliases(held.names);
  return place->second = Search(owner, held);
}

void Meddlers::AddAliases(Words& names) const {
  std::vector<std::string_view> open(names.begin(), names.end());
  while (!open.empty()) {
    const std::string_view next = open.back();
    open.pop_back();
    for (const ImportClosure::Use& use : closure_.UsesOf(next))
      if (names.insert(use.local).second) open.push_back(use.local);
  }
}

std::string Meddlers::Search(const std::string& owner, HeldName held) {
  std::unordered_set<const Member*> users(closure_.with_star().begin(), closure_.with_star().end());
  const auto add = [&](std::string_view name) {
    for (const ImportClosure::Use& use : closure_.UsesOf(name)) users.insert(use.member);
  };
  std::ranges::for_each(held.names, add);
  for (Member& member : closure_.members()) {
    // Its own code is read by who asks.
    if (member.path == owner) continue;
    held.has_module = held.hold != facts::Hold::kName && CanHaveModule(member, owner);
    if (!MayMeddle(member, held, users.contains(&member))) continue;
    std::string found = Examine(member, held);
    if (!found.empty()) return found;
  }
  return {};
}

// By an import of its own, or as an attribute of a package.
bool Meddlers::CanHaveModule(const Member& member, const std::string& owner) {
  if (member.attributes.MayHave(NameOfModule(owner)) && member.CanReach(owner)) return true;
  return std::ranges::any_of(member.imports,
                             [&](const Member* imported) { return imported->path == owner; });
}

// By what is known of a file's words.
bool Meddlers::MayMeddle(const Member& member, const HeldName& held, bool is_user) {
  const auto has = [&](const WordFilter& filter) {
    return std::ranges::any_of(held.names,
                               [&](std::string_view name) { return filter.MayHave(name); });
  };
  if (has(member.written) || (member.has_setattr && has(member.quoted))) return true;
  const bool may_have = is_user || has(member.attributes);
  if (held.hold == facts::Hold::kName)
    return may_have && (member.has_setattr || member.has_special);
  return may_have || member.assigns_module || held.has_module;
}

std::string Meddlers::Examine(Member& member, const HeldName& held) {
  const auto is_there = [&](std::string_view word) { return Contains(member.source, word); };
  if (!is_there(held.module) && std::ranges::none_of(held.names, is_there)) return {};
  if (member.module == nullptr)
    member.module = std::make_unique<facts::Module>(member.source, rules_, member.path, nullptr);
  const uint32_t line = FindMeddling(member, held);
  return line == 0 ? std::string() : member.path + ":" + std::to_string(line);
}

}  // namespace dxpy::resolve
