#include "impact/distributions.h"

#include <algorithm>
#include <cctype>
#include <filesystem>
#include <set>
#include <system_error>

#include "base/read_file.h"

namespace dxpy::impact {
namespace {

namespace fs = std::filesystem;

std::string ReadText(const std::string& path) {
  std::vector<char> bytes;
  return ReadFile(path, bytes) ? std::string(bytes.begin(), bytes.end()) : std::string();
}

/// Calls `visit` for each line, without its end.
template <typename Visit>
void ForEachLine(std::string_view text, Visit visit) {
  while (!text.empty()) {
    const size_t end = std::min(text.find('\n'), text.size());
    std::string_view line = text.substr(0, end);
    if (line.ends_with('\r')) line.remove_suffix(1);
    if (!visit(line)) return;
    text.remove_prefix(std::min(end + 1, text.size()));
  }
}

/// The top-level module that an installed file belongs to; empty where it is none.
std::string_view ModuleOf(std::string_view file) {
  if (file.starts_with('"')) file.remove_prefix(1);
  const size_t slash = file.find('/');
  const std::string_view first = file.substr(0, slash);
  if (slash != std::string_view::npos) {
    const bool is_code =
        file.find(".py") != std::string_view::npos || file.find(".so") != std::string_view::npos;
    return is_code && first != ".." && first.find('.') == std::string_view::npos
               ? first
               : std::string_view();
  }
  const std::string_view name = file.substr(0, file.find(','));
  if (!name.ends_with(".py") && !name.ends_with(".so")) return {};
  return name.substr(0, name.find('.'));
}

bool IsNameCharacter(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '-' || c == '_' || c == '.';
}

}  // namespace

std::string NormalizedName(std::string_view name) {
  std::string normalized;
  for (const char c : name) {
    const bool is_separator = c == '-' || c == '_' || c == '.';
    if (is_separator && normalized.ends_with('-')) continue;
    normalized +=
        is_separator ? '-' : static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  }
  return normalized;
}

void Distributions::ReadDistribution(const std::string& folder, const std::string& entry,
                                     Folder& into) {
  const std::string place = folder + "/" + entry;
  const std::string record = ReadText(place + "/RECORD");
  const bool is_egg = entry.ends_with(".egg-info");
  const std::string metadata =
      fs::is_regular_file(place) ? place : place + (is_egg ? "/PKG-INFO" : "/METADATA");
  Distribution made;
  made.file = record.empty() ? metadata : place + "/RECORD";
  ForEachLine(ReadText(metadata), [&](std::string_view line) {
    constexpr std::string_view kName = "Name: ";
    constexpr std::string_view kRequires = "Requires-Dist: ";
    if (line.starts_with(kName)) made.name = NormalizedName(line.substr(kName.size()));
    if (line.starts_with(kRequires)) {
      const std::string_view rest = line.substr(kRequires.size());
      const auto end = std::find_if_not(rest.begin(), rest.end(), IsNameCharacter);
      made.requires_.push_back(NormalizedName({rest.begin(), end}));
    }
    return !line.empty();
  });
  std::set<std::string, std::less<>> modules;
  const auto add = [&](std::string_view line) {
    if (const std::string_view module = ModuleOf(line); !module.empty()) modules.emplace(module);
    return true;
  };
  ForEachLine(record, add);
  ForEachLine(ReadText(place + "/top_level.txt"), [&](std::string_view line) {
    modules.emplace(line);
    return true;
  });
  const size_t number = into.distributions.size();
  into.by_name.emplace(made.name, number);
  for (const std::string& module : modules) into.by_module[module].push_back(number);
  into.distributions.push_back(std::move(made));
}

Distributions::Folder Distributions::ReadFolder(const std::string& folder) {
  Folder made;
  std::vector<std::string> entries;
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(folder, error)) {
    const std::string name = entry.path().filename().string();
    if (name.ends_with(".dist-info") || name.ends_with(".egg-info")) entries.push_back(name);
  }
  std::sort(entries.begin(), entries.end());
  for (const std::string& entry : entries) ReadDistribution(folder, entry, made);
  return made;
}

const std::vector<std::string>& Distributions::FilesOf(const std::string& folder,
                                                       std::string_view module) {
  auto known = folders_.find(folder);
  if (known == folders_.end()) known = folders_.emplace(folder, ReadFolder(folder)).first;
  Folder& in = known->second;
  const auto [answer, is_new] = in.answers.try_emplace(std::string(module));
  if (!is_new) return answer->second;
  std::vector<size_t> pending;
  if (const auto found = in.by_module.find(module); found != in.by_module.end()) {
    pending = found->second;
  }
  std::set<size_t> seen(pending.begin(), pending.end());
  while (!pending.empty()) {
    const Distribution& one = in.distributions[pending.back()];
    pending.pop_back();
    answer->second.push_back(one.file);
    for (const std::string& name : one.requires_) {
      const auto found = in.by_name.find(name);
      if (found != in.by_name.end() && seen.insert(found->second).second) {
        pending.push_back(found->second);
      }
    }
  }
  std::sort(answer->second.begin(), answer->second.end());
  return answer->second;
}

}  // namespace dxpy::impact
