#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/file_stat.h"

namespace dxpy::store {

/// What an entry is; the store gives it no meaning.
using Kind = uint8_t;

/// An append-only file of entries (kind, key, value), any number of which may have the same
/// kind and key. It is read through a memory map, and written by any number of processes.
///
/// Every entry has a checksum. What a crash, a full disk or a bad disk has left of an entry is
/// skipped, and all that is whole is found again. See docs/formats/store.md.
///
/// One object is for one thread at a time. Any number of objects may have the same file, also
/// one that a forked process has inherited.
class Store {
 public:
  struct Options {
    uint64_t most_bytes = uint64_t{256} << 20;  ///< compacted down to half of it beyond
    /// How many of one kind and key compaction keeps. The file is also compacted where most of
    /// it is older ones than these.
    uint32_t most_of_a_key = 8;
    /// Kinds whose key is made of the value, so that a second one would say nothing new.
    std::vector<Kind> content_kinds{};
    int most_wait_ms = 10'000;  ///< for others that hold the lock; nobody does for long
  };

  /// Opens it, or an empty one where there is none or none that can be read.
  /// @param problem  where something was wrong with it: one line for the user. May be null.
  static Store Open(const std::string& path, const Options& options, std::string* problem);

  Store(Store&&) noexcept;
  Store& operator=(Store&&) noexcept;
  ~Store();

  /// The values under a key, the newest first. They live as long as the store. What others
  /// have appended since is seen after the next Append().
  [[nodiscard]] std::vector<std::string_view> Find(Kind kind, std::string_view key) const;
  /// The newest value only; empty where there is none (or it is empty).
  [[nodiscard]] std::string_view FindNewest(Kind kind, std::string_view key) const;

  /// A checksum of the newest value with its key, which tells whether it is another one; 0 where
  /// there is none.
  [[nodiscard]] uint64_t NewestCheck(Kind kind, std::string_view key) const;

  /// Calls `see` for all entries, the oldest first; the values live as long as the store.
  using See = std::function<void(Kind kind, std::string_view key, std::string_view value)>;
  void Visit(const See& see) const;

  struct Entry {
    Kind kind = 0;
    std::string key;
    std::string value;
  };
  /// Appends all of them, or none that anybody would read where it fails. Entries of content
  /// kinds whose key is there already are left out.
  /// @returns  what went wrong, in one line; empty where nothing did.
  [[nodiscard]] std::string Append(std::span<const Entry> entries);

  /// The stat of the file, by which it is told from one that has anything else in it; nullopt: it
  /// has something already that this object has not, or what is not whole.
  [[nodiscard]] std::optional<FileStat> Stat() const;

  [[nodiscard]] size_t size() const;  ///< entries, the older ones of each key too

 private:
  class State;
  explicit Store(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace dxpy::store
