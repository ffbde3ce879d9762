//===- Interrupt.cpp - Ways in which the process ends early ---------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "tools/snnc/Interrupt.h"

#include "runtime/support/Diagnostic.h"
#include "runtime/support/ExitCode.h"
#include "runtime/support/Temporaries.h"

#include "llvm/Support/ErrorHandling.h"

#include <atomic>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <exception>
#include <fcntl.h>
#include <new>
#include <nlohmann/json.hpp>
#include <openssl/crypto.h>
#include <string_view>
#include <unistd.h>

namespace snnc {

namespace {

enum End { Interrupted, NoMemory, Refused, Internal, kEnds };

/// Made beforehand: a handler cannot allocate.
struct Words {
  char text[512] = {};
  size_t length = 0;

  constexpr Words() = default;
  explicit constexpr Words(std::string_view line)
      : length(line.copy(text, sizeof(text))) {}
};

} // namespace

// A handler can reach nothing but static memory.
static constinit Words words[kEnds] = {
    Words("error: interrupted [SNN0427]\n"),
    Words("error: the memory of this process is used up [SNN0852]\n"), Words(),
    Words()};
static std::atomic<bool> ending = false;

static Diagnostic findingOf(End end) {
  switch (end) {
  case Interrupted:
    return makeError("SNN0427", {}, "interrupted");
  case NoMemory:
    return makeError("SNN0852", {}, "the memory of this process is used up",
                     {"give it more (ulimit -v, the container's limit), or "
                      "reduce --jobs or --threads"});
  case Refused:
    return makeError("SNN0940", {}, "the system refuses a read or a write",
                     {"see that the disk and TMPDIR have room"});
  default:
    return makeError("SNN0901", {}, "internal error: it cannot go on",
                     {"report it with the command and the input file"});
  }
}

static void describe(bool json) {
  for (int end = 0; end < kEnds; ++end) {
    Diagnostic finding = findingOf(End(end));
    std::string line = (json ? toJson(finding).dump() : toText(finding)) + "\n";
    words[end] = Words(line);
  }
}

void describeEndsAsJson() { describe(true); }

/// Async-signal-safe.
[[noreturn]] static void endNow(End end, int code) {
  if (ending.exchange(true)) // another thread is at it
    for (;;)
      ::pause();
  removeTemporaries();
  if (::isatty(STDERR_FILENO)) // the progress bar
    (void)!::write(STDERR_FILENO, "\r\033[K", 4);
  (void)!::write(STDERR_FILENO, words[end].text, words[end].length);
  ::_exit(code);
}

static std::atomic<bool> holding = false, interrupted = false;

void holdInterrupts() { holding = true; }
bool isInterrupted() { return interrupted; }

extern "C" void snncOnSignal(int) {
  if (!holding || interrupted.exchange(true))
    endNow(Interrupted, kExitInterrupted);
}

static void onNoMemory() { endNow(NoMemory, kExitInput); }

static void onLlvmNoMemory(void *, const char *, bool) { onNoMemory(); }

/// LLVM asks for no crash report where a stream could not be written.
static void onLlvmFatal(void *, const char *why, bool crash) {
  (void)!::write(STDERR_FILENO, why, std::strlen(why));
  (void)!::write(STDERR_FILENO, "\n", 1);
  if (crash)
    endNow(Internal, kExitInternal);
  endNow(Refused, kExitInput);
}

[[noreturn]] static void onTerminate() { endNow(Internal, kExitInternal); }

__attribute__((no_sanitize("address", "undefined"))) static void
catchSignals() {
  for (int number : {SIGINT, SIGTERM}) {
    struct sigaction old, action{};
    action.sa_handler = snncOnSignal;
    sigfillset(&action.sa_mask);
    if (::sigaction(number, nullptr, &old) == 0 && old.sa_handler != SIG_IGN)
      ::sigaction(number, &action, nullptr);
  }
}

__attribute__((no_sanitize("address", "undefined"))) void catchEarly() {
  std::set_new_handler(onNoMemory);
  std::set_terminate(onTerminate);
#ifndef SNNC_SANITIZED // nor may its interceptor of sigaction be used
  catchSignals();
#endif
}

/// OpenSSL's library crashes where its own memory is missing.
static void *cryptoMalloc(size_t size, const char *, int) {
  void *memory = size ? std::malloc(size) : nullptr;
  if (size && !memory)
    onNoMemory();
  return memory;
}

static void *cryptoRealloc(void *old, size_t size, const char *, int) {
  void *memory = std::realloc(old, size);
  if (size && !memory)
    onNoMemory();
  return memory;
}

static void cryptoFree(void *memory, const char *, int) { std::free(memory); }

/// A closed descriptor is taken by a file that refuses what its user does:
/// writing to a closed standard output must fail, not end in a bundle.
static void occupyStandardDescriptors() {
  for (int fd : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO})
    if (::fcntl(fd, F_GETFD) < 0) {
      int null = ::open("/dev/null", fd == STDOUT_FILENO ? O_RDONLY : O_RDWR);
      if (null >= 0 && null != fd) {
        ::dup2(null, fd);
        ::close(null);
      }
    }
}

void prepareProcess() {
  occupyStandardDescriptors();
  describe(false);
  std::signal(SIGPIPE, SIG_IGN);
  catchSignals();
  CRYPTO_set_mem_functions(cryptoMalloc, cryptoRealloc, cryptoFree);
  llvm::install_bad_alloc_error_handler(onLlvmNoMemory);
  llvm::install_fatal_error_handler(onLlvmFatal);
}

} // namespace snnc
