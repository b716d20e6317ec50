#pragma once

#include <string_view>
#include <vector>

#include "tree/needs.h"

namespace dxpy::tree {

/// A string literal without prefix and quotes, or what stands between two replacement fields.
struct TextPiece {
  std::string_view content;
  bool begins = true;  ///< nothing stands before it in its string
};

/// Adds what a string can name.
/// @returns  whether it names sources by a pattern: "*.py", "case_%d.py".
bool AddNamedTexts(const TextPiece& piece, std::vector<NamedText>& texts);

}  // namespace dxpy::tree
