//===- SNNDialect.cpp - Dialect and attributes ----------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "compiler/SNN/DrawnRows.h"

#include "mlir/IR/Builders.h"
#include "mlir/IR/DialectImplementation.h"
#include "llvm/ADT/TypeSwitch.h"

#include <cmath>

using namespace mlir;
using namespace snnc::snn;

#include "compiler/SNN/SNNDialect.cpp.inc"
#include "compiler/SNN/SNNEnums.cpp.inc"

#define GET_ATTRDEF_CLASSES
#include "compiler/SNN/SNNAttrs.cpp.inc"

void SNNDialect::initialize() {
  store = std::make_shared<snnc::ParameterStore>();
  rows = std::make_shared<DrawnRows>();
  addOperations<
#define GET_OP_LIST
#include "compiler/SNN/SNNOps.cpp.inc"
      >();
  addAttributes<
#define GET_ATTRDEF_LIST
#include "compiler/SNN/SNNAttrs.cpp.inc"
      >();
}

//===----------------------------------------------------------------------===//
// Attribute verifiers: after these, shapes can be multiplied and divided by.
//===----------------------------------------------------------------------===//

using EmitError = llvm::function_ref<InFlightDiagnostic()>;

/// Bounds every extent, so that products of a few stay far inside 64 bits.
static constexpr int64_t kLargestExtent = int64_t(1) << 20;
/// Neuron and channel numbers are 32-bit; so many are far more than any chip.
static constexpr int64_t kLargestSignal = int64_t(1) << 31;

static LogicalResult checkExtents(EmitError emitError, llvm::StringRef what,
                                  llvm::ArrayRef<int64_t> values, size_t count,
                                  int64_t smallest) {
  if (values.size() != count)
    return emitError() << what << " needs " << count << " numbers, found "
                       << values.size();
  for (int64_t value : values)
    if (value < smallest || value > kLargestExtent)
      return emitError() << what << " is " << value << ", outside " << smallest
                         << " to " << kLargestExtent;
  return success();
}

static LogicalResult checkVolume(EmitError emitError, llvm::StringRef what,
                                 llvm::ArrayRef<int64_t> shape) {
  if (failed(checkExtents(emitError, what, shape, 3, 1)))
    return failure();
  if (shape[0] * shape[1] <= kLargestSignal / shape[2])
    return success();
  return emitError() << what << " has more than " << kLargestSignal
                     << " elements";
}

/// A number, a dense f32/f64 tensor or a reference to the store.
static bool holdsNumbers(Attribute attr) {
  if (auto dense = dyn_cast<DenseElementsAttr>(attr))
    return dense.getElementType().isF32() || dense.getElementType().isF64();
  return isa<ParamRefAttr, FloatAttr>(attr);
}

LogicalResult ParamRefAttr::verify(EmitError emitError, llvm::StringRef key,
                                   RankedTensorType type) {
  if (key.empty())
    return emitError() << "a parameter needs a name";
  if (!type.hasStaticShape())
    return emitError() << "'" << key << "' needs a static shape, found "
                       << type;
  return success();
}

LogicalResult PoolAttr::verify(EmitError emitError, PoolKind,
                               llvm::ArrayRef<int64_t> in,
                               llvm::ArrayRef<int64_t> kernel,
                               llvm::ArrayRef<int64_t> stride,
                               llvm::ArrayRef<int64_t> padding) {
  if (failed(checkVolume(emitError, "pool in", in)) ||
      failed(checkExtents(emitError, "pool kernel", kernel, 2, 1)) ||
      failed(checkExtents(emitError, "pool stride", stride, 2, 1)) ||
      failed(checkExtents(emitError, "pool padding", padding, 2, 0)))
    return failure();
  for (unsigned d = 0; d < 2; ++d)
    if (in[d + 1] + 2 * padding[d] < kernel[d])
      return emitError() << "pool kernel of " << kernel[d]
                         << " is larger than the padded input of "
                         << in[d + 1] + 2 * padding[d];
  return success();
}

LogicalResult DenseAttr::verify(EmitError emitError, Attribute weights) {
  if (holdsNumbers(weights))
    return success();
  return emitError() << "weights are f32 or f64 numbers, found " << weights;
}

LogicalResult OneToOneAttr::verify(EmitError emitError, Attribute weights) {
  if (holdsNumbers(weights))
    return success();
  return emitError() << "weights are f32 or f64 numbers, found " << weights;
}

/// How many outputs an axis has: the formula of NIR and torch.
static int64_t convExtent(int64_t in, int64_t padding, int64_t kernel,
                          int64_t dilation, int64_t stride) {
  int64_t reach = dilation * (kernel - 1) + 1;
  return in + padding < reach ? 0 : (in + padding - reach) / stride + 1;
}

LogicalResult ConvAttr::verify(EmitError emitError, Attribute weights,
                               llvm::ArrayRef<int64_t> in,
                               llvm::ArrayRef<int64_t> out,
                               llvm::ArrayRef<int64_t> stride,
                               llvm::ArrayRef<int64_t> padding,
                               llvm::ArrayRef<int64_t> dilation,
                               int64_t groups) {
  if (failed(checkVolume(emitError, "conv in", in)) ||
      failed(checkVolume(emitError, "conv out", out)) ||
      failed(checkExtents(emitError, "conv stride", stride, 2, 1)) ||
      failed(checkExtents(emitError, "conv padding", padding, 4, 0)) ||
      failed(checkExtents(emitError, "conv dilation", dilation, 2, 1)) ||
      failed(checkExtents(emitError, "conv groups", {groups}, 1, 1)))
    return failure();
  if (in[0] % groups != 0 || out[0] % groups != 0)
    return emitError() << "conv groups of " << groups << " do not divide "
                       << in[0] << " and " << out[0] << " channels";
  llvm::ArrayRef<int64_t> kernel;
  if (auto ref = llvm::dyn_cast<ParamRefAttr>(weights))
    kernel = ref.getType().getShape();
  else if (auto dense = llvm::dyn_cast<DenseElementsAttr>(weights);
           dense && holdsNumbers(weights))
    kernel = dense.getType().getShape();
  if (failed(checkExtents(emitError, "conv kernel shape", kernel, 4, 1)))
    return failure();
  if (kernel[0] != out[0] || kernel[1] != in[0] / groups)
    return emitError() << "conv kernel has " << kernel[0] << " x " << kernel[1]
                       << " channels, needs " << out[0] << " x "
                       << in[0] / groups;
  for (unsigned d = 0; d < 2; ++d) {
    int64_t extent = convExtent(in[d + 1], padding[d] + padding[d + 2],
                                kernel[d + 2], dilation[d], stride[d]);
    if (extent != out[d + 1])
      return emitError() << "conv out is " << out[d + 1] << " along axis " << d
                         << ", the kernel gives " << extent;
  }
  return success();
}

//===----------------------------------------------------------------------===//
// Drawn and listed synapses
//===----------------------------------------------------------------------===//

LogicalResult DistAttr::verify(EmitError emitError, DistKind kind,
                               ArrayAttr numbers) {
  static constexpr size_t counts[] = {1, 2, 4, 4, 2, 4};
  llvm::SmallVector<double, 4> n;
  for (Attribute number : numbers)
    if (auto real = llvm::dyn_cast<FloatAttr>(number))
      n.push_back(real.getValueAsDouble());
  if (n.size() != counts[size_t(kind)] || n.size() != numbers.size())
    return emitError() << "distribution '" << stringifyDistKind(kind)
                       << "' has " << counts[size_t(kind)] << " numbers, found "
                       << n.size();
  for (double number : n)
    if (!std::isfinite(number))
      return emitError() << "a distribution has finite numbers";
  bool bounded = kind != DistKind::Constant;
  if (bounded && n[n.size() - 2] > n[n.size() - 1])
    return emitError() << "the least value " << n[n.size() - 2]
                       << " of a distribution is above the largest, "
                       << n[n.size() - 1];
  if (n.size() == 4 && n[1] < 0)
    return emitError() << "a standard deviation is at least 0, found " << n[1];
  if (kind == DistKind::UniformInt &&
      (n[0] != std::floor(n[0]) || n[1] != std::floor(n[1]) ||
       std::abs(n[0]) > 1e9 || std::abs(n[1]) > 1e9))
    return emitError() << "uniform_int takes whole numbers of at most 1e9";
  if (kind == DistKind::NormalInt &&
      (n[2] != std::floor(n[2]) || n[3] != std::floor(n[3])))
    return emitError() << "normal_int takes whole numbers as bounds";
  return success();
}

DistAttr DistAttr::get(MLIRContext *context, DistKind kind,
                       llvm::ArrayRef<double> numbers) {
  return get(context, kind, Builder(context).getF64ArrayAttr(numbers));
}
llvm::SmallVector<double, 4> DistAttr::values() const {
  llvm::SmallVector<double, 4> result;
  for (auto number : getNumbers().getAsRange<FloatAttr>())
    result.push_back(number.getValueAsDouble());
  return result;
}
double DistAttr::least() const {
  auto n = values();
  return getKind() == DistKind::Constant ? n[0] : n[n.size() - 2];
}
double DistAttr::largest() const { return values().back(); }

LogicalResult ProceduralAttr::verify(EmitError emitError, ConnectorKind kind,
                                     FloatAttr amount, DistAttr, DistAttr delay,
                                     int64_t autapses, int64_t multapses,
                                     int64_t seed, int64_t stream) {
  double n = amount.getValueAsDouble();
  bool probability = kind == ConnectorKind::FixedProbability;
  bool total = kind == ConnectorKind::FixedTotalNumber;
  double most = total ? 0x1p40 : double(kLargestSignal);
  if (probability ? !(n >= 0 && n <= 1)
                  : !(n >= 0 && n <= most) || n != std::floor(n))
    return emitError() << (probability ? "a probability is 0 to 1, found "
                           : total     ? "a number of synapses is whole, found "
                                       : "a degree is a whole number, found ")
                       << n;
  if (delay.least() < 0 || delay.largest() > 65535)
    return emitError() << "delays of synapses are 0 to 65535 ticks, found "
                       << delay.least() << " to " << delay.largest();
  bool whole = delay.getKind() == DistKind::UniformInt ||
               delay.getKind() == DistKind::NormalInt ||
               (delay.getKind() == DistKind::Constant &&
                delay.least() == std::floor(delay.least()));
  if (!whole)
    return emitError() << "delays of synapses are a whole constant, "
                          "uniform_int or normal_int";
  if (total && !multapses)
    return emitError() << "fixed_total_number draws pairs with replacement: "
                          "multapses = 1";
  if (uint64_t(autapses) > 1 || uint64_t(multapses) > 1)
    return emitError() << "autapses and multapses are 0 or 1";
  if (seed < 0 || stream < 0)
    return emitError() << "seed and stream are 0 to 2^63 - 1";
  return success();
}

double ProceduralAttr::expectedSynapses(double sources, double targets) const {
  double amount = getAmount().getValueAsDouble();
  switch (getKind()) {
  case ConnectorKind::AllToAll:
    return sources * targets;
  case ConnectorKind::OneToOne:
    return targets;
  case ConnectorKind::FixedProbability:
    return amount * sources * targets;
  case ConnectorKind::FixedInDegree:
    return amount * targets;
  case ConnectorKind::FixedOutDegree:
    return amount * sources;
  case ConnectorKind::FixedTotalNumber:
    return amount;
  }
  return 0;
}

LogicalResult ListAttr::verify(EmitError emitError, ParamRefAttr sources,
                               ParamRefAttr targets, Attribute weights,
                               Attribute delays) {
  if (sources.getType().getNumElements() != targets.getType().getNumElements())
    return emitError() << "a list has as many sources as targets, found "
                       << sources.getType().getNumElements() << " and "
                       << targets.getType().getNumElements();
  if (!holdsNumbers(weights) || (delays && !holdsNumbers(delays)))
    return emitError() << "weights and delays are numbers";
  return success();
}

/// A vector of unsigned numbers of one of the widths, or of signless ones.
static bool isVectorOf(ParamRefAttr ref, std::initializer_list<unsigned> bits,
                       unsigned signedBits = 0) {
  auto type = dyn_cast<IntegerType>(ref.getType().getElementType());
  if (!type || ref.getType().getRank() != 1)
    return false;
  return type.isUnsigned() ? llvm::is_contained(bits, type.getWidth())
                           : type.getWidth() == signedBits;
}

LogicalResult CsrAttr::verify(EmitError emitError, ParamRefAttr offsets,
                              ParamRefAttr targets, Attribute weights,
                              ParamRefAttr delays) {
  if (!isVectorOf(offsets, {32}, 64) || offsets.getType().getNumElements() < 1)
    return emitError() << "offsets are a vector of ui32 or i64 with one for "
                          "each source and one more, found "
                       << offsets.getType();
  if (!isVectorOf(targets, {16, 32}))
    return emitError() << "targets are a vector of ui16 or ui32, found "
                       << targets.getType();
  int64_t count = targets.getType().getNumElements();
  auto many = llvm::dyn_cast<ParamRefAttr>(weights);
  if (many ? many.getType().getRank() != 1 ||
                 many.getType().getNumElements() != count
           : !llvm::isa<FloatAttr>(weights))
    return emitError() << "weights are one number or " << count
                       << ", one for each target";
  if (delays && (!isVectorOf(delays, {8, 16}) ||
                 delays.getType().getNumElements() != count))
    return emitError() << "delays are " << count
                       << " numbers of ui8 or ui16, one for each target, found "
                       << delays.getType();
  return success();
}

LogicalResult PoissonAttr::verify(EmitError emitError, Attribute rate,
                                  int64_t seed, int64_t stream) {
  if (auto number = llvm::dyn_cast<FloatAttr>(rate)) {
    double r = number.getValueAsDouble();
    if (!(r >= 0 && r <= 100))
      return emitError() << "a Poisson input has 0 to 100 spikes a tick, found "
                         << r;
  } else if (auto many = llvm::dyn_cast<ParamRefAttr>(rate);
             !many || many.getType().getRank() < 1 ||
             many.getType().getRank() > 2) {
    return emitError() << "a rate is a number, or numbers [channels] or "
                          "[ticks, channels], found "
                       << rate;
  }
  if (seed < 0 || stream < 0)
    return emitError() << "seed and stream are 0 to 2^63 - 1";
  return success();
}

LogicalResult SpikeListAttr::verify(EmitError emitError, ParamRefAttr ticks,
                                    ParamRefAttr channels) {
  if (ticks.getType().getNumElements() == channels.getType().getNumElements())
    return success();
  return emitError() << "a spike list has as many ticks as channels, found "
                     << ticks.getType().getNumElements() << " and "
                     << channels.getType().getNumElements();
}

LogicalResult QuantAttr::verify(EmitError emitError, unsigned bits, Rounding,
                                Attribute scales) {
  if (bits != 8 && bits != 16)
    return emitError() << "quant needs 8 or 16 bits, found " << bits;
  if (holdsNumbers(scales))
    return success();
  return emitError() << "quant scales are f32 or f64 numbers, found " << scales;
}

llvm::SmallVector<int64_t, 3> PoolAttr::pooledShape() const {
  llvm::SmallVector<int64_t, 3> shape{getIn()[0]};
  for (unsigned d = 0; d < 2; ++d)
    shape.push_back((getIn()[d + 1] + 2 * getPadding()[d] - getKernel()[d]) /
                        getStride()[d] +
                    1);
  return shape;
}
