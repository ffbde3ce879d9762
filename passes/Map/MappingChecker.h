//===- MappingChecker.h - A mapping against its network ---------*- C++ -*-===//
//
// Part of the snnc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Independent of the passes that made the mapping: what has to be true is
// recomputed from the snn ops, what is true is read from the routes, slices and
// buffers. Nothing here looks at fabric.flow.
//
//===----------------------------------------------------------------------===//
#ifndef SNNC_PASSES_MAP_MAPPINGCHECKER_H
#define SNNC_PASSES_MAP_MAPPINGCHECKER_H

#include "compiler/Fabric/Belongings.h"
#include "compiler/Support/Report.h"
#include "passes/Map/LinkLoad.h"
#include "passes/Map/Support.h"
#include "planner/NetworkInfo.h"
#include "planner/SumDigits.h"

#include "llvm/ADT/DenseMap.h"
#include "llvm/ADT/StringMap.h"

namespace snnc::map {

/// Checks one fabric.machine; every check reports all it finds.
class MappingChecker {
public:
  MappingChecker(fabric::MachineOp op, const fabric::NetworkInfo &info,
                 const MachineModel &machine, bool isTickStated)
      : op(op), info(info), machine(machine), isTickStated(isTickStated),
        belongings(op), handles(info.nodes.size()), parts(info.nodes.size()) {}

  bool run();

private:
  mlir::InFlightDiagnostic error(mlir::Operation *at, DiagnosticCode code) {
    ok = false;
    return report(at, code);
  }
  // VerifyMapping.cpp: neurons, cores, keys
  void collect();
  void checkCoverage();
  void checkCores();
  void checkKeys();

  // VerifySynapses.cpp
  void checkBlocks();
  void checkReach(uint32_t edge);
  std::vector<fabric::Range> reachOf(uint32_t edge,
                                     llvm::ArrayRef<mlir::Value> targets);
  void checkParts(uint32_t edge);
  void checkSums();
  void checkGathers();
  bool comesFrom(fabric::BlockOp block, uint32_t node);

  // VerifyRoutes.cpp
  class Receivers;
  struct Reached;
  void checkRoutes();
  void readRoutes(const CoreNumbers &cores);
  std::vector<Receivers> receiversOf(const CoreNumbers &cores);
  void checkSender(mlir::Value handle, Receivers &receivers,
                   const RouteWalker &walker, const CoreNumbers &cores,
                   Reached &reached);
  void checkSumRoutes(mlir::Value part, const RouteWalker &walker,
                      const CoreNumbers &cores);
  void explain(uint32_t key, llvm::ArrayRef<uint32_t> wanted,
               const RouteWalk &way, const CoreNumbers &cores,
               mlir::Value handle);
  mlir::Operation *routeTo(const CoreAddress &core, uint32_t key);

  // VerifyLinks.cpp
  uint32_t nodeOf(mlir::Value handle) const;
  void addLoad(const RouteWalk &way, uint32_t node, LinkLoad packets);
  void checkLinks();
  using Loads = std::map<uint32_t, LinkLoad>; ///< by node
  std::string describeSenders(const Loads &loads) const;

  // VerifyMemory.cpp
  void checkBuffers(fabric::SliceOp slice);
  void checkContent(fabric::SliceOp slice,
                    llvm::ArrayRef<fabric::BufferOp> buffers);
  void checkDramBuffers(fabric::SliceOp slice,
                        llvm::ArrayRef<fabric::BufferOp> buffers);
  void checkFetch(fabric::SliceOp slice,
                  llvm::ArrayRef<fabric::BufferOp> buffers);
  void checkParadigm(fabric::SliceOp slice, const fabric::NetworkNode &node);
  void checkMap(fabric::SliceOp slice, const fabric::NetworkNode &node,
                const llvm::StringMap<uint64_t> &bytes);

  fabric::MachineOp op;
  const fabric::NetworkInfo &info;
  const MachineModel &machine;
  bool isTickStated;
  fabric::Belongings belongings;
  std::vector<llvm::SmallVector<mlir::Value>> handles; ///< per node, by begin
  std::vector<llvm::SmallVector<mlir::Value>> parts; ///< subordinates, per node
  /// Whose slices a block's source names: all of a node; UINT32_MAX: others.
  llvm::DenseMap<mlir::Value, uint32_t> sourceNodes;
  /// By subordinate, of its cells, [receptor][neuron].
  llvm::DenseMap<mlir::Value, std::vector<fabric::SumRange>> sumsOfPart;
  std::map<ChipCoordinate, std::vector<RouterEntry>> tables;
  /// By source node and target slice: the sources that blocks there know.
  llvm::DenseMap<std::pair<uint32_t, mlir::Value>, fabric::Range> rangeOf;
  /// Rows in the DRAM of each chip: begin and end, as far as looked at.
  std::map<ChipCoordinate, std::map<uint64_t, uint64_t>> inDram;
  std::map<ChipLink, Loads> onLinks;
  bool ok = true;
};

} // namespace snnc::map

#endif // SNNC_PASSES_MAP_MAPPINGCHECKER_H
