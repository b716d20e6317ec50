#pragma once

#include <doctest/doctest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <initializer_list>
#include <string>
#include <vector>

#include "store/store.h"
#include "testing/temp_folder.h"

namespace dxpy::store {

inline std::vector<Store::Entry> Entries(std::initializer_list<Store::Entry> entries) {
  return entries;
}

/// Opens a store with which nothing is wrong.
inline Store OpenWell(const std::string& path, const Store::Options& options = {}) {
  std::string problem;
  Store store = Store::Open(path, options, &problem);
  CHECK(problem == "");
  return store;
}

inline std::string OpenProblem(const std::string& path, const Store::Options& options = {}) {
  std::string problem;
  (void)Store::Open(path, options, &problem);
  return problem;
}

/// The values of a key in one line.
inline std::string All(const Store& store, Kind kind, std::string_view key) {
  std::string line;
  for (const std::string_view value : store.Find(kind, key))
    line += (line.empty() ? "" : " ") + std::string(value);
  return line;
}

/// Runs `child` in a process of its own; it is well where it returns true. @returns its id.
template <typename Child>
pid_t Fork(Child child) {
  const pid_t pid = fork();
  if (pid == 0) _exit(child() ? 0 : 1);
  return pid;
}

inline bool EndsWell(pid_t pid) {
  int status = 0;
  return waitpid(pid, &status, 0) == pid && WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

}  // namespace dxpy::store
