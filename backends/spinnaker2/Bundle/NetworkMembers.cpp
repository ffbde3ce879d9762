//===- NetworkMembers.cpp - The network that a bundle holds ---------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "backends/spinnaker2/Bundle/NetworkMembers.h"

#include "compiler/Fabric/Fabric.h"
#include "compiler/Fabric/NeuronOrder.h"
#include "compiler/SNN/ParamValues.h"
#include "compiler/SNN/Pins.h"

#include "mlir/IR/AttrTypeSubElements.h"
#include "mlir/IR/OwningOpRef.h"
#include "llvm/ADT/StringMap.h"

#include <set>

using namespace mlir;

namespace snnc::s2 {

std::string printBare(Operation *op) {
  std::string text;
  llvm::raw_string_ostream stream(text);
  op->print(stream, OpPrintingFlags());
  return text + "\n";
}

namespace {

/// The store adds ".1", ".2" to names that are taken, by what an importer and
/// the passes put there before; here they are counted anew.
class Renamer {
public:
  explicit Renamer(const ParameterStore &from) : from(from) {}

  StringRef nameOf(StringRef key) {
    auto [entry, isNew] = names.try_emplace(key);
    if (!isNew)
      return entry->second;
    const ParameterBlob *blob = from.find({key.data(), key.size()});
    if (!blob)
      return entry->second = key.str();
    auto [front, number] = key.rsplit('.');
    StringRef stem = all_of(number, llvm::isDigit) ? front : key;
    entry->second = to.add({stem.data(), stem.size()}, *blob);
    written.insert(entry->second);
    return entry->second;
  }

  std::string serialize() const {
    return to.serialize({written.begin(), written.end()});
  }

private:
  const ParameterStore &from;
  ParameterStore to;
  llvm::StringMap<std::string> names;
  std::set<std::string> written;
};

} // namespace

NetworkMembers networkMembers(ModuleOp module) {
  OwningOpRef<ModuleOp> only = ModuleOp::create(module.getLoc());
  for (Operation &op : *module.getBody())
    if (isa<snn::NetworkOp, snn::NeuronOp>(op))
      only->push_back(op.clone());
  // Places are the mapping's business.
  only->walk([](Operation *op) {
    op->removeAttr(fabric::kOrderName);
    op->removeAttr(snn::kDrawnName);
  });
  Renamer renamer(snn::paramsOf(module.getContext()));
  AttrTypeReplacer replacer;
  replacer.addReplacement([&](snn::ParamRefAttr ref) -> Attribute {
    return snn::ParamRefAttr::get(ref.getContext(),
                                  renamer.nameOf(ref.getKey()), ref.getType());
  });
  replacer.recursivelyReplaceElementsIn(*only);
  return {printBare(*only), renamer.serialize()};
}

} // namespace snnc::s2
