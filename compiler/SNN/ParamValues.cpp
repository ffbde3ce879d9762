//===- ParamValues.cpp - Numbers behind a parameter attribute -------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "compiler/SNN/ParamValues.h"

#include "mlir/IR/Builders.h"

#include <algorithm>
#include <bit>
#include <cstdint>

using namespace mlir;

namespace snnc::snn {

ParameterStore &paramsOf(MLIRContext *context) {
  return context->getOrLoadDialect<SNNDialect>()->params();
}

size_t elementsOf(Attribute numbers) {
  if (auto ref = dyn_cast<ParamRefAttr>(numbers))
    return size_t(ref.getType().getNumElements());
  if (auto dense = dyn_cast<DenseElementsAttr>(numbers))
    return size_t(dense.getNumElements());
  return 1;
}

std::optional<ParamValues> ParamValues::get(Attribute attr, size_t count,
                                            MLIRContext *context) {
  ParamValues view;
  view.count = count;
  if (auto number = dyn_cast_or_null<FloatAttr>(attr)) {
    view.single = number.getValueAsDouble();
    return view;
  }
  if (auto integer = dyn_cast_or_null<IntegerAttr>(attr)) {
    view.single = double(integer.getInt());
    return view;
  }
  if (auto tensor = dyn_cast_or_null<DenseElementsAttr>(attr)) {
    if (!tensor.getElementType().isF32() && !tensor.getElementType().isF64())
      return std::nullopt;
    if (size_t(tensor.getNumElements()) != count &&
        tensor.getNumElements() != 1)
      return std::nullopt;
    view.dense = tensor;
    return view;
  }
  if (auto ref = dyn_cast_or_null<ParamRefAttr>(attr)) {
    view.blob = paramsOf(context).find(ref.getKey());
    if (!view.blob)
      return std::nullopt;
    size_t n = view.blob->count();
    if (n == 1)
      view.single = view.blob->at(0);
    else if (n != count)
      return std::nullopt;
    return view;
  }
  return std::nullopt;
}

double ParamValues::at(size_t i) const {
  if (single)
    return *single;
  if (blob)
    return blob->at(i);
  size_t index = dense.getNumElements() == 1 ? 0 : i;
  if (dense.getElementType().isF32())
    return dense.getValues<float>()[index];
  return dense.getValues<double>()[index];
}

void ParamValues::transpose(size_t width, size_t first, size_t columns,
                            float *out) const {
  size_t rows = width ? count / width : 0;
  auto move = [&](auto elementAt) {
    for (size_t r = 0; r < rows; ++r)
      for (size_t c = 0; c < columns; ++c)
        out[c * rows + r] = float(elementAt(r * width + first + c));
  };
  if (blob && !single)
    blob->visit(
        [&](auto elements) { move([&](size_t i) { return elements[i]; }); });
  else
    move([&](size_t i) { return at(i); });
}

std::optional<double> ParamValues::uniform() const {
  if (single || count == 0)
    return single;
  double first = at(0);
  for (size_t i = 1; i < count; ++i)
    if (std::bit_cast<uint64_t>(at(i)) != std::bit_cast<uint64_t>(first))
      return std::nullopt;
  return first;
}

std::optional<PoissonRates> PoissonRates::get(PoissonAttr drive,
                                              uint64_t channels) {
  PoissonRates rates;
  rates.channels = channels;
  size_t count = size_t(channels);
  if (auto table = dyn_cast<ParamRefAttr>(drive.getRate())) {
    auto shape = table.getType().getShape();
    if (shape.back() != int64_t(channels))
      return std::nullopt;
    if (shape.size() == 2)
      rates.ticks = uint64_t(shape[0]);
    count = size_t(table.getType().getNumElements());
  }
  rates.values = ParamValues::get(drive.getRate(), count, drive.getContext());
  if (!rates.values)
    return std::nullopt;
  for (size_t i = 0; isa<ParamRefAttr>(drive.getRate()) && i < count; ++i)
    if (double rate = rates.values->at(i); !(rate >= 0 && rate <= 100))
      return std::nullopt;
  return rates;
}

double PoissonRates::busiest() const {
  if (auto same = values->uniform())
    return *same;
  double most = 0;
  for (uint64_t tick = 0; tick < ticks.value_or(1); ++tick) {
    double sum = 0;
    for (uint64_t channel = 0; channel < channels; ++channel)
      sum += at(tick, channel);
    most = std::max(most, sum / double(channels));
  }
  return most;
}

NormalAttr drawnParam(PopulationOp population, llvm::StringRef name) {
  return dyn_cast_or_null<NormalAttr>(population.getParams().get(name));
}

llvm::SmallVector<bool> drawnParams(PopulationOp population) {
  llvm::SmallVector<bool> drawn;
  for (auto name :
       population.neuron().getParams().getAsValueRange<StringAttr>())
    drawn.push_back(bool(drawnParam(population, name)));
  return drawn;
}

Attribute initialState(PopulationOp population, llvm::StringRef state) {
  DictionaryAttr initial = population.getInitialAttr();
  return initial ? initial.get(state) : Attribute();
}

/// As `#snn.param` writes it.
static Type elementType(ElementKind kind, MLIRContext *context) {
  Builder builder(context);
  if (kind == ElementKind::F32)
    return builder.getF32Type();
  if (kind == ElementKind::F64)
    return builder.getF64Type();
  bool isUnsigned = kind == ElementKind::U8 || kind == ElementKind::U16 ||
                    kind == ElementKind::U32;
  return IntegerType::get(context, 8 * byteWidth(kind),
                          isUnsigned ? IntegerType::Unsigned
                                     : IntegerType::Signless);
}

ParamRefAttr addParam(MLIRContext *context, llvm::StringRef key,
                      ParameterBlob blob) {
  auto type =
      RankedTensorType::get(blob.shape, elementType(blob.kind, context));
  std::string name =
      paramsOf(context).add({key.data(), key.size()}, std::move(blob));
  return ParamRefAttr::get(context, name, type);
}

Attribute makeParam(MLIRContext *context, llvm::StringRef key,
                    llvm::ArrayRef<double> values) {
  Builder builder(context);
  bool same = true;
  for (double value : values)
    same &=
        std::bit_cast<uint64_t>(value) == std::bit_cast<uint64_t>(values[0]);
  if (same && !values.empty())
    return builder.getF64FloatAttr(values[0]);
  return addParam(
      context, key,
      ParameterBlob::of({int64_t(values.size())}, std::vector<double>(values)));
}

} // namespace snnc::snn
