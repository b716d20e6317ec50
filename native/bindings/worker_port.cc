#include "dispatch/worker_port.h"

#include <pybind11/pybind11.h>
#include <pybind11/stl.h>
#include <unistd.h>

#include <span>
#include <vector>

#include "base/hash.h"
#include "bindings/bindings.h"
#include "ring/value_segment.h"

namespace dxpy::bindings {

namespace py = pybind11;
using dispatch::WorkerPort;

namespace {

py::list BytesList(const std::vector<std::string>& texts) {
  py::list list;
  for (const std::string& text : texts) list.append(py::bytes(text));
  return list;
}

// Sleeps until a command has come. Signal handlers run meanwhile, and what they
// raise ends the wait.
py::tuple Receive(WorkerPort& port) {
  for (;;) {
    if (const auto command = port.TryReceive()) {
      const auto& [header, unit, payload] = *command;
      return py::make_tuple(static_cast<int>(header.kind), header.unit, header.grant,
                            py::bytes(unit.key), unit.argument, BytesList(unit.only),
                            BytesList(unit.skip), py::bytes(payload));
    }
    {
      const py::gil_scoped_release release;
      port.WaitForCommand();
    }
    if (PyErr_CheckSignals() != 0) throw py::error_already_set();
  }
}

void Send(WorkerPort& port, int kind, uint32_t unit, uint32_t item, const py::bytes& payload) {
  port.Send({.kind = static_cast<codec::ResultKind>(kind), .unit = unit, .item = item},
            View(payload));
}

// `limit_seconds`: of each of its phases; 0: none.
void StartItem(WorkerPort& port, uint32_t unit, uint32_t item, double limit_seconds) {
  port.Send({.kind = codec::ResultKind::kStarted,
             .unit = unit,
             .item = item,
             .duration_seconds = limit_seconds},
            {});
}

void SendPhase(WorkerPort& port, uint32_t unit, uint32_t item, int phase, int outcome,
               double start_seconds, double duration_seconds, const py::bytes& payload) {
  port.Send({.kind = codec::ResultKind::kPhase,
             .phase = static_cast<codec::Phase>(phase),
             .outcome = static_cast<codec::Outcome>(outcome),
             .unit = unit,
             .item = item,
             .start_seconds = start_seconds,
             .duration_seconds = duration_seconds},
            View(payload));
}

void SendEvent(WorkerPort& port, int outcome, const py::bytes& payload) {
  port.Send({.kind = codec::ResultKind::kEvent, .outcome = static_cast<codec::Outcome>(outcome)},
            View(payload));
}

using ItemTuple = std::tuple<std::string, std::string, int64_t, std::string>;

std::string EncodeItems(std::vector<ItemTuple> tuples) {
  codec::ItemList items;
  items.reserve(tuples.size());
  for (auto& [node_id, path, line, domain] : tuples)
    items.push_back({std::move(node_id), std::move(path), line, std::move(domain)});
  return codec::Encode(items);
}

// The unit is this worker's from here on; `cuts`: where it may be shared, None: nowhere.
void SendItems(WorkerPort& port, uint32_t unit, std::vector<ItemTuple> tuples,
               const std::optional<codec::Cuts>& cuts) {
  const auto count = static_cast<uint32_t>(tuples.size());
  port.OpenItems(unit, count);
  if (cuts) {
    port.Send({.kind = codec::ResultKind::kDivisible, .unit = unit, .item = count},
              codec::EncodeCuts(*cuts));
  }
  port.Send({.kind = codec::ResultKind::kCollected, .unit = unit, .item = count},
            EncodeItems(std::move(tuples)));
}

// Whether they are the same items as another worker's is for the controller to see.
void SendJoined(WorkerPort& port, uint32_t unit, std::vector<ItemTuple> tuples) {
  const auto count = static_cast<uint32_t>(tuples.size());
  port.Send({.kind = codec::ResultKind::kJoined, .unit = unit, .item = count},
            codec::EncodeHash(Hash64(EncodeItems(std::move(tuples)))));
}

using UnitTuple = std::tuple<std::string, uint32_t, uint64_t>;

void SendUnits(WorkerPort& port, std::vector<UnitTuple> tuples) {
  codec::UnitList units;
  units.reserve(tuples.size());
  for (auto& [key, argument, size_bytes] : tuples)
    units.push_back({std::move(key), argument, size_bytes});
  port.Send({.kind = codec::ResultKind::kDiscovered}, codec::Encode(units));
}

// @returns a descriptor; who closes it is for the caller to say.
int WriteSegment(const std::vector<py::buffer>& parts) {
  std::vector<py::buffer_info> infos;  // they keep the memory
  std::vector<std::span<const std::byte>> spans;
  for (const py::buffer& part : parts) {
    const py::buffer_info& info = infos.emplace_back(part.request());
    const auto size = static_cast<size_t>(info.size * info.itemsize);
    spans.emplace_back(static_cast<const std::byte*>(info.ptr), size);
  }
  const py::gil_scoped_release release;
  return ring::ValueSegment::Write(spans).release();
}

void BindSegments(py::module_& m) {
  py::class_<ring::ValueSegment>(m, "_ValueSegment", py::buffer_protocol())
      .def_buffer([](ring::ValueSegment& segment) {
        return py::buffer_info(reinterpret_cast<uint8_t*>(segment.bytes().data()),
                               static_cast<py::ssize_t>(segment.bytes().size()));
      });
  m.attr("SEGMENT_ALIGNMENT") = ring::ValueSegment::kAlignment;
  // It is unmapped with the last view of it.
  m.def(
      "open_segment",
      [](int pid, int fd) { return py::memoryview(py::cast(ring::ValueSegment::Open(pid, fd))); },
      py::arg("pid"), py::arg("fd"));
  m.def("write_segment", &WriteSegment, py::arg("parts"));
  // Not os.close(): a test may have replaced that.
  m.def("close_segment", [](int fd) { ::close(fd); }, py::arg("fd"));
}

}  // namespace

void BindWorkerPort(py::module_& m) {
  BindSegments(m);
  const auto unlocked = py::call_guard<py::gil_scoped_release>();
  py::class_<WorkerPort>(m, "WorkerPort")
      .def(py::init<int, int>(), py::arg("channel_fd"), py::arg("control_fd"))
      .def("receive", &Receive)
      .def("send", &Send, py::arg("kind"), py::arg("unit"), py::arg("item"), py::arg("payload"))
      .def("start_item", &StartItem, py::arg("unit"), py::arg("item"), py::arg("limit_seconds"))
      .def("send_phase", &SendPhase, py::arg("unit"), py::arg("item"), py::arg("phase"),
           py::arg("outcome"), py::arg("start_seconds"), py::arg("duration_seconds"),
           py::arg("payload"))
      .def("send_event", &SendEvent, py::arg("outcome"), py::arg("payload"))
      .def("send_items", &SendItems, py::arg("unit"), py::arg("items"), py::arg("cuts"))
      .def("send_joined", &SendJoined, py::arg("unit"), py::arg("items"))
      .def("claim_item", &WorkerPort::ClaimItem, py::arg("unit"))
      .def("next_item", &WorkerPort::NextItem, py::arg("unit"))
      .def("send_units", &SendUnits, py::arg("units"))
      .def("wait_until_handled", &WorkerPort::WaitUntilHandled, unlocked)
      .def("claim", &WorkerPort::Claim, py::arg("ticket"))
      .def(
          "end_fork",
          [](const WorkerPort& port, int code) {
            if (port.is_in_fork()) ::_exit(code);
          },
          py::arg("code"))
      .def("state", [](const WorkerPort& port) { return static_cast<int>(port.state()); })
      .def(
          "wait_while_paused",
          [](const WorkerPort& port) { return static_cast<int>(port.WaitWhilePaused()); },
          unlocked);
}

}  // namespace dxpy::bindings
