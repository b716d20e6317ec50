// survey_bench DIRECTORY [ROUNDS]: finds the tests below a directory, as
// dx-py discover does it in process: with no index, and with a valid one, node ids
// included. Wall time, and CPU time of all threads, which others on the machine
// disturb less.

#include <time.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <string>
#include <vector>

#include "survey/survey.h"
#include "testing/temp_folder.h"

namespace dxpy::survey {
namespace {

SurveyRequest RequestFor(const std::string& directory, const std::string& index_path) {
  SurveyRequest request;
  request.roots = {directory};
  request.rootdir = request.confcutdir = directory;
  request.walk.python_files = {"test_*.py", "*_test.py"};
  request.walk.norecursedirs = {".*", "build", "dist", "venv"};
  request.project.plain_fixtures = {"tmp_path", "monkeypatch", "capsys", "request"};
  request.index_path = index_path;
  return request;
}

double CpuMs() {
  timespec now{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) * 1e3 + static_cast<double>(now.tv_nsec) * 1e-6;
}

struct Times {
  std::vector<double> ms;
  std::vector<double> cpu_ms;
  SurveyStats last;
  size_t files = 0;
  size_t exact = 0;
  size_t id_bytes = 0;
};

void Round(const SurveyRequest& request, Times& times) {
  const double cpu_start = CpuMs();
  const auto start = std::chrono::steady_clock::now();
  const Survey survey = Survey::Take(request);
  std::string ids;
  for (const SurveyedFile& file : survey.files())
    VisitNodeIds(file, [&ids](const std::string& id) { ids.append(id).push_back('\n'); });
  times.id_bytes = ids.size();
  const auto end = std::chrono::steady_clock::now();
  times.cpu_ms.push_back(CpuMs() - cpu_start);
  times.ms.push_back(std::chrono::duration<double, std::milli>(end - start).count());
  times.last = survey.stats();
  times.files = survey.files().size();
  times.exact = static_cast<size_t>(std::ranges::count_if(
      survey.files(), [](const SurveyedFile& file) { return file.is_exact; }));
}

void Print(const char* name, Times& times) {
  std::ranges::sort(times.ms);
  std::ranges::sort(times.cpu_ms);
  const SurveyStats& last = times.last;
  std::printf(
      "%s: best %.2f ms, median %.2f ms; CPU best %.2f ms, median %.2f ms; last: walk %.2f, open "
      "%.2f, look up %.2f, "
      "read %.2f, write %.2f, decode %.2f, judge %.2f; %zu parsed\n",
      name, times.ms.front(), times.ms[times.ms.size() / 2], times.cpu_ms.front(),
      times.cpu_ms[times.cpu_ms.size() / 2], last.walk_ms, last.update.open_ms,
      last.update.look_up_ms, last.update.read_ms, last.update.write_ms, last.decode_ms,
      last.judge_ms, last.update.parsed);
}

void Run(const std::string& directory, int rounds) {
  const testing::TempFolder folder;
  const std::string index_path = folder.At("index");
  const SurveyRequest request = RequestFor(directory, index_path);
  Times cold;
  for (int round = 0; round < rounds; ++round) {
    std::filesystem::remove(index_path);
    Round(request, cold);
  }
  Times warm;
  for (int round = 0; round < rounds * 3; ++round) Round(request, warm);
  std::printf("%zu files, %zu exact, %zu bytes of node ids\n", warm.files, warm.exact,
              warm.id_bytes);
  Print("cold", cold);
  Print("warm", warm);
}

}  // namespace
}  // namespace dxpy::survey

int main(int argc, char** argv) {
  if (argc < 2) {
    std::fputs("usage: survey_bench DIRECTORY [ROUNDS]\n", stderr);
    return 2;
  }
  dxpy::survey::Run(argv[1], argc > 2 ? std::atoi(argv[2]) : 7);
  return 0;
}
