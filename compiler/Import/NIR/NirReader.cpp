//===- NirReader.cpp - Read a NIR file ------------------------------------===//
//
// Part of the snnc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The child process: fork, limits, HDF5, the result through an anonymous memory
// file, _exit. A crash, an endless loop or exhausted memory inside the HDF5
// library ends the child only, and the parent turns it into a finding.
//
//===----------------------------------------------------------------------===//

#include "compiler/Import/NIR/NirReader.h"
#include "compiler/Import/NIR/NirFile.h"
#include "compiler/Import/NIR/NirWalk.h"
#include "compiler/Import/NIR/NirWire.h"

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cmath>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <fcntl.h>
#include <fmt/format.h>
#include <new>
#include <poll.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#if defined(__SANITIZE_ADDRESS__)
#define SNNC_NIR_ASAN 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define SNNC_NIR_ASAN 1
#endif
#endif

namespace snnc::nir {

namespace {

class Descriptor {
public:
  explicit Descriptor(int fd) : fd(fd) {}
  ~Descriptor() { reset(); }
  Descriptor(const Descriptor &) = delete;
  Descriptor &operator=(const Descriptor &) = delete;
  int get() const { return fd; }
  void reset() {
    if (fd >= 0)
      ::close(fd);
    fd = -1;
  }

private:
  int fd;
};

enum class ChildEnd { Done, Crashed, TimedOut, OutOfMemory };

constexpr int exitSent = 0, exitNoMemory = 3, exitNotSent = 4;

} // namespace

static void setLimit(int resource, rlim_t value) {
  struct rlimit limit{value, value};
  ::setrlimit(resource, &limit);
}

/// The address space this process uses now, in bytes (/proc/self/statm).
static uint64_t addressSpace() {
  unsigned long pages = 0;
  if (FILE *statm = std::fopen("/proc/self/statm", "re")) {
    if (std::fscanf(statm, "%lu", &pages) != 1)
      pages = 0;
    std::fclose(statm);
  }
  return uint64_t(pages) * uint64_t(::sysconf(_SC_PAGESIZE));
}

static void limitChild(const ReadLimits &limits, double seconds) {
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  ::prctl(PR_SET_DUMPABLE, 0);
  setLimit(RLIMIT_CORE, 0);
  struct itimerval timer{};
  timer.it_value.tv_sec = time_t(seconds);
  timer.it_value.tv_usec = suseconds_t((seconds - std::floor(seconds)) * 1e6);
  ::signal(SIGPROF, SIG_DFL);
  ::setitimer(ITIMER_PROF, &timer, nullptr); // computing time; ends in SIGPROF
#ifndef SNNC_NIR_ASAN // the sanitizer's shadow exceeds any such limit
  // Decompression and conversion need room beside the tensors themselves.
  setLimit(RLIMIT_AS, addressSpace() + limits.totalBytes + limits.tensorBytes +
                          (uint64_t(512) << 20));
#endif
  for (int signal : {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT, SIGTERM})
    if (!limits.showChildErrors)
      ::signal(signal, SIG_DFL);
  if (limits.showChildErrors)
    return;
  int null = ::open("/dev/null", O_WRONLY);
  ::dup2(null, STDERR_FILENO); // malloc's last words are not for the user
}

[[noreturn]] static void runChild(const std::string &path, uint64_t fileBytes,
                                  const ReadLimits &limits, double seconds,
                                  int resultFd) {
  limitChild(limits, seconds);
  int status = exitNotSent;
  try {
    DiagnosticSink findings;
    Expected<Graph> graph = walkFile(path, fileBytes, findings, limits);
    if (sendResult(resultFd, findings.all(), graph))
      status = exitSent;
  } catch (const std::bad_alloc &) {
    status = exitNoMemory;
  } catch (...) {
  }
  ::_exit(status); // no atexit handlers, no flushing of the parent's buffers
}

/// Waits until the child has ended. A loaded machine or a slow disk is no
/// fault of the file, so the wall clock gets far more than `seconds`.
static ChildEnd waitFor(pid_t child, double seconds) {
  // Readable once the child has ended. -1 (Linux before 5.3) makes poll()
  // sleep, and the loop below asks the child every few milliseconds.
  Descriptor ended(int(::syscall(SYS_pidfd_open, child, 0)));
  using Clock = std::chrono::steady_clock;
  auto deadline = Clock::now() + std::chrono::duration<double>(20 * seconds);
  bool timedOut = false;
  int status = 0;
  for (;;) {
    pid_t got = ::waitpid(child, &status, timedOut ? 0 : WNOHANG);
    if (got == child)
      break;
    if (got < 0 && errno != EINTR)
      return ChildEnd::Crashed; // somebody else reaped it
    auto left = std::chrono::duration_cast<std::chrono::milliseconds>(
        deadline - Clock::now());
    if (left.count() <= 0 && !timedOut) {
      timedOut = true;
      ::kill(child, SIGKILL);
      continue;
    }
    struct pollfd entry{ended.get(), POLLIN, 0};
    ::poll(&entry, 1, ended.get() >= 0 ? int(left.count() + 1) : 2);
  }
  if (timedOut || (WIFSIGNALED(status) && WTERMSIG(status) == SIGPROF))
    return ChildEnd::TimedOut;
  if (WIFEXITED(status) && WEXITSTATUS(status) == exitSent)
    return ChildEnd::Done;
  if (WIFEXITED(status) && WEXITSTATUS(status) == exitNoMemory)
    return ChildEnd::OutOfMemory;
  return ChildEnd::Crashed;
}

static Diagnostic systemError(const std::string &path, const char *call) {
  return makeError("SNN0219", {path, "", 0, 0},
                   fmt::format("cannot start the process that reads the file: "
                               "{}: {}",
                               call, std::strerror(errno)),
                   {"free some memory or processes and try again"});
}

static Diagnostic endError(const std::string &path, ChildEnd end,
                           const ReadLimits &limits, double seconds) {
  SourceSpot spot{path, "", 0, 0};
  if (end == ChildEnd::TimedOut)
    return makeError("SNN0205", spot,
                     fmt::format("the file is damaged or hostile: reading it "
                                 "takes more than {:.3g} seconds of computing",
                                 seconds),
                     {"export or copy the file again"});
  if (end == ChildEnd::OutOfMemory)
    return makeError(
        "SNN0206", spot,
        fmt::format("reading the file takes more memory than allowed, {} MiB",
                    (limits.totalBytes + limits.tensorBytes) >> 20));
  return makeError("SNN0204", spot,
                   "the file is damaged: the HDF5 library failed on it",
                   {"export or copy the file again",
                    "h5debug and h5dump show where the damage is"});
}

static Expected<Graph> readIsolated(const std::string &path, uint64_t fileBytes,
                                    DiagnosticSink &findings,
                                    const ReadLimits &limits) {
  double seconds = limits.seconds + double(fileBytes >> 21);
  Descriptor result(::memfd_create("nir-graph", MFD_CLOEXEC));
  if (result.get() < 0)
    return systemError(path, "memfd_create");
  pid_t child = ::fork();
  if (child < 0)
    return systemError(path, "fork");
  if (child == 0)
    runChild(path, fileBytes, limits, seconds, result.get());
  ChildEnd end = waitFor(child, seconds);
  if (end != ChildEnd::Done)
    return endError(path, end, limits, seconds);
  std::optional<Expected<Graph>> graph = receiveResult(result.get(), findings);
  if (!graph)
    return endError(path, ChildEnd::Crashed, limits, seconds);
  return std::move(*graph);
}

Expected<Graph> readNir(const std::string &path, DiagnosticSink &findings,
                        const ReadLimits &limits) {
  try {
    Expected<uint64_t> bytes = checkFile(path, limits.fileBytes);
    if (!bytes)
      return bytes.takeError();
    Expected<Graph> graph = limits.isolate
                                ? readIsolated(path, *bytes, findings, limits)
                                : walkFile(path, *bytes, findings, limits);
    if (graph)
      graph->file = path;
    return graph;
  } catch (const std::exception &e) {
    return makeError("SNN0206", {path, "", 0, 0},
                     fmt::format("reading the file failed: {}", e.what()),
                     {"the model may need more memory than there is"});
  }
}

} // namespace snnc::nir
