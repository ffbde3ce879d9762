//===- LinkProgram.cpp - Objects become one ELF image ---------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "backends/spinnaker2/Codegen/CompileProgram.h"
#include "runtime/support/AtomicFile.h"
#include "runtime/support/Temporaries.h"

#include "lld/Common/CommonLinkerContext.h"
#include "lld/Common/Driver.h"
#include "llvm/ADT/SmallString.h"
#include "llvm/Support/CrashRecoveryContext.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/raw_ostream.h"

#include <cerrno>
#include <deque>
#include <fmt/format.h>
#include <mutex>
#include <system_error>

LLD_HAS_DRIVER(elf)

namespace snnc::s2 {

/// Files in a folder of our own, removed on every way out, signals included.
class LinkFolder {
public:
  LinkFolder() {
    if (auto error = llvm::sys::fs::createUniqueDirectory("snnc-link", path))
      problem = error.message();
    else
      parts.emplace_back(path.str().str());
  }
  ~LinkFolder() {
    while (!parts.empty())
      parts.pop_back(); // the folder last
    if (problem.empty() && llvm::sys::fs::exists(path))
      llvm::sys::fs::remove_directories(path); // what could not be removed once
  }
  std::string file(llvm::StringRef name) {
    return parts.emplace_back((path + "/" + name).str()).path();
  }
  std::string problem; ///< why there is no folder; empty: there is one

private:
  llvm::SmallString<128> path;
  std::deque<Temporary> parts;
};

/// lld ends the process at some errors (a file that cannot be closed): within
/// a recovery context it comes back here instead.
static bool runLinker(llvm::ArrayRef<const char *> arguments,
                      std::string &said) {
  static std::mutex one; // lld has one linker a process
  std::lock_guard lock(one);
  llvm::raw_string_ostream stream(said);
  llvm::CrashRecoveryContext::Enable();
  llvm::CrashRecoveryContext context;
  bool linked = false;
  bool returned = context.RunSafely([&] {
    linked = lld::elf::link(arguments, stream, stream, /*exitEarly=*/false,
                            /*disableOutput=*/false);
  });
  llvm::CrashRecoveryContext::Disable();
  // lld keeps its symbols until told; the next program would collide.
  lld::CommonLinkerContext::destroy();
  return returned && linked;
}

/// The machine's failure where lld lacks a file, all of which are written by
/// then, or gives the system's reason: there is nothing but the text to tell.
/// Else ours: the objects are what we made.
static Diagnostic linkFailure(const std::string &said) {
  bool system = false;
  for (llvm::StringRef sign : {"cannot find", "cannot open", "failed to "})
    system |= llvm::StringRef(said).contains(sign);
  for (int error : {EIO, EMFILE, ENFILE, ENOSPC, EDQUOT, EACCES, EPERM, EROFS,
                    ENOMEM, ENOENT, EINTR, EFBIG, ENODEV})
    system |= llvm::StringRef(said).contains_insensitive(
        std::generic_category().message(error));
  if (system)
    return makeError("SNN0003", {"", "", 0, 0},
                     "cannot write or read a temporary file: " +
                         llvm::StringRef(said).trim().str(),
                     {"set TMPDIR to a folder that is writable and has room, "
                      "and see that the process may open files (ulimit -n)"});
  return makeError("SNN0391", {}, "linking a core program failed: " + said);
}

Expected<std::string> linkProgram(llvm::ArrayRef<llvm::StringRef> objects,
                                  const AddressRange &range) {
  LinkFolder folder;
  if (!folder.problem.empty())
    return makeError("SNN0003", {"", "", 0, 0},
                     "cannot make a folder for temporary files: " +
                         folder.problem,
                     {"set TMPDIR to a folder that is writable and has room"});
  std::string script = fmt::format(
      "ENTRY(start)\n"
      "SECTIONS {{\n"
      "  . = {:#x};\n"
      "  .text : {{ KEEP(*(.vectors)) *(.text .text.*) *(.rodata .rodata.*) "
      "}}\n"
      "  /DISCARD/ : {{ *(.ARM.exidx* .ARM.extab* .comment .note*) }}\n"
      "}}\n",
      range.begin);
  std::string ld = folder.file("program.ld"), out = folder.file("program.elf");
  std::vector<std::string> in;
  for (llvm::StringRef object : objects) {
    in.push_back(folder.file(fmt::format("part{}.o", in.size())));
    if (Status s = writeFileAtomically(in.back(), object.str()); !s)
      return s.takeError();
  }
  if (Status s = writeFileAtomically(ld, script); !s)
    return s.takeError();
  std::string said;
  std::vector<const char *> arguments = {
      "ld.lld", "-T", ld.c_str(), "-o", out.c_str(), "--threads=1",
      "--no-undefined", "-n",
      // Else it writes to a name that no signal handler knows of.
      "--no-mmap-output-file"};
  for (const std::string &file : in)
    arguments.push_back(file.c_str());
  if (!runLinker(arguments, said))
    return linkFailure(said);
  return readFile(out);
}

} // namespace snnc::s2
