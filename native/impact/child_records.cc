#include "impact/child_records.h"

#include "base/error.h"
#include "base/hash.h"

namespace dxpy::impact {

void ChildRecords::Read(std::string bytes) {
  bytes_ = std::move(bytes);
  traces_ = std::make_unique<ChildTraces>(bytes_);
  traces_->ForEach([this](std::string_view trace) {
    for (const TracedContext& context : RecordOf(trace).trace.contexts())
      for (const auto& [use, path] : context.paths)
        if (use == PathUse::kWritten) book_.NoteWritten(path);
  });
}

ChildRecords::Record& ChildRecords::RecordOf(std::string_view trace) {
  std::unique_ptr<Record>& record = records_[Hash64(trace)];
  if (record) return *record;
  record = std::make_unique<Record>(*this);
  try {
    record->trace.Read(trace);
    record->trace.JoinForks(traces_.get());
  } catch (const Error&) {
    record->is_readable = false;
  }
  return *record;
}

ChildSets::Found ChildRecords::Find(const TracedChild& child) {
  if (!traces_) return {};
  const ChildTraces::Trace* const trace = traces_->Find({child.token, child.pid, child.command});
  if (trace == nullptr) return {};
  Record& record = RecordOf(trace->bytes);
  // A process that is its own descendant does not exist: asked for again meanwhile, it is unknown.
  if (record.is_readable && !record.is_asked_for) {
    record.is_asked_for = true;
    record.found = {.is_recorded = true, .set = record.builder.ProcessSet()};
  }
  return record.found;
}

}  // namespace dxpy::impact
