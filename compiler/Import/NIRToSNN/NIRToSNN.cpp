//===- NIRToSNN.cpp - A NIR graph becomes imported snn --------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "compiler/Import/NIRToSNN/NIRToSNN.h"

#include "compiler/SNN/ParamValues.h"
#include "compiler/Support/Report.h"

#include "mlir/IR/Builders.h"

using namespace mlir;
using snnc::nir::Node;
using snnc::nir::NodeKind;
using snnc::nir::Tensor;

namespace snnc {

Location nirLocation(MLIRContext *context, llvm::StringRef file,
                     llvm::StringRef path) {
  return NameLoc::get(StringAttr::get(context, path),
                      FileLineColLoc::get(context, file, 0, 0));
}

namespace {

class Translation {
public:
  Translation(const nir::Graph &graph, MLIRContext *context)
      : graph(graph), context(context), builder(context) {}

  OwningOpRef<ModuleOp> run() {
    Location loc = nirLocation(context, graph.file, graph.path);
    OwningOpRef<ModuleOp> module = ModuleOp::create(loc);
    builder.setInsertionPointToEnd(module->getBody());
    auto network = builder.create<snn::NetworkOp>(
        loc, builder.getStringAttr("network"), FloatAttr());
    builder.setInsertionPointToStart(&network.getBody().emplaceBlock());
    // A graph region: inputs of later nodes are placeholders at first.
    adjacency = std::make_unique<nir::Adjacency>(graph);
    values.resize(graph.nodes.size());
    for (uint32_t i = 0; i < graph.nodes.size(); ++i)
      if (failed(create(i)))
        return nullptr;
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
    std::string key = node.name + "." + field;
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

  LogicalResult create(uint32_t index) {
    const Node &node = graph.nodes[index];
    StringAttr name = builder.getStringAttr(node.name);
    Type result = type(node.outputShape);
    ValueRange none;
    switch (node.kind) {
    case NodeKind::Input:
      values[index] =
          builder.create<snn::InputOp>(loc(node), result, name).getSignal();
      return success();
    case NodeKind::Output:
      return success(); // becomes a probe once its sources exist
    case NodeKind::Linear:
    case NodeKind::Affine:
      return createLinear(index, node, name, result);
    case NodeKind::Conv1d:
    case NodeKind::Conv2d:
      return createConv(index, node, name, result);
    case NodeKind::SumPool2d:
    case NodeKind::AvgPool2d:
      return createPool(index, node, name, result);
    case NodeKind::Scale:
      values[index] = builder
                          .create<snn::ScaleOp>(loc(node), result, name, none,
                                                attribute(node, "scale", true))
                          .getSignal();
      return success();
    case NodeKind::Flatten:
      values[index] =
          builder.create<snn::FlattenOp>(loc(node), result, name, none)
              .getSignal();
      return success();
    case NodeKind::Delay:
      values[index] = builder
                          .create<snn::DelayOp>(loc(node), result, name, none,
                                                attribute(node, "delay", true))
                          .getSignal();
      return success();
    case NodeKind::NIRGraph:
      return report(loc(node), "SNN0290") << "a nested graph was not inlined";
    default:
      return createOde(index, node, name, result);
    }
  }

  LogicalResult createLinear(uint32_t index, const Node &node, StringAttr name,
                             Type result) {
    const nir::Shape &shape = node.tensor("weight").shape();
    if (shape.size() != 2)
      return report(loc(node), "SNN0291")
             << "weight has " << int64_t(shape.size())
             << " dimensions, a weight matrix has 2 (out, in)";
    Attribute bias;
    if (node.kind == NodeKind::Affine)
      bias = attribute(node, "bias", true);
    values[index] =
        builder
            .create<snn::LinearOp>(loc(node), result, name, ValueRange(),
                                   attribute(node, "weight", false), bias)
            .getSignal();
    return success();
  }

  LogicalResult createConv(uint32_t index, const Node &node, StringAttr name,
                           Type result) {
    bool flat = node.kind == NodeKind::Conv1d;
    const nir::Shape &w = node.tensor("weight").shape();
    auto to3 = [&](const nir::Shape &s) {
      if (flat)
        return llvm::SmallVector<int64_t>{int64_t(s[0]), 1, int64_t(s[1])};
      return llvm::SmallVector<int64_t>(s.begin(), s.end());
    };
    if (node.inputShape.size() != (flat ? 2u : 3u) ||
        w.size() != (flat ? 3u : 4u))
      return report(loc(node), "SNN0292")
             << "the shapes of this convolution do "
                "not have the rank of its kind";
    llvm::SmallVector<int64_t> kernel(w.begin(), w.end());
    if (flat)
      kernel.insert(kernel.begin() + 2, 1);
    auto two = [&](const char *field, int64_t otherwise) {
      auto pair = node.pair(field, otherwise);
      if (flat)
        return llvm::SmallVector<int64_t>{otherwise, pair[0]};
      return llvm::SmallVector<int64_t>{pair[0], pair[1]};
    };
    auto pads = node.pads();
    auto conv = snn::ConvAttr::get(
        context, attribute(node, "weight", false, kernel), to3(node.inputShape),
        to3(node.outputShape), two("stride", 1),
        llvm::ArrayRef<int64_t>(pads.data(), 4), two("dilation", 1),
        node.integer("groups", 1));
    Attribute bias;
    if (node.has("bias") && node.tensor("bias").size() > 0)
      bias = attribute(node, "bias", true);
    values[index] = builder
                        .create<snn::ConvOp>(loc(node), result, name,
                                             ValueRange(), conv, bias)
                        .getSignal();
    return success();
  }

  LogicalResult createPool(uint32_t index, const Node &node, StringAttr name,
                           Type result) {
    auto kernel = node.pair("kernel_size"), stride = node.pair("stride");
    auto pads = node.pads();
    llvm::SmallVector<int64_t> in(node.inputShape.begin(),
                                  node.inputShape.end());
    if (in.size() != 3)
      return report(loc(node), "SNN0292") << "a 2-D pool needs C x H x W";
    auto window = snn::PoolAttr::get(context,
                                     node.kind == NodeKind::SumPool2d
                                         ? snn::PoolKind::Sum
                                         : snn::PoolKind::Average,
                                     in, kernel, stride, {pads[0], pads[1]});
    values[index] =
        builder
            .create<snn::PoolOp>(loc(node), result, name, ValueRange(), window)
            .getSignal();
    return success();
  }

  static std::optional<snn::OdeKind> odeKind(NodeKind kind) {
    switch (kind) {
    case NodeKind::I:
      return snn::OdeKind::I;
    case NodeKind::IF:
      return snn::OdeKind::IF;
    case NodeKind::LI:
      return snn::OdeKind::LI;
    case NodeKind::LIF:
      return snn::OdeKind::LIF;
    case NodeKind::CubaLI:
      return snn::OdeKind::CubaLI;
    case NodeKind::CubaLIF:
      return snn::OdeKind::CubaLIF;
    case NodeKind::Threshold:
      return snn::OdeKind::Threshold;
    default:
      return std::nullopt;
    }
  }

  LogicalResult createOde(uint32_t index, const Node &node, StringAttr name,
                          Type result) {
    auto kind = odeKind(node.kind);
    if (!kind)
      return report(loc(node), "SNN0290") << "no translation for this node";
    NamedAttrList params;
    for (const auto &[field, value] : node.fields)
      if (std::holds_alternative<Tensor>(value))
        params.set(field, attribute(node, field.c_str(), true));
    if (node.reset)
      params.set("reset", builder.getStringAttr(*node.reset));
    if (node.resetLate)
      params.set("reset_late", builder.getBoolAttr(*node.resetLate));
    values[index] =
        builder
            .create<snn::OdeOp>(loc(node), result, name,
                                snn::OdeKindAttr::get(context, *kind),
                                params.getDictionary(context), ValueRange())
            .getSignal();
    return success();
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
    if (node.kind == NodeKind::Output) {
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
  std::vector<Value> values;
};

} // namespace

OwningOpRef<ModuleOp> translateNir(const nir::Graph &graph,
                                   MLIRContext *context) {
  context->getOrLoadDialect<snn::SNNDialect>();
  return Translation(graph, context).run();
}

} // namespace snnc
