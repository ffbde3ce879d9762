//===- NeuronLibrary.h - The neuron models that ship ------------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef SNNC_SNN_NEURONLIBRARY_H
#define SNNC_SNN_NEURONLIBRARY_H

#include "compiler/SNN/SNN.h"

#include "mlir/IR/BuiltinOps.h"

namespace snnc::snn {

/// The names of library.mlir, in its order.
std::vector<std::string> libraryModelNames();

/// The symbol of the model `name`: another one where the network has that name
/// ('.' stands in no name of a user).
std::string neuronSymbol(mlir::ModuleOp module, llvm::StringRef name);

/// The model `name` in `module`, copied from the library (library.mlir or the
/// cell types of cells.mlir) when it is not there yet. Null when neither has
/// it.
NeuronOp importLibraryModel(mlir::ModuleOp module, llvm::StringRef name);

/// What a parameter of a specialised model is known to be for every neuron.
enum class KnownValue { Unknown, Zero, One };

/// A copy of `model` without the parameters that are exactly 0 or 1 for every
/// neuron (x * 1 and x + 0 disappear, other uses become constants). Reuses an
/// equal copy that the module already has. `kept` receives the indices of the
/// remaining parameters.
NeuronOp specializeModel(mlir::ModuleOp module, NeuronOp model,
                         llvm::ArrayRef<KnownValue> known,
                         llvm::SmallVectorImpl<unsigned> &kept);

/// A model with a term more, and the names of the parameters that it brings.
struct NoisyModel {
  NeuronOp model;
  std::string mean, deviation, normal;
};
/// The model that adds mean + deviation * normal to the receptor or parameter
/// `name` before everything else; next to `model` where it is not there yet.
NoisyModel addNoise(mlir::ModuleOp module, NeuronOp model,
                    llvm::StringRef name);

} // namespace snnc::snn

#endif // SNNC_SNN_NEURONLIBRARY_H
