#include "base/own_pages.h"

#include <doctest/doctest.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstring>
#include <fstream>

namespace dxpy {
namespace {

constexpr size_t kBytes = size_t{8} << 20;
constexpr long kPages = kBytes / 4096;
constexpr size_t kMax = size_t{1} << 30;

/// Memory that is written to and then shared by a fork.
class Heap {
 public:
  Heap()
      : bytes_(static_cast<char*>(mmap(nullptr, 2 * kBytes, PROT_READ | PROT_WRITE,
                                       MAP_PRIVATE | MAP_ANONYMOUS, -1, 0))) {
    REQUIRE(bytes_ != MAP_FAILED);
    madvise(bytes_, 2 * kBytes, MADV_NOHUGEPAGE);  // faults are counted by the page below
    std::memset(bytes_, 1, kBytes);                // the other half is never touched
  }
  ~Heap() { munmap(bytes_, 2 * kBytes); }
  Heap(const Heap&) = delete;
  Heap& operator=(const Heap&) = delete;

  void Write() const { std::memset(bytes_, 2, kBytes); }
  [[nodiscard]] char first() const { return bytes_[0]; }

 private:
  char* bytes_;
};

long Faults() {
  rusage used{};
  getrusage(RUSAGE_SELF, &used);
  return used.ru_minflt;
}

/// What `body` returns, called in a fork.
template <typename Body>
int InFork(Body body) {
  const int pid = fork();
  REQUIRE(pid >= 0);
  if (pid == 0) _exit(body());
  int status = 0;
  REQUIRE(waitpid(pid, &status, 0) == pid);
  REQUIRE(WIFEXITED(status));
  return WEXITSTATUS(status);
}

/// Whether the kernel has MADV_POPULATE_WRITE and shows the pagemap.
bool KernelCan() {
  return InFork([] { return OwnSharedPages(kMax) > 0 ? 1 : 0; }) == 1;
}

size_t ResidentPages() {
  std::ifstream statm("/proc/self/statm");
  size_t mapped = 0;
  size_t resident = 0;
  statm >> mapped >> resident;
  return resident;
}

TEST_CASE("what is owned is written to without a page fault, and stays apart") {
  const Heap heap;
  const auto faults_of_writing = [&](bool own) {
    return InFork([&] {
      if (own && OwnSharedPages(kMax) < kBytes) return 2;
      const long before = Faults();
      heap.Write();
      return Faults() - before > kPages / 2 ? 1 : 0;
    });
  };
  CHECK(faults_of_writing(false) == 1);
  CHECK(faults_of_writing(true) == (KernelCan() ? 0 : 2));
  CHECK(heap.first() == 1);
}

TEST_CASE("memory that was never touched is not asked for") {
  const Heap heap;
  const auto grows_little = [] {
    const size_t before = ResidentPages();
    OwnSharedPages(kMax);
    return ResidentPages() < before + kPages / 2 ? 1 : 0;
  };
  CHECK(InFork(grows_little) == 1);
}

TEST_CASE("more than the limit is left shared") {
  const Heap heap;
  CHECK(InFork([] { return OwnSharedPages(kBytes / 2) == 0 ? 1 : 0; }) == 1);
}

}  // namespace
}  // namespace dxpy
