#include "dispatch/dispatcher.h"

#include <poll.h>
#include <pybind11/pybind11.h>
#include <pybind11/stl.h>

#include <array>
#include <cmath>
#include <csignal>

#include "bindings/bindings.h"

namespace dxpy::bindings {

namespace py = pybind11;
using dispatch::Dispatcher;

namespace {

py::tuple ToPython(const dispatch::PhaseRecord& phase) {
  return py::make_tuple(static_cast<int>(phase.phase), static_cast<int>(phase.outcome),
                        phase.start_seconds, phase.duration_seconds, py::bytes(phase.payload));
}

py::tuple ToPython(const dispatch::Event& event) {
  py::list phases;
  for (const dispatch::PhaseRecord& phase : event.phases) phases.append(ToPython(phase));
  return py::make_tuple(static_cast<int>(event.kind), event.worker, event.unit, event.item,
                        event.seconds, phases, py::bytes(event.payload));
}

// Sleeps until events wait, a signal's Python handler has run, or the time is
// up. Signals stay blocked between the look at what has arrived and ppoll, which
// lets them in, so that none is slept through.
py::list TakeEvents(Dispatcher& dispatcher, double timeout_seconds) {
  sigset_t all;
  sigset_t before;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  const bool raised = PyErr_CheckSignals() != 0;
  if (!raised) {
    const py::gil_scoped_release release;
    const double whole = std::floor(timeout_seconds);
    const timespec timeout{static_cast<time_t>(whole),
                           static_cast<int64_t>((timeout_seconds - whole) * 1e9)};
    pollfd readable{dispatcher.EventFd(), POLLIN, 0};
    ppoll(&readable, 1, timeout_seconds < 0 ? nullptr : &timeout, &before);
  }
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
  if (raised || PyErr_CheckSignals() != 0) throw py::error_already_set();
  py::list events;
  for (const dispatch::Event& event : dispatcher.TakeEvents()) events.append(ToPython(event));
  return events;
}

py::list RunningItems(const Dispatcher& dispatcher) {
  py::list items;
  for (const dispatch::RunningItem& item : dispatcher.RunningItems())
    items.append(py::make_tuple(item.worker, item.unit, item.item, item.seconds));
  return items;
}

codec::UnitSpec MakeSpec(std::string key, uint32_t argument, std::vector<std::string> only,
                         std::vector<std::string> skip) {
  return {std::move(key), argument, std::move(only), std::move(skip)};
}

// (key, argument, cost in seconds, whether that was recorded, position, node ids to run or
// none for all, node ids to skip, seconds to start or -1, whether it is never to be shared, whether
// it is exclusive, slow items with their seconds)
using UnitTuple = std::tuple<std::string, uint32_t, double, bool, uint32_t,
                             std::vector<std::string>, std::vector<std::string>, double, bool, bool,
                             std::vector<std::pair<uint32_t, double>>>;

uint32_t AddUnits(Dispatcher& dispatcher, std::vector<UnitTuple> tuples) {
  std::vector<dispatch::NewUnit> units;
  units.reserve(tuples.size());
  for (auto& [key, argument, cost_seconds, recorded, position, only, skip, start_seconds, whole,
              exclusive, slow] : tuples) {
    units.push_back({.spec = MakeSpec(std::move(key), argument, std::move(only), std::move(skip)),
                     .cost_seconds = cost_seconds,
                     .position = position,
                     .recorded = recorded,
                     .start_seconds = start_seconds,
                     .whole = whole,
                     .exclusive = exclusive,
                     .slow = {}});
    for (const auto& [item, seconds] : slow) units.back().slow.push_back({item, seconds});
  }
  return dispatcher.AddUnits(std::move(units));
}

py::list DecodeUnits(const py::bytes& payload) {
  const std::string_view view = View(payload);
  py::list units;
  for (const codec::UnitEntry& unit : codec::DecodeUnitList(std::as_bytes(std::span(view))))
    units.append(py::make_tuple(py::bytes(unit.key), unit.argument, unit.size_bytes));
  return units;
}

py::list DecodeItems(const py::bytes& payload) {
  const std::string_view view = View(payload);
  py::list items;
  for (const codec::ItemEntry& item : codec::DecodeItemList(std::as_bytes(std::span(view))))
    items.append(py::make_tuple(py::bytes(item.node_id), py::bytes(item.path), item.line,
                                py::bytes(item.domain)));
  return items;
}

std::unique_ptr<Dispatcher> MakeDispatcher(bool given_order, uint32_t barrier, bool discover,
                                           bool split, uint32_t max_failures,
                                           bool halt_on_collect_error, bool pause,
                                           double slow_seconds,
                                           std::array<double, 4> stage_limits) {
  return std::make_unique<Dispatcher>(dispatch::Settings{
      .order = given_order ? schedule::Order::kGiven : schedule::Order::kLongestFirst,
      .barrier = barrier,
      .discover = discover,
      .split = split,
      .max_failures = max_failures,
      .halt_on_collect_error = halt_on_collect_error,
      .slow_seconds = slow_seconds,
      .limits = {.start = stage_limits[0],
                 .collect = stage_limits[1],
                 .end = stage_limits[2],
                 .exit = stage_limits[3]},
      .halt = pause ? ring::RunState::kPaused : ring::RunState::kStopped});
}

}  // namespace

void BindDispatcher(py::module_& m) {
  const auto unlocked = py::call_guard<py::gil_scoped_release>();
  m.def("decode_units", &DecodeUnits, py::arg("payload"));
  m.def("decode_items", &DecodeItems, py::arg("payload"));
  m.def("stack_signal", &dispatch::StackSignal);
  py::class_<Dispatcher>(m, "Dispatcher")
      .def(py::init(&MakeDispatcher), py::kw_only(), py::arg("given_order"), py::arg("barrier"),
           py::arg("discover"), py::arg("split"), py::arg("max_failures"),
           py::arg("halt_on_collect_error"), py::arg("pause"), py::arg("slow_seconds"),
           py::arg("stage_limits"))
      .def("open_worker", &Dispatcher::OpenWorker, py::arg("shared"), py::arg("settings_bytes"))
      .def("channel_fd", &Dispatcher::ChannelFd, py::arg("worker"))
      .def("control_fd", &Dispatcher::ControlFd)
      .def("start_worker",
           [](Dispatcher& dispatcher, uint32_t worker, int pidfd, const py::bytes& settings) {
             dispatcher.StartWorker(worker, UniqueFd(pidfd), std::string(View(settings)));
           })
      .def("follow_output", [](Dispatcher& dispatcher, uint32_t worker, uint32_t stream,
                               int fd) { dispatcher.FollowOutput(worker, stream, UniqueFd(fd)); })
      .def("send_orders",
           [](Dispatcher& dispatcher, uint32_t worker, const py::bytes& orders) {
             dispatcher.SendOrders(worker, std::string(View(orders)));
           })
      .def("report_all_phases", &Dispatcher::ReportAllPhases, unlocked)
      .def("add_units", &AddUnits, py::arg("units"))
      .def(
          "drop_units",
          [](Dispatcher& dispatcher, const std::vector<uint32_t>& units) {
            dispatcher.DropUnits(units);
          },
          py::arg("units"))
      .def(
          "set_positions",
          [](Dispatcher& dispatcher, const std::vector<uint32_t>& units) {
            dispatcher.SetPositions(units);
          },
          py::arg("units"))
      .def("end_discovery", &Dispatcher::EndDiscovery, unlocked)
      .def(
          "pin",
          [](Dispatcher& dispatcher, uint32_t worker, std::string key, uint32_t argument,
             std::vector<std::string> only) {
            return dispatcher.Pin(worker, MakeSpec(std::move(key), argument, std::move(only), {}));
          },
          py::arg("worker"), py::arg("key"), py::arg("argument"), py::arg("only"))
      .def("release", &Dispatcher::Release, py::arg("worker"), unlocked)
      .def("state",
           [](const Dispatcher& dispatcher) { return static_cast<int>(dispatcher.state()); })
      .def("stop", &Dispatcher::Stop, unlocked)
      .def("resume", &Dispatcher::Resume, py::arg("failures"), unlocked)
      .def("take_events", &TakeEvents, py::arg("timeout_seconds"))
      .def("running_items", &RunningItems)
      .def("first_offer_ns", &Dispatcher::FirstOfferNs, unlocked)
      .def("has_queued_units", &Dispatcher::HasQueuedUnits, unlocked);
}

}  // namespace dxpy::bindings
