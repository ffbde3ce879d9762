//===- Isolated.cpp - Run fragile code in a process of its own ------------===//
//
// Part of the snnc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "runtime/io/Isolated.h"

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstring>
#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

// AddressSanitizer maps terabytes of shadow: no bound on the address space.
#if defined(__SANITIZE_ADDRESS__)
#define SNNC_UNBOUNDED_ADDRESSES 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define SNNC_UNBOUNDED_ADDRESSES 1
#endif
#endif

namespace snnc::runtime {

static void limitResource(__rlimit_resource resource, uint64_t value) {
  rlimit limit;
  if (::getrlimit(resource, &limit) != 0)
    return;
  limit.rlim_cur = std::min<rlim_t>(value, limit.rlim_max);
  ::setrlimit(resource, &limit);
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

[[noreturn]] static void runChild(int fd,
                                  const std::function<std::string()> &work,
                                  const IsolationLimits &limits) {
  for (int signal : {SIGSEGV, SIGBUS, SIGABRT, SIGFPE, SIGILL, SIGPIPE})
    ::signal(signal, SIG_DFL);
  limitResource(RLIMIT_CORE, 0);
  limitResource(RLIMIT_CPU, limits.seconds);
#ifndef SNNC_UNBOUNDED_ADDRESSES
  limitResource(RLIMIT_AS, limits.memoryBytes);
#endif
  int null = ::open("/dev/null", O_WRONLY | O_CLOEXEC);
  if (null >= 0)
    ::dup2(null, STDERR_FILENO);
  bool sent = false;
  try {
    sent = writeAll(fd, work());
  } catch (...) { // reported through the exit code
  }
  ::_exit(sent ? 0 : 1); // no destructors, no flushing of the parent's streams
}

/// Reads until the child closes its end. False: time or size exceeded.
static bool readAll(int fd, std::string &result, const IsolationLimits &limits,
                    std::string &why) {
  using Clock = std::chrono::steady_clock;
  auto deadline = Clock::now() + std::chrono::seconds(limits.seconds);
  std::string chunk(1 << 18, '\0');
  while (true) {
    auto left = std::chrono::duration_cast<std::chrono::milliseconds>(
        deadline - Clock::now());
    pollfd waiting = {fd, POLLIN, 0};
    int ready = left.count() > 0 ? ::poll(&waiting, 1, int(left.count())) : 0;
    if (ready < 0 && errno == EINTR)
      continue;
    if (ready <= 0)
      return why = fmt::format("it took longer than {} s", limits.seconds),
             false;
    ssize_t got = ::read(fd, chunk.data(), chunk.size());
    if (got < 0 && errno == EINTR)
      continue;
    if (got <= 0)
      return got == 0;
    if (result.size() + size_t(got) > limits.resultBytes)
      return why = "its result is too large", false;
    result.append(chunk, 0, size_t(got));
  }
}

std::variant<std::string, IsolationFailure>
runIsolated(const std::function<std::string()> &work,
            const IsolationLimits &limits) {
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) != 0)
    return IsolationFailure{std::strerror(errno)};
  pid_t child = ::fork();
  if (child == 0) {
    ::close(ends[0]);
    runChild(ends[1], work, limits);
  }
  ::close(ends[1]);
  if (child < 0) {
    ::close(ends[0]);
    return IsolationFailure{std::strerror(errno)};
  }
  std::string result, why;
  if (!readAll(ends[0], result, limits, why))
    ::kill(child, SIGKILL);
  ::close(ends[0]);
  int status = 0;
  while (::waitpid(child, &status, 0) < 0 && errno == EINTR)
    ;
  if (!why.empty())
    return IsolationFailure{why};
  if (WIFSIGNALED(status))
    return IsolationFailure{
        fmt::format("it crashed ({})", ::strsignal(WTERMSIG(status)))};
  if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
    return IsolationFailure{"it failed"};
  return result;
}

} // namespace snnc::runtime
