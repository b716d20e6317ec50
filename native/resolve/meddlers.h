#pragma once

#include <string>
#include <string_view>
#include <unordered_map>

#include "facts/module_names.h"
#include "resolve/import_closure.h"
#include "resolve/meddling.h"

namespace dxpy::resolve {

/// Looks for code that changes what another module holds: `from helpers import
/// Base; Base.test_x = ...`. All code of a closure may do so, as all of it is
/// executed in one process.
///
/// It goes by names. Code that can have the name from elsewhere, by an import, a
/// star import or as an attribute of something imported, counts where it does more
/// with it than is known to be harmless. It finds too many, as two modules may
/// have things of one name. It does not find who takes a thing for another: out of
/// sys.modules, by getattr() with a computed name, from a function of that other.
class Meddlers {
 public:
  /// Both must outlive this.
  Meddlers(ImportClosure& closure, const facts::Rules& rules) : closure_(closure), rules_(rules) {}

  /// Path and line of the first one found; empty where nobody meddles.
  /// @param owner  path of the module, whose own code does not count.
  const std::string& Find(const std::string& owner, std::string_view name, facts::Hold hold);

 private:
  using Member = ImportClosure::Member;
  using Words = HeldName::Words;
  std::string Search(const std::string& owner, HeldName held);
  static bool CanHaveModule(const Member& member, const std::string& owner);
  static bool MayMeddle(const Member& member, const HeldName& held, bool is_user);
  std::string Examine(Member& member, const HeldName& held);
  void AddAliases(Words& names) const;

  ImportClosure& closure_;
  const facts::Rules& rules_;
  std::unordered_map<std::string, std::string> answers_;
};

}  // namespace dxpy::resolve
