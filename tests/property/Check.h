//===- Check.h - One network, every way to run it ---------------*- C++ -*-===//
//
// Part of the snnc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The reference interpreter runs the network once; then it is compiled serial,
// parallel, as the oracle wants it, with paradigms pinned at random and cut
// into smaller slices than needed, and every emulated chip must give the same
// spikes and states, bit for bit, as the CPU engine must, which runs every
// third network in float as well. Native core programs run one of the mappings.
// Every core of every mapping must hold as many bytes as planned.
//
//===----------------------------------------------------------------------===//
#ifndef SNNC_TESTS_PROPERTY_CHECK_H
#define SNNC_TESTS_PROPERTY_CHECK_H

#include "backends/spinnaker2/Codegen/ProgramCache.h"
#include "compiler/Rows/RowFormat.h"
#include "compiler/Target/NativeCode.h"
#include "runtime/bundle/Bundle.h"
#include "tests/property/NetworkSpec.h"

#include <map>
#include <set>

namespace snnc::property {

struct Outcome {
  std::string failure; ///< empty: everything agrees
  /// Variants that were refused for a good reason, by "variant SNNdddd".
  std::map<std::string, unsigned> refusals;
  unsigned compared = 0; ///< runs that were compared with the reference
  uint64_t spikes = 0;   ///< of all populations, in the reference
  uint64_t synapses = 0, cores = 0, buffers = 0;
  uint64_t chips = 0, pins = 0; ///< of checkMachine's mappings
  std::set<std::string> models; ///< of populations
  unsigned spiking = 0;         ///< populations that can spike
  std::set<std::string> silent; ///< of these, the ones without a spike
  bool parallelPes = false;     ///< some core used the MAC array
  bool rowSplits = false;       ///< some population is split by sources
  bool addedFormat = false;     ///< some block has the format that was added
  bool inDram = false;          ///< some rows are in DRAM
};

/// Runs every variant; stops at the first difference. `cache` keeps core
/// programs from network to network. `added`: a row format beside the chip's.
Outcome check(const NetworkSpec &spec,
              const std::shared_ptr<s2::ProgramCache> &cache,
              const fabric::RowFormat *added = nullptr);

/// Serial cores alone, one a population, with as little SRAM as holds them:
/// rows are in DRAM. On the emulated chip and natively.
Outcome checkDram(const NetworkSpec &spec);

/// On machines of one chip to three boards, damaged at random (Machines.h),
/// some populations pinned to random cores: serial, parallel with split
/// sources, auto and mixed, on the emulated routers and links; every pin is
/// found where it was put.
Outcome checkMachines(const NetworkSpec &spec,
                      const std::shared_ptr<s2::ProgramCache> &cache);

/// The CPU engine alone: 1 to 4 threads with every encoding and all mixed, in
/// integers and in float. `code` keeps models from network to network.
Outcome checkEngine(const NetworkSpec &spec,
                    const std::shared_ptr<target::NativeCode> &code);

/// The first buffer whose bytes in the images are not those of the plan, as
/// text; empty when all agree. `buffers` counts what was looked at.
std::string checkPlannedBytes(const runtime::Bundle &bundle, uint64_t &buffers);

} // namespace snnc::property

#endif // SNNC_TESTS_PROPERTY_CHECK_H
