//===- Sandbox.cpp - Mutants in children that may die ---------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "tests/fuzz/Sandbox.h"

#include "runtime/support/ExitCode.h"
#include "runtime/support/Text.h"

#include <algorithm>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <fcntl.h>
#include <fmt/format.h>
#include <fstream>
#include <new>
#include <nlohmann/json.hpp>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

namespace snnc::fuzz {

namespace {

constexpr size_t kOutcomes = 512, kWords = 96, kFaults = 64;
constexpr int kNoMemory = 99;

/// Shared by parent and child; plain memory, so that it survives anything.
struct Board {
  uint64_t index;
  double began; ///< the child's CPU time at begin()
  double slowest;
  char command[512];
  struct Outcome {
    char words[kWords];
    uint64_t times;
  } outcomes[kOutcomes];
  struct Trouble {
    uint64_t index;
    char words[1024];
  } faults[kFaults];
  uint64_t faultCount;
};

void copyWords(char *to, size_t size, const std::string &words) {
  size_t length = std::min(size - 1, words.size());
  std::memcpy(to, words.data(), length);
  to[length] = '\0';
}

double ownSeconds() {
  timespec now{};
  ::clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return double(now.tv_sec) + 1e-9 * double(now.tv_nsec);
}

class BoardNotes final : public Notes {
public:
  explicit BoardNotes(Board &board) : board(board) {}
  void start(uint64_t index) {
    board.index = index;
    begin("making the mutant");
  }
  void begin(const std::string &command) override {
    finish();
    copyWords(board.command, sizeof board.command, command);
    board.began = ownSeconds();
  }
  void finish() {
    if (board.began >= 0)
      board.slowest = std::max(board.slowest, ownSeconds() - board.began);
    board.began = -1;
  }
  void count(const std::string &outcome) override {
    for (Board::Outcome &known : board.outcomes) {
      if (known.times == 0)
        copyWords(known.words, kWords, outcome);
      if (outcome.substr(0, kWords - 1) != known.words)
        continue;
      ++known.times;
      return;
    }
  }
  void fault(const std::string &what) override {
    if (board.faultCount < kFaults) {
      board.faults[board.faultCount].index = board.index;
      copyWords(board.faults[board.faultCount].words,
                sizeof board.faults[0].words, what);
    }
    ++board.faultCount;
  }

private:
  Board &board;
};

/// The beginning of a file: a sanitizer says first what it found.
std::string contentsOf(int file, size_t most) {
  off_t size = std::max<off_t>(::lseek(file, 0, SEEK_END), 0);
  std::string text(std::min<size_t>(size_t(size), most), '\0');
  ssize_t got = ::pread(file, text.data(), text.size(), 0);
  text.resize(size_t(std::max<ssize_t>(got, 0)));
  return text;
}

uint64_t residentBytes(pid_t child) {
  std::ifstream file(fmt::format("/proc/{}/statm", child));
  uint64_t size = 0, resident = 0;
  file >> size >> resident;
  return resident * uint64_t(::sysconf(_SC_PAGESIZE));
}

double secondsOf(pid_t child) {
  clockid_t clock{};
  timespec now{};
  if (::clock_getcpuclockid(child, &clock) != 0 ||
      ::clock_gettime(clock, &now) != 0)
    return 0;
  return double(now.tv_sec) + 1e-9 * double(now.tv_nsec);
}

[[noreturn]] void onNoMemory() { ::_exit(kNoMemory); }

class Sandbox {
public:
  Sandbox(const SandboxLimits &limits,
          const std::function<void(uint64_t, Notes &)> &mutant)
      : limits(limits), mutant(mutant) {
    void *memory = ::mmap(nullptr, sizeof(Board), PROT_READ | PROT_WRITE,
                          MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    errors = ::memfd_create("stderr", 0);
    if (memory == MAP_FAILED || errors < 0)
      std::exit(2);
    board = new (memory) Board{};
  }
  ~Sandbox() {
    ::close(errors);
    ::munmap(board, sizeof(Board));
  }
  Sandbox(const Sandbox &) = delete;
  Sandbox &operator=(const Sandbox &) = delete;

  SandboxResult run(uint64_t first, uint64_t end) {
    while (first < end) {
      uint64_t stop = std::min(first + limits.perChild, end);
      std::fflush(nullptr);
      pid_t child = ::fork();
      if (child == 0)
        beChild(first, stop);
      if (child < 0)
        std::exit(2);
      std::string death = watch(child);
      takeFaults();
      if (!death.empty())
        add({board->index, death + " in: " + board->command,
             contentsOf(errors, 3000) + "\n"});
      first = death.empty() ? stop : board->index + 1;
    }
    for (const Board::Outcome &outcome : board->outcomes)
      if (outcome.times)
        result.outcomes[outcome.words] = outcome.times;
    result.slowest = board->slowest;
    return std::move(result);
  }

private:
  [[noreturn]] void beChild(uint64_t first, uint64_t stop) {
    std::set_new_handler(onNoMemory);
    int null = ::open("/dev/null", O_RDWR);
    ::dup2(null, STDIN_FILENO);
    ::dup2(null, STDOUT_FILENO);
    ::dup2(errors, STDERR_FILENO);
    rlimit noCore{0, 0};
    ::setrlimit(RLIMIT_CORE, &noCore);
    BoardNotes notes(*board);
    for (uint64_t i = first; i < stop; ++i) {
      notes.start(i);
      mutant(i, notes);
      notes.finish();
    }
    ::_exit(0);
  }

  /// How the child ended where it should not have.
  std::string watch(pid_t child) {
    std::string killed;
    auto kill = [&](std::string why) {
      killed = std::move(why);
      ::kill(child, SIGKILL);
    };
    for (;;) {
      int status = 0;
      rusage usage{};
      pid_t ended = ::wait4(child, &status, WNOHANG, &usage);
      if (ended == child) {
        result.peakBytes =
            std::max(result.peakBytes, uint64_t(usage.ru_maxrss) * 1024);
        if (!killed.empty())
          return killed;
        if (WIFSIGNALED(status))
          return fmt::format("signal {}", WTERMSIG(status));
        if (WEXITSTATUS(status) == kNoMemory)
          return "memory refused";
        return WEXITSTATUS(status)
                   ? fmt::format("ended with {}", WEXITSTATUS(status))
                   : "";
      }
      double began = board->began;
      if (killed.empty() && began >= 0 &&
          secondsOf(child) - began > limits.seconds)
        kill(fmt::format("more than {} s", limits.seconds));
      if (killed.empty() && residentBytes(child) > limits.bytes)
        kill(fmt::format("more than {} MiB", limits.bytes >> 20));
      ::usleep(4000);
    }
  }

  void takeFaults() {
    for (uint64_t i = 0; i < std::min<uint64_t>(board->faultCount, kFaults);
         ++i)
      add({board->faults[i].index, board->faults[i].words, ""});
    board->faultCount = 0;
  }

  void add(Fault fault) {
    fmt::print("mutant {}: {}\n{}", fault.index, fault.what, fault.message);
    std::fflush(stdout);
    result.faults.push_back(std::move(fault));
  }

  const SandboxLimits &limits;
  const std::function<void(uint64_t, Notes &)> &mutant;
  Board *board = nullptr;
  int errors = -1;
  SandboxResult result;
};

} // namespace

SandboxResult
runSandboxed(uint64_t first, uint64_t end, const SandboxLimits &limits,
             const std::function<void(uint64_t, Notes &)> &mutant) {
  return Sandbox(limits, mutant).run(first, end);
}

int runVerb(const std::string &label, const std::string &line,
            const std::function<int(DiagnosticSink &)> &verb, Notes &notes) {
  (void)!::ftruncate(STDERR_FILENO, 0);
  ::lseek(STDERR_FILENO, 0, SEEK_SET);
  notes.begin(line);
  DiagnosticSink sink;
  int code = kExitInternal, implied = kExitOk;
  std::string first, words;
  try {
    code = verb(sink);
    for (const Diagnostic &d : sink.all()) {
      (void)nlohmann::json::parse(jsonText(toJson(d)));
      if (d.severity == Severity::Error && first.empty()) {
        first = d.code.name();
        implied = d.code.exitCode();
        words = toText(d);
      }
    }
  } catch (const std::exception &error) {
    words = std::string("exception: ") + error.what();
  }
  if (!first.empty())
    code = implied == kExitOk ? kExitInput : implied;
  notes.count(fmt::format("{}: exit {} {}", label, code, first));
  // Readers that keep a library in a child of their own.
  rusage usage{};
  ::getrusage(RUSAGE_CHILDREN, &usage);
  if (uint64_t(usage.ru_maxrss) * 1024 > SandboxLimits().bytes)
    notes.fault(
        fmt::format("a child of {} took {} MiB", line, usage.ru_maxrss >> 10));
  constexpr int documented[] = {kExitOk,       kExitInput,  kExitDoesNotFit,
                                kExitMismatch, kExitDevice, kExitLostSpikes};
  if (std::find(std::begin(documented), std::end(documented), code) ==
      std::end(documented))
    notes.fault(fmt::format("exit {} of {}: {}", code, line, words));
  else if (first.empty() && code != kExitOk && code != kExitMismatch &&
           code != kExitLostSpikes)
    notes.fault(fmt::format("exit {} without a finding: {}", code, line));
  return code;
}

} // namespace snnc::fuzz
