#include "impact/delta.h"

#include <algorithm>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <utility>

#include "base/hash.h"
#include "impact/matching.h"

namespace dxpy::impact {
namespace {

// Names that pytest, or the import system, looks up in a module or a class.
bool IsLookedUp(std::string_view name) {
  for (const std::string_view known : {"pytest_plugins",
                                       "pytestmark",
                                       "__test__",
                                       "collect_ignore",
                                       "collect_ignore_glob",
                                       "setup_module",
                                       "teardown_module",
                                       "setup_function",
                                       "teardown_function",
                                       "setup_class",
                                       "teardown_class",
                                       "setup_method",
                                       "teardown_method",
                                       "setup",
                                       "teardown",
                                       "setUpModule",
                                       "tearDownModule",
                                       "setUpClass",
                                       "tearDownClass",
                                       "setUp",
                                       "tearDown",
                                       "asyncSetUp",
                                       "asyncTearDown",
                                       "runTest",
                                       "load_tests",
                                       "__getattr__",
                                       "__dir__",
                                       "__path__",
                                       "__package__",
                                       "__spec__",
                                       "__loader__",
                                       "__init_subclass__",
                                       "__set_name__"})
    if (name == known) return true;
  return false;
}

std::string_view LastComponent(std::string_view name) {
  return name.substr(name.rfind('.') + 1);  // npos + 1 is 0
}

bool IsDunder(std::string_view name) {
  return name.size() > 4 && name.starts_with("__") && name.ends_with("__");
}

// What takes effect when the module is imported, beside binding names: a hash of it; 0: nothing.
// A part that differs in it, or stands elsewhere among those that have one, is a changed effect.
uint64_t EffectOf(const Part& part) {
  const auto binds_looked_up = [&part] {
    return std::any_of(part.binds.begin(), part.binds.end(), IsLookedUp);
  };
  if ((part.flags & (kActs | kHook | kAutouse)) == 0 && part.kind != PartKind::kEffect &&
      !binds_looked_up())
    return 0;
  // Who decorates may read the docstring.
  const bool doc_counts = (part.flags & (kActs | kDecorated)) != 0;
  const uint64_t seed = part.head_hash ^ (doc_counts ? part.doc_hash * 31 : 0) ^
                        (static_cast<uint64_t>(part.kind) << 56);
  return Hash64(part.kind == PartKind::kEffect ? std::string_view() : part.name, seed) | 1;
}

/// An effect, and the part that has it.
using Effects = std::vector<std::pair<uint64_t, const Part*>>;

Effects EffectsOf(const FileParts& file) {
  Effects effects;
  for (const Part& part : file.parts)
    if (const uint64_t effect = EffectOf(part); effect != 0) effects.emplace_back(effect, &part);
  return effects;
}

Change ChangeOf(const Part& part, bool is_gone) {
  return {part.name, part.first_line, is_gone, part.last_line};
}

void SetFirst(std::optional<Change>& first, const Change& change) {
  if (!first) first = change;
}

/// Gathers one delta.
class Comparer {
 public:
  Comparer(const FileParts& was, const FileParts& now) : was_(was), now_(now) {
    delta_.changed_functions.resize(was.parts.size());
  }

  Delta Compare() {
    const Matching matching = MatchParts(was_, now_);
    // In the order of the new file, so that the first change is the one that stands first.
    for (uint32_t i = 0; i < now_.parts.size(); ++i) {
      const uint32_t old = matching.old_of_new[i];
      old == kNoPart ? Came(now_.parts[i]) : Pair(old, now_.parts[i]);
    }
    for (uint32_t i = 0; i < was_.parts.size(); ++i)
      if (matching.new_of_old[i] == kNoPart) Gone(i);
    std::sort(delta_.moved_functions.begin(), delta_.moved_functions.end());
    CompareEffects();
    CompareOrder(matching);
    return std::move(delta_);
  }

  /// Nothing of the old file can be found in the new one.
  Delta All() {
    for (const Part& part : now_.parts) Came(part);
    for (uint32_t i = 0; i < was_.parts.size(); ++i) Gone(i);
    const Change change{"", 1, now_.parts.empty()};
    for (auto* first : {&delta_.changed_effect, &delta_.changed_statement, &delta_.changed_doc,
                        &delta_.moved_line, &delta_.changed_collection})
      SetFirst(*first, change);
    return std::move(delta_);
  }

 private:
  void Came(const Part& part) {
    const Change change = ChangeOf(part, false);
    IsModuleDoc(part) ? SetFirst(delta_.changed_doc, change) : HeadChanged(part, change);
  }

  void Gone(uint32_t old) {
    const Part& part = was_.parts[old];
    const Change change = ChangeOf(part, true);
    if (part.kind == PartKind::kFunction) delta_.changed_functions[old] = change;
    IsModuleDoc(part) ? SetFirst(delta_.changed_doc, change) : HeadChanged(part, change);
  }

  static bool IsModuleDoc(const Part& part) {
    return part.head_hash == 0 && part.kind == PartKind::kStatement;
  }

  void Pair(uint32_t old, const Part& is) {
    const Part& was = was_.parts[old];
    const Change change = ChangeOf(is, false);
    const bool head = was.head_hash != is.head_hash;
    const bool body = was.body_hash != is.body_hash;
    if (was.doc_hash != is.doc_hash) DocChanged(was, is, change);
    if (head || body) {
      if (is.kind == PartKind::kFunction) delta_.changed_functions[old] = change;
    } else if (was.first_line != is.first_line || was.last_line != is.last_line ||
               was.layout_hash != is.layout_hash) {
      SetFirst(delta_.moved_line, change);
      if (is.kind == PartKind::kFunction) delta_.moved_functions.push_back(old);
    }
    if (head && is.kind == PartKind::kClass) {
      ClassChanged(was, is, change);
    } else if (head) {
      HeadChanged(is, change);
      AddOldNames(was, is, change);
    }
    if (body) BodyChanged(was, is, change);
  }

  // Anything that binds names is another one.
  void HeadChanged(const Part& part, const Change& change) {
    StatementChanged(change);
    for (const std::string& name : part.binds) AddName(name, change);
    AddClassNames(part, change);
  }

  void StatementChanged(const Change& change) {
    SetFirst(delta_.changed_statement, change);
    SetFirst(delta_.changed_collection, change);
  }

  // `a = b = 1` that has become `a = 1`; a fixture of another name.
  void AddOldNames(const Part& was, const Part& is, const Change& change) {
    const std::unordered_set<std::string_view> bound(is.binds.begin(), is.binds.end());
    for (const std::string& name : was.binds)
      if (!bound.contains(name)) AddName(name, {change.what, was.first_line, true});
  }

  // Of the names in a class only those that are bound to something else.
  void ClassChanged(const Part& was, const Part& is, const Change& change) {
    StatementChanged(change);
    AddName(is.binds[0], change);
    AddClassNames(is, change);
    auto olds = Members(was);
    auto news = Members(is);
    std::sort(olds.begin(), olds.end());
    std::sort(news.begin(), news.end());
    std::vector<std::pair<std::string_view, uint64_t>> differing;
    std::set_symmetric_difference(olds.begin(), olds.end(), news.begin(), news.end(),
                                  std::back_inserter(differing));
    for (const auto& [name, hash] : differing)
      AddName(name, {is.name + '.' + std::string(name), change.line, false});
  }

  static std::vector<std::pair<std::string_view, uint64_t>> Members(const Part& part) {
    std::vector<std::pair<std::string_view, uint64_t>> members;
    for (size_t i = 1; i < part.binds.size() && i <= part.bind_hashes.size(); ++i)
      members.emplace_back(part.binds[i], part.bind_hashes[i - 1]);
    return members;
  }

  void BodyChanged(const Part& was, const Part& is, const Change& change) {
    const std::string_view name = LastComponent(is.name);
    const auto add = [&](std::string_view by) {
      const bool stores = ((was.flags | is.flags) & kStores) != 0;
      delta_.changed_bodies.push_back({std::string(by), change, stores});
    };
    add(name);
    // Nobody writes `x.__init__()`, but the class's name.
    if (IsDunder(name)) VisitClasses(is.name, add);
    if (((was.flags | is.flags) & kDecorated) == 0) return;
    for (const std::string& bound : is.binds) AddName(bound, change);
    if (IsDunder(name)) AddClassNames(is, change);
  }

  void DocChanged(const Part& was, const Part& is, const Change& change) {
    SetFirst(delta_.changed_doc, change);
    const uint32_t flags = was.flags | is.flags;
    const bool is_read = (is.kind == PartKind::kFunction && (flags & kDecorated) != 0) ||
                         (is.kind == PartKind::kClass && (flags & kActs) != 0);
    if (!is_read || is.binds.empty()) return;
    StatementChanged(change);
    AddName(is.binds[0], change);
    AddClassNames(is, change);
  }

  void AddName(std::string_view name, const Change& change) {
    delta_.changed_names.emplace_back(name, change);
  }

  void AddClassNames(const Part& part, const Change& change) {
    if (part.kind == PartKind::kFunction || part.kind == PartKind::kClass)
      VisitClasses(part.name, [&](std::string_view owner) { AddName(owner, change); });
  }

  // The classes that something of this qualified name stands in.
  template <typename Visit>
  static void VisitClasses(std::string_view name, const Visit& visit) {
    for (size_t dot = name.find('.'); dot != std::string_view::npos; dot = name.find('.')) {
      visit(name.substr(0, dot));
      name.remove_prefix(dot + 1);
    }
  }

  void CompareEffects() {
    const Effects olds = EffectsOf(was_);
    const Effects news = EffectsOf(now_);
    size_t same = 0;
    while (same < olds.size() && same < news.size() && olds[same].first == news[same].first) ++same;
    if (same == olds.size() && same == news.size()) return;
    const bool is_gone = same == news.size() ||
                         (olds.size() > news.size() && olds[same + 1].first == news[same].first);
    delta_.changed_effect =
        is_gone ? ChangeOf(*olds[same].second, true) : ChangeOf(*news[same].second, false);
    StatementChanged(*delta_.changed_effect);
  }

  void CompareOrder(const Matching& matching) {
    const std::vector<std::string_view> names = FindReorderedNames(was_, now_, matching);
    if (!names.empty()) {
      std::unordered_map<std::string_view, uint32_t> lines;
      for (const Part& part : now_.parts)
        for (const std::string& bound : part.binds) lines.try_emplace(bound, part.first_line);
      for (const std::string_view name : names) {
        const Change change{std::string(name), lines[name], false};
        StatementChanged(change);
        AddName(name, change);
      }
    }
    if (AreDefinitionsReordered(was_, matching) && !delta_.changed_collection)
      delta_.changed_collection = Change{"", 0, false};
  }

  const FileParts& was_;
  const FileParts& now_;
  Delta delta_;
};

}  // namespace

bool Delta::is_empty() const {
  return changed_bodies.empty() && changed_names.empty() && !changed_effect && !changed_statement &&
         !changed_doc && !moved_line && !changed_collection &&
         std::none_of(changed_functions.begin(), changed_functions.end(),
                      [](const std::optional<Change>& change) { return change.has_value(); });
}

Delta Compare(const FileParts& was, const FileParts* now) {
  static const FileParts kNone;
  if (now == nullptr) return Comparer(was, kNone).All();
  if ((was.is_opaque || now->is_opaque) && !(was == *now)) return Comparer(was, *now).All();
  return Comparer(was, *now).Compare();
}

}  // namespace dxpy::impact
