#pragma once

#include <string_view>

#include "syntax/outline.h"

namespace dxpy::syntax {

/// Why no reader may look at the bytes of a file, and where.
struct Unreadable {
  Problem problem = Problem::kNone;
  const char* place = nullptr;
};

/// Looks for NUL bytes, and for a comment in the first two lines that names an
/// encoding (PEP 263) in which a byte below 0x80 may be a part of another
/// character, or one that is not known to be safe. UTF-8 and Latin files are.
[[nodiscard]] Unreadable FindUnreadable(std::string_view source);

/// The encoding that a comment in the first two lines names (PEP 263), as it is written;
/// empty where none does.
[[nodiscard]] std::string_view DeclaredEncoding(std::string_view source);

/// Without the byte order mark of UTF-8.
[[nodiscard]] std::string_view WithoutBom(std::string_view source);

}  // namespace dxpy::syntax
