#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace dxpy::impact {

/// How a part of a source file takes effect.
enum class PartKind : uint8_t {
  kFunction,   ///< a `def` in no other function; what stands within it belongs to it
  kClass,      ///< a class's head, its plain statements, and the names that it binds
  kStatement,  ///< binds names and does nothing else: `RATE = 0.2`
  kImport,     ///< one name of an import statement
  kEffect,     ///< anything else that is executed at import time
};

/// Bits of Part::flags.
enum PartFlag : uint32_t {
  kDecorated = 1,     ///< by something that may call it, wrap it, or keep what it returns
  kFixture = 2,       ///< by pytest.fixture or its like; kDecorated: and by others
  kAutouse = 4,       ///< a fixture that is, or may be, autouse
  kHook = 8,          ///< its name begins with `pytest_`
  kActs = 16,         ///< executing it at import time may change other things than its names
  kStores = 32,       ///< a function that stores something that may outlive a call
  kReadsNames = 64,   ///< uses names that nobody can read off: getattr, globals, vars, dir, eval...
  kReadsDocs = 128,   ///< mentions __doc__ and its like
  kReadsLines = 256,  ///< mentions line numbers of code that need not run: co_firstlineno...
  kBranches = 512,    ///< a function that does something only at times; kStores too: maybe a cache
  kReadsFrames = 1024,  ///< mentions line numbers of code that runs: f_lineno, tb_lineno, lineno
};

/// How a part mentions a name, one bit each.
enum MentionBits : uint8_t {
  kPlain = 1,      ///< `name`
  kAttribute = 2,  ///< `x.name`
  kParameter = 4,  ///< of a function
  kText = 8,       ///< a string that is an identifier, or dotted ones: "shop.net.fetch" has three
  kValue = 16,     ///< plain or attribute, and not called there: it may be kept
  kHead = 32,      ///< of a function: in its head, which is evaluated where it is defined
};

struct PartMention {
  std::string name;
  uint8_t bits = 0;

  bool operator==(const PartMention&) const = default;
};

/// One part of a source file. The parts of a file make up all of it but comments and layout.
struct Part {
  PartKind kind = PartKind::kEffect;
  uint32_t flags = 0;
  uint32_t first_line = 0;  ///< with decorators; lines count from 1
  uint32_t last_line = 0;
  std::string name;  ///< qualified: "Order.total"; of a statement its first name; may be empty
  /// What it binds in its module or class. A function binds its own name, and a fixture the
  /// one that it is given; an import what it imports as; `import a.b` binds `a`. A class binds
  /// its own name, and then what its plain statements bind.
  std::vector<std::string> binds;
  /// Of a class: what each of `binds` but the first is bound to, as a hash.
  std::vector<uint64_t> bind_hashes;
  std::vector<PartMention> mentions;  ///< by name, each once; also what a nested def mentions
  /// Token-normal: no comments, no layout, no line numbers, and no docstring.
  uint64_t head_hash = 0;    ///< of a function: decorators, name, parameters, annotations, async
  uint64_t body_hash = 0;    ///< of the rest; 0 where it is not a function
  uint64_t doc_hash = 0;     ///< of its docstring; 0 where it has none
  uint64_t layout_hash = 0;  ///< of the lines on which its tokens stand, from the first one

  bool operator==(const Part&) const = default;
};

/// An import statement wherever it stands, in functions and under TYPE_CHECKING too.
struct PartImport {
  std::string module;              ///< as written, without the leading dots
  uint32_t level = 0;              ///< how many leading dots
  std::vector<std::string> names;  ///< of `from`; "*" for a star

  bool operator==(const PartImport&) const = default;
};

/// What impact analysis knows of one source file, from its bytes alone.
struct FileParts {
  std::vector<Part> parts;  ///< in source order
  std::vector<PartImport> imports;
  /// The source could not be read (Outline::problem): one kEffect part stands for all of it,
  /// with a hash of its bytes.
  bool is_opaque = false;

  bool operator==(const FileParts&) const = default;
};

/// Any bytes will do. Thread-safe.
[[nodiscard]] FileParts ReadParts(std::string_view source);

/// The innermost part that has this line; parts of functions and classes before others.
/// @returns  an index into FileParts::parts, or nullopt.
[[nodiscard]] std::optional<uint32_t> PartAt(const FileParts& file, uint32_t line);

/// Parts as bytes, for keeping. All counts are checked when they are read again.
[[nodiscard]] std::string EncodeParts(const FileParts& file);
/// @returns  nullopt where `bytes` is not what EncodeParts() wrote.
[[nodiscard]] std::optional<FileParts> DecodeParts(std::string_view bytes);

}  // namespace dxpy::impact
