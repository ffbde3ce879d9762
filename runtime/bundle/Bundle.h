//===- Bundle.h - net.s2x: what the compiler hands to a device --*- C++ -*-===//
//
// Part of the snnc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// An uncompressed zip: manifest.json names every other entry with size and
// SHA-256. Deterministic: entries in manifest order, fixed time stamps. The
// structures below are manifest.json read into memory, nothing more.
//
//===----------------------------------------------------------------------===//
#ifndef SNNC_RUNTIME_BUNDLE_BUNDLE_H
#define SNNC_RUNTIME_BUNDLE_BUNDLE_H

#include "runtime/abi/CoreHeader.h"
#include "runtime/machine/MachineModel.h"
#include "runtime/support/Diagnostic.h"

#include <algorithm>
#include <array>
#include <bitset>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace snnc::runtime {

/// One distinct core program; many cores share it.
struct ProgramEntry {
  std::string name; ///< "p0"
  std::string elf;  ///< entry name of the Arm ELF
  std::string tick; ///< entry name of the tick dialect text (--backend native)
  /// Digest of all that decided the ELF, by which a later compilation finds it
  /// (backends/spinnaker2/Codegen/ProgramCache.h); empty: nobody said.
  std::string code = {};
};

/// One used PE: program + data image.
struct CoreEntry {
  CoreAddress at;
  uint32_t program = 0;       ///< index into `programs`
  std::string image;          ///< entry name; loaded at `imageBase`
  uint32_t imageBase = 0;     ///< byte address; the rest of SRAM is zero
  uint32_t headerAddress = 0; ///< of the SnncCoreHeader
  std::string dram = {};      ///< entry name of its rows in DRAM, or empty;
                              ///< loaded at `dramBase`
  uint32_t dramBase = 0;      ///< address as the core sees it
  /// Parallel cores: spikes that every source may send in one tick so that the
  /// MAC array's sums are exact. 0: any number.
  uint32_t largestCount = 0;
};

/// Places [begin, end) of a population's order on one PE.
struct SliceEntry {
  uint32_t core = 0; ///< index into `cores`
  uint32_t begin = 0, end = 0;
};

/// A recordable float32 state variable. User value = chip value / scale.
struct VariableEntry {
  std::string name;   ///< "v"
  uint32_t state = 0; ///< index into SnncCoreHeader.state
  double scale = 1;   ///< when `scales` is empty
  std::string scales; ///< entry name of float64[neurons]
};

/// Where a core that draws an input has its SnncDrive, one that draws a
/// parameter its SnncNoise.
struct DrawnEntry {
  uint32_t core = 0; ///< index into `cores`
  uint32_t at = 0;   ///< address
};

/// A parameter that is drawn anew in each tick (docs/semantics.md S3.7).
struct NoiseEntry {
  uint64_t seed = 0, stream = 0;
  std::vector<DrawnEntry> records = {}; ///< of the cores that draw it
};

struct PopulationEntry {
  std::string name; ///< the user's node name
  uint32_t neurons = 0;
  std::vector<uint32_t> shape;
  uint32_t latency = 0; ///< ticks; default alignment shifts recordings back
  std::vector<SliceEntry> slices;
  std::vector<VariableEntry> variables;
  bool spiking = true; ///< false: a readout that never spikes (LI)
  std::string order;   ///< entry name of uint32[neurons], neuron by place;
                       ///< empty: slices count neurons
  /// Row split: cores that multiply part of the sources of these neurons and
  /// hold none of them.
  std::vector<SliceEntry> subordinates = {};
  std::vector<NoiseEntry> noises = {}; ///< in the order of the parameters
};

struct InputEntry {
  std::string name;
  uint32_t channels = 0;
  std::vector<uint32_t> shape;
  uint32_t keyBase = 0;   ///< the channel at place p sends keyBase + p
  std::string order = {}; ///< as PopulationEntry::order, of channels
  /// A Poisson input that its population's cores draw themselves: nobody takes
  /// its spikes otherwise.
  std::vector<DrawnEntry> drawn = {};
};

/// key & mask == entry.key: copy to the PEs in `cores` (indices into
/// Manifest::cores, of this chip) and onto `links`; neither: nobody wants these
/// packets. First match wins, as in the chip's priority encoder.
struct RouteEntry {
  uint32_t key = 0, mask = 0;
  std::vector<uint32_t> cores;
  ChipCoordinate chip = {}; ///< whose router
  uint8_t links = 0;        ///< bit l: link l, runtime/machine/ChipGrid.h
};

struct Manifest {
  uint32_t formatVersion = 1;
  std::string compilerVersion;
  std::string network;    ///< what the file calls it, or the file's own name
  double tickSeconds = 0; ///< real time of one tick on the chip
  double dtSeconds = 0;   ///< model time of one tick
  uint32_t latency = 0;   ///< largest population latency, ticks
  nlohmann::json options; ///< what the user asked for, for reports
  std::vector<ProgramEntry> programs;
  std::vector<CoreEntry> cores;
  std::vector<PopulationEntry> populations;
  std::vector<InputEntry> inputs;
  std::vector<RouteEntry> routes;

  /// Neurons draw numbers, so that samples differ.
  bool hasNoise() const {
    return std::ranges::any_of(populations,
                               [](const auto &p) { return !p.noises.empty(); });
  }
};

/// Where entries are that memory does not hold.
class EntryStore {
public:
  virtual ~EntryStore() = default;
  /// The entry of so many bytes at `place`. Any thread.
  virtual Expected<std::string> read(uint64_t place, uint64_t bytes) const = 0;
};

/// Manifest, machine and the named entries. Those of a large network, images
/// and rows above all, need not be in memory: what stands in a file is read
/// when it is wanted.
class Bundle {
public:
  static constexpr const char *manifestName = "manifest.json";
  static constexpr const char *machineName = "machine.json";
  static constexpr const char *reportName = "report.json";
  static constexpr const char *networkName = "network.mlir";
  static constexpr const char *parametersName = "parameters.safetensors";
  /// Bytes of images that stay in memory; further ones go to a file.
  static constexpr uint64_t kHeldBytes = uint64_t(256) << 20;

  explicit Bundle(uint64_t heldBytes = kHeldBytes) : mostHeld(heldBytes) {}

  Manifest manifest;
  MachineModel machine;

  /// Adds an entry; names are unique, adding one again replaces its bytes.
  /// Order of addition = order in the zip. The manifest and the machine are
  /// members of this class, not entries.
  void addEntry(std::string name, std::string bytes);
  /// The same for rows or the image of a core, whose header begins it. A
  /// temporary file gets them once there are so many; where there can be no
  /// file, memory does.
  void addImage(std::string name, std::string bytes);
  /// An entry's bytes, or null when there is none of that name or memory does
  /// not hold it: images and rows are read with load().
  const std::string *entry(const std::string &name) const;
  /// Of any entry; nothing when there is none of that name.
  std::optional<uint64_t> sizeOf(const std::string &name) const;
  /// Any entry's bytes; null when there is none of that name. Errors of the
  /// file that holds them. Any thread.
  Expected<std::shared_ptr<const std::string>>
  load(const std::string &name) const;
  /// The header of a core, which is inside its image, as it is of every core of
  /// a bundle that was read.
  SnncCoreHeader headerOf(const CoreEntry &core) const;
  const std::vector<std::string> &entryNames() const { return order; }

  /// Checks as read() does, then writes the zip: manifest and machine first,
  /// then every entry, stored, fixed dates. Errors SNN05xx.
  Status write(const std::string &path) const;
  /// Reads and checks: zip structure, sizes, manifest schema, digests, every
  /// cross reference. Errors SNN05xx.  `digestWarnings` non-null: a digest
  /// mismatch is reported there as a warning instead of being an error.
  static Expected<std::shared_ptr<Bundle>>
  read(const std::string &path, DiagnosticSink *digestWarnings = nullptr,
       uint64_t heldBytes = kHeldBytes);

  /// The programs of a bundle and nothing else of it: ELFs whose bytes have the
  /// digests that the manifest gives them, by ProgramEntry::code. Of its own
  /// images nothing is read. Errors SNN05xx.
  static Expected<std::map<std::string, std::string>>
  readPrograms(const std::string &path);

private:
  struct Entry {
    /// All of them, or of what `store` holds as many as a core header has.
    std::shared_ptr<const std::string> bytes;
    uint64_t size = 0;
    std::shared_ptr<const EntryStore> store = nullptr; ///< null: memory
    uint64_t place = 0;
    std::string digest = {}; ///< of what `store` holds
  };
  void add(std::string name, Entry entry);
  static Entry stored(std::string_view bytes, std::string digest,
                      std::shared_ptr<const EntryStore> store, uint64_t place);

  std::vector<std::string> order;
  std::map<std::string, Entry> entries;
  uint64_t mostHeld, held = 0; ///< bytes of images in memory
  std::shared_ptr<class SpillStore> spill;
  friend class EntryReader;
};

/// The uint32[count] of the entry `order`, each number below `count` once;
/// empty when `order` is. Error SNN0506 at `where` otherwise.
Expected<std::vector<uint32_t>>
orderOf(const Bundle &bundle, const std::string &order, uint32_t count,
        const std::string &where, const std::string &path = "");

nlohmann::json toJson(const Manifest &manifest);
Expected<Manifest> manifestFromJson(const nlohmann::json &json,
                                    const std::string &shownPath);

} // namespace snnc::runtime

#endif // SNNC_RUNTIME_BUNDLE_BUNDLE_H
