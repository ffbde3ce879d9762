//===- NeuronLibrary.cpp - The neuron models that ship --------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "compiler/SNN/NeuronLibrary.h"

#include "mlir/IR/Builders.h"
#include "mlir/IR/IRMapping.h"
#include "mlir/IR/Matchers.h"
#include "mlir/Parser/Parser.h"

using namespace mlir;

namespace snnc::snn {

static constexpr const char *kLibraryText =
#include "compiler/SNN/library.mlir.inc"
    ;
static constexpr const char *kCellsText =
#include "compiler/SNN/cells.mlir.inc"
    ;

std::vector<std::string> libraryModelNames() {
  std::vector<std::string> names;
  llvm::StringRef rest(kLibraryText);
  while (true) {
    size_t at = rest.find("\nsnn.neuron @");
    if (at == llvm::StringRef::npos)
      return names;
    rest = rest.drop_front(at + 13);
    names.push_back(rest.take_until([](char c) { return c == ' '; }).str());
  }
}

std::string neuronSymbol(ModuleOp module, llvm::StringRef name) {
  bool taken = bool(module.lookupSymbol<NetworkOp>(name));
  return taken ? (name + ".neuron").str() : name.str();
}

NeuronOp importLibraryModel(ModuleOp module, llvm::StringRef name) {
  std::string symbol = neuronSymbol(module, name);
  if (auto existing = module.lookupSymbol<NeuronOp>(symbol))
    return existing;
  // Parse the one model only: the text between its line and the closing brace.
  llvm::StringRef text(kLibraryText);
  std::string head = ("\nsnn.neuron @" + name + " ").str();
  size_t begin = text.find(head);
  if (begin == llvm::StringRef::npos) {
    text = kCellsText;
    begin = text.find(head);
  }
  if (begin == llvm::StringRef::npos)
    return nullptr;
  size_t end = text.find("\n}", begin);
  // A copy of its own: the lexer runs to the terminating zero.
  std::string one = text.slice(begin, end + 2).str();
  OwningOpRef<ModuleOp> library =
      parseSourceString<ModuleOp>(one, module.getContext(), "library.mlir");
  if (!library)
    return nullptr;
  auto model = library->lookupSymbol<NeuronOp>(name);
  model->remove();
  model.setSymName(symbol);
  module.push_back(model);
  model->moveBefore(&module.getBody()->front());
  return model;
}

NoisyModel addNoise(ModuleOp module, NeuronOp model, llvm::StringRef name) {
  std::string term = (name + ".noise").str();
  auto has = [&](const std::string &param) {
    return llvm::is_contained(model.getParams().getAsValueRange<StringAttr>(),
                              llvm::StringRef(param));
  };
  for (unsigned n = 2; has(term + ".normal"); ++n)
    term = (name + ".noise" + llvm::Twine(n)).str();
  NoisyModel result{{}, term + ".mean", term + ".std", term + ".normal"};
  std::string symbol = (model.getSymName() + "." + term).str();
  result.model = module.lookupSymbol<NeuronOp>(symbol);
  if (result.model)
    return result;
  OpBuilder builder(model);
  builder.setInsertionPointAfter(model);
  result.model = cast<NeuronOp>(builder.clone(*model));
  result.model.setSymName(symbol);
  Block &body = result.model.getBody().front();
  // Names are unique, arguments in the order of the lists.
  llvm::SmallVector<llvm::StringRef> all;
  for (ArrayAttr names :
       {model.getReceptors(), model.getStates(), model.getParams()})
    llvm::append_range(all, names.getAsValueRange<StringAttr>());
  Value plain = body.getArgument(unsigned(llvm::find(all, name) - all.begin()));
  llvm::SmallVector<Attribute> params(model.getParams().getValue());
  auto add = [&](const std::string &param) -> Value {
    params.push_back(builder.getStringAttr(param));
    return body.addArgument(builder.getF32Type(), model.getLoc());
  };
  Value mean = add(result.mean), deviation = add(result.deviation),
        normal = add(result.normal);
  result.model.setParamsAttr(builder.getArrayAttr(params));
  builder.setInsertionPointToStart(&body);
  Location loc = model.getLoc();
  Value noise = builder.create<arith::AddFOp>(
      loc, mean, builder.create<arith::MulFOp>(loc, deviation, normal));
  Value noisy = builder.create<arith::AddFOp>(loc, plain, noise);
  plain.replaceAllUsesExcept(noisy, noisy.getDefiningOp());
  return result;
}

/// x * 1 and x + 0: the only algebra that specialisation applies (S3.4).
static Value identityOperand(Operation &op) {
  auto isConst = [](Value v, double wanted) {
    FloatAttr attr;
    return matchPattern(v, m_Constant(&attr)) &&
           attr.getValueAsDouble() == wanted && !attr.getValue().isNegative();
  };
  if (isa<arith::AddFOp>(op)) {
    if (isConst(op.getOperand(1), 0.0))
      return op.getOperand(0);
    if (isConst(op.getOperand(0), 0.0))
      return op.getOperand(1);
  }
  if (isa<arith::SubFOp>(op) && isConst(op.getOperand(1), 0.0))
    return op.getOperand(0);
  if (isa<arith::MulFOp>(op)) {
    if (isConst(op.getOperand(1), 1.0))
      return op.getOperand(0);
    if (isConst(op.getOperand(0), 1.0))
      return op.getOperand(1);
  }
  return nullptr;
}

static void simplifyBody(Block &body) {
  for (Operation &op : llvm::make_early_inc_range(body))
    if (Value same = identityOperand(op)) {
      op.getResult(0).replaceAllUsesWith(same);
      op.erase();
    }
  for (Operation &op : llvm::make_early_inc_range(llvm::reverse(body)))
    if (isMemoryEffectFree(&op) && op.use_empty() &&
        !op.hasTrait<OpTrait::IsTerminator>())
      op.erase();
}

NeuronOp specializeModel(ModuleOp module, NeuronOp model,
                         llvm::ArrayRef<KnownValue> known,
                         llvm::SmallVectorImpl<unsigned> &kept) {
  kept.clear();
  std::string suffix;
  for (unsigned i = 0; i < model.numParams(); ++i) {
    if (known[i] == KnownValue::Unknown) {
      kept.push_back(i);
      continue;
    }
    suffix += ("." + model.paramName(i)).str();
    suffix += known[i] == KnownValue::Zero ? "0" : "1";
  }
  if (suffix.empty())
    return model;
  std::string name = (model.getSymName() + suffix).str();
  if (auto existing = module.lookupSymbol<NeuronOp>(name))
    return existing;

  OpBuilder builder(model);
  builder.setInsertionPointAfter(model);
  auto copy = cast<NeuronOp>(builder.clone(*model));
  copy.setSymName(name);
  Block &body = copy.getBody().front();
  builder.setInsertionPointToStart(&body);
  llvm::SmallVector<Attribute> paramNames;
  unsigned first = copy.numReceptors() + copy.numStates();
  llvm::BitVector erased(body.getNumArguments());
  for (unsigned i = 0; i < known.size(); ++i) {
    if (known[i] == KnownValue::Unknown) {
      paramNames.push_back(copy.getParams()[i]);
      continue;
    }
    auto value = builder.create<arith::ConstantOp>(
        copy.getLoc(),
        builder.getF32FloatAttr(known[i] == KnownValue::One ? 1.0f : 0.0f));
    body.getArgument(first + i).replaceAllUsesWith(value);
    erased.set(first + i);
  }
  body.eraseArguments(erased);
  copy.setParamsAttr(builder.getArrayAttr(paramNames));
  simplifyBody(body);
  return copy;
}

} // namespace snnc::snn
