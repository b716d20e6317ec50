#include "base/process.h"

#include <pybind11/pybind11.h>
#include <pybind11/stl.h>

#include "base/cpus.h"
#include "base/memory.h"
#include "base/own_pages.h"
#include "bindings/bindings.h"

namespace dxpy::bindings {

namespace py = pybind11;

namespace {

py::object Receive(int socket) {
  std::optional<Message> message;
  {
    const py::gil_scoped_release release;
    message = ReceiveMessage(socket);
  }
  if (!message) return py::none();
  py::list fds;
  for (UniqueFd& fd : message->fds) fds.append(fd.release());
  return py::make_tuple(py::bytes(message->bytes), fds);
}

}  // namespace

void BindProcess(py::module_& m) {
  m.def("make_socket_pair", [] {
    auto [one, other] = MakeSocketPair();
    return py::make_tuple(one.release(), other.release());
  });
  m.def("send_message", [](int socket, const py::bytes& bytes, const std::vector<int>& fds) {
    return SendMessage(socket, View(bytes), fds);
  });
  m.def("receive_message", &Receive, py::arg("socket"));
  m.def("die_with_parent", &DieWithParent, py::arg("parent"));
  m.def("open_pidfd", [](int pid) { return OpenPidFd(pid).release(); });
  m.def("own_shared_pages", &OwnSharedPages, py::arg("max_bytes"));
  m.def("count_threads", &CountThreads);
  m.def("usable_cpus", &UsableCpus);
}

void BindMemory(py::module_& m) {
  m.def("available_memory", py::overload_cast<>(&AvailableMemory));
  m.def("peak_own_memory", py::overload_cast<>(&PeakOwnMemory));
}

}  // namespace dxpy::bindings
