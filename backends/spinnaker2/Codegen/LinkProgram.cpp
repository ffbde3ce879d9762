//===- LinkProgram.cpp - Objects become one ELF image ---------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "backends/spinnaker2/Codegen/CompileProgram.h"
#include "compiler/Support/AtomicFile.h"

#include "lld/Common/CommonLinkerContext.h"
#include "lld/Common/Driver.h"
#include "llvm/ADT/SmallString.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/raw_ostream.h"

#include <fmt/format.h>

LLD_HAS_DRIVER(elf)

namespace snnc::s2 {

/// Files in a folder of our own, removed on every way out.
class LinkFolder {
public:
  LinkFolder() { llvm::sys::fs::createUniqueDirectory("snnc-link", folder); }
  ~LinkFolder() { llvm::sys::fs::remove_directories(folder); }
  std::string file(llvm::StringRef name) const {
    return (folder + "/" + name).str();
  }

private:
  llvm::SmallString<128> folder;
};

Expected<std::string> linkProgram(llvm::ArrayRef<llvm::StringRef> objects,
                                  const AddressRange &range) {
  LinkFolder folder;
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
