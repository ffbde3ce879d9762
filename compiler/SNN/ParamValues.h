//===- ParamValues.h - Numbers behind a parameter attribute -----*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef SNNC_SNN_PARAMVALUES_H
#define SNNC_SNN_PARAMVALUES_H

#include "compiler/SNN/SNN.h"

#include <optional>

namespace snnc::snn {

/// How many numbers a parameter attribute holds: those of a `#snn.param` or a
/// dense tensor; of a number one.
size_t elementsOf(mlir::Attribute numbers);

/// A read view of a number, a dense tensor or a `#snn.param`. Valid as long as
/// the attribute's context.
class ParamValues {
public:
  /// Nothing when the attribute is none of the three, a reference is dangling,
  /// or a tensor has neither 1 nor `count` elements.
  static std::optional<ParamValues> get(mlir::Attribute attr, size_t count,
                                        mlir::MLIRContext *context);
  /// Element i; a single number answers for every i.
  double at(size_t i) const;
  size_t size() const { return count; }
  /// Of the numbers as a matrix with rows of `width`: the columns [first, first
  /// + columns) as float32, one behind the other.
  void transpose(size_t width, size_t first, size_t columns, float *out) const;
  /// The one value that all elements have, if they do (bitwise for NaN-free
  /// data; +0 and -0 differ).
  std::optional<double> uniform() const;

private:
  size_t count = 0;
  std::optional<double> single;
  const ParameterBlob *blob = nullptr;
  mlir::DenseElementsAttr dense;
};

/// The rates of a Poisson input. Nothing when its reference is dangling, has
/// another size than it says, or holds a rate outside 0 to 100 a tick.
class PoissonRates {
public:
  static std::optional<PoissonRates> get(PoissonAttr drive, uint64_t channels);
  /// Expected spikes of a channel in a tick; 0 past the last tick of a table.
  double at(uint64_t tick, uint64_t channel) const {
    if (ticks && tick >= *ticks)
      return 0;
    return values->at(size_t((ticks ? tick * channels : 0) + channel));
  }
  /// How many ticks the rates are given for; nothing: for ever.
  std::optional<uint64_t> length() const { return ticks; }
  /// Expected spikes of a channel, on average over them, in the busiest tick.
  double busiest() const;

private:
  std::optional<ParamValues> values;
  std::optional<uint64_t> ticks;
  uint64_t channels = 0;
};

/// The draw that gives parameter `name` of the population its values, anew in
/// each tick (S3.7); null where they are numbers.
NormalAttr drawnParam(PopulationOp population, llvm::StringRef name);
/// By parameter of the population's model: whether it is drawn.
llvm::SmallVector<bool> drawnParams(PopulationOp population);

/// The store of a context.
ParameterStore &paramsOf(mlir::MLIRContext *context);

/// What a population says about a state before tick 0; null: 0.
mlir::Attribute initialState(PopulationOp population, llvm::StringRef state);

/// A reference to a new blob named `key`, or key + ".1", ... when the name is
/// taken; its type says how the numbers are stored.
ParamRefAttr addParam(mlir::MLIRContext *context, llvm::StringRef key,
                      ParameterBlob blob);

/// The attribute for `values`: an f64 number when all are equal, else a
/// reference to a new blob named `key`.
mlir::Attribute makeParam(mlir::MLIRContext *context, llvm::StringRef key,
                          llvm::ArrayRef<double> values);

} // namespace snnc::snn

#endif // SNNC_SNN_PARAMVALUES_H
