//===- Importer.h - The state of one import ---------------------*- C++ -*-===//
//
// Part of the snnc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Private to Import/YAML. Sections are read in the order models, inputs,
// populations, projections, probes, whatever their order in the file.
//
//===----------------------------------------------------------------------===//
#ifndef SNNC_IMPORT_YAML_IMPORTER_H
#define SNNC_IMPORT_YAML_IMPORTER_H

#include "compiler/Import/YAML/Reader.h"
#include "compiler/Import/YAML/TextTable.h"
#include "compiler/SNN/SNN.h"

#include "mlir/IR/Builders.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/OwningOpRef.h"

#include <map>
#include <set>

namespace snnc::yaml {

class Importer {
public:
  Importer(const NodePtr &root, const std::string &file,
           mlir::MLIRContext *context, DiagnosticSink &sink,
           std::optional<uint64_t> forced)
      : root(root), reader(file, sink), context(context), builder(context),
        forced(forced) {}
  mlir::OwningOpRef<mlir::ModuleOp> run();

private:
  /// A user's model and the values its file gives as defaults.
  struct Model {
    snn::NeuronOp op;
    std::map<std::string, double> params, initial;
    std::vector<std::string> normals;    ///< parameters that equations draw
    const snn::CellType *cell = nullptr; ///< null: region parameters are given
  };
  /// An input or a population, by its name.
  struct Signal {
    mlir::Value value;
    snn::PopulationOp population; ///< null: an input
    const snn::CellType *cell = nullptr;
  };
  /// Inputs and populations have their names apart: one of each may share one.
  struct Names {
    std::map<std::string, Signal> signals;
    std::set<std::string> declared; ///< not all became signals
    /// Declared, and what is wrong with it is reported there.
    bool isBroken(const std::string &name) const {
      return declared.count(name) && !signals.count(name);
    }
    std::vector<std::string> names() const {
      std::vector<std::string> known;
      for (const auto &[name, signal] : signals)
        known.push_back(name);
      return known;
    }
  };
  /// Where a projection's synapses come from and go to.
  struct Ends {
    std::string name;
    Signal from, to;
    snn::PoolAttr pool; ///< what the weights see of `from`; may be null
    bool recurrent() const { return from.value == to.value; }
    int64_t sources() const; ///< that the weights see
    /// Of the sources that the weights see.
    llvm::SmallVector<int64_t, 3> shape() const;
    int64_t targets() const;
  };
  /// A delay: ticks of the projection, and a distribution on top of them.
  struct Delay {
    double base = 1;
    snn::DistAttr extra;
  };

  mlir::Location at(const Node &node) {
    return mlir::FileLineColLoc::get(context, reader.file, unsigned(node.line),
                                     unsigned(node.column));
  }

  bool readNetwork();
  int64_t readSeed(const Node &node) {
    int64_t own = reader.whole(node, "seed", 0, INT64_MAX).value_or(0);
    return forced ? int64_t(*forced) : own;
  }

  // Models.cpp
  void readModel(const std::string &name, const Node &node);
  bool readStates(const Node &node, Model &model,
                  llvm::SmallVectorImpl<mlir::Attribute> &names,
                  std::map<std::string, double> &defaults, const char *what,
                  std::vector<std::string> &taken);
  bool emitBody(const Node &node, snn::NeuronOp op);
  bool assignAll(const Node &node, const char *key, snn::NeuronOp op,
                 llvm::StringMap<mlir::Value> &scope, mlir::Value onlyIf);
  bool readSpike(const Node &node, snn::NeuronOp op,
                 llvm::StringMap<mlir::Value> &scope, mlir::Value &spike);
  mlir::Value addNormal(snn::NeuronOp op);
  bool assign(const Node &node, snn::NeuronOp op,
              llvm::StringMap<mlir::Value> &scope, mlir::Value onlyIf);
  /// A model of the file or of the library; null and an error otherwise.
  Model *modelOf(const Node &node);

  // Populations.cpp
  std::optional<llvm::SmallVector<int64_t>> shapeOf(const Node &node,
                                                    const char *what);
  bool declareInput(const Node &key, const std::string &name);
  void readInput(const Node &key, const Node &node);
  mlir::Attribute readInputDrive(const std::string &name, const Node &node,
                                 int64_t channels, const std::string &kind);
  /// Each channel stands for `sources` of the given rate.
  mlir::Attribute readPoisson(const std::string &name, const Node &node,
                              int64_t channels, double sources);
  void readPopulation(const Node &key, const Node &node);
  /// One number, or `count`.
  std::optional<std::vector<double>> numbersOf(const Node &node,
                                               const std::string &key,
                                               size_t count, const char *what,
                                               snn::Dimension dimension);
  mlir::Attribute values(const Node &node, const std::string &key, size_t count,
                         const char *what);
  mlir::DictionaryAttr readParams(const Node &node, const std::string &name,
                                  Model &model, size_t count);
  std::optional<double> readRate(const Node &node);
  mlir::Attribute readRates(const std::string &name, const Node &node,
                            int64_t channels, double sources);
  /// `initial` or `scales`: a map from states to a number or one a neuron.
  void readStateValues(const Node &node, const char *key,
                       const std::string &name, Model &model, size_t count,
                       mlir::NamedAttrList &into);
  mlir::DictionaryAttr readScales(const Node &node, const std::string &name,
                                  Model &model, size_t count);
  snn::ParadigmAttr readParadigm(const Node &node);
  /// The PEs that the first slices are pinned to, as `inspect` names them.
  mlir::ArrayAttr readCores(const Node &node);
  void readProbe(const Node &node);

  // Cells.cpp
  std::optional<std::vector<double>> readCellParam(const Node &node,
                                                   const std::string &name,
                                                   const snn::CellParam &param,
                                                   size_t count);
  std::optional<std::vector<std::vector<double>>>
  readCellValues(const Node &node, const std::string &name,
                 const snn::CellType &cell, size_t count);
  bool resetsBelowThreshold(const Node &node, const snn::CellType &cell,
                            llvm::ArrayRef<double> values);
  mlir::DictionaryAttr readCell(const Node &node, const std::string &name,
                                Model &model, size_t count,
                                mlir::NamedAttrList &initial);
  int signOf(mlir::Attribute weights, const Ends &ends);
  int64_t cellReceptor(const Node &node, const Ends &ends,
                       const snn::CellType &cell, mlir::Attribute weights,
                       std::optional<int64_t> given);
  void readDrive(const Node &key, const Node &node);

  // Noise.cpp
  /// The draw of one parameter; `seed` of its own where the node has one.
  snn::NormalAttr normal(const Node &node, const std::string &stream);
  /// What a drive of kind noise adds to.
  struct NoiseTarget {
    std::string name; ///< receptor or parameter of the region
    snn::Dimension dimension = snn::Dimension::None;
    std::vector<double> gain{1}; ///< one, or one a neuron
  };
  std::optional<NoiseTarget> noiseTarget(const Node &node, const Ends &ends,
                                         const std::string &population);
  NoiseTarget currentOf(const snn::CellType &cell,
                        const std::string &population, size_t count);
  void readNoise(const Node &node, const std::string &name);

  // Projections.cpp
  void readProjection(const Node &node, size_t index);
  std::optional<Signal> readEnd(const Node &node, const char *what,
                                const char *key, std::string &name);
  std::optional<Signal> readSource(const Node &node, const std::string &name);
  std::optional<int64_t> readReceptor(const Node &node, const Ends &ends);
  /// Delay, receptor and the synapses that `connect` makes.
  void readSynapses(const Node &node, Ends &ends,
                    llvm::function_ref<mlir::Attribute(Delay &)> connect);

  // Connectors.cpp
  mlir::Attribute readConnector(const Node &node, Ends &ends, Delay &delay);
  /// SNN1012 for what has no meaning where weights or pairs are data.
  bool isIdleFree(const Node &node, const std::string &word, bool stored,
                  const Delay &delay);
  /// The probability, degree or number that a drawn connector has; 1 for one
  /// without.
  std::optional<double> readAmount(const Node &node, const Node &connector,
                                   snn::ConnectorKind kind);
  mlir::Attribute readProcedural(const Node &node, const Node &connector,
                                 snn::ConnectorKind kind, double amount,
                                 Ends &ends, const Delay &delay);
  /// One number for both axes, or two; nothing after an error.
  std::optional<llvm::SmallVector<int64_t>>
  readPair(const Node &owner, const char *key, int64_t missing, int64_t low);
  using AttributeVerifier = llvm::function_ref<mlir::LogicalResult(
      llvm::function_ref<mlir::InFlightDiagnostic()>)>;
  bool isValid(const Node &node, AttributeVerifier verify);
  bool readPool(const Node &node, Ends &ends);
  mlir::Attribute readConv(const Node &node, const Node &conv, Ends &ends);
  mlir::Attribute readMatrix(const Node &weight, Ends &ends, bool diagonal);

  // Distributions.cpp
  snn::DistAttr constant(double value);
  snn::DistAttr distribution(const Node &node, const char *what,
                             snn::Dimension dimension);

  // Delays.cpp
  bool readDelay(const Node &node, Delay &delay);
  bool readDelayDraw(const Node &given, Delay &delay);
  bool readUniformDelay(const Node &given, Delay &delay);
  bool readNormalDelay(const Node &given, Delay &delay);
  std::optional<double> wholeDelay(const Node &map, const char *key,
                                   std::optional<double> missing);
  std::optional<double> delayTicks(const Node &node, const char *what);

  // Lists.cpp
  void warnOfTimes(const Node &node, const char *what, const std::string &word,
                   Column column);
  mlir::Attribute readList(const Node &node, const Node &list, Ends &ends,
                           Delay &delay);
  std::optional<std::vector<int>>
  placeListColumns(const Node &node, const Node &list, const RowTable &table);

  mlir::Attribute store(const std::string &key, runtime::NdArray array);

  NodePtr root;
  Reader reader;
  mlir::MLIRContext *context;
  mlir::OpBuilder builder;
  mlir::OwningOpRef<mlir::ModuleOp> module;
  snn::NetworkOp network;
  double dt = 0;
  int64_t seed = 0;               ///< of the network: the default everywhere
  std::optional<uint64_t> forced; ///< the command line's, in place of all
  std::map<std::string, Model> models;
  std::set<std::string> brokenModels; ///< reported where they are written
  Names inputs, populations;
  /// Parameters of populations of cell types, in the cells' order and units.
  std::map<std::string, std::vector<std::vector<double>>> cellValues;
  std::map<std::string, unsigned> projectionNames;
};

} // namespace snnc::yaml

#endif // SNNC_IMPORT_YAML_IMPORTER_H
