#include "impact/reach.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <map>
#include <random>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "impact/current_files.h"
#include "impact/kinds.h"
#include "impact/sources.h"
#include "store/store.h"
#include "testing/temp_folder.h"

namespace dxpy::impact {
namespace {

using PartId = std::pair<SourceId, uint32_t>;

/// Sources of random parts, of which some changed at random.
struct Graph {
  std::vector<FileParts> files;
  std::vector<Delta> deltas;  ///< of each; an empty one where it is the same
  std::vector<FileParts> now;
  std::vector<Remembering> memories;
};

class GraphMaker {
 public:
  explicit GraphMaker(uint32_t seed) : random_(seed) {}

  Graph Make() {
    Graph graph;
    const size_t count = 1 + Below(3);
    for (size_t i = 0; i < count; ++i) {
      graph.files.push_back(MakeFile());
      graph.now.push_back(Below(3) == 0 ? MakeFile() : graph.files.back());
      graph.deltas.push_back(MakeDelta(graph.files.back()));
    }
    if (Below(3) != 0) graph.deltas[0] = Delta();
    if (Below(3) == 0) AddMemories(graph);
    return graph;
  }

  std::set<PartId> MakeRuns(const Graph& graph) {
    std::set<PartId> runs;
    for (SourceId s = 0; s < graph.files.size(); ++s)
      for (uint32_t i = 0; i < graph.files[s].parts.size(); ++i)
        if (graph.files[s].parts[i].kind == PartKind::kFunction && Below(3) == 0)
          runs.emplace(s, i);
    return runs;
  }

 private:
  void AddMemories(Graph& graph) {
    for (SourceId s = 0; s < graph.files.size(); ++s) {
      const auto part = Below(static_cast<uint32_t>(graph.files[s].parts.size()));
      const PartKind kind = graph.files[s].parts[part].kind;
      if (kind == PartKind::kFunction || kind == PartKind::kStatement)
        graph.memories.push_back({s, part, "data.txt"});
    }
  }

  uint32_t Below(uint32_t most) { return static_cast<uint32_t>(random_() % most); }
  bool Rarely() { return Below(12) == 0; }
  std::string Name() { return std::string(1, static_cast<char>('a' + Below(9))); }

  FileParts MakeFile() {
    FileParts file;
    const uint32_t count = 1 + Below(6);
    for (uint32_t i = 0; i < count; ++i) file.parts.push_back(MakePart(i));
    return file;
  }

  Part MakePart(uint32_t line) {
    Part part;
    part.kind = Below(2) == 0   ? PartKind::kFunction
                : Below(8) == 0 ? PartKind::kEffect
                                : static_cast<PartKind>(1 + Below(3));
    part.first_line = line;
    part.name = Name();
    part.binds = {part.name};
    if (part.kind == PartKind::kFunction && Rarely()) {
      part.name = Name() + ".__add__";
      part.binds = {"__add__"};
    }
    if (part.kind == PartKind::kClass || part.kind == PartKind::kEffect)
      part.binds.push_back(Name());
    for (const uint32_t flag :
         {kDecorated, kFixture, kActs, kReadsNames, kReadsDocs, kReadsLines, kReadsFrames})
      part.flags |= Rarely() ? flag : 0;
    part.flags |= Below(3) == 0 ? kBranches : 0;
    part.flags |= Below(4) == 0 ? kStores : 0;
    std::set<std::string> names;
    for (uint32_t i = Below(3); i > 0; --i) names.insert(Rarely() ? "__add__" : Name());
    for (const std::string& name : names) part.mentions.push_back({name, MakeBits(part.kind)});
    return part;
  }

  uint8_t MakeBits(PartKind kind) {
    constexpr uint8_t kSome[] = {kPlain, kAttribute, kText, kPlain | kValue, kAttribute | kValue};
    const uint8_t bits = kSome[Below(5)];
    if (kind != PartKind::kFunction) return bits;
    if (Rarely()) return kParameter | kHead;
    return static_cast<uint8_t>(bits | (Below(5) == 0 ? kHead : 0));
  }

  Delta MakeDelta(const FileParts& file) {
    const auto change = [&] { return Change{"changed", Below(9), false}; };
    Delta delta;
    delta.changed_functions.resize(file.parts.size());
    for (size_t i = 0; i < file.parts.size(); ++i) {
      if (file.parts[i].kind != PartKind::kFunction || Below(4) != 0) continue;
      delta.changed_functions[i] = change();
      delta.changed_bodies.push_back({file.parts[i].binds[0], change(), Rarely()});
    }
    if (Below(3) == 0) delta.changed_names.emplace_back(Name(), change());
    if (Rarely()) delta.changed_effect = change();
    if (Below(4) == 0) delta.changed_statement = change();
    if (Below(4) == 0) delta.changed_doc = change();
    if (Below(4) == 0) delta.moved_line = change();
    return delta;
  }

  std::mt19937 random_;
};

/// The rules as they read, each asked of every part until nothing more is found.
class Naive {
 public:
  Naive(const Graph& graph, const std::set<PartId>& runs) : graph_(graph), runs_(runs) {}

  bool IsReached() {
    for (SourceId s = 0; s < graph_.files.size(); ++s) Begin(s);
    for (const Remembering& memory : graph_.memories) Remember({memory.source, memory.part});
    for (size_t before = SIZE_MAX; before != Size() && !is_reached_;) {
      before = Size();
      VisitParts([this](PartId id, const Part& part) {
        for (const PartMention& mention : part.mentions) Look(id, part, mention);
      });
    }
    return is_reached_;
  }

 private:
  using Names = std::map<std::string, std::set<PartId>>;  ///< and who brings them
  static constexpr PartId kChange{UINT32_MAX, 0};

  template <typename Visit>
  void VisitParts(const Visit& visit) {
    for (SourceId s = 0; s < graph_.files.size(); ++s)
      for (uint32_t i = 0; i < graph_.files[s].parts.size(); ++i)
        visit(PartId(s, i), graph_.files[s].parts[i]);
  }

  [[nodiscard]] size_t Size() const {
    size_t size = 0;
    for (const Names* names : {&changed_, &other_, &storing_})
      for (const auto& [name, from] : *names) size += 1 + from.size();
    return size;
  }

  void Begin(SourceId s) {
    const Delta& delta = graph_.deltas[s];
    is_reached_ = is_reached_ || delta.changed_effect;
    for (uint32_t i = 0; i < delta.changed_functions.size(); ++i)
      is_reached_ = is_reached_ || (delta.changed_functions[i] && runs_.contains({s, i}));
    for (const auto& [name, change] : delta.changed_names) changed_[name].insert(kChange);
    for (const ChangedBody& body : delta.changed_bodies)
      (body.stores ? storing_ : other_)[body.name].insert(kChange);
    uint32_t flags = delta.changed_statement ? kReadsNames : 0;
    flags |= (delta.changed_doc ? kReadsDocs : 0) | (delta.moved_line ? kReadsLines : 0);
    VisitParts([&](PartId id, const Part& part) {
      const bool reads = (part.flags & flags) != 0 || (delta.moved_line && KeepsLines(part));
      if (reads && part.kind != PartKind::kImport) Changed(id, part, kPlain);
    });
  }

  // Those that only read lines of what runs are asked for what ran: see judge_lines_test.cc.
  static bool KeepsLines(const Part& part) {
    const bool may_keep = part.kind != PartKind::kFunction || (part.flags & kDecorated) != 0;
    return (part.flags & kReadsFrames) != 0 && may_keep;
  }

  // It has kept something that is another now, whether or not the test ran it, too.
  void Remember(PartId id) {
    const Part& part = graph_.files[id.first].parts[id.second];
    const bool stores = (part.flags & kStores) != 0;
    if (part.kind != PartKind::kFunction || (part.flags & kDecorated) != 0)
      for (const std::string& name : NamesOf(part)) changed_[name].insert(id);
    if (part.kind != PartKind::kFunction) return;
    for (const std::string& name : NamesOf(part)) (stores ? storing_ : other_)[name].insert(id);
    const bool is_cache = stores && (part.flags & kBranches) != 0;
    is_reached_ = is_reached_ || (is_cache && runs_.contains(id));
  }

  static bool Brings(const Names& names, const std::string& name, PartId to) {
    const auto found = names.find(name);
    return found != names.end() && found->second != std::set<PartId>{to};
  }

  void Look(PartId id, const Part& part, const PartMention& mention) {
    const bool is_named = (mention.bits & (kPlain | kAttribute | kText)) != 0;
    if (Brings(changed_, mention.name, id) && (is_named || IsFixture(mention.name)))
      Changed(id, part, mention.bits);
    if (Brings(other_, mention.name, id) && is_named) Other(id, part, mention.bits, false);
    if (Brings(storing_, mention.name, id) && is_named) Other(id, part, mention.bits, true);
  }

  bool IsFixture(const std::string& name) {
    bool is_fixture = false;
    const auto look = [&](const FileParts& file) {
      for (const Part& part : file.parts)
        is_fixture = is_fixture || (MayBeFixture(part) &&
                                    std::ranges::find(part.binds, name) != part.binds.end());
    };
    for (size_t s = 0; s < graph_.files.size(); ++s) {
      look(graph_.files[s]);
      if (!graph_.deltas[s].is_empty()) look(graph_.now[s]);
    }
    return is_fixture;
  }

  // It mentions a name that may mean something else.
  void Changed(PartId id, const Part& part, uint8_t bits) {
    const bool is_function = part.kind == PartKind::kFunction;
    const bool in_head = (bits & kHead) != 0 && (bits & (kPlain | kAttribute | kText)) != 0;
    const bool acts = part.kind == PartKind::kEffect ||
                      ((part.flags & kActs) != 0 && part.kind != PartKind::kImport);
    if (acts && (!is_function || in_head)) is_reached_ = true;
    if (!is_function || in_head)
      for (const std::string& name : is_function ? NamesOf(part) : part.binds)
        changed_[name].insert(id);
    if (is_function) Function(id, part, true, false);
  }

  // It mentions a function that may do another thing and was not run.
  void Other(PartId id, const Part& part, uint8_t bits, bool stores) {
    const bool is_value = (bits & kValue) != 0;
    if (part.kind == PartKind::kImport) {
      for (const std::string& name : part.binds) (stores ? storing_ : other_)[name].insert(id);
    } else if (part.kind == PartKind::kFunction) {
      if (is_value && (bits & kHead) != 0)
        for (const std::string& name : NamesOf(part)) changed_[name].insert(id);
      stores = stores || (part.flags & kStores) != 0;
      Function(id, part, is_value || (stores && (part.flags & kBranches) != 0), stores);
    } else if (part.kind != PartKind::kEffect && is_value) {
      for (const std::string& name : part.binds) changed_[name].insert(id);
    }
  }

  void Function(PartId id, const Part& part, bool reaches, bool stores) {
    if (runs_.contains(id)) {
      is_reached_ = is_reached_ || reaches;
      return;
    }
    stores = stores || (part.flags & kStores) != 0;
    for (const std::string& name : NamesOf(part)) {
      (stores ? storing_ : other_)[name].insert(id);
      if ((part.flags & kDecorated) != 0) changed_[name].insert(id);
    }
  }

  const Graph& graph_;
  const std::set<PartId>& runs_;
  Names changed_;
  Names other_;
  Names storing_;
  bool is_reached_ = false;
};

/// The sources of a graph, with files that have another content where there is a delta.
class GraphSources {
 public:
  explicit GraphSources(const Graph& graph)
      : store_(store::Store::Open(folder_.At("store"), StoreOptions(), nullptr)),
        files_(store_, folder_.path()),
        sources_(store_, files_) {
    for (size_t s = 0; s < graph.files.size(); ++s) {
      const std::string name = std::to_string(s) + ".py";
      const ContentId was = ContentOf("was " + name);
      const ContentId now = ContentOf("now " + name);
      const bool is_same = graph.deltas[s].is_empty();
      folder_.Write(name, (is_same ? "was " : "now ") + name);
      sources_.Know(was, graph.files[s]);
      sources_.Know(now, graph.now[s]);
      sources_.Know(was, now, graph.deltas[s]);
      Add(closure_, sources_.Add(name, was));
    }
  }
  Sources& sources() { return sources_; }
  [[nodiscard]] const SourceBits& closure() const { return closure_; }

 private:
  testing::TempFolder folder_;
  store::Store store_;
  CurrentFiles files_;
  Sources sources_;
  SourceBits closure_;
};

bool IsReached(Reach& reach, const Graph& graph, const std::set<PartId>& runs) {
  bool is_possible = reach.may_reach_everything();
  for (SourceId s = 0; s < graph.files.size(); ++s) {
    std::vector<uint32_t> parts;
    for (uint32_t i = 0; i < graph.files[s].parts.size(); ++i)
      if (runs.contains({s, i})) parts.push_back(i);
    const Reach::Found found = reach.Find(s, parts);
    if (found.step != kNoStep) return true;
    is_possible = is_possible || found.is_possible;
  }
  if (reach.everything() != kNoStep) return true;
  if (!is_possible) return false;
  const StepId step =
      reach.CheckRun([&](SourceId source, uint32_t part) { return runs.contains({source, part}); });
  if (step == kNoStep) return false;
  CHECK_FALSE(reach.ChainOf(step).empty());
  return true;
}

TEST_CASE("what is reached is what the rules say, asked of every part") {
  int reached = 0;
  int unreached = 0;
  for (uint32_t seed = 1; seed <= 3000; ++seed) {
    CAPTURE(seed);
    GraphMaker maker(seed);
    const Graph graph = maker.Make();
    GraphSources sources(graph);
    Reach reach(sources.sources(), sources.closure(), graph.memories);
    for (int round = 0; round < 8; ++round) {
      const std::set<PartId> runs = maker.MakeRuns(graph);
      const bool expected = Naive(graph, runs).IsReached();
      REQUIRE(IsReached(reach, graph, runs) == expected);
      ++(expected ? reached : unreached);
    }
  }
  CHECK(reached > 4000);
  CHECK(unreached > 4000);
}

TEST_CASE("methods that nobody calls by name are known by their class's") {
  Part part;
  part.binds = {"__init__"};
  part.name = "Shop.Order.__init__";
  CHECK(NamesOf(part) == std::vector<std::string>{"__init__", "Shop", "Order"});
  part.binds = {"total"};
  part.name = "Order.total";
  CHECK(NamesOf(part) == std::vector<std::string>{"total"});
}

}  // namespace
}  // namespace dxpy::impact
