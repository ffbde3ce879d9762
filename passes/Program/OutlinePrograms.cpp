//===- OutlinePrograms.cpp - One program per distinct core behaviour ------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "compiler/Fabric/Belongings.h"
#include "compiler/SNN/ParamValues.h"
#include "compiler/Support/Report.h"
#include "passes/Program/Passes.h"
#include "planner/CorePlanner.h"
#include "planner/NetworkInfo.h"
#include "planner/NodeDrive.h"
#include "runtime/abi/CoreHeader.h"

#include "mlir/IR/IRMapping.h"

#include <bit>
#include <map>
#include <optional>
#include <set>
#include <tuple>

namespace snnc::program {
#define GEN_PASS_DEF_OUTLINEPROGRAMS
#include "passes/Program/Passes.h.inc"

using namespace mlir;
using namespace snnc::tick;

namespace {

/// Which formats are `joined` (tick.ring_add) in the ring of `slice`; empty
/// when none is.
std::vector<bool> joinedFormats(fabric::SliceOp slice,
                                llvm::ArrayRef<fabric::BufferOp> buffers,
                                unsigned receptors,
                                llvm::ArrayRef<Attribute> formats) {
  uint64_t slot = fabric::ringSlotBytes(slice.numNeurons(), receptors);
  uint64_t slots = 0;
  for (fabric::BufferOp buffer : buffers)
    if (buffer.getName() == "ring")
      slots = std::bit_floor(buffer.getBytes() / slot);
  std::vector<bool> joined;
  for (Attribute format : formats) {
    auto rows = dyn_cast<fabric::RowsAttr>(format);
    joined.push_back(rows &&
                     rows.getFormat()->joins(rows.getFields(), slots, slot));
  }
  return llvm::is_contained(joined, true) ? joined : std::vector<bool>();
}

/// What makes two cores need different code.
struct ProgramKey {
  std::string model;
  std::string formats;      ///< printed, in the order of the table's kinds
  std::vector<bool> joined; ///< per format, of ring_add; empty: none
  std::vector<bool> uniform;
  bool sends = true;    ///< some core listens to its spikes
  unsigned mapBits = 0; ///< weight-delay map: 8 or 16; 0: serial
  unsigned batch = 1;   ///< weight-delay map: ticks per product
  /// Subordinate: digits of its sums, bits of each.
  unsigned digits = 0, digitBits = 0;
  unsigned receptors = 1;
  bool contiguous = false, exclusive = false; ///< as of tick.for_rows
  /// What cores draw: receptor, whether neurons have means of their own.
  std::vector<std::pair<unsigned, bool>> drives;
  std::vector<unsigned> normals; ///< parameters that cores draw
  auto operator<=>(const ProgramKey &) const = default;
};

/// What tick.for_rows may know of the table of a serial core: one entry a run
/// of keys, and those of the gather, which are contiguous and nobody else's.
void readTable(fabric::SliceOp slice, const fabric::Belongings &belongings,
               ProgramKey &key) {
  std::set<uint32_t> first;
  key.contiguous = key.exclusive = true;
  for (fabric::BlockOp block : belongings.of(slice).blocks)
    for (const fabric::KeyRun &run : fabric::keyRunsOf(belongings, block)) {
      key.contiguous &= run.gap == 0;
      key.exclusive &= first.insert(run.keyFirst).second;
    }
}

/// The encodings of the blocks into `slice`, of its gather too, in the order of
/// the table's kinds; error SNN1105 where its core cannot read one.
FailureOr<llvm::SmallVector<Attribute>>
encodingsOf(fabric::SliceOp slice, const fabric::Belongings::Of &own) {
  auto encodings = fabric::rowEncodingsOf(own);
  for (Attribute encoding : encodings)
    if (isa<fabric::MapRowsAttr>(encoding) != slice.getParallel() ||
        (slice.getParallel() && encoding != encodings.front()))
      return report(slice, "SNN1105")
             << "a block of neurons [" << slice.getBegin() << ", "
             << slice.getEnd() << ") of '" << slice.getPopulation()
             << "' is encoded as " << encoding
             << ", which its core cannot read";
  return encodings;
}

struct OutlineProgramsPass : impl::OutlineProgramsBase<OutlineProgramsPass> {
  void runOnOperation() override {
    for (auto machine : getOperation().getOps<fabric::MachineOp>()) {
      auto network = SymbolTable::lookupNearestSymbolFrom<snn::NetworkOp>(
          machine, machine.getNetworkAttr());
      if (!network) {
        report(machine, "SNN0397") << "maps a network that does not exist";
        return signalPassFailure();
      }
      llvm::StringMap<snn::PopulationOp> populations;
      for (auto population : network.getOps<snn::PopulationOp>())
        populations[population.getName()] = population;
      belongings.emplace(machine);
      for (auto slice : machine.getOps<fabric::SliceOp>())
        if (failed(outline(slice, populations.lookup(slice.getPopulation()))))
          return signalPassFailure();
    }
  }

  LogicalResult outline(fabric::SliceOp slice, snn::PopulationOp population) {
    if (slice.getProgramAttr())
      return success();
    snn::NeuronOp model = population ? population.neuron() : snn::NeuronOp();
    if (!model)
      return report(slice, "SNN0398") << "population '" << slice.getPopulation()
                                      << "' or its model does not exist";
    if (slice.getSubordinate())
      return outlineSubordinate(slice, model);
    ProgramKey key;
    key.model = model.getSymName().str();
    auto read = encodingsOf(slice, belongings->of(slice));
    if (failed(read))
      return failure();
    llvm::SmallVector<Attribute> &formats = *read;
    llvm::raw_string_ostream text(key.formats);
    for (Attribute format : formats)
      text << format << ";";
    for (unsigned j = 0; j < model.numParams(); ++j) {
      if (snn::drawnParam(population, model.paramName(j))) {
        key.normals.push_back(j);
        key.uniform.push_back(false);
        continue;
      }
      auto values =
          snn::ParamValues::get(population.getParams().get(model.paramName(j)),
                                size_t(population.numNeurons()), &getContext());
      if (!values)
        return report(population, "SNN0311")
               << "parameter '" << model.paramName(j)
               << "' is missing or has the wrong size";
      key.uniform.push_back(values->uniform().has_value());
    }
    key.sends = llvm::any_of(slice.getSlice().getUsers(), [&](Operation *user) {
      auto flow = dyn_cast<fabric::FlowOp>(user);
      return flow && flow.getSource() == slice.getSlice();
    });
    if (slice.getParallel() && !formats.empty()) {
      key.mapBits = cast<fabric::MapRowsAttr>(formats.front()).getBits();
      key.batch = unsigned(population.getBatch().value_or(1));
    } else if (!formats.empty()) {
      key.joined = joinedFormats(slice, belongings->of(slice).buffers,
                                 model.numReceptors(), formats);
      readTable(slice, *belongings, key);
    }
    uint32_t edge = 0;
    for (auto projection : population->getParentOfType<snn::NetworkOp>()
                               .getBody()
                               .getOps<snn::ProjectionOp>()) {
      if (projection.getTarget() == population.getSignal() &&
          fabric::isDrawn(projection)) {
        auto drive = fabric::NodeDrive::read(projection, edge);
        if (!drive)
          return report(projection, "SNN0351")
                 << "projection '" << projection.getName()
                 << "' is marked as drawn by the cores, which cannot draw it";
        key.drives.emplace_back(drive->receptor, !drive->isUniform());
      }
      ++edge;
    }
    auto [it, isNew] = names.try_emplace(key);
    if (isNew) {
      it->second = freeName();
      build(it->second, model, formats, key);
      ++programs;
    }
    slice.setProgramAttr(FlatSymbolRefAttr::get(&getContext(), it->second));
    return success();
  }

  /// "p0", "p1", ... but no name that a network or a model has.
  std::string freeName() {
    std::string name;
    do
      name = "p" + std::to_string(next++);
    while (getOperation().lookupSymbol(name));
    return name;
  }

  /// No neurons: products and sums, whatever the model.
  LogicalResult outlineSubordinate(fabric::SliceOp slice, snn::NeuronOp model) {
    auto read = encodingsOf(slice, belongings->of(slice));
    if (failed(read))
      return failure();
    llvm::SmallVector<Attribute> &formats = *read;
    fabric::SumsAttr sums = fabric::sumsOf(slice);
    if (formats.empty() || !sums)
      return report(slice, "SNN1109")
             << "a subordinate of population '" << slice.getPopulation()
             << "' has no blocks or nobody gathers "
             << "its sums";
    ProgramKey key;
    key.mapBits = cast<fabric::MapRowsAttr>(formats.front()).getBits();
    key.digits = sums.getDigits();
    key.digitBits = sums.getBits();
    key.receptors = model.numReceptors();
    auto [it, isNew] = names.try_emplace(key);
    if (isNew) {
      it->second = freeName();
      buildSubordinate(it->second, model.getLoc(), formats, key);
      ++programs;
    }
    slice.setProgramAttr(FlatSymbolRefAttr::get(&getContext(), it->second));
    return success();
  }

  void buildSubordinate(llvm::StringRef name, Location loc,
                        llvm::ArrayRef<Attribute> formats,
                        const ProgramKey &key) {
    OpBuilder b = OpBuilder::atBlockEnd(getOperation().getBody());
    auto program = b.create<ProgramOp>(loc, b.getStringAttr(name));
    b.setInsertionPointToStart(&program.getBody().emplaceBlock());
    b.create<OnOp>(loc, Event::Start).getBody().emplaceBlock();
    buildOnSpike(b, loc, formats, key);
    auto timer = b.create<OnOp>(loc, Event::Timer);
    b.setInsertionPointToStart(&timer.getBody().emplaceBlock());
    auto bits = b.getI64IntegerAttr(key.mapBits),
         batch = b.getI64IntegerAttr(1),
         receptors = b.getI64IntegerAttr(key.receptors);
    b.create<ScatterOp>(loc, bits, batch);
    auto tiles = b.create<MatmulOp>(loc, bits, batch, receptors);
    b.setInsertionPointToStart(&tiles.getBody().emplaceBlock());
    b.create<SendSumsOp>(loc, receptors, b.getI64IntegerAttr(key.digits),
                         b.getI64IntegerAttr(key.digitBits));
  }

  void build(llvm::StringRef name, snn::NeuronOp model,
             llvm::ArrayRef<Attribute> formats, const ProgramKey &key) {
    OpBuilder b = OpBuilder::atBlockEnd(getOperation().getBody());
    Location loc = model.getLoc();
    auto program = b.create<ProgramOp>(loc, b.getStringAttr(name));
    b.setInsertionPointToStart(&program.getBody().emplaceBlock());
    auto start = b.create<OnOp>(loc, Event::Start);
    start.getBody().emplaceBlock();
    if (!formats.empty())
      buildOnSpike(b, loc, formats, key);
    auto timer = b.create<OnOp>(loc, Event::Timer);
    b.setInsertionPointToStart(&timer.getBody().emplaceBlock());
    MatmulOp tiles;
    if (key.mapBits) {
      auto bits = b.getI64IntegerAttr(key.mapBits);
      auto batch = b.getI64IntegerAttr(key.batch);
      b.create<ScatterOp>(loc, bits, batch);
      tiles = b.create<MatmulOp>(loc, bits, batch,
                                 b.getI64IntegerAttr(model.numReceptors()));
    }
    b.create<RecordOp>(loc, b.getI64IntegerAttr(model.numStates()));
    if (tiles)
      b.setInsertionPointToStart(&tiles.getBody().emplaceBlock());
    else
      b.setInsertionPointToStart(&timer.getBody().front());
    for (auto [number, drive] : llvm::enumerate(key.drives))
      b.create<DrawOp>(loc, b.getI64IntegerAttr(int64_t(number)),
                       b.getI64IntegerAttr(drive.first),
                       drive.second ? b.getUnitAttr() : UnitAttr());
    size_t behind = key.drives.size() * sizeof(SnncDrive);
    for (auto [number, param] : llvm::enumerate(key.normals))
      b.create<NormalOp>(
          loc,
          b.getI64IntegerAttr(int64_t(behind + number * sizeof(SnncNoise))),
          b.getI64IntegerAttr(param));
    auto loop = b.create<ForNeuronsOp>(loc);
    Block &body = loop.getBody().emplaceBlock();
    Value n = body.addArgument(b.getI32Type(), loc);
    b.setInsertionPointToStart(&body);
    buildUpdate(b, n, model, key);
  }

  static DenseBoolArrayAttr joinedAttr(OpBuilder &b, const ProgramKey &key) {
    llvm::SmallVector<bool> joined(key.joined.begin(), key.joined.end());
    return joined.empty() ? DenseBoolArrayAttr()
                          : b.getDenseBoolArrayAttr(joined);
  }

  static void buildOnSpike(OpBuilder &b, Location loc,
                           llvm::ArrayRef<Attribute> formats,
                           const ProgramKey &programKey) {
    OpBuilder::InsertionGuard guard(b);
    auto spike = b.create<OnOp>(loc, Event::Spike);
    Block &handler = spike.getBody().emplaceBlock();
    Value key = handler.addArgument(b.getI32Type(), loc);
    b.setInsertionPointToStart(&handler);
    auto rows = b.create<ForRowsOp>(loc, key, programKey.contiguous,
                                    programKey.exclusive);
    Block &each = rows.getBody().emplaceBlock();
    Value row = each.addArgument(RowType::get(b.getContext()), loc);
    b.setInsertionPointToStart(&each);
    if (programKey.mapBits)
      b.create<NoteOp>(loc, row);
    else
      b.create<RingAddOp>(loc, row, b.getArrayAttr(formats),
                          joinedAttr(b, programKey));
  }

  /// The neuron region with its arguments loaded and its results stored.
  static void buildUpdate(OpBuilder &b, Value n, snn::NeuronOp model,
                          const ProgramKey &key) {
    Location loc = model.getLoc();
    Block &region = model.getBody().front();
    IRMapping map;
    for (unsigned r = 0; r < model.numReceptors(); ++r)
      map.map(
          region.getArgument(r),
          b.create<RingTakeOp>(loc, b.getF32Type(), n, b.getI64IntegerAttr(r))
              .getSum());
    for (unsigned k = 0; k < model.numStates(); ++k)
      map.map(model.stateArg(k), b.create<LoadStateOp>(loc, b.getF32Type(), n,
                                                       b.getI64IntegerAttr(k))
                                     .getValue());
    for (unsigned j = 0; j < model.numParams(); ++j)
      map.map(model.paramArg(j),
              b.create<ParamOp>(loc, b.getF32Type(), n, b.getI64IntegerAttr(j),
                                key.uniform[j] ? b.getUnitAttr() : UnitAttr())
                  .getValue());
    for (Operation &op : region.without_terminator())
      b.clone(op, map);
    auto yield = cast<snn::YieldOp>(region.back());
    for (unsigned k = 0; k < model.numStates(); ++k)
      b.create<StoreStateOp>(loc, n, b.getI64IntegerAttr(k),
                             map.lookup(yield.getStates()[k]));
    if (yield.getSpike())
      b.create<EmitOp>(loc, n, map.lookup(yield.getSpike()),
                       key.sends ? UnitAttr() : b.getUnitAttr());
  }

  std::map<ProgramKey, std::string> names;
  unsigned next = 0;
  std::optional<fabric::Belongings> belongings; ///< of the machine at hand
};
} // namespace
} // namespace snnc::program
