//===- LinkProgram.cpp - Objects become one ELF image ---------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "backends/spinnaker2/Codegen/CompileProgram.h"
#include "runtime/support/AtomicFile.h"
#include "runtime/support/Temporaries.h"

#include "lld/Common/CommonLinkerContext.h"
#include "lld/Common/Driver.h"
#include "llvm/ADT/SmallString.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/raw_ostream.h"

#include <deque>
#include <fmt/format.h>

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
  }
  std::string file(llvm::StringRef name) {
    return parts.emplace_back((path + "/" + name).str()).path();
  }
  std::string problem; ///< why there is no folder; empty: there is one

private:
  llvm::SmallString<128> path;
  std::deque<Temporary> parts;
};

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
  llvm::raw_string_ostream stream(said);
  std::vector<const char *> arguments = {
      "ld.lld",    "-T",          ld.c_str(),       "-o",
      out.c_str(), "--threads=1", "--no-undefined", "-n"};
  for (const std::string &file : in)
    arguments.push_back(file.c_str());
  bool linked = lld::elf::link(arguments, stream, stream, /*exitEarly=*/false,
                               /*disableOutput=*/false);
  // lld keeps its symbols until told; the next program would collide.
  lld::CommonLinkerContext::destroy();
  if (!linked)
    return makeError("SNN0391", {}, "linking a core program failed: " + said);
  return readFile(out);
}

} // namespace snnc::s2
