#pragma once

#include <string_view>

#include "syntax/outline.h"
#include "syntax/source_bytes.h"

namespace dxpy::syntax {

/// Walks over the parts of statements: strings, brackets, comments, lines that
/// go on. It knows no statement by name.
///
/// Every Skip function takes a place in the source and returns the place after
/// what it skipped. Where that cannot be found, it notes the problem and returns
/// the end of the source, so that every loop over the source comes to its end.
class SourceReader {
 public:
  explicit SourceReader(std::string_view source);

  [[nodiscard]] const char* begin() const { return begin_; }
  [[nodiscard]] const char* end() const { return end_; }

  /// The first problem found, and where.
  [[nodiscard]] Problem problem() const { return problem_; }
  [[nodiscard]] const char* problem_place() const { return problem_place_; }
  [[nodiscard]] bool failed() const { return problem_ != Problem::kNone; }
  /// Notes a problem, unless there is one. @returns end().
  const char* Fail(Problem problem, const char* place);

  /// To the ';', the comment or the newline that ends the simple statement or
  /// the logical line.
  const char* SkipStatement(const char* p);
  /// From an opening bracket to after the closing one.
  const char* SkipBrackets(const char* p);
  /// From the start of a block's header to the colon that ends it, where a body
  /// follows on the same line.
  const char* SkipToBlockColon(const char* p);

  /// From a backslash to the start of the line that it joins.
  const char* SkipContinuation(const char* backslash);
  /// Over blanks and over backslashes that continue the line.
  const char* SkipBlanks(const char* p);
  /// As SkipBlanks, and over newlines and comments: for use between brackets.
  const char* SkipLayout(const char* p);
  const char* SkipName(const char* p) const {
    while (p < end_ && IsNamePart(*p)) ++p;
    return p;
  }
  /// From a comment or newline to the start of the next line.
  const char* SkipToNextLine(const char* p) const {
    if (!At(p, '\n')) p = FindLineEnd(p, end_);
    // The LF of a CR LF makes an empty line, which means nothing.
    return p < end_ ? p + 1 : end_;
  }

  /// After the last token before `p`, which is an end that SkipStatement found.
  const char* TokenEnd(const char* p) const;
  [[nodiscard]] bool At(const char* p, char c) const { return p < end_ && *p == c; }

 private:
  const char* SkipString(const char* quote);

  const char* begin_;
  const char* end_;
  SpecialBytes special_;
  Problem problem_ = Problem::kNone;
  const char* problem_place_ = nullptr;
};

}  // namespace dxpy::syntax
