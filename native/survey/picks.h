#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "facts/encoded_facts.h"
#include "survey/survey.h"

namespace dxpy::survey {

/// What of a file an argument asks for: "TestX::test_y", "test_z[1-2]".
class Choice {
 public:
  /// @param names  what stands behind the file and "::".
  /// @param items_only  a class that it names is left out, with its tests.
  /// @param earlier  what these take is left out, too; they must outlive this.
  explicit Choice(std::string names, bool items_only = false,
                  std::vector<const Choice*> earlier = {});

  [[nodiscard]] const std::string& text() const { return text_; }
  /// Without parameters.
  [[nodiscard]] std::string_view names() const {
    return std::string_view(text_).substr(0, names_size_);
  }
  [[nodiscard]] bool has_parameters() const { return names_size_ < text_.size(); }

  /// Whether a test is meant by its name, or its class is. Its parameters may not be.
  [[nodiscard]] bool Names(std::string_view test) const;
  /// @param id  the test's parameters; nullptr: it has none.
  [[nodiscard]] bool Takes(std::string_view test, const std::string_view* id) const;
  /// Whether an earlier choice does.
  [[nodiscard]] bool IsTaken(std::string_view test, const std::string_view* id) const;

 private:
  std::string text_;
  size_t names_size_;
  bool items_only_;
  std::vector<const Choice*> earlier_;
};

/// A test that was picked.
struct PickedTest {
  const facts::TestView& test;
  const std::string_view* id;  ///< its parameters; nullptr: it has none, or they are not known
};

/// Calls `visit` with the tests that an argument asks for, in pytest's order; of a file
/// that is not exact with those that are known, without parameters.
void VisitPicked(const SurveyedFile& file, const Choice* choice,
                 const std::function<void(const PickedTest&)>& visit);

/// Why an argument selects nothing of an exact file.
struct Miss {
  enum class In : unsigned char { kFile, kClass, kTestCase };
  enum class Behind : unsigned char { kNothing, kTest, kParametrizedTest };
  In in = In::kFile;                 ///< what has no such thing in it
  std::string name;                  ///< of that class, without those around it
  Behind behind = Behind::kNothing;  ///< it has, but only a class can be followed by more names
};

/// Empty where there is something, or a class without tests.
[[nodiscard]] std::optional<Miss> FindMiss(const SurveyedFile& file, const Choice& choice);

}  // namespace dxpy::survey
