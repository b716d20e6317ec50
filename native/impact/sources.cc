#include "impact/sources.h"

#include <algorithm>

#include "impact/kinds.h"

namespace dxpy::impact {

SourceId Sources::Add(std::string_view name, const ContentId& content) {
  name_ = name;
  std::vector<SourceId>& known = by_name_[name_];
  for (const SourceId id : known)
    if (sources_[id].was_id == content) return id;
  const auto id = static_cast<SourceId>(sources_.size());
  known.push_back(id);
  Source& source = sources_.emplace_back();
  source.name = name_;
  source.was_id = content;
  source.now_id = files_.File(name_);
  source.is_changed = source.now_id != content;
  source.was = ContentAt(content);
  source.now = ContentAt(source.now_id);
  return id;
}

Sources::Content* Sources::ContentAt(const ContentId& id) {
  std::unique_ptr<Content>& content = contents_[id];
  if (content) return content.get();
  content = std::make_unique<Content>();
  if (id == kNoContent) content->parts = std::make_unique<FileParts>();
  return content.get();
}

void Sources::Know(const ContentId& content, FileParts parts) {
  ContentAt(content)->parts = std::make_unique<FileParts>(std::move(parts));
}

void Sources::Know(const ContentId& was, const ContentId& now, Delta delta) {
  deltas_[{was, now}] = std::move(delta);
}

// From the store, or from the file that has this content.
const FileParts* Sources::Load(const ContentId& id, Content& content, const std::string* file) {
  if (content.parts) return content.parts.get();
  if (!content.is_looked_for) {
    content.is_looked_for = true;
    std::optional<FileParts> kept = DecodeParts(store_.FindNewest(kPartsKind, PartsKey(id)));
    if (kept) content.parts = std::make_unique<FileParts>(std::move(*kept));
  }
  if (content.parts || file == nullptr) return content.parts.get();
  const std::optional<std::string> source = files_.Read(*file, id);
  if (!source) return nullptr;
  content.parts = std::make_unique<FileParts>(ReadParts(*source));
  entries_.push_back({kPartsKind, PartsKey(id), EncodeParts(*content.parts)});
  return content.parts.get();
}

const FileParts* Sources::PartsOf(SourceId id) {
  const Source& source = sources_[id];
  return Load(source.was_id, *source.was, source.is_changed ? nullptr : &source.name);
}

const FileParts* Sources::PartsNow(const Source& source) {
  return Load(source.now_id, *source.now, &source.name);
}

const Delta* Sources::delta(SourceId id) {
  if (!sources_[id].is_compared) Compare(sources_[id]);
  return sources_[id].delta;
}

const std::string& Sources::problem(SourceId id) {
  if (!sources_[id].is_compared) Compare(sources_[id]);
  return sources_[id].problem;
}

void Sources::Compare(Source& source) {
  source.is_compared = true;
  if (!source.is_changed) return;
  if (source.now_id == kNoContent) {
    source.problem = source.name + ": the file is gone";
    return;
  }
  const auto known = deltas_.find({source.was_id, source.now_id});
  if (known != deltas_.end()) {
    source.delta = &known->second;
    return;
  }
  const FileParts* const was = Load(source.was_id, *source.was, nullptr);
  const FileParts* const now = PartsNow(source);
  if (was == nullptr) {
    source.problem = source.name + ": its old source is not known any more";
  } else if (now == nullptr) {
    source.problem = source.name + ": it cannot be read, or was just changed";
  } else {
    source.delta = &(deltas_[{source.was_id, source.now_id}] = impact::Compare(*was, now));
  }
}

const Summary* Sources::summary(SourceId id) {
  const Source& source = sources_[id];
  std::optional<Summary>& summary = source.was->summary;
  if (summary) return &*summary;
  const std::string key = SummaryKey(source.was_id);
  if (!source.was->parts) summary = DecodeSummary(store_.FindNewest(kSummaryKind, key));
  if (summary) return &*summary;
  const FileParts* const parts = PartsOf(id);
  if (parts == nullptr) return nullptr;
  summary = Summarize(*parts);
  if (source.was_id != kNoContent) entries_.push_back({kSummaryKind, key, EncodeSummary(*summary)});
  return &*summary;
}

const std::vector<Mention>& Sources::Mentions(const std::string& name) {
  Name& known = names_[name];
  for (; known.looked_through < sources_.size(); ++known.looked_through)
    AddMentions(known.looked_through, name, known.mentions);
  return known.mentions;
}

void Sources::AddMentions(SourceId id, const std::string& name, std::vector<Mention>& mentions) {
  const Summary* const all = summary(id);
  const FileParts* const file = all != nullptr && MayMention(*all, name) ? PartsOf(id) : nullptr;
  if (file == nullptr) return;
  for (uint32_t i = 0; i < file->parts.size(); ++i)
    for (const PartMention& mention : file->parts[i].mentions)
      if (mention.name == name) mentions.push_back({id, i, mention.bits});
}

bool Sources::HasFixture(SourceId id, const std::string& name) {
  const Summary* const all = summary(id);
  if (all == nullptr || MayHaveFixture(*all, name)) return true;
  return sources_[id].is_changed && NowHasFixture(sources_[id], name);
}

bool Sources::NowHasFixture(const Source& source, std::string_view name) {
  const FileParts* const now = PartsNow(source);
  if (now == nullptr) return true;  // nobody knows
  return std::ranges::any_of(now->parts, [name](const Part& part) {
    return MayBeFixture(part) && std::ranges::find(part.binds, name) != part.binds.end();
  });
}

std::string Sources::Describe(SourceId id, uint32_t part) {
  const Source& source = sources_[id];
  const FileParts* const was = PartsOf(id);
  if (was == nullptr || part >= was->parts.size()) return source.name;
  const Part& old = was->parts[part];
  uint32_t line = old.first_line;
  const FileParts* const now = source.is_changed ? PartsNow(source) : nullptr;
  for (size_t i = now == nullptr ? 0 : now->parts.size(); i-- > 0;)
    if (now->parts[i].kind == old.kind && now->parts[i].name == old.name)
      line = now->parts[i].first_line;
  return source.name + ":" + std::to_string(line) + (old.name.empty() ? "" : ": " + old.name);
}

std::string Sources::Describe(SourceId id, const Change& change) {
  std::string text = sources_[id].name;
  if (change.line != 0) text += ":" + std::to_string(change.line);
  if (change.last_line > change.line) text += "-" + std::to_string(change.last_line);
  if (!change.what.empty()) text += ": " + change.what;
  return change.is_gone ? text + " (gone)" : text;
}

}  // namespace dxpy::impact
