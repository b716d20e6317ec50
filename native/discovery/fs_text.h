#pragma once

#include <string>
#include <string_view>

namespace dxpy::discovery {

/// True if every byte is below 0x80, so that bytes and code points are the same.
bool IsAscii(std::string_view bytes);

/// A file name as CPython sees it: UTF-8, and each byte that is not part of
/// valid UTF-8 as the lone surrogate U+DC80..U+DCFF ("surrogateescape").
/// pytest sorts and matches these strings, not the bytes; the two orders differ
/// for names that are not UTF-8, since U+DCxx lies below U+E000 and above Hangul.
std::u32string FsDecode(std::string_view bytes);

}  // namespace dxpy::discovery
