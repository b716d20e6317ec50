#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "impact/parts.h"

namespace dxpy::impact {

/// Why something of a delta counts, for a user to read: "tax.py:3-5: cost".
struct Change {
  std::string what;   ///< the part's name, or the statement's first words
  uint32_t line = 0;  ///< in the new file, or in the old one where it is gone; 0: of the whole file
  bool is_gone = false;
  uint32_t last_line = 0;  ///< of the part; 0: only the first one is known
};

struct ChangedBody {
  std::string name;  ///< that others call it by
  Change change;
  bool stores = false;  ///< kStores, before or after
};

/// What lies between two contents of one file, as far as it can change an outcome.
struct Delta {
  /// By part of the old file: its code is another one, or gone. Functions only: head or body.
  std::vector<std::optional<Change>> changed_functions;
  /// Functions whose body alone changed, by name: what they returned or stored may have been
  /// remembered from an earlier call.
  std::vector<ChangedBody> changed_bodies;
  /// Names whose meaning may be another: bound by a statement, class, import or head that
  /// changed, came or went; and of decorated functions also where the body changed.
  std::vector<std::pair<std::string, Change>> changed_names;
  /// What acts at import time changed, came or went, so everything that imports the file
  /// may be another: the first such change.
  std::optional<Change> changed_effect;
  /// Any statement, class, import or head changed: who depends on names that cannot be read off.
  std::optional<Change> changed_statement;
  /// Docstrings that changed while their code did not: the first.
  std::optional<Change> changed_doc;
  /// Code stands on other lines than before: the first.
  std::optional<Change> moved_line;
  /// Functions of the old file that are the same but for their lines, by index, ascending.
  std::vector<uint32_t> moved_functions;
  /// What pytest collects from the file may be another: anything but bodies of functions.
  std::optional<Change> changed_collection;

  [[nodiscard]] bool is_empty() const;
};

/// @param now  nullopt: there is no such file any more. Then everything is gone.
///
/// Parts are matched by kind, name and order among equals, so that what merely moves in its
/// file is not changed; the order of kEffect parts, and of what binds the same name, counts.
[[nodiscard]] Delta Compare(const FileParts& was, const FileParts* now);

}  // namespace dxpy::impact
