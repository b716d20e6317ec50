#include "tree/reach.h"

#include <algorithm>
#include <cstdint>
#include <optional>
#include <unordered_map>
#include <unordered_set>
#include <utility>

#include "base/read_file.h"
#include "tree/folders.h"
#include "tree/links.h"
#include "tree/needs.h"

namespace dxpy::tree {
namespace {

/// A file, or all that is below a folder.
using Node = uint32_t;
constexpr Node kNoNode = UINT32_MAX;

using Chain = std::vector<std::string>;

}  // namespace

/// Files and what they lead to, as far as somebody has asked for them.
class Reach::Graph {
 public:
  explicit Graph(Difference difference) : given_(std::move(difference)), finder_(folders_) {
    for (const std::string& path : given_.sources) is_there_.insert(folders_.Add(path));
    for (const auto& [path, why] : given_.seeds) seeds_.emplace(folders_.Add(path), why);
    for (const auto& [name, path] : given_.aliases) folders_.AddAlias(name, path);
    first_folder_ = static_cast<Node>(folders_.size());
    common_ = first_folder_ + static_cast<Node>(folders_.folder_count());
    leads_to_.resize(common_ + 1);
    is_read_.resize(common_ + 1);
    causes_.resize(common_ + 1, kNoNode);
    AddCommon();
  }

  std::vector<Chain> Run(const std::vector<std::string>& units) {
    for (const std::string& unit : units) AddUnit(unit);
    ReadAll();
    Spread();
    std::vector<Chain> chains;
    chains.reserve(units.size());
    for (const std::string& unit : units) chains.push_back(ChainOf(unit));
    return chains;
  }

  [[nodiscard]] std::vector<std::string> unknown() const {
    return {finder_.unknown().begin(), finder_.unknown().end()};
  }

 private:
  void AddCommon() {
    is_read_[common_] = true;
    for (const std::string& path : given_.common)
      if (const std::optional<FileId> file = folders_.Find(path)) Link(common_, *file);
    std::vector<NamedText> texts;
    for (const std::string& text : given_.texts)
      for (NamedText& each : ReadTexts(text)) texts.push_back(std::move(each));
    LinkAll(common_, finder_.Find(texts));
  }

  void Link(Node from, Node to) {
    if (from == to) return;
    leads_to_[from].push_back(to);
    if (!is_read_[to]) pending_.push_back(to);
    is_read_[to] = true;
  }

  void LinkAll(Node from, const Links& links) {
    for (const FileId file : links.files) Link(from, file);
    for (const uint32_t folder : links.everything) Link(from, first_folder_ + folder);
  }

  // A test file, with the conftests and packages around it.
  void AddUnit(const std::string& path) {
    const std::optional<FileId> unit = folders_.Find(path);
    if (!unit) return;
    if (!is_read_[*unit]) pending_.push_back(*unit);
    is_read_[*unit] = true;
    Link(*unit, common_);
    for (const Folder* folder = &folders_.folder_of(*unit); folder != nullptr;
         folder = folder->parent) {
      const std::vector<FileId>* const conftests = folder->Modules("conftest");
      if (conftests == nullptr) continue;
      for (const FileId conftest : *conftests) {
        Link(*unit, conftest);
        if (conftests_.insert(conftest).second && HooksEverywhere(conftest))
          Link(common_, conftest);
      }
    }
  }

  // Now, or before the change.
  bool HooksEverywhere(FileId conftest) {
    for (const auto& [path, source] : given_.old_conftests)
      if (path == folders_.path(conftest) && ReadNeeds(source).hooks_everywhere) return true;
    const bool is_gone = seeds_.contains(conftest) && !is_there_.contains(conftest);
    return !is_gone && NeedsOf(conftest).hooks_everywhere;
  }

  void ReadAll() {
    while (!pending_.empty()) {
      const Node node = pending_.back();
      pending_.pop_back();
      if (node == common_) continue;
      if (node >= first_folder_) {
        ReadFolder(folders_.all()[node - first_folder_]);
      } else if (!seeds_.contains(node)) {
        const Needs& needs = NeedsOf(node);
        if (!needs.any_file.what.empty()) continue;  // nothing more can be said of it
        LinkAll(node, finder_.Find(node, needs));
      }
    }
  }

  void ReadFolder(const Folder& folder) {
    const Node node = first_folder_ + folder.id;
    for (const auto& [name, files] : folder.modules)
      for (const FileId file : files) Link(node, file);
    for (const auto& [name, inner] : folder.folders) Link(node, first_folder_ + inner->id);
  }

  const Needs& NeedsOf(FileId file) {
    const auto [known, is_new] = needs_.try_emplace(file);
    if (!is_new) return known->second;
    if (is_there_.contains(file) && ReadFile(given_.root + "/" + folders_.path(file), bytes_)) {
      known->second = ReadNeeds({bytes_.data(), bytes_.size()});
    } else {
      known->second.any_file.what = "what cannot be read";
      known->second.hooks_everywhere = true;
    }
    return known->second;
  }

  // From what differs to what leads there; the shortest way is found first.
  void Spread() {
    std::vector<std::vector<Node>> led_from(leads_to_.size());
    for (Node from = 0; from < leads_to_.size(); ++from)
      for (const Node to : leads_to_[from]) led_from[to].push_back(from);
    std::fill(causes_.begin(), causes_.end(), kNoNode);
    std::vector<Node> queue;
    for (Node id = 0; id < first_folder_; ++id) {
      if (!is_read_[id] || !IsSource(id)) continue;
      causes_[id] = id;
      queue.push_back(id);
    }
    for (size_t i = 0; i < queue.size(); ++i) {
      for (const Node from : led_from[queue[i]]) {
        if (causes_[from] != kNoNode) continue;
        causes_[from] = queue[i];
        queue.push_back(from);
      }
    }
  }

  [[nodiscard]] bool IsSource(FileId file) const {
    if (seeds_.contains(file)) return true;
    const auto needs = needs_.find(file);
    return needs != needs_.end() && UnboundedOf(needs->second) != nullptr;
  }

  // What of a source may lead to the change, and cannot be followed.
  [[nodiscard]] const Unbounded* UnboundedOf(const Needs& needs) const {
    if (!needs.any_file.what.empty()) return &needs.any_file;
    const bool may_import = !given_.any_module_change.empty() && !needs.any_module.what.empty();
    return may_import ? &needs.any_module : nullptr;
  }

  [[nodiscard]] Chain ChainOf(const std::string& unit) const {
    const std::optional<FileId> known = folders_.Find(unit);
    if (!known) return {unit + " is not in the tree"};
    Chain chain;
    Node node = *known;
    if (causes_[node] == kNoNode) return chain;
    for (; causes_[node] != node; node = causes_[node])
      if (node < first_folder_ && node != *known) chain.push_back(folders_.path(node));
    AddCause(node, chain);
    std::ranges::reverse(chain);
    return chain;
  }

  void AddCause(FileId file, Chain& chain) const {
    if (const auto seed = seeds_.find(file); seed != seeds_.end()) {
      chain.push_back(folders_.path(file) + " " + seed->second);
      return;
    }
    const Needs& needs = needs_.at(file);
    const Unbounded& unbounded = *UnboundedOf(needs);
    chain.push_back(folders_.path(file) + ":" + std::to_string(unbounded.line) + ": " +
                    unbounded.what + " may lead there");
    const bool is_file = !needs.any_file.what.empty();
    chain.push_back(is_file ? given_.any_change : given_.any_module_change);
  }

  Difference given_;
  Folders folders_;
  LinkFinder finder_;
  std::unordered_set<FileId> is_there_;
  std::unordered_map<FileId, std::string> seeds_;
  Node first_folder_ = 0;  ///< that of the tree's own folder; files are before it
  Node common_ = 0;        ///< what takes part in every test
  std::vector<std::vector<Node>> leads_to_;
  std::vector<bool> is_read_;  ///< or is pending
  std::vector<Node> pending_;
  std::vector<Node> causes_;  ///< the next one on the way to the change; itself: it is one
  std::unordered_map<FileId, Needs> needs_;
  std::unordered_set<FileId> conftests_;  ///< that were looked at
  std::vector<char> bytes_;
};

Reach::Reach(Difference difference) : graph_(std::make_unique<Graph>(std::move(difference))) {}

Reach::~Reach() = default;

std::vector<Chain> Reach::Run(const std::vector<std::string>& units) { return graph_->Run(units); }

std::vector<std::string> Reach::unknown() const { return graph_->unknown(); }

}  // namespace dxpy::tree
