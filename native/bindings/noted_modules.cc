// Which modules are there: the part of the recorder that looks at sys.modules.

#include "bindings/recorder.h"

namespace dxpy::bindings {

using impact::CodeFile;
using impact::CodeOwner;

namespace {

// A module's attribute, without asking the module: it may be one that imports when it is asked.
PyObject* Attribute(PyObject* module, const char* name) {
  if (!PyModule_Check(module)) return nullptr;
  PyObject* const found = PyDict_GetItemString(PyModule_GetDict(module), name);
  PyErr_Clear();
  return found;
}

// Of a third-party module: what was installed under its first name.
std::string_view InstalledRoot(std::string_view path) {
  for (const std::string_view folder : {"/site-packages/", "/dist-packages/"}) {
    const size_t at = path.rfind(folder);
    if (at == std::string_view::npos) continue;
    return path.substr(0, path.find('/', at + folder.size()));
  }
  return path;
}

}  // namespace

void Recorder::NoteModules(bool is_start) {
  PyObject* const modules = PyImport_GetModuleDict();
  if (modules == nullptr || !PyDict_Check(modules)) return;
  const KeepError keep;
  // Nearly always it is what it was, and more after it.
  size_t index = 0;
  Py_ssize_t position = 0;
  PyObject* name = nullptr;
  PyObject* module = nullptr;
  while (PyDict_Next(modules, &position, &name, &module)) {
    if (index < modules_.size() && modules_[index] == std::pair(name, module)) {
      ++index;
      continue;
    }
    for (; modules_.size() > index; modules_.pop_back()) Py_DECREF(modules_.back().first);
    Py_INCREF(name);
    modules_.emplace_back(name, module);
    ++index;
    if (PyUnicode_Check(name)) NoteModule(TextOf(name), module, is_start);
  }
}

void Recorder::NoteModule(std::string_view name, PyObject* module, bool is_start) {
  PyObject* const named = Attribute(module, "__file__");
  const TextOf path(named != nullptr && PyUnicode_Check(named) ? named : nullptr);
  if (is_child_ && name == "__main__" && !path.empty()) {
    const std::string program = NameOfProgram(module);
    if (!program.empty() && program != name) return NoteModule(program, module, is_start);
  }
  if (path.empty()) {
    // A namespace; of what is built in, nothing can change.
    if (Attribute(module, "__path__") != nullptr && noted_.insert(std::string(name)).second)
      writer_.Module(name, "", -1, -1);
    return;
  }
  if (IsOfNotedPackage(path) || (!is_child_ && files_.IsPlainlyStdlib(path))) return;
  const CodeFile& file = files_.Of(path);
  if (file.owner == CodeOwner::kThirdParty) {
    const std::string_view root = InstalledRoot(file.path);
    noted_package_ = std::string(root) + "/";
    if (noted_.insert(std::string(root)).second)
      writer_.Module(name.substr(0, name.find('.')), root, -1, -1);
  } else if (file.owner == CodeOwner::kFirstParty) {
    std::string key(name);
    if (!noted_.insert(key.append("\n").append(file.path)).second) return;
    writer_.Module(name, file.path, file.size_bytes, file.mtime_ns);
    if (is_start && file.is_python) NoteEarlierImport(file);
  } else if (is_child_ && noted_.insert(std::string(name)).second) {
    // A file of that name in front of it would be imported instead.
    writer_.Module(name, "", -1, -1);
  }
}

// Of what was noted last. Modules of a package mostly stand together, and one tells of all.
bool Recorder::IsOfNotedPackage(std::string_view path) const {
  return !noted_package_.empty() && path.starts_with(noted_package_) &&
         path.find("/../") == std::string_view::npos;
}

// A program that was run by its module's name is known by that, too.
std::string Recorder::NameOfProgram(PyObject* module) {
  PyObject* const spec = Attribute(module, "__spec__");
  if (spec == nullptr || spec == Py_None) return {};
  PyObject* const name = PyObject_GetAttrString(spec, "name");
  PyErr_Clear();
  std::string text;
  if (name != nullptr && PyUnicode_Check(name)) text = TextOf(name);
  Py_XDECREF(name);
  return text;
}

void Recorder::NoteFolders() {
  const KeepError keep;
  PyObject* const folders = PySys_GetObject("path");
  if (active_ != this || folders == nullptr || !PyList_Check(folders)) return;
  for (Py_ssize_t i = 0; i < PyList_GET_SIZE(folders); ++i) {
    PyObject* const entry = PyList_GET_ITEM(folders, i);
    if (!PyUnicode_Check(entry)) continue;
    const TextOf text(entry);
    const std::string path(tree_.Absolute(text.empty() ? std::string_view(".") : text));
    if (!path.empty() && tree_.Counts(path) && noted_.insert("/" + path).second)
      writer_.Folder(path);
  }
}

void Recorder::BeginProgram(bool is_file) {
  if (!is_child_) return;
  opens_program_ = is_file;
  NoteFolders();
}

void Recorder::NoteEnd() {
  if (active_ != this) return;
  NoteModules(false);
  NoteFolders();
  NoteLoss();
}

// What its import did was not seen.
void Recorder::NoteEarlierImport(const CodeFile& file) {
  const uint32_t context = Begin(impact::ContextKind::kModule, file.path);
  const auto [known, is_new] = codes_.try_emplace(file.path + "\n1\n<module>", 0);
  if (is_new) known->second = writer_.AddCode(file.path, 1, "<module>");
  writer_.Ran(context, known->second);
  writer_.Flag(context, impact::kIncomplete, "imported before recording");
  Uses(current_, context);
  End(context, 0);
}

}  // namespace dxpy::bindings
