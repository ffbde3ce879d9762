//===- YamlImport.cpp - A YAML network becomes snn ops --------------------===//
//
// Part of the snnc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "compiler/Import/YAML/YamlImport.h"

#include "compiler/Import/YAML/Importer.h"
#include "compiler/SNN/Names.h"

#include "mlir/IR/Verifier.h"

using namespace mlir;

namespace snnc::yaml {

/// name, dt, seed; the network op.
bool Importer::readNetwork() {
  // An unknown section is reported; the known ones are read all the same.
  reader.map(*root, "the file",
             {"network", "models", "inputs", "populations", "drives",
              "projections", "probes"},
             {{"name", "write network: {name: ..}"},
              {"dt", "write network: {dt: ..}"},
              {"seed", "write network: {seed: ..}"}});
  if (!root->isMap())
    return false;
  std::string name = snn::networkNameOf(reader.fileName());
  dt = 1e-3;
  NodePtr head = root->find("network");
  if (head && !reader.map(*head, "network", {"name", "dt", "seed"}) &&
      !head->isMap())
    return false;
  if (NodePtr node = head ? head->find("name") : nullptr)
    name = reader.name(*node, "name").value_or(name);
  if (NodePtr node = head ? head->find("dt") : nullptr)
    dt = reader.readTick(*node, 1e-12, 1e6).value_or(dt);
  if (NodePtr node = head ? head->find("seed") : nullptr)
    seed = readSeed(*node);
  if (forced)
    seed = int64_t(*forced);
  Location loc = at(head ? *head : *root);
  module = ModuleOp::create(loc);
  builder.setInsertionPointToEnd(module->getBody());
  network = builder.create<snn::NetworkOp>(loc, builder.getStringAttr(name),
                                           builder.getF64FloatAttr(dt));
  network.getBody().emplaceBlock();
  return true;
}

/// Calls visit(key, value) for a section that is a map; a missing one is empty.
template <typename Visit>
static void forSection(Reader &reader, const Node &root, const char *name,
                       Visit visit) {
  NodePtr section = root.find(name);
  if (!section)
    return;
  if (!section->isMap())
    return reader.error(*section, "SNN1005",
                        std::string(name) + " is a map of names, found " +
                            section->describe());
  for (size_t i = 0; i < section->mapSize(); ++i)
    if (!section->key(i).text.starts_with('.')) // a part for aliases
      visit(section->key(i), *section->value(i));
}

template <typename Visit>
static void forList(Reader &reader, const Node &root, const char *name,
                    Visit visit) {
  NodePtr section = root.find(name);
  if (!section)
    return;
  if (!section->isList())
    return reader.error(*section, "SNN1005",
                        std::string(name) + " is a list, found " +
                            section->describe());
  for (size_t i = 0; i < section->items.size(); ++i)
    visit(*section->items[i], i);
}

OwningOpRef<ModuleOp> Importer::run() {
  if (!readNetwork())
    return nullptr;
  forSection(reader, *root, "models", [&](const Node &key, const Node &value) {
    if (auto name = reader.name(key, "a model's name"))
      readModel(*name, value);
  });
  builder.setInsertionPointToEnd(&network.getBody().front());
  forSection(reader, *root, "inputs", [&](const Node &key, const Node &value) {
    readInput(key, value);
  });
  forSection(
      reader, *root, "populations",
      [&](const Node &key, const Node &value) { readPopulation(key, value); });
  NodePtr section = root->find("populations");
  if (!section || (section->isMap() && section->items.empty())) {
    reader.error(*root, "SNN1004", "the network has no population");
    return nullptr;
  }
  forSection(reader, *root, "drives", [&](const Node &key, const Node &value) {
    readDrive(key, value);
  });
  forList(reader, *root, "projections",
          [&](const Node &node, size_t i) { readProjection(node, i); });
  forList(reader, *root, "probes",
          [&](const Node &node, size_t) { readProbe(node); });
  if (reader.failed() || mlir::failed(verify(*module)))
    return nullptr;
  return std::move(module);
}

static OwningOpRef<ModuleOp> importTree(Expected<NodePtr> tree,
                                        const std::string &path,
                                        MLIRContext *context,
                                        DiagnosticSink &sink,
                                        std::optional<uint64_t> seed = {}) {
  if (!tree) {
    sink.report(tree.takeError());
    return nullptr;
  }
  context->getOrLoadDialect<snn::SNNDialect>();
  return Importer(*tree, path, context, sink, seed).run();
}

OwningOpRef<ModuleOp> importYaml(const std::string &path, MLIRContext *context,
                                 DiagnosticSink &sink,
                                 std::optional<uint64_t> seed) {
  return importTree(readYaml(path), path, context, sink, seed);
}

OwningOpRef<ModuleOp> importYamlText(const std::string &text,
                                     const std::string &path,
                                     MLIRContext *context, DiagnosticSink &sink,
                                     std::optional<uint64_t> seed) {
  return importTree(parseYaml(text, path), path, context, sink, seed);
}

} // namespace snnc::yaml
