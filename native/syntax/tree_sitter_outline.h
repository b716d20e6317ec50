#pragma once

#include <string_view>

#include "syntax/outline.h"

namespace dxpy::syntax {

/// The outline by way of a full syntax tree: slow (6 MB/s a core), plain, and
/// independent of ScanOutline, which is tested against it. It also reads files
/// whose errors stop the scanner: what stands outside of them is in the outline.
/// It does not tell blocks and statements: `ast` is the scanner's twin there.
///
/// @param language  a `TSLanguage*` of Python, such as the capsule holds that
///                  `tree_sitter_python.language()` returns. It is only read.
[[nodiscard]] Outline TreeSitterOutline(std::string_view source, const void* language);

}  // namespace dxpy::syntax
