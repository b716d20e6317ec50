// What Python sees of the recorder, and a reader of its stream.

#include <pybind11/stl.h>

#include "bindings/bindings.h"
#include "bindings/children.h"
#include "bindings/recorder.h"

namespace dxpy::bindings {

namespace py = pybind11;
using namespace py::literals;

namespace {

using impact::ContextKind;
using impact::PathUse;

/// Makes tuples of what it is told.
class Tuples : public impact::TraceVisitor {
 public:
  void OnContext(uint32_t context, ContextKind kind, std::string_view name) override {
    Add("context", context, static_cast<int>(kind), Text(name));
  }
  void OnCode(uint32_t code, std::string_view path, uint32_t line, std::string_view name) override {
    Add("code", code, Text(path), line, Text(name));
  }
  void OnRan(uint32_t context, uint32_t code) override { Add("ran", context, code); }
  void OnModule(std::string_view name, std::string_view path, int64_t size_bytes,
                int64_t mtime_ns) override {
    Add("module", Text(name), Text(path), size_bytes, mtime_ns);
  }
  void OnAsked(uint32_t context, std::string_view module, bool found) override {
    Add("asked", context, Text(module), found);
  }
  void OnPath(uint32_t context, PathUse use, std::string_view path) override {
    Add("path", context, static_cast<int>(use), Text(path));
  }
  void OnFlag(uint32_t context, uint32_t flags, std::string_view reason) override {
    Add("flag", context, flags, Text(reason));
  }
  void OnUses(uint32_t context, uint32_t other) override { Add("uses", context, other); }
  void OnChild(uint32_t context, const impact::StartedChild& child) override {
    Add("child", context, Text(child.token), child.pid, child.command);
  }
  void OnFolder(std::string_view path) override { Add("folder", Text(path)); }
  void OnFork(uint32_t context, std::string_view token, const impact::TraceReader&) override {
    Add("fork", context, Text(token));
  }
  void OnEnd(uint32_t context, uint32_t outcome, double seconds) override {
    Add("end", context, outcome, seconds);
  }

  py::list list;

 private:
  template <typename... Values>
  void Add(Values... values) {
    list.append(py::make_tuple(values...));
  }
  static py::bytes Text(std::string_view text) { return {text.data(), text.size()}; }
};

py::list ReadTrace(const py::bytes& bytes) {
  impact::TraceReader reader;
  Tuples tuples;
  reader.Read(View(bytes), tuples);
  return tuples.list;
}

// Not ended with the interpreter: hooks may run to the last.
Recorder* MakeRecorder(const std::vector<std::string>& roots,
                       const std::vector<std::string>& excluded,
                       const std::vector<std::string>& stdlib, const std::string& own,
                       bool functions, int64_t start_ns, bool is_child) {
  return new Recorder({.roots = roots,
                       .excluded = excluded,
                       .stdlib = stdlib,
                       .own = own,
                       .functions = functions,
                       .start_ns = start_ns,
                       .is_child = is_child});
}

uint32_t Begin(Recorder& recorder, uint8_t kind, const py::bytes& name) {
  if (kind > static_cast<uint8_t>(ContextKind::kTest))
    throw py::value_error("kind " + std::to_string(kind) + " is not one of 0 to 4");
  return recorder.Begin(static_cast<ContextKind>(kind), View(name));
}

// What a test needs, in two calls.
uint32_t Enter(Recorder& recorder, uint8_t kind, const py::bytes& name) {
  const uint32_t context = Begin(recorder, kind, name);
  recorder.Push(context);
  return context;
}

void Adopt(Recorder& recorder, const py::object& runner) {
  if (!PyCode_Check(runner.ptr())) throw py::type_error("runner is no code object");
  recorder.Adopt(reinterpret_cast<PyCodeObject*>(runner.ptr()));
}

void Leave(Recorder& recorder, uint32_t context, uint32_t outcome) {
  recorder.Pop(context);
  recorder.End(context, outcome);
}

}  // namespace

void BindRecording(py::module_& m) {
  py::class_<Recorder, std::unique_ptr<Recorder, py::nodelete>>(m, "Recorder")
      .def(py::init(&MakeRecorder), py::kw_only(), "roots"_a, "excluded"_a, "stdlib"_a, "own"_a,
           "functions"_a, "start_ns"_a, "is_child"_a = false)
      .def("start", &Recorder::Start)
      .def("stop", &Recorder::Stop)
      .def("adopt", &Adopt, "runner"_a)
      .def_static("exists", &Recorder::exists)
      .def(
          "exclude", [](Recorder& self, const py::bytes& folder) { self.Exclude(View(folder)); },
          "folder"_a)
      .def("begin", &Begin, "kind"_a, "name"_a)
      .def("push", &Recorder::Push, "context"_a)
      .def("pop", &Recorder::Pop, "context"_a)
      .def("end", &Recorder::End, "context"_a, "outcome"_a)
      .def("enter", &Enter, "kind"_a, "name"_a)
      .def("leave", &Leave, "context"_a, "outcome"_a)
      .def("uses", &Recorder::Uses, "context"_a, "other"_a)
      .def(
          "cannot_see",
          [](Recorder& self, const py::bytes& reason) {
            self.Flag(impact::kIncomplete, View(reason));
          },
          "reason"_a)
      .def(
          "asked",
          [](Recorder& self, const py::bytes& module, bool found) {
            self.Asked(View(module), found);
          },
          "module"_a, "found"_a)
      .def("take", [](Recorder& self) { return py::bytes(self.Take()); })
      .def("abandon", &Recorder::Abandon)
      .def_static(
          "watch_processes", [](const py::bytes& address) { children::Watch(View(address)); },
          "address"_a)
      .def_static(
          "begin_report",
          [](const py::bytes& address, const py::bytes& token) {
            return children::BeginReport(View(address), View(token));
          },
          "address"_a, "token"_a)
      .def("prepare_report", [](Recorder& self) { children::PrepareReport(self); });
  m.def("read_trace", &ReadTrace, "stream"_a);
}

}  // namespace dxpy::bindings
