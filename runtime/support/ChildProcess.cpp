//===- ChildProcess.cpp - Run fragile code in a process of its own --------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "runtime/support/ChildProcess.h"

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
#include <optional>
#include <poll.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>
#include <utility>

#if defined(__SANITIZE_ADDRESS__)
#define SNNC_UNBOUNDED_ADDRESSES 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define SNNC_UNBOUNDED_ADDRESSES 1
#endif
#endif

namespace snnc {

static constexpr int exitSent = 0, exitNoMemory = 3, exitNotSent = 4;

Descriptor &Descriptor::operator=(Descriptor &&other) noexcept {
  std::swap(fd, other.fd);
  return *this;
}

Descriptor::~Descriptor() {
  if (fd >= 0)
    ::close(fd);
}

int Descriptor::release() { return std::exchange(fd, -1); }

static void setLimit(__rlimit_resource resource, uint64_t value) {
  rlimit limit;
  if (::getrlimit(resource, &limit) != 0)
    return;
  limit.rlim_cur = std::min<rlim_t>(value, limit.rlim_max);
  ::setrlimit(resource, &limit);
}

#ifndef SNNC_UNBOUNDED_ADDRESSES
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
#endif

/// A child owns no temporary files and says nothing: the parent's ways to end
/// are not its own, and memory that runs out is an exception again.
static void resetEnds(pid_t parent) {
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (::getppid() != parent)
    ::_exit(exitNotSent); // it ended before the line above
  for (int signal : {SIGINT, SIGTERM})
    ::signal(signal, SIG_DFL);
  std::set_new_handler(nullptr);
}

static void limitChild(const ChildLimits &limits) {
  ::prctl(PR_SET_DUMPABLE, 0);
  setLimit(RLIMIT_CORE, 0);
  setLimit(RLIMIT_FSIZE, limits.resultBytes);
  ::signal(SIGXFSZ, SIG_IGN); // the write fails instead
  itimerval timer{};
  timer.it_value.tv_sec = time_t(limits.seconds);
  timer.it_value.tv_usec =
      suseconds_t((limits.seconds - std::floor(limits.seconds)) * 1e6);
  ::signal(SIGPROF, SIG_DFL);
  ::setitimer(ITIMER_PROF, &timer, nullptr); // computing time; ends in SIGPROF
#ifndef SNNC_UNBOUNDED_ADDRESSES
  setLimit(RLIMIT_AS, addressSpace() + limits.memoryBytes);
#endif
  if (limits.showErrors)
    return;
  for (int signal : {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT, SIGTERM})
    ::signal(signal, SIG_DFL);
  int null = ::open("/dev/null", O_WRONLY | O_CLOEXEC);
  if (null >= 0)
    ::dup2(null, STDERR_FILENO); // malloc's last words are not for the user
}

[[noreturn]] static void runChild(const std::function<bool(int)> &work,
                                  const ChildLimits &limits, int fd) {
  limitChild(limits);
  int status = exitNotSent;
  try {
    if (work(fd))
      status = exitSent;
  } catch (const std::bad_alloc &) {
    status = exitNoMemory;
  } catch (...) { // reported through the exit code
  }
  ::_exit(status); // no atexit handlers, no flushing of the parent's buffers
}

static std::optional<ChildFailure> failureOf(int status, bool timedOut,
                                             double seconds) {
  if (timedOut || (WIFSIGNALED(status) && WTERMSIG(status) == SIGPROF))
    return ChildFailure{
        ChildEnd::TimedOut,
        fmt::format("it takes more than {:.3g} s of computing", seconds)};
  if (WIFSIGNALED(status))
    return ChildFailure{
        ChildEnd::Crashed,
        fmt::format("it crashed ({})", ::strsignal(WTERMSIG(status)))};
  if (WIFEXITED(status) && WEXITSTATUS(status) == exitNoMemory)
    return ChildFailure{ChildEnd::OutOfMemory, "it ran out of memory"};
  if (!WIFEXITED(status) || WEXITSTATUS(status) != exitSent)
    return ChildFailure{ChildEnd::Crashed, "it failed"};
  return std::nullopt;
}

/// Waits until the child has ended; kills it when the wall clock runs out.
static std::optional<ChildFailure> waitFor(pid_t child, double seconds) {
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
      return failureOf(status, timedOut, seconds);
    if (got < 0 && errno != EINTR)
      return ChildFailure{ChildEnd::Crashed, "somebody else reaped it"};
    auto left = std::chrono::duration_cast<std::chrono::milliseconds>(
        deadline - Clock::now());
    if (left.count() <= 0 && !timedOut) {
      timedOut = true;
      ::kill(child, SIGKILL);
      continue;
    }
    pollfd entry{ended.get(), POLLIN, 0};
    ::poll(&entry, 1, ended.get() >= 0 ? int(left.count() + 1) : 2);
  }
}

static ChildFailure systemFailure(const char *call) {
  return {ChildEnd::NotStarted,
          fmt::format("{}: {}", call, std::strerror(errno))};
}

std::variant<Descriptor, ChildFailure>
runInChild(const std::function<bool(int)> &work, const ChildLimits &limits) {
  Descriptor result(::memfd_create("snnc-child-result", MFD_CLOEXEC));
  if (result.get() < 0)
    return systemFailure("memfd_create");
  // Until the child has reset what a signal does.
  sigset_t ends, before;
  sigemptyset(&ends);
  sigaddset(&ends, SIGINT);
  sigaddset(&ends, SIGTERM);
  ::pthread_sigmask(SIG_BLOCK, &ends, &before);
  pid_t parent = ::getpid(), child = ::fork();
  if (child == 0) {
    resetEnds(parent);
    ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
    runChild(work, limits, result.get());
  }
  int error = errno;
  ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
  errno = error;
  if (child < 0)
    return systemFailure("fork");
  if (auto failure = waitFor(child, limits.seconds))
    return *failure;
  return result;
}

static bool writeAll(int fd, const std::string &bytes) {
  size_t done = 0;
  while (done < bytes.size()) {
    ssize_t written = ::write(fd, bytes.data() + done, bytes.size() - done);
    if (written < 0 && errno == EINTR)
      continue;
    if (written <= 0)
      return false;
    done += size_t(written);
  }
  return true;
}

std::variant<std::string, ChildFailure>
bytesFromChild(const std::function<std::string()> &work,
               const ChildLimits &limits) {
  auto outcome =
      runInChild([&](int fd) { return writeAll(fd, work()); }, limits);
  if (auto *failure = std::get_if<ChildFailure>(&outcome))
    return *failure;
  int fd = std::get<Descriptor>(outcome).get();
  struct stat status{};
  if (::fstat(fd, &status) != 0)
    return systemFailure("fstat");
  std::string bytes(size_t(status.st_size), '\0');
  for (size_t done = 0; done < bytes.size();) {
    ssize_t got =
        ::pread(fd, bytes.data() + done, bytes.size() - done, off_t(done));
    if (got < 0 && errno == EINTR)
      continue;
    if (got <= 0)
      return systemFailure("pread");
    done += size_t(got);
  }
  return bytes;
}

} // namespace snnc
