//===- Connectors.cpp - Which neurons meet, and their weights -------------===//
//
// Part of the snnc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "compiler/Import/YAML/Importer.h"
#include "compiler/SNN/Connectivity.h"
#include "runtime/support/Random.h"

#include <fmt/format.h>

using namespace mlir;

namespace snnc::yaml {

Attribute Importer::readProcedural(const Node &node, const Node &connector,
                                   snn::ConnectorKind kind, double amount,
                                   Ends &ends, const Delay &delay) {
  unsigned before = reader.errors();
  snn::DistAttr weight = constant(1);
  NodePtr given = node.find("weight");
  snn::Dimension measures =
      ends.to.cell ? ends.to.cell->weight : snn::Dimension::None;
  if (given && !(weight = distribution(*given, "weight", measures)))
    return nullptr;
  auto flag = [&](const char *key) {
    NodePtr value = node.find(key);
    return value ? reader.boolean(*value, key).value_or(true) : true;
  };
  bool autapses = flag("autapses"), multapses = flag("multapses");
  int64_t own = seed;
  if (NodePtr value = node.find("seed"))
    own = readSeed(*value);
  bool pairsAreGiven = kind == snn::ConnectorKind::AllToAll ||
                       kind == snn::ConnectorKind::OneToOne;
  if (NodePtr idle = node.find("seed");
      idle && weight && pairsAreGiven &&
      weight.getKind() == snn::DistKind::Constant &&
      delay.extra.getKind() == snn::DistKind::Constant)
    reader.warn(*idle, "SNN1012", "'seed' has no effect: nothing is drawn here",
                {"leave it out"});
  if (!autapses && !ends.recurrent()) {
    autapses = true; // there are none between two populations
    reader.warn(*node.find("autapses"), "SNN1012",
                "'autapses' has no effect: only a projection of a population "
                "to itself has any",
                {"leave it out"});
  }
  if (!autapses && kind == snn::ConnectorKind::OneToOne)
    reader.warn(node, "SNN1012",
                fmt::format("projection '{}' has no synapse: one_to_one of a "
                            "population to itself without autapses",
                            ends.name),
                {"leave 'autapses' out, or take the projection out"});
  auto attr = snn::ProceduralAttr::get(
      context, kind, builder.getF64FloatAttr(amount), weight, delay.extra,
      autapses, multapses, own, int64_t(streamOf(ends.name) & INT64_MAX));
  std::string problem;
  if (reader.errors() > before)
    return nullptr;
  if (!snn::createDrawn(attr, uint32_t(ends.sources()),
                        uint32_t(ends.targets()), problem)) {
    reader.error(connector, "SNN1012", problem);
    return nullptr;
  }
  return attr;
}

/// Weights one by one: [targets, sources], or one per neuron (diagonal).
Attribute Importer::readMatrix(const Node &weight, Ends &ends, bool diagonal) {
  auto array = reader.stored(weight, "weight");
  if (!array)
    return nullptr;
  std::vector<uint64_t> wanted{uint64_t(ends.targets())};
  if (!diagonal)
    wanted.push_back(uint64_t(ends.sources()));
  if (array->shape != wanted) {
    reader.error(weight, "SNN1014",
                 fmt::format("weight is {}, needs {} ({})",
                             runtime::shapeText(array->shape),
                             runtime::shapeText(wanted),
                             diagonal ? "neurons" : "targets x sources"));
    return nullptr;
  }
  if (!reader.allFinite(weight, "weight", *array))
    return nullptr;
  if (diagonal && ends.sources() != ends.targets()) {
    reader.error(weight, "SNN1012",
                 "one_to_one needs as many sources as "
                 "targets");
    return nullptr;
  }
  Attribute numbers = store(ends.name + ".weights", std::move(*array));
  return diagonal ? Attribute(snn::OneToOneAttr::get(context, numbers))
                  : snn::DenseAttr::get(context, numbers);
}

std::optional<SmallVector<int64_t>> Importer::readPair(const Node &owner,
                                                       const char *key,
                                                       int64_t missing,
                                                       int64_t low) {
  NodePtr given = owner.find(key);
  if (!given)
    return SmallVector<int64_t>{missing, missing};
  auto numbers = reader.wholes(*given, key, low, 1 << 20);
  if (!numbers)
    return std::nullopt;
  if (numbers->size() > 2 || numbers->empty()) {
    reader.error(*given, "SNN1005",
                 fmt::format("{} is one number or two", key));
    return std::nullopt;
  }
  return SmallVector<int64_t>{numbers->front(), numbers->back()};
}

/// What the verifier of an attribute says against it, at `node`.
bool Importer::isValid(const Node &node, AttributeVerifier verify) {
  std::string problem;
  ScopedDiagnosticHandler collect(context, [&](mlir::Diagnostic &d) {
    problem = d.str();
    return success();
  });
  if (succeeded(verify([&] { return emitError(at(node)); })))
    return true;
  reader.error(node, "SNN1012", problem);
  return false;
}

/// {sum: [2, 2], stride: 2, padding: 0}, or average: a window over the source
/// before the weights.
bool Importer::readPool(const Node &node, Ends &ends) {
  if (!reader.map(node, "pool", {"sum", "average", "stride", "padding"}))
    return false;
  bool sum = bool(node.find("sum"));
  if (sum == bool(node.find("average"))) {
    reader.error(
        node, "SNN1005",
        "a pool has a window: 'sum' or 'average' is one number or two");
    return false;
  }
  auto in = ends.shape();
  if (in.size() != 3) {
    reader.error(node, "SNN1012", "a pool needs a source of C x H x W",
                 {"give the source a shape: [C, H, W] instead of a size"});
    return false;
  }
  auto kernel = readPair(node, sum ? "sum" : "average", 1, 1);
  if (!kernel)
    return false;
  auto stride = node.find("stride") ? readPair(node, "stride", 1, 1) : kernel;
  auto padding = readPair(node, "padding", 0, 0);
  auto kind = sum ? snn::PoolKind::Sum : snn::PoolKind::Average;
  if (!stride || !padding || !isValid(node, [&](auto quiet) {
        return snn::PoolAttr::verify(quiet, kind, in, *kernel, *stride,
                                     *padding);
      }))
    return false;
  ends.pool = snn::PoolAttr::get(context, kind, in, *kernel, *stride, *padding);
  return true;
}

Attribute Importer::readConv(const Node &node, const Node &conv, Ends &ends) {
  if (!reader.map(conv, "conv2d",
                  {"kernel", "stride", "padding", "dilation", "groups"}))
    return nullptr;
  auto in = ends.shape();
  auto out = cast<RankedTensorType>(ends.to.value.getType()).getShape();
  if (in.size() != 3 || out.size() != 3) {
    reader.error(conv, "SNN1012", "conv2d needs C x H x W on both ends",
                 {"give the populations a shape: [C, H, W] instead of a size"});
    return nullptr;
  }
  auto stride = readPair(conv, "stride", 1, 1),
       padding = readPair(conv, "padding", 0, 0),
       dilation = readPair(conv, "dilation", 1, 1);
  NodePtr kernelNode = reader.need(conv, "kernel", "conv2d");
  auto kernel =
      kernelNode ? reader.stored(*kernelNode, "kernel") : std::nullopt;
  std::optional<int64_t> groups = 1;
  if (NodePtr given = conv.find("groups"))
    groups = reader.whole(*given, "groups", 1, 1 << 20);
  if (!stride || !padding || !dilation || !kernel || !groups)
    return nullptr;
  if (kernel->shape.size() != 4 || kernel->size() == 0) {
    reader.error(*kernelNode, "SNN1014",
                 fmt::format("kernel is {}, needs out channels x in channels / "
                             "groups x rows x columns",
                             runtime::shapeText(kernel->shape)));
    return nullptr;
  }
  if (!reader.allFinite(*kernelNode, "kernel", *kernel))
    return nullptr;
  Attribute numbers = store(ends.name + ".weights", std::move(*kernel));
  SmallVector<int64_t> pads{(*padding)[0], (*padding)[1], (*padding)[0],
                            (*padding)[1]};
  if (!isValid(conv, [&](auto quiet) {
        return snn::ConvAttr::verify(quiet, numbers, in, out, *stride, pads,
                                     *dilation, *groups);
      }))
    return nullptr;
  return snn::ConvAttr::get(context, numbers, in, out, *stride, pads, *dilation,
                            *groups);
}

bool Importer::isIdleFree(const Node &node, const std::string &word,
                          bool stored, const Delay &delay) {
  if (stored && delay.extra.largest() > 0) {
    reader.error(*node.find("delay"), "SNN1012",
                 "weights from data take one delay for the projection",
                 {"use connector: {list: ...} with a column of delays"});
    return false;
  }
  if (stored || word == "list")
    for (const char *key : {"seed", "autapses", "multapses"})
      if (NodePtr idle = node.find(key)) {
        reader.error(
            *idle, "SNN1012",
            fmt::format("'{}' has no meaning here: nothing is drawn", key));
        return false;
      }
  return true;
}

std::optional<double> Importer::readAmount(const Node &node,
                                           const Node &connector,
                                           snn::ConnectorKind kind) {
  using snn::ConnectorKind;
  if (kind == ConnectorKind::AllToAll || kind == ConnectorKind::OneToOne)
    return 1.0;
  const char *word = connector.key(0).text.c_str();
  const Node &value = *connector.value(0);
  if (kind == ConnectorKind::FixedProbability)
    return reader.number(value, word, 0, 1);
  bool total = kind == ConnectorKind::FixedTotalNumber;
  NodePtr multapses = total ? node.find("multapses") : nullptr;
  if (multapses && !reader.boolean(*multapses, "multapses").value_or(true)) {
    reader.error(*multapses, "SNN1012",
                 "fixed_total_number draws its pairs with replacement",
                 {"leave 'multapses' out"});
    return std::nullopt;
  }
  auto amount =
      reader.whole(value, word, 0, total ? int64_t(1) << 40 : 1 << 24);
  return amount ? std::optional(double(*amount)) : std::nullopt;
}

/// The connector is a word, or a map of one word to its number or data.
Attribute Importer::readConnector(const Node &node, Ends &ends, Delay &delay) {
  NodePtr given = reader.need(node, "connector", "a projection", "all_to_all");
  if (!given)
    return nullptr;
  bool hasBody = given->isMap() && given->mapSize() == 1;
  std::string word = hasBody             ? given->key(0).text
                     : given->isScalar() ? given->text
                                         : std::string();
  static const std::vector<std::string> known = {
      "all_to_all",     "one_to_one",      "fixed_probability",
      "fixed_indegree", "fixed_outdegree", "fixed_total_number",
      "list",           "conv2d"};
  if (!llvm::is_contained(known, word)) {
    if (word.empty())
      reader.error(*given, "SNN1005",
                   "connector is a word such as all_to_all or a map of one "
                   "word such as {fixed_indegree: 100}, found " +
                       given->describe());
    else
      reader.unknown(*given, "connector", word, known);
    return nullptr;
  }
  bool simple = word == "all_to_all" || word == "one_to_one";
  if (simple == hasBody) {
    reader.error(*given, "SNN1005",
                 simple ? fmt::format("'{}' takes no number", word)
                        : fmt::format("'{}' needs a number or data: {{{}: "
                                      "...}}",
                                      word, word));
    return nullptr;
  }
  NodePtr weight = node.find("weight");
  bool listed = weight && (weight->isList() || weight->find("file"));
  bool stored = word == "conv2d" || (simple && listed);
  if (!isIdleFree(node, word, stored, delay))
    return nullptr;
  if (ends.pool && !stored) {
    reader.error(
        *node.find("pool"), "SNN1012",
        "a pool stands before weights from data: a kernel, a matrix, a "
        "number for each target",
        {"give 'weight' as a list or a file"});
    return nullptr;
  }
  if (word == "list")
    return readList(node, *given->value(0), ends, delay);
  if (word == "conv2d") {
    if (weight) {
      reader.error(*weight, "SNN1012", "the weights of conv2d are its kernel");
      return nullptr;
    }
    return readConv(node, *given->value(0), ends);
  }
  if (simple && listed)
    return readMatrix(*weight, ends, word == "one_to_one");
  auto kind = *snn::symbolizeConnectorKind(word);
  auto amount = readAmount(node, *given, kind);
  return amount ? readProcedural(node, *given, kind, *amount, ends, delay)
                : Attribute();
}

} // namespace snnc::yaml
