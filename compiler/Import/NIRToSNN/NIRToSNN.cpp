//===- NIRToSNN.cpp - A NIR graph becomes imported snn --------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "compiler/Import/NIRToSNN/NIRToSNN.h"

#include "compiler/Import/NIR/NirPrimitive.h"
#include "compiler/Import/NIR/NirTranslator.h"
#include "compiler/SNN/Names.h"
#include "compiler/SNN/ParamValues.h"
#include "compiler/Support/Report.h"

#include "mlir/IR/Builders.h"

using namespace mlir;
using snnc::nir::Node;
using snnc::nir::Tensor;

namespace snnc {

Location nirLocation(MLIRContext *context, llvm::StringRef file,
                     llvm::StringRef path) {
  return NameLoc::get(StringAttr::get(context, path),
                      FileLineColLoc::get(context, file, 0, 0));
}

namespace {

/// One op per node, by what its descriptor asks for; then the edges.
class Translation final : nir::Translator {
public:
  Translation(const nir::Graph &graph, MLIRContext *context)
      : graph(graph), context(context), builder(context) {}

  OwningOpRef<ModuleOp> run() {
    Location loc = nirLocation(context, graph.file, graph.path);
    OwningOpRef<ModuleOp> module = ModuleOp::create(loc);
    builder.setInsertionPointToEnd(module->getBody());
    auto network = builder.create<snn::NetworkOp>(
        loc, builder.getStringAttr(snn::networkNameOf(graph.file)), FloatAttr());
    builder.setInsertionPointToStart(&network.getBody().emplaceBlock());
    // A graph region: inputs of later nodes are placeholders at first.
    adjacency = std::make_unique<nir::Adjacency>(graph);
    values.resize(graph.nodes.size());
    for (current = 0; current < graph.nodes.size(); ++current) {
      const Node &node = graph.nodes[current];
      if (!node.kind->translate(node, *this))
        return nullptr;
    }
    for (uint32_t i = 0; i < graph.nodes.size(); ++i)
      if (failed(connect(i)))
        return nullptr;
    return module;
  }

private:
  Location loc(const Node &node) {
    return nirLocation(context, graph.file, node.path);
  }

  RankedTensorType type(const nir::Shape &shape) {
    llvm::SmallVector<int64_t> extents(shape.begin(), shape.end());
    if (extents.empty())
      extents.push_back(1);
    return RankedTensorType::get(extents, builder.getF32Type());
  }

  /// A number when uniform (and `mayBeNumber`), else a reference to the store.
  Attribute attribute(const Node &node, const char *field, bool mayBeNumber,
                      llvm::ArrayRef<int64_t> shape = {}) {
    const Tensor &tensor = node.tensor(field);
    if (mayBeNumber && tensor.size() > 0 && tensor.isUniform())
      return builder.getF64FloatAttr(tensor.at(0));
    llvm::SmallVector<int64_t> extents(shape);
    if (extents.empty())
      extents.assign(tensor.shape().begin(), tensor.shape().end());
    // The same name as in a YAML network, where bundles keep it.
    std::string key = node.name + "." + (std::string_view(field) == "weight" ? "weights" : field);
    std::vector<int64_t> blobShape(extents.begin(), extents.end());
    // Shared with the graph: large weights exist once.
    if (tensor.kind() == nir::ElementKind::F32)
      return snn::addParam(
          context, key,
          {ElementKind::F32, std::move(blobShape),
           SharedBytes(tensor.owner(), std::as_bytes(tensor.f32()))});
    if (tensor.kind() == nir::ElementKind::F64)
      return snn::addParam(
          context, key,
          {ElementKind::F64, std::move(blobShape),
           SharedBytes(tensor.owner(), std::as_bytes(tensor.f64()))});
    std::vector<double> wide(tensor.size());
    for (uint64_t i = 0; i < tensor.size(); ++i)
      wide[i] = tensor.at(i);
    return snn::addParam(
        context, key, ParameterBlob::of(std::move(blobShape), std::move(wide)));
  }

  //===--------------------------------------------------------------------===//
  // nir::Translator
  //===--------------------------------------------------------------------===//

  bool input(const Node &node) override {
    return keep(builder.create<snn::InputOp>(loc(node), type(node.outputShape),
                                             name(node)));
  }

  /// Becomes a probe once its sources exist.
  bool probe(const Node &node) override { return true; }

  bool linear(const Node &node, const char *weight, const char *bias) override {
    return keep(builder.create<snn::LinearOp>(
        loc(node), type(node.outputShape), name(node), ValueRange(),
        attribute(node, weight, false), optional(node, bias)));
  }

  bool conv(const Node &node, const nir::ConvWindow &window, const char *weight,
            const char *bias) override {
    auto kernel = snn::ConvAttr::get(
        context, attribute(node, weight, false, window.weight), window.input,
        window.output, window.stride, window.pads, window.dilation,
        window.groups);
    return keep(builder.create<snn::ConvOp>(loc(node), type(node.outputShape),
                                            name(node), ValueRange(), kernel,
                                            optional(node, bias)));
  }

  bool pool(const Node &node, const nir::PoolWindow &window) override {
    auto kind = window.rule == nir::PoolRule::Sum ? snn::PoolKind::Sum
                                                  : snn::PoolKind::Average;
    auto attr = snn::PoolAttr::get(context, kind, window.input, window.kernel,
                                   window.stride, window.pads);
    return keep(builder.create<snn::PoolOp>(loc(node), type(node.outputShape),
                                            name(node), ValueRange(), attr));
  }

  bool scale(const Node &node, const char *factor) override {
    return keep(builder.create<snn::ScaleOp>(loc(node), type(node.outputShape),
                                             name(node), ValueRange(),
                                             attribute(node, factor, true)));
  }

  bool delay(const Node &node, const char *time) override {
    return keep(builder.create<snn::DelayOp>(loc(node), type(node.outputShape),
                                             name(node), ValueRange(),
                                             attribute(node, time, true)));
  }

  bool flatten(const Node &node) override {
    return keep(builder.create<snn::FlattenOp>(
        loc(node), type(node.outputShape), name(node), ValueRange()));
  }

  bool ode(const Node &node, std::string_view equation) override {
    auto kind = snn::symbolizeOdeKind(equation);
    if (!kind)
      return refuse(node, "SNN0290", "no translation for this node");
    NamedAttrList params;
    for (const auto &[field, value] : node.fields)
      if (std::holds_alternative<Tensor>(value))
        params.set(field, attribute(node, field.c_str(), true));
    if (node.reset)
      params.set("reset", builder.getStringAttr(*node.reset));
    if (node.resetLate)
      params.set("reset_late", builder.getBoolAttr(*node.resetLate));
    return keep(builder.create<snn::OdeOp>(
        loc(node), type(node.outputShape), name(node),
        snn::OdeKindAttr::get(context, *kind), params.getDictionary(context),
        ValueRange()));
  }

  bool refuse(const Node &node, DiagnosticCode code,
              const std::string &message) override {
    report(loc(node), code) << message;
    return false;
  }

  /// The result of the op is what the node's readers will see.
  template <typename Op> bool keep(Op op) {
    values[current] = op.getSignal();
    return true;
  }

  StringAttr name(const Node &node) { return builder.getStringAttr(node.name); }

  Attribute optional(const Node &node, const char *field) {
    return field ? attribute(node, field, true) : Attribute();
  }

  LogicalResult connect(uint32_t index) {
    const Node &node = graph.nodes[index];
    llvm::SmallVector<Value> sources;
    for (uint32_t source : adjacency->incoming(index)) {
      if (!values[source])
        return report(loc(node), "SNN0293")
               << "'" << graph.nodes[source].name << "' has no output to read";
      sources.push_back(values[source]);
    }
    if (node.kind->isOutput()) {
      builder.create<snn::ProbeOp>(loc(node), builder.getStringAttr(node.name),
                                   sources);
      return success();
    }
    if (Operation *op = values[index].getDefiningOp(); !isa<snn::InputOp>(op))
      op->setOperands(sources);
    return success();
  }

  const nir::Graph &graph;
  MLIRContext *context;
  OpBuilder builder;
  std::unique_ptr<nir::Adjacency> adjacency;
  std::vector<Value> values; ///< by node; null: none to read
  uint32_t current = 0;      ///< the node that is translated
};

} // namespace

OwningOpRef<ModuleOp> translateNir(const nir::Graph &graph,
                                   MLIRContext *context) {
  context->getOrLoadDialect<snn::SNNDialect>();
  return Translation(graph, context).run();
}

} // namespace snnc
