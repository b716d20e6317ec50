#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "resolve/resolver.h"

namespace dxpy::resolve {

/// Nothing is known of `origin`. An empty obstacle: it is in no file of ours.
[[nodiscard]] facts::Resolved NotFollowed(std::string_view origin, std::string obstacle);

/// One origin on its way from module to module.
class Resolver::Way {
 public:
  Way(Resolver& resolver, const facts::Module& from, std::string_view origin)
      : resolver_(resolver), from_(from), origin_(origin), rest_(origin_) {}

  /// @param module_size  see Importer::Follow.
  facts::Resolved Go(size_t module_size);

 private:
  std::optional<facts::Resolved> LookInto(Location& here);
  std::optional<facts::Resolved> LookBeyond(File& file, const Location& below, Location& here);
  bool IsBoundTo(File& package, const Location& below, bool& is_itself);
  facts::Resolved Found(File& file);
  [[nodiscard]] facts::Resolved Stop(std::string obstacle) const {
    return NotFollowed(origin_, std::move(obstacle));
  }

  Resolver& resolver_;
  const facts::Module& from_;
  const std::string origin_;
  std::string_view rest_;  ///< of `origin`: what is still to be looked up
  std::string name_;
};

}  // namespace dxpy::resolve
