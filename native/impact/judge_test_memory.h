#pragma once

#include <doctest/doctest.h>

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/file_stat.h"
#include "base/read_file.h"
#include "impact/current_files.h"
#include "impact/judge.h"
#include "impact/kinds.h"
#include "impact/memo.h"
#include "store/store.h"
#include "testing/temp_folder.h"

namespace dxpy::impact {

/// The last judgement of the unit "t.py" in a folder's "root", by a copy of the store: there the
/// files were read long after they had changed.
class Memory {
 public:
  explicit Memory(const testing::TempFolder& folder) : folder_(folder) {}

  /// What is recalled is what judging says.
  void Compare(const std::map<std::string, ContentId>& values) const {
    const std::optional<Answer> answer = Recalled(values);
    if (!answer) return;
    store::Store store = Open();
    const JudgedUnit judged = Judge(store, folder_.At("root"), values).Run({"t.py"})[0];
    CHECK_FALSE(judged.must_collect);
    double seconds = 0;
    for (const JudgedTest& test : judged.tests) {
      CHECK_FALSE(test.verdict.is_affected);
      seconds += test.verdict.seconds;
    }
    CHECK(answer->tests == judged.tests.size());
    CHECK(answer->seconds == seconds);
  }

  /// Judges, and keeps that if the unit need not run.
  void Take(const std::string& store_path, const std::map<std::string, ContentId>& values) {
    memo_.clear();
    if (!std::filesystem::exists(store_path)) return;
    using std::filesystem::copy_options;
    std::filesystem::copy_file(store_path, path(), copy_options::overwrite_existing);
    store::Store store = Open();
    REQUIRE(store.Append(AllFiles()).empty());
    Judge judge(store, folder_.At("root"), values);
    const auto judged = judge.Run({"t.py"}, Detail::kCounts);
    memo_ = judge.Remember(judged, {});
    if (!memo_.empty()) CHECK(judged[0].is_unchanged);
    CHECK(Recalled(values).has_value() == !memo_.empty());
  }

  [[nodiscard]] std::optional<Answer> Recalled(
      const std::map<std::string, ContentId>& values) const {
    const std::optional<Memo> memo = DecodeMemo(memo_);
    if (!memo) return std::nullopt;
    return Recall(*memo, {folder_.At("root"), path(), values, {"t.py"}, {}});
  }
  [[nodiscard]] const std::string& bytes() const { return memo_; }
  [[nodiscard]] std::string path() const { return folder_.At("old-store"); }
  [[nodiscard]] store::Store Open() const {
    return store::Store::Open(path(), StoreOptions(), nullptr);
  }

 private:
  [[nodiscard]] std::vector<store::Store::Entry> AllFiles() const {
    std::vector<store::Store::Entry> entries;
    const std::filesystem::path root = folder_.At("root");
    for (const auto& entry : std::filesystem::recursive_directory_iterator(root)) {
      std::vector<char> bytes;
      const std::optional<FileStat> stat = ReadFile(entry.path().string(), bytes);
      if (!stat) continue;
      const SeenFile seen{.stat = *stat,
                          .read_ns = FileClockNs() + 3'000'000'000,
                          .content = ContentOf({bytes.data(), bytes.size()})};
      const std::string name = entry.path().lexically_relative(root).string();
      entries.push_back({kFileKind, name, EncodeSeenFile(seen)});
    }
    return entries;
  }

  const testing::TempFolder& folder_;
  std::string memo_;
};

}  // namespace dxpy::impact
