#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "impact/current_files.h"
#include "impact/delta.h"
#include "impact/parts.h"
#include "impact/sets.h"
#include "impact/source_bits.h"
#include "impact/summary.h"
#include "store/store.h"

namespace dxpy::impact {

struct ContentHash {
  size_t operator()(const ContentId& id) const {
    size_t hash = 0;
    for (size_t i = 0; i < sizeof hash; ++i) hash = hash << 8 | id[i];
    return hash;
  }
};

/// Where a part mentions a name.
struct Mention {
  SourceId source = 0;
  uint32_t part = 0;
  uint8_t bits = 0;
};

/// The sources that sets name, each looked at once: what it was, what it is now, and what lies
/// between. Parts are read only of those that a change may have to do with.
class Sources {
 public:
  /// Both must outlive this.
  Sources(const store::Store& store, CurrentFiles& files) : store_(store), files_(files) {}

  SourceId Add(std::string_view name, const ContentId& content);
  [[nodiscard]] size_t size() const { return sources_.size(); }
  [[nodiscard]] const std::string& name(SourceId id) const { return sources_[id].name; }

  /// Whether the file is not what it was, in any byte.
  [[nodiscard]] bool is_changed(SourceId id) const { return sources_[id].is_changed; }
  /// What lies between; null where it is not changed, or problem() says why it is not known.
  const Delta* delta(SourceId id);
  /// Why nothing can be said of a changed source but that it is another one: "it is gone".
  /// Empty: there is a delta.
  const std::string& problem(SourceId id);

  /// Of the content that it had. Null where that is not known any more.
  const FileParts* parts(SourceId id) { return PartsOf(id); }
  /// Where sources that were added by now mention a name, in their order and that of parts.
  const std::vector<Mention>& Mentions(const std::string& name);
  /// Whether it has a function that may be a fixture of this name, or had.
  bool HasFixture(SourceId id, const std::string& name);
  /// Null where parts(id) is.
  const Summary* summary(SourceId id);

  /// "shop/tax.py:7: tax", with the line on which it stands now.
  std::string Describe(SourceId id, uint32_t part);
  std::string Describe(SourceId id, const Change& change);

  /// Parts of a content that is in no store, and what lies between two. For tests.
  void Know(const ContentId& content, FileParts parts);
  void Know(const ContentId& was, const ContentId& now, Delta delta);

  /// What was found out and is worth keeping.
  std::vector<store::Store::Entry> TakeEntries() { return std::exchange(entries_, {}); }

 private:
  struct Content {
    bool is_looked_for = false;
    std::unique_ptr<FileParts> parts;
    std::optional<Summary> summary;
  };
  struct Name {
    std::vector<Mention> mentions;
    SourceId looked_through = 0;  ///< sources before this one
  };
  struct Source {
    std::string name;
    Content* was = nullptr;
    Content* now = nullptr;  ///< null: there is no file
    ContentId was_id{};
    ContentId now_id{};
    bool is_changed = false;
    bool is_compared = false;
    const Delta* delta = nullptr;
    std::string problem;
  };

  void AddMentions(SourceId id, const std::string& name, std::vector<Mention>& mentions);
  Content* ContentAt(const ContentId& id);
  const FileParts* PartsOf(SourceId id);
  const FileParts* PartsNow(const Source& source);
  const FileParts* Load(const ContentId& id, Content& content, const std::string* file);
  void Compare(Source& source);
  bool NowHasFixture(const Source& source, std::string_view name);

  const store::Store& store_;
  CurrentFiles& files_;
  std::vector<Source> sources_;
  std::unordered_map<std::string, std::vector<SourceId>> by_name_;
  std::string name_;  ///< whose memory is used again
  std::unordered_map<ContentId, std::unique_ptr<Content>, ContentHash> contents_;
  std::map<std::pair<ContentId, ContentId>, Delta> deltas_;
  std::unordered_map<std::string, Name> names_;
  std::vector<store::Store::Entry> entries_;
};

}  // namespace dxpy::impact
