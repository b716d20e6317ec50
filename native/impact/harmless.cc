#include "impact/harmless.h"

#include <algorithm>
#include <array>
#include <span>

#include "impact/standard_modules.h"

namespace dxpy::impact {
namespace {

using Names = std::span<const std::string_view>;

constexpr std::array<std::string_view, 43> kBuiltinCalls = {
    "abs",       "all",      "any",          "ascii",       "bin",      "bool",       "bytearray",
    "bytes",     "chr",      "complex",      "dict",        "divmod",   "float",      "format",
    "frozenset", "hash",     "hex",          "id",          "int",      "isinstance", "issubclass",
    "len",       "list",     "max",          "min",         "object",   "oct",        "ord",
    "pow",       "property", "range",        "repr",        "reversed", "round",      "set",
    "slice",     "sorted",   "staticmethod", "classmethod", "str",      "sum",        "tuple",
    "zip"};

constexpr std::array<std::string_view, 69> kCalls = {"asyncio.Event",
                                                     "asyncio.Lock",
                                                     "asyncio.Semaphore",
                                                     "attr.Factory",
                                                     "attr.attrib",
                                                     "attr.ib",
                                                     "attrs.Factory",
                                                     "attrs.field",
                                                     "attr.field",
                                                     "collections.ChainMap",
                                                     "collections.Counter",
                                                     "collections.OrderedDict",
                                                     "collections.defaultdict",
                                                     "collections.deque",
                                                     "collections.namedtuple",
                                                     "contextvars.ContextVar",
                                                     "dataclasses.field",
                                                     "datetime.date",
                                                     "datetime.datetime",
                                                     "datetime.time",
                                                     "datetime.timedelta",
                                                     "datetime.timezone",
                                                     "decimal.Decimal",
                                                     "enum.auto",
                                                     "fractions.Fraction",
                                                     "functools.partial",
                                                     "functools.partialmethod",
                                                     "io.BytesIO",
                                                     "io.StringIO",
                                                     "ipaddress.ip_address",
                                                     "ipaddress.ip_network",
                                                     "itertools.chain",
                                                     "itertools.count",
                                                     "itertools.cycle",
                                                     "itertools.product",
                                                     "itertools.repeat",
                                                     "logging.getLogger",
                                                     "operator.attrgetter",
                                                     "operator.itemgetter",
                                                     "operator.methodcaller",
                                                     "os.environ.get",
                                                     "os.fspath",
                                                     "os.getenv",
                                                     "os.path.abspath",
                                                     "os.path.basename",
                                                     "os.path.dirname",
                                                     "os.path.expanduser",
                                                     "os.path.join",
                                                     "os.path.normpath",
                                                     "os.path.realpath",
                                                     "os.path.splitext",
                                                     "pathlib.Path",
                                                     "pathlib.PosixPath",
                                                     "pathlib.PurePath",
                                                     "pathlib.PurePosixPath",
                                                     "pathlib.PureWindowsPath",
                                                     "pytest.param",
                                                     "re.compile",
                                                     "re.escape",
                                                     "string.Template",
                                                     "struct.Struct",
                                                     "textwrap.dedent",
                                                     "threading.Event",
                                                     "threading.Lock",
                                                     "threading.RLock",
                                                     "threading.local",
                                                     "types.MappingProxyType",
                                                     "types.SimpleNamespace",
                                                     "uuid.UUID"};

// Where the name ends in a dot, all that a module has; else all that begin so.
constexpr std::array<std::string_view, 6> kCallBeginnings = {
    "math.", "pytest.mark.", "typing.", "typing_extensions.", "weakref.", "builtins.str."};

constexpr std::array<std::string_view, 34> kDecorators = {"abc.abstractclassmethod",
                                                          "abc.abstractmethod",
                                                          "abc.abstractproperty",
                                                          "abc.abstractstaticmethod",
                                                          "attr.attrs",
                                                          "attr.dataclass",
                                                          "attr.define",
                                                          "attr.frozen",
                                                          "attr.mutable",
                                                          "attr.s",
                                                          "attrs.define",
                                                          "attrs.frozen",
                                                          "attrs.mutable",
                                                          "builtins.classmethod",
                                                          "builtins.property",
                                                          "builtins.staticmethod",
                                                          "contextlib.asynccontextmanager",
                                                          "contextlib.contextmanager",
                                                          "dataclasses.dataclass",
                                                          "enum.global_enum",
                                                          "enum.member",
                                                          "enum.nonmember",
                                                          "enum.property",
                                                          "enum.unique",
                                                          "functools.total_ordering",
                                                          "functools.wraps",
                                                          "hypothesis.example",
                                                          "hypothesis.given",
                                                          "hypothesis.settings",
                                                          "pytest.fixture",
                                                          "pytest.hookimpl",
                                                          "pytest_asyncio.fixture",
                                                          "unittest.expectedFailure",
                                                          "unittest.mock.patch"};

constexpr std::array<std::string_view, 8> kDecoratorBeginnings = {
    "mock.patch",         "pytest.mark.",  "types.coroutine",      "typing.",
    "typing_extensions.", "unittest.skip", "unittest.mock.patch.", "warnings.deprecated"};

constexpr std::array<std::string_view, 29> kMethods = {
    "absolute",   "as_posix", "casefold",   "copy",        "decode",     "encode",
    "expanduser", "format",   "items",      "join",        "joinpath",   "keys",
    "lower",      "lstrip",   "partition",  "relative_to", "replace",    "resolve",
    "rstrip",     "split",    "splitlines", "strip",       "title",      "union",
    "upper",      "values",   "with_name",  "with_stem",   "with_suffix"};

bool IsOneOf(Names names, std::string_view name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

bool BeginsWithOne(Names beginnings, std::string_view name) {
  return std::any_of(beginnings.begin(), beginnings.end(),
                     [name](std::string_view beginning) { return name.starts_with(beginning); });
}

bool IsException(std::string_view builtin) {
  return builtin.ends_with("Error") || builtin.ends_with("Exception") ||
         builtin.ends_with("Warning") || builtin == "KeyboardInterrupt" ||
         builtin == "StopIteration" || builtin == "StopAsyncIteration" || builtin == "SystemExit" ||
         builtin == "GeneratorExit" || builtin.ends_with("ExceptionGroup");
}

// Of "builtins.len": "len"; empty where it is no builtin.
std::string_view BuiltinName(std::string_view origin) {
  constexpr std::string_view kPrefix = "builtins.";
  return origin.starts_with(kPrefix) ? origin.substr(kPrefix.size()) : std::string_view();
}

}  // namespace

bool IsStandardModule(std::string_view module) {
  const std::string_view top = module.substr(0, module.find('.'));
  return std::binary_search(kStandardModules.begin(), kStandardModules.end(), top);
}

bool IsHarmlessCall(std::string_view origin) {
  const std::string_view builtin = BuiltinName(origin);
  if (!builtin.empty() && (IsOneOf(kBuiltinCalls, builtin) || IsException(builtin))) return true;
  return IsOneOf(kCalls, origin) || BeginsWithOne(kCallBeginnings, origin);
}

bool IsHarmlessDecorator(std::string_view origin) {
  return IsOneOf(kDecorators, origin) || BeginsWithOne(kDecoratorBeginnings, origin);
}

bool IsHarmlessBase(std::string_view origin) {
  const std::string_view builtin = BuiltinName(origin);
  if (builtin.empty()) return !origin.empty() && IsStandardModule(origin);
  return IsException(builtin) || builtin == "type" || IsOneOf(kBuiltinCalls, builtin);
}

bool IsHarmlessMethod(std::string_view name) { return IsOneOf(kMethods, name); }

}  // namespace dxpy::impact
