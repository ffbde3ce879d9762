//===- StandardStreams.cpp - "-" in place of a file -----------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "tools/snnc/StandardStreams.h"

#include "runtime/support/AtomicFile.h"
#include "runtime/support/ChildProcess.h"
#include "tools/snnc/Options.h"

#include <array>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <filesystem>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

namespace snnc {

namespace {

Diagnostic refused(std::string why, std::string help) {
  return makeError("SNN0094", {}, std::move(why), {std::move(help)});
}

/// The files that a network's compilation reads.
void addRead(CompileOptions &o, std::vector<std::string *> &to) {
  to.insert(to.end(), {&o.input, &o.machine, &o.selectorModel});
}

void addRead(RunOptions &o, std::vector<std::string *> &to) {
  to.push_back(&o.input);
  for (std::string &input : o.inputs)
    to.push_back(&input);
  addRead(o.compile, to);
}

std::vector<std::string *> filesRead(Options &o) {
  std::vector<std::string *> files;
  switch (o.verb) {
  case Verb::Compile:
    addRead(o.compile, files);
    break;
  case Verb::Run:
    addRead(o.run, files);
    break;
  case Verb::Check:
    files = {&o.check.input};
    addRead(o.check.compile, files);
    break;
  case Verb::Verify:
    addRead(o.verify.run, files);
    files.push_back(&o.verify.against);
    break;
  case Verb::Inspect:
    files = {&o.inspect.input};
    break;
  case Verb::Convert:
    files = {&o.convert.input};
    break;
  default:
    break;
  }
  return files;
}

/// "-" or "NAME=-" becomes the stream.
bool replace(std::string &file, const char *stream) {
  bool isStream = file == "-" || file.ends_with("=-");
  if (isStream)
    file.replace(file.size() - 1, 1, stream);
  return isStream;
}

bool copyTo(int file) {
  std::array<std::byte, 1 << 16> buffer;
  for (;;) {
    ssize_t got = ::read(STDIN_FILENO, buffer.data(), buffer.size());
    if (got < 0 && errno == EINTR)
      continue;
    if (got <= 0)
      return got == 0;
    if (!writeFully(file, std::span(buffer).first(size_t(got))))
      return false;
  }
}

/// What is printed beside a result would become a part of it.
Status checkOutputStream(bool printsReport) {
  if (::isatty(STDOUT_FILENO))
    return refused("'-o -' would write bytes to a terminal",
                   "lead them into a file or a pipe, or name a file with -o");
  if (printsReport)
    return refused("'-o -' and --report would share standard output",
                   "leave --report out, or name a file with -o FILE");
  return {};
}

} // namespace

/// Makes standard input a regular file that is read from its beginning. It
/// keeps a name, which HDF5 asks for.
Status StandardStreams::holdInput() {
  struct stat info{};
  bool open = ::fstat(STDIN_FILENO, &info) == 0;
  if (open && S_ISREG(info.st_mode) && ::lseek(STDIN_FILENO, 0, SEEK_CUR) == 0)
    return {};
  if (::isatty(STDIN_FILENO))
    return refused("'-' reads standard input, which is a terminal",
                   "lead a file or a pipe into it: snnc check - < net.yaml");
  std::error_code none;
  std::filesystem::path folder = std::filesystem::temp_directory_path(none);
  copy.emplace(fmt::format("{}/snnc-stdin-{}", folder.native(), ::getpid()));
  errno = none ? none.value() : EBADF;
  Descriptor file(open && !none ? openFile(copy->path().c_str(),
                                           O_RDWR | O_CREAT | O_EXCL, 0600)
                                : -1);
  if (file.get() < 0 || !copyTo(file.get()) ||
      ::dup2(file.get(), STDIN_FILENO) < 0)
    return makeError("SNN0940", {"standard input", "", 0, 0},
                     fmt::format("cannot be read: {}", std::strerror(errno)),
                     {"it is kept in the folder for temporary files: give one "
                      "with room in TMPDIR"});
  return {};
}

Status StandardStreams::use(Options &options) {
  unsigned inputs = 0;
  for (std::string *file : filesRead(options))
    inputs += replace(*file, kStandardInput);
  if (inputs > 1)
    return refused("'-' stands for more than one file, and standard input is "
                   "read once",
                   "name all of them but one");
  if (inputs == 1)
    if (Status s = holdInput(); !s)
      return s;
  if (options.verb == Verb::Init)
    replace(options.starter, kStandardOutput);
  if (options.verb == Verb::Convert &&
      replace(options.convert.output, kStandardOutput))
    return checkOutputStream(/*printsReport=*/false);
  bool compiles = options.verb == Verb::Compile;
  std::string &output = compiles ? options.compile.output : options.run.output;
  ReportForm report = compiles ? options.compile.report : options.run.report;
  if ((compiles || options.verb == Verb::Run) &&
      replace(output, kStandardOutput))
    return checkOutputStream(report != ReportForm::None);
  return {};
}

} // namespace snnc
