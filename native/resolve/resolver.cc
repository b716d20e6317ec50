#include "resolve/resolver.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "facts/known_types.h"
#include "resolve/hazards.h"
#include "resolve/way.h"

namespace dxpy::resolve {

using facts::Resolved;

bool IsLeaf(std::string_view origin) {
  const std::string_view top = origin.substr(0, origin.find('.'));
  if (top.empty()) return false;
  for (const std::string_view known : {"unittest", "hypothesis", "freezegun", "pytest_asyncio"})
    if (top == known) return true;
  return facts::HoldsNoTests(top);
}

Resolver::Resolver(SourceFiles& files, SearchPath path, const facts::Rules& rules)
    : files_(files), finder_(files, std::move(path)), rules_(rules) {}

facts::FileFacts Resolver::Read(const std::string& path) {
  File* const file = Load(path);
  if (file == nullptr) {
    facts::FileFacts facts;
    facts.reasons.push_back({facts::ReasonKind::kSyntax, "cannot be read", 0});
    return facts;
  }
  AddRoot(path, false);
  facts::FileFacts facts = ReadFileFacts(*file->module, rules_);
  facts.sources = SourcesOf(path);
  return facts;
}

void Resolver::AddRoot(const std::string& path, bool is_imported) {
  const bool is_new = roots_.emplace(path, is_imported).second;
  if (is_new && closure_ != nullptr) {
    // What was found is not all any more.
    closure_->AddRoot(path, is_imported);
    meddlers_ = std::make_unique<Meddlers>(*closure_, rules_);
  }
}

ImportClosure& Resolver::Closure() {
  if (closure_ == nullptr) {
    closure_ = std::make_unique<ImportClosure>(files_, finder_, rules_);
    for (const auto& [path, is_imported] : roots_) closure_->AddRoot(path, is_imported);
    meddlers_ = std::make_unique<Meddlers>(*closure_, rules_);
  }
  return *closure_;
}

std::string Resolver::FindMeddler(const facts::Module& owner, std::string_view name,
                                  facts::Hold hold) {
  Closure();
  return meddlers_->Find(owner.path(), name, hold);
}

// None of the modules that may be meant speaks of tests, and nobody puts one there.
bool Resolver::IsNoTest(const facts::Module& from, std::string_view origin) {
  if (!origin.starts_with('.') && Closure().PathChanger() != nullptr) return false;
  if (!Closure().HoldsNoTests(from.path(), origin)) return false;
  const std::string_view name = origin.substr(origin.rfind('.') + 1);
  return std::ranges::all_of(closure_->Locate(from.path(), origin), [&](const auto* member) {
    return meddlers_->Find(member->path, name, facts::Hold::kName).empty();
  });
}

Resolver::File* Resolver::Load(const std::string& path) {
  const auto [place, is_new] = loaded_.try_emplace(path);
  File& file = place->second;
  if (is_new) {
    std::optional<std::string> source = files_.Read(path);
    if (source) {
      file.source = std::move(*source);
      file.module = std::make_unique<facts::Module>(file.source, rules_, path, this);
      file.hazards = FindHazards(*file.module);
    }
  }
  return file.module == nullptr ? nullptr : &file;
}

Resolved Resolver::Follow(const facts::Module& from, std::string_view origin, size_t module_size) {
  if (IsLeaf(origin)) return NotFollowed(origin, {});
  if (!origin.starts_with('.')) {
    if (loaded_.at(from.path()).hazards.changes_path) return NotFollowed(origin, "sys.path");
    if (const std::string* const changer = Closure().PathChanger())
      return NotFollowed(origin, "sys.path in " + *changer);
  }
  const auto [place, is_new] =
      answers_.try_emplace(from.path() + '\0' + std::to_string(module_size) + std::string(origin),
                           NotFollowed(origin, "a cycle"));
  Resolved& answer = place->second;  // stays in place when others are added
  if (is_new) answer = Way(*this, from, origin).Go(module_size);
  return answer;
}

// What a name that the module binds is. kUnknown with an obstacle, or without.
Resolved Resolver::FindName(File& file, const std::string& name, std::string_view rest) {
  facts::Module& module = *file.module;
  const auto stop = [&](const char* why) {
    Resolved resolved;
    resolved.obstacle = name + ": " + why + " in " + module.path();
    return resolved;
  };
  const std::string& problem = ProblemOf(file);
  if (!problem.empty()) return stop(problem.c_str());
  const facts::Binding* const binding = module.names.Agreed(name);
  if (binding == nullptr) return stop("bound more than once");
  if (!binding->is_certain) return stop("conditional");
  for (const syntax::Import* star : module.names.star_imports())
    if (binding->place < star->module.data() &&
        Exporting(file, *star, name).kind != Exports::Kind::kNot)
      return stop("before a star import");
  if (file.hazards.has_walrus && IsBoundByWalrus(module.source(), name)) return stop(":=");
  if (module.IsTouched(name)) return stop("written to by a function");
  const std::string meddler = FindMeddler(module, name, facts::Hold::kName);
  if (!meddler.empty()) {
    Resolved lost;
    lost.obstacle = name + ": changed in " + meddler;
    return lost;
  }
  Resolved resolved = module.names.ResolveBinding(*binding, rest, facts::kNoDefinition);
  if (resolved.kind == Resolved::Kind::kDefinition && resolved.where.module == &module)
    resolved.via.push_back({&module, binding->name});
  return resolved;
}

// Code that writes into the module's namespace by other means than statements.
const std::string& Resolver::ProblemOf(File& file) {
  if (file.is_checked) return file.problem;
  file.is_checked = true;
  // Until that is known, to those that are asked on the way.
  file.problem = "a cycle";
  return file.problem = ProblemOfNames(*file.module);
}

bool Resolver::MovesModules(const facts::Module& from, const Location& package) {
  File* const file = Load(package.path);
  if (file == nullptr) return true;
  loaded_.at(from.path()).uses.insert(package.path);
  return file->hazards.moves_modules;
}

std::vector<std::string> Resolver::SourcesOf(const std::string& path) const {
  std::set<std::string> found;
  std::vector<std::string> open = {path};
  while (!open.empty()) {
    const std::string next = std::move(open.back());
    open.pop_back();
    const auto file = loaded_.find(next);
    if (file == loaded_.end()) continue;
    for (const std::string& used : file->second.uses)
      if (found.insert(used).second) open.push_back(used);
  }
  found.erase(path);
  return {found.begin(), found.end()};
}

}  // namespace dxpy::resolve
