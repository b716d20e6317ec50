#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "impact/lexemes.h"
#include "impact/origins.h"

namespace dxpy::impact {

/// A definition's tokens up to the colon before its body.
struct Head {
  std::vector<Lexemes> decorators;  ///< each without the '@'
  Lexemes rest;                     ///< behind the name: parameters, bases, annotations
  size_t size = 0;                  ///< of all of it, with the colon
};

[[nodiscard]] Head ReadHead(Lexemes definition);

/// What the decorators of a definition do.
struct Decorations {
  uint32_t flags = 0;  ///< PartFlag bits; of a class, kDecorated means kActs
  std::vector<std::string_view> fixture_names;  ///< other names that it is given
};

/// @param name  of the definition.
[[nodiscard]] Decorations ReadDecorations(const Head& head, std::string_view name,
                                          const Origins& origins);

/// Where a function's docstring begins and ends, among the tokens of its body: with the
/// semicolon behind it. Both 0 where it has none.
struct DocPlace {
  size_t begin = 0;
  size_t end = 0;
};

[[nodiscard]] DocPlace FindDocstring(Lexemes body);

/// Whether a function with this body may keep something for a later call: it stores something
/// that may outlive the call.
[[nodiscard]] bool StoresSomething(Lexemes body);

}  // namespace dxpy::impact
