//===- Engine.h - A network on this CPU -------------------------*- C++ -*-===//
//
// Part of the snnc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// docs/semantics.md S1.2 by groups of target neurons. A group pulls, in tick t,
// what the sources that spiked in t - delay bring, into one array of sums a
// receptor, and updates its neurons. Blocks whose rows have several delays are
// booked instead: a spike puts its segments into the group's calendar, under
// the tick of their arrival. A thread takes a group at a time; nothing is
// shared inside a tick but the spikes of earlier ones, and those are exchanged
// every `exchange` ticks, the least delay of a spike.
//
//===----------------------------------------------------------------------===//
#ifndef SNNC_BACKENDS_CPU_ENGINE_H
#define SNNC_BACKENDS_CPU_ENGINE_H

#include "backends/cpu/Calendar.h"
#include "backends/cpu/Kernels.h"
#include "backends/cpu/Layout.h"
#include "backends/cpu/Regions.h"
#include "backends/cpu/Team.h"

namespace snnc::cpu {

/// Everything about a network that a run does not change.
struct Program {
  runtime::Manifest manifest;
  target::Precision precision = target::Precision::Quantized;
  std::vector<Population> populations;
  Layout layout;
  std::vector<std::vector<std::vector<double>>> scales; ///< [population][state]
  std::unique_ptr<Regions> regions;
  unsigned threads = 1;
  unsigned samples = 1; ///< side by side
  VectorSet vectors = VectorSet::Portable;
  Costs costs; ///< that chose the encodings

  /// Per source, inputs before populations: its projections' in the order of
  /// the text.
  std::vector<std::vector<Block>> blocks;

  uint64_t synapses() const;
  uint64_t synapseBytes() const;
};

/// A partition: neighbouring neurons of a population.
struct Part {
  size_t population = 0, index = 0;
  uint32_t first = 0, neurons = 0;
  uint32_t offset = 0; ///< in the sums of its group
};

/// What arrives at the partitions of a group.
struct Group {
  std::vector<Part *> parts;
  struct Incoming {
    size_t source; ///< inputs before populations
    const Block *block;
  };
  std::vector<Incoming> pulled;
  /// With rows of several delays; in float all, in the order of S4.4.
  std::vector<Incoming> booked;
  Calendar calendar;
};

class Engine : public runtime::NetworkEngine {
public:
  explicit Engine(std::shared_ptr<const Program> program)
      : Engine(program, program->threads) {}
  Engine(std::shared_ptr<const Program> program, unsigned threads);
  ~Engine() override;

  const runtime::Manifest &manifest() const override {
    return program->manifest;
  }
  std::vector<double> scales(size_t population,
                             size_t variable) const override {
    return program->scales[population][variable];
  }
  void reset() override;
  Status run(const runtime::Batch &batch, runtime::FiniteWatch &watch) override;
  uint64_t batchTicks() const override { return 64; }
  unsigned threads() const override { return team.size(); }
  unsigned samples() const override { return program->samples; }
  std::unique_ptr<runtime::NetworkEngine> twin() const override {
    return std::make_unique<Engine>(program, 1);
  }
  bool drawsInputs() const override { return true; }
  bool savesState() const override { return true; }
  void prepareToSave() override;
  std::string save() const override;
  bool restore(std::string_view state) override;

private:
  class Worker;
  /// The first state of a part that is no number, in one tick.
  struct NoNumber {
    uint64_t tick;
    size_t population, variable;
    uint32_t neuron;
    float value;
  };

  void makeParts();
  void connectGroups();
  void makeWorkers(unsigned threads);
  void resizeHistories();
  void takeInputs(const runtime::Batch &batch);
  void takeInput(const runtime::Batch &batch, size_t input, uint64_t tick);
  void keepInputs(const runtime::Batch &batch);
  Status conclude(runtime::FiniteWatch &watch);
  size_t inputs() const { return program->manifest.inputs.size(); }
  bool isFloat() const {
    return program->precision == target::Precision::Float;
  }

  std::shared_ptr<const Program> program;
  Team team;
  std::vector<Part> parts;
  std::vector<size_t> firstPart; ///< per population
  std::vector<Group> groups;
  std::vector<std::unique_ptr<Worker>> workers; ///< one a thread
  std::vector<std::vector<Column>> states;      ///< [population][state]
  std::vector<std::vector<uint8_t>> spikes;     ///< [population]
  std::vector<History> histories;               ///< per source
  struct InputUse {
    bool sparse = false, row = false; ///< lists and rows of counts are read
    uint32_t reach = 0;               ///< the longest delay that is pulled
    uint64_t rowNeurons = 0;          ///< that read a row
    /// A drive's counts are drawn by the partition that reads them, so that
    /// they never leave the cache: each by one.
    bool isDrawnAtUse(const runtime::PoissonDrive *drive) const {
      return drive && !sparse && rowNeurons <= drive->channels();
    }
  };
  std::vector<InputUse> inputUses;
  /// Ticks that no spike of a population arrives within.
  uint64_t exchange = 1;
  uint64_t now = 0;
  uint64_t unbooked = 0;         ///< ticks in front of `now`
  bool keepsArrivals = false;    ///< histories reach back as far as delays do
  std::vector<uint64_t> reaches; ///< per source, the longest delay
};

} // namespace snnc::cpu

#endif // SNNC_BACKENDS_CPU_ENGINE_H
