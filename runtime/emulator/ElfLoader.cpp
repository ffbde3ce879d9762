//===- ElfLoader.cpp - Core programs out of Arm ELF files -----------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "runtime/emulator/ElfLoader.h"

#include <algorithm>
#include <cstring>
#include <fmt/format.h>
#include <optional>

namespace snnc::emulator {

namespace {

// ELF for the Arm Architecture (IHI 0044) and the System V gABI.
constexpr uint32_t headerBytes = 52, segmentHeaderBytes = 32, maxSegments = 64;
constexpr uint16_t typeExecutable = 2, machineArm = 40;
constexpr uint32_t flagsEabiMask = 0xFF000000u, flagsEabi5 = 0x05000000u,
                   flagHardFloat = 0x400;
constexpr uint32_t segmentLoad = 1, segmentExecutable = 1;

/// Checks and collects; holds the first error.
class Loader {
public:
  Loader(const std::string &file, const std::string &name,
         const SramLayout &sram)
      : file(file), name(name), sram(sram) {}

  Expected<CoreProgram> run() {
    checkHeader();
    for (uint32_t i = 0; i < segmentCount && !error; ++i)
      readSegment(segmentTable + i * segmentHeaderBytes);
    if (!error)
      checkOverlaps();
    if (!error)
      checkVectors();
    if (error)
      return *std::move(error);
    return std::move(program);
  }

private:
  template <typename... Args>
  void fail(DiagnosticCode code, fmt::format_string<Args...> text,
            Args &&...args) {
    if (error)
      return;
    SourceSpot spot;
    spot.file = name;
    error = makeError(code, spot,
                      "core program: " +
                          fmt::format(text, std::forward<Args>(args)...));
  }

  template <typename T> T at(size_t offset) const {
    T value;
    std::memcpy(&value, file.data() + offset, sizeof(T));
    return value;
  }

  void checkHeader() {
    if (file.size() < headerBytes || file.compare(0, 4, "\177ELF") != 0)
      return fail("SNN0601", "the file of {} bytes is not ELF", file.size());
    if (at<uint8_t>(4) != 1 || at<uint8_t>(5) != 1 || at<uint8_t>(6) != 1)
      return fail("SNN0602", "not a little-endian 32-bit ELF file");
    if (at<uint16_t>(16) != typeExecutable || at<uint16_t>(18) != machineArm)
      return fail("SNN0602", "not an executable for Arm (type {}, machine {})",
                  at<uint16_t>(16), at<uint16_t>(18));
    uint32_t flags = at<uint32_t>(36);
    if ((flags & flagsEabiMask) != flagsEabi5 || !(flags & flagHardFloat))
      return fail("SNN0602", "flags {:#x} do not say EABI 5 with hard float",
                  flags);
    segmentTable = at<uint32_t>(28);
    segmentCount = at<uint16_t>(44);
    if (segmentCount == 0 || segmentCount > maxSegments ||
        at<uint16_t>(42) != segmentHeaderBytes)
      return fail("SNN0601",
                  "{} program headers of {} bytes; expected 1 to {} "
                  "of {} bytes",
                  segmentCount, at<uint16_t>(42), maxSegments,
                  segmentHeaderBytes);
    if (uint64_t(segmentTable) + segmentCount * segmentHeaderBytes >
        file.size())
      return fail("SNN0601", "the program headers end behind the file");
  }

  void readSegment(size_t header) {
    if (at<uint32_t>(header) != segmentLoad)
      return;
    uint32_t offset = at<uint32_t>(header + 4);
    uint32_t address = at<uint32_t>(header + 8);
    uint32_t inFile = at<uint32_t>(header + 16);
    uint32_t inMemory = at<uint32_t>(header + 20);
    uint32_t flags = at<uint32_t>(header + 24);
    if (inMemory == 0 && inFile == 0)
      return;
    if (inFile > inMemory || uint64_t(offset) + inFile > file.size())
      return fail("SNN0601",
                  "segment at {:#x}: {} bytes in the file, {} in "
                  "memory, file has {}",
                  address, inFile, inMemory, file.size());
    uint64_t end = uint64_t(address) + inMemory;
    if (end > sram.stack.begin)
      return fail("SNN0602",
                  "segment [{:#x}, {:#x}) does not end below the "
                  "stack at {:#x}",
                  address, end, sram.stack.begin);
    if ((flags & segmentExecutable) &&
        (address < sram.program.begin || end > sram.program.end))
      return fail("SNN0602",
                  "code [{:#x}, {:#x}) is outside the program range "
                  "[{:#x}, {:#x})",
                  address, end, sram.program.begin, sram.program.end);
    ElfSegment segment;
    segment.address = address;
    segment.bytes = file.substr(offset, inFile);
    segment.bytes.resize(inMemory, '\0');
    program.segments.push_back(std::move(segment));
  }

  void checkOverlaps() {
    std::vector<std::pair<uint32_t, size_t>> spans;
    for (const ElfSegment &segment : program.segments)
      spans.emplace_back(segment.address, segment.bytes.size());
    std::sort(spans.begin(), spans.end());
    for (size_t i = 1; i < spans.size(); ++i)
      if (spans[i - 1].first + spans[i - 1].second > spans[i].first)
        return fail("SNN0601", "two segments share address {:#x}",
                    spans[i].first);
  }

  void checkVectors() {
    for (const ElfSegment &segment : program.segments) {
      if (segment.address != sram.program.begin || segment.bytes.size() < 8)
        continue;
      uint32_t vectors[2];
      std::memcpy(vectors, segment.bytes.data(), sizeof(vectors));
      if (vectors[0] > sram.bytes || vectors[0] % 8 != 0 || vectors[0] == 0)
        return fail("SNN0602",
                    "initial stack pointer {:#x} is not an 8-byte "
                    "aligned address in SRAM",
                    vectors[0]);
      if ((vectors[1] & 1) == 0 || vectors[1] >= sram.program.end ||
          vectors[1] < sram.program.begin)
        return fail("SNN0602",
                    "reset vector {:#x} is not Thumb code in the "
                    "program range",
                    vectors[1]);
      return;
    }
    fail("SNN0602", "no vector table at {:#x}", sram.program.begin);
  }

  const std::string &file;
  const std::string &name;
  const SramLayout &sram;
  std::optional<Diagnostic> error;
  CoreProgram program;
  uint32_t segmentTable = 0, segmentCount = 0;
};

} // namespace

Expected<CoreProgram> loadElf(const std::string &file, const std::string &name,
                              const SramLayout &sram) {
  return Loader(file, name, sram).run();
}

} // namespace snnc::emulator
