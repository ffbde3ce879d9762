//===- Output.cpp - Standard output that is checked -----------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "tools/snnc/Output.h"

#include "runtime/support/AtomicFile.h"
#include "runtime/support/Text.h"

#include <cerrno>
#include <cstring>
#include <span>
#include <unistd.h>

namespace snnc {

static ssize_t onWrite(void *output, const char *text, size_t size) {
  static_cast<StandardOutput *>(output)->take(text, size);
  return ssize_t(size); // remembered, so that nobody need ask after each print
}

StandardOutput::StandardOutput() : before(stdout) {
  cookie_io_functions_t functions{};
  functions.write = onWrite;
  own = ::fopencookie(this, "w", functions);
  if (!own)
    return;
  if (::isatty(STDOUT_FILENO))
    std::setvbuf(own, nullptr, _IOLBF, BUFSIZ);
  stdout = own; // a variable in glibc, meant to be set
}

StandardOutput::~StandardOutput() {
  stdout = before;
  if (own)
    std::fclose(own);
}

/// How many bytes at the end begin a character that later bytes may complete.
static size_t unfinished(std::string_view text) {
  for (size_t back = 1; back <= 3 && back <= text.size(); ++back) {
    auto byte = static_cast<unsigned char>(text[text.size() - back]);
    if (byte >= 0xC0)
      return back < (byte >= 0xF0 ? 4u : byte >= 0xE0 ? 3u : 2u) ? back : 0;
    if (byte < 0x80)
      return 0;
  }
  return 0;
}

void StandardOutput::take(const char *text, size_t size) {
  pending.append(text, size);
  size_t kept = unfinished(pending);
  std::string_view whole(pending.data(), pending.size() - kept);
  std::string safe = safeText(whole, Keep::Layout);
  pending.erase(0, whole.size());
  if (failure == 0 &&
      !writeFully(STDOUT_FILENO, std::as_bytes(std::span(safe))))
    failure = errno;
}

Status StandardOutput::finish() {
  if (std::fflush(stdout) != 0 && failure == 0)
    failure = errno;
  std::string rest = safeText(pending);
  pending.clear();
  if (failure == 0 && !rest.empty() &&
      !writeFully(STDOUT_FILENO, std::as_bytes(std::span(rest))))
    failure = errno;
  if (failure == 0)
    return {};
  if (failure == EPIPE)
    return readerGone();
  return makeError("SNN0003", {"standard output", "", 0, 0},
                   std::string("cannot be written: ") + std::strerror(failure),
                   {"redirect it to a place that is open and has room"});
}

} // namespace snnc
