#include "resolve/import_closure.h"

#include <algorithm>
#include <cstring>
#include <functional>

#include "facts/expression.h"
#include "facts/known_types.h"
#include "resolve/hazards.h"
#include "resolve/resolver.h"
#include "syntax/outline_queries.h"

namespace dxpy::resolve {
namespace {

using Kind = Location::Kind;

bool IsWordByte(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
         (c & 0x80) != 0;
}

// What pytest does to tests is not meddling.
bool IsKnown(std::string_view module) {
  return IsLeaf(module) || module == "_pytest" || module.starts_with("_pytest.");
}

// Of the standard library, which has its hands on nothing that it does not know.
bool IsOfPython(std::string_view path) {
  const size_t at = path.rfind("/lib/python3.");
  return at != std::string_view::npos && path.find("-packages/", at) == std::string_view::npos;
}

// Whether what stands behind an attribute, or before the names that lead to it, lets
// it be assigned to or deleted. It may say so where it is not.
bool MayBeWritten(std::string_view source, size_t dot, size_t end) {
  const size_t next = std::min(source.find_first_not_of(" \t\\", end), source.size());
  const std::string_view rest = source.substr(next, source.find('\n', next) - next);
  if (!rest.empty() &&
      std::string_view("=+-*/%@&|^<>,)]:").find(rest[0]) != std::string_view::npos &&
      rest.find('=') != std::string_view::npos && !rest.starts_with("=="))
    return true;
  size_t begin = dot;
  while (begin > 0 && (IsWordByte(source[begin - 1]) || source[begin - 1] == '.')) --begin;
  while (begin > 0 && source[begin - 1] == ' ') --begin;
  const std::string_view before = source.substr(0, begin);
  return before.ends_with("del") || before.ends_with("for") || before.ends_with("as") ||
         before.ends_with(',') || before.ends_with('(') || before.ends_with('[');
}

// Everything behind a dot, also in strings and comments.
void AddAttributes(std::string_view source, ImportClosure::Member& member) {
  for (size_t at = source.find('.'); at != std::string_view::npos; at = source.find('.', at + 1)) {
    const size_t begin = std::min(source.find_first_not_of(" \t\\\r\n", at + 1), source.size());
    size_t end = begin;
    while (end < source.size() && IsWordByte(source[end])) ++end;
    if (end == begin) continue;
    const std::string_view word = source.substr(begin, end - begin);
    member.attributes.Add(word);
    if (MayBeWritten(source, at, end)) member.written.Add(word);
  }
}

// Whether anything gets a true `__test__`.
bool MarksTests(std::string_view source) {
  constexpr std::string_view kTest = "__test__";
  for (size_t at = Find(source, kTest); at != std::string_view::npos;
       at = Find(source, kTest, at + 1))
    if (!source.substr(at + kTest.size()).starts_with(" = False\n")) return true;
  return false;
}

void AddQuoted(std::string_view source, WordFilter& filter) {
  for (size_t at = source.find_first_of("'\""); at != std::string_view::npos;
       at = source.find_first_of("'\"", at + 1)) {
    size_t end = at + 1;
    while (end < source.size() && IsWordByte(source[end])) ++end;
    if (end > at + 1) filter.Add(source.substr(at + 1, end - at - 1));
  }
}

}  // namespace

void WordFilter::Add(std::string_view word) {
  const size_t hash = std::hash<std::string_view>()(word);
  for (const size_t bit : {hash % 8192, hash / 8192 % 8192})
    bits_[bit / 64] |= uint64_t{1} << (bit % 64);
}

bool WordFilter::MayHave(std::string_view word) const {
  const size_t hash = std::hash<std::string_view>()(word);
  return std::ranges::all_of(std::array{hash % 8192, hash / 8192 % 8192}, [this](size_t bit) {
    return (bits_[bit / 64] >> (bit % 64) & 1) != 0;
  });
}

const std::vector<ImportClosure::Use>& ImportClosure::UsesOf(std::string_view name) const {
  static const std::vector<Use> kNone;
  const auto found = uses_.find(name);
  return found == uses_.end() ? kNone : found->second;
}

void ImportClosure::AddRoot(const std::string& path, bool is_imported) {
  Add(path, is_imported);
  while (next_ < members_.size()) ReadNext();
}

ImportClosure::Member* ImportClosure::Add(const std::string& path, bool is_imported) {
  const auto [place, is_new] = by_path_.try_emplace(path);
  if (is_new) {
    place->second = &members_.emplace_back();
    place->second->path = path;
  }
  place->second->is_imported |= is_imported;
  return place->second;
}

void ImportClosure::ReadNext() {
  Member& member = members_[next_++];
  std::optional<std::string> source = files_.Read(member.path);
  if (!source) return;
  member.source = std::move(*source);
  member.outline = syntax::ScanOutline(member.source);
  member.has_setattr = Contains(member.source, "setattr") || Contains(member.source, "delattr");
  member.assigns_module = AssignsModule(member.source);
  for (const std::string_view word : {"__test__", "__class__", "__bases__", "__dict__", "attr__"})
    member.has_special |= Contains(member.source, word);
  member.has_tests |= MarksTests(member.source);
  AddAttributes(member.source, member);
  if (member.has_setattr) AddQuoted(member.source, member.quoted);
  AddImports(member);
  AddDynamicImports(member);
}

// What an installed package does where it is called is its business, and nobody calls
// the functions of a test file but its own code.
bool ImportClosure::ChangesPath(const Member& member) const {
  if (!Contains(member.source, "sys.path")) return false;
  facts::Module module(member.source, rules_, member.path, nullptr);
  if (ChangesPathOnImport(module)) return true;
  if (Contains(member.path, "-packages/")) return false;
  if (member.is_imported) return FindHazards(module).changes_path;
  const std::vector<syntax::Definition>& definitions = module.outline.definitions;
  for (facts::DefinitionId id = 0; id < definitions.size(); ++id)
    if (module.import_time().IsReached(id) && MentionsPath(definitions[id].text)) return true;
  return false;
}

const std::string* ImportClosure::PathChanger() {
  if (looked_at_ == members_.size()) return path_changer_;
  looked_at_ = members_.size();
  const auto found =
      std::ranges::find_if(members_, [this](const Member& member) { return ChangesPath(member); });
  return path_changer_ = found == members_.end() ? nullptr : &found->path;
}

void ImportClosure::AddImports(Member& member) {
  for (const syntax::Import& import : member.outline.imports) {
    const std::string module = syntax::PlainName(import.module);
    if (import.kind == syntax::ImportKind::kStar) {
      if (with_star_.empty() || with_star_.back() != &member) with_star_.push_back(&member);
      AddModule(member, module, import.level, true);
    }
    for (uint32_t i = import.names_begin; i < import.names_end; ++i) {
      const syntax::ImportedName& imported = member.outline.names[i];
      const std::string name = syntax::PlainName(imported.name);
      if (import.kind == syntax::ImportKind::kModules) {
        const std::string_view text = imported.name;
        const std::string_view local = imported.alias.empty() ? text : imported.alias;
        for (const std::string_view part : {text.substr(0, text.find_first_of(". \t\\")),
                                            text.substr(text.find_last_of(". \t\\") + 1)})
          uses_[part].push_back({&member, local});
        AddModule(member, name, 0, true);
      } else {
        uses_[imported.name].push_back(
            {&member, imported.alias.empty() ? imported.name : imported.alias});
        // Perhaps a submodule.
        AddModule(member, module.empty() ? name : module + "." + name, import.level, false);
      }
    }
  }
}

// import_module("a.b"), importorskip("a") and the like, with a name that is written there.
void ImportClosure::AddDynamicImports(Member& member) {
  bool is_computed = false;
  for (const std::string_view word : {"import_module(", "__import__(", "importorskip("}) {
    const std::string_view source = member.source;
    for (size_t at = Find(source, word); at != std::string_view::npos;
         at = Find(source, word, at + 1)) {
      const std::string_view rest = source.substr(at + word.size());
      if (rest.empty() || (rest[0] != '"' && rest[0] != '\'')) {
        is_computed = true;
        continue;
      }
      const std::string_view name = rest.substr(1, rest.find(rest[0], 1) - 1);
      if (!name.empty() &&
          std::ranges::all_of(name, [](char c) { return IsWordByte(c) || c == '.'; }) &&
          name[0] != '.')
        AddModule(member, name, 0, true);
    }
  }
  if (is_computed) AddQuotedModules(member);
}

// The same with a name that is computed, perhaps from texts in the file.
void ImportClosure::AddQuotedModules(Member& member) {
  const std::string_view source = member.source;
  for (size_t at = source.find_first_of("'\""); at != std::string_view::npos;
       at = source.find_first_of("'\"", at + 1)) {
    size_t end = at + 1;
    while (end < source.size() && (IsWordByte(source[end]) || source[end] == '.')) ++end;
    if (end == source.size() || source[end] != source[at] || end == at + 1) continue;
    const std::string_view text = source.substr(at + 1, end - at - 1);
    const size_t level = std::min(text.find_first_not_of('.'), text.size());
    if (level == text.size() || text.ends_with('.')) continue;
    AddModule(member, text.substr(level), std::max<size_t>(level, 1), true);
    if (level == 0) AddModule(member, text, 0, true);
    at = end;
  }
}

// @param is_bound  whether all modules on the way get a name, or are attributes of one.
void ImportClosure::AddModule(Member& from, std::string_view name, size_t level, bool is_bound) {
  if (level == 0 && (name.empty() || IsKnown(name))) {
    // Whatever is a test or a fixture was made with the help of these.
    from.has_tests |=
        (name.starts_with("unittest") && Contains(from.source, "TestCase")) ||
        (name.find("pytest") != std::string_view::npos && Contains(from.source, "fixture"));
    return;
  }
  const std::vector<Member*>& located = LocatedAt(from.path, name, level);
  constexpr std::string_view kInit = "__init__.py";
  for (Member* const member : located) {
    if (std::ranges::find(from.imports, member) == from.imports.end())
      from.imports.push_back(member);
    const std::string_view path = member->path;
    if (!path.ends_with(kInit) || (!is_bound && member != located.back())) continue;
    const std::string_view folder = path.substr(0, path.size() - kInit.size());
    if (std::ranges::find(from.packages, folder) == from.packages.end())
      from.packages.push_back(folder);
  }
}

const std::vector<ImportClosure::Member*>& ImportClosure::LocatedAt(const std::string& from,
                                                                    std::string_view name,
                                                                    size_t level) {
  // Files in one folder mean the same.
  const std::string folder = level == 0 ? std::string() : from.substr(0, from.rfind('/'));
  const auto [place, is_new] =
      located_.try_emplace(folder + '\0' + std::to_string(level) + std::string(name));
  if (is_new) place->second = Search(from, name, level);
  return place->second;
}

// The module with the packages on the way to it. Where there are several, each counts.
std::vector<ImportClosure::Member*> ImportClosure::Search(const std::string& from,
                                                          std::string_view name, size_t level) {
  std::vector<Location> found;
  std::string part;
  if (level > 0) {
    found.push_back(finder_.PackageOf(from, level));
  } else {
    name = CutName(name, part);
    found = finder_.FindEach(part);
  }
  std::vector<Member*> members;
  for (Location here : found) {
    std::string_view rest = name;
    for (;;) {
      if (IsOfPython(here.path)) break;
      if (!here.path.empty()) members.push_back(Add(here.path, true));
      if (rest.empty() || here.directory.empty()) break;
      rest = CutName(rest, part);
      here = finder_.FindAt(here.directory, part);
    }
  }
  return members;
}

std::vector<ImportClosure::Member*> ImportClosure::Locate(const std::string& from,
                                                          std::string_view origin) {
  const size_t level = std::min(origin.find_first_not_of('.'), origin.size());
  if (level == 0 && IsKnown(origin)) return {};
  std::vector<Member*> located = LocatedAt(from, origin.substr(level), level);
  while (next_ < members_.size()) ReadNext();
  return located;
}

bool ImportClosure::HoldsNoTests(const std::string& from, std::string_view origin) {
  const std::vector<Member*> located = Locate(from, origin);
  SpreadTests();
  return !located.empty() &&
         std::ranges::none_of(located, [](const Member* member) { return member->has_tests; });
}

// Whoever imports a file that has tests may have them too.
void ImportClosure::SpreadTests() {
  if (spread_ == members_.size()) return;
  spread_ = members_.size();
  std::unordered_map<const Member*, std::vector<Member*>> importers;
  std::vector<Member*> open;
  for (Member& member : members_) {
    for (const Member* imported : member.imports) importers[imported].push_back(&member);
    if (member.has_tests) open.push_back(&member);
  }
  while (!open.empty()) {
    const Member& next = *open.back();
    open.pop_back();
    std::vector<Member*>& users = importers[&next];
    AddAttributeUsers(next, users);
    for (Member* const user : users) {
      if (user->has_tests) continue;
      user->has_tests = true;
      open.push_back(user);
    }
  }
}

// Those that have a package around it, and an attribute of its name: a submodule is
// one, whoever has imported it.
void ImportClosure::AddAttributeUsers(const Member& with_tests, std::vector<Member*>& users) {
  const std::string_view name = NameOfModule(with_tests.path);
  for (Member& member : members_)
    if (!member.has_tests && member.attributes.MayHave(name) && member.CanReach(with_tests.path))
      users.push_back(&member);
}

bool ImportClosure::Member::CanReach(std::string_view other) const {
  return std::ranges::any_of(packages,
                             [&](std::string_view package) { return other.starts_with(package); });
}

std::string_view NameOfModule(std::string_view path) {
  if (path.ends_with(".py")) path.remove_suffix(3);
  if (path.ends_with("/__init__")) path.remove_suffix(9);
  return path.substr(path.rfind('/') + 1);
}

}  // namespace dxpy::resolve
