//===- Connectivity.cpp - The synapses behind a projection ----------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "compiler/SNN/Csr.h"
#include "compiler/SNN/DrawnRows.h"
#include "compiler/SNN/ParamValues.h"
#include "compiler/Support/Report.h"

#include <algorithm>
#include <cmath>

using namespace mlir;

namespace snnc::snn {

namespace {

/// NIR stores [target, source]; rows are read by source. Sources that are read
/// in turn are transposed a cache line at a time, others are gathered.
class DenseConnectivity : public Connectivity {
public:
  DenseConnectivity(uint32_t numSources, uint32_t numTargets,
                    const ParamValues &values)
      : weights(values) {
    sources = numSources;
    targets = numTargets;
  }
  void row(uint32_t source, std::vector<Synapse> &row) const override {
    row.clear();
    if (source < first || source >= first + lines) {
      bool inTurn = source == next;
      lines = std::min<uint32_t>(inTurn ? kLines : 1, sources - source);
      first = source;
      block.resize(size_t(lines) * targets);
      weights.transpose(sources, first, lines, block.data());
    }
    next = source + 1;
    const float *from = &block[size_t(source - first) * targets];
    for (uint32_t t = 0; t < targets; ++t)
      if (from[t] != 0)
        row.push_back({t, from[t]});
  }

private:
  static constexpr uint32_t kLines = 16; ///< float32 of a cache line
  ParamValues weights;
  /// Rows of `lines` sources from `first` on.
  mutable std::vector<float> block;
  mutable uint32_t first = 0, lines = 0, next = 0;
};

class OneToOneConnectivity : public Connectivity {
public:
  OneToOneConnectivity(uint32_t count, const ParamValues &values) {
    sources = targets = count;
    for (uint32_t i = 0; i < count; ++i)
      weights.push_back(float(values.at(i)));
  }
  void row(uint32_t source, std::vector<Synapse> &row) const override {
    row.clear();
    if (weights[source] != 0)
      row.push_back({source, weights[source]});
  }

private:
  std::vector<float> weights;
};

class ConvConnectivity : public Connectivity {
public:
  ConvConnectivity(ConvAttr conv, const ParamValues &values) : conv(conv) {
    auto in = conv.getIn(), out = conv.getOut();
    sources = uint32_t(in[0] * in[1] * in[2]);
    targets = uint32_t(out[0] * out[1] * out[2]);
    kernel.reserve(values.size());
    for (size_t i = 0; i < values.size(); ++i)
      kernel.push_back(float(values.at(i)));
  }

  /// For one axis: the (kernel tap, output) pairs that see input position `at`,
  /// ascending by output.
  void taps(int64_t at, unsigned axis,
            std::vector<std::pair<int64_t, int64_t>> &result) const {
    result.clear();
    int64_t extent = kernelExtent(axis);
    for (int64_t k = extent - 1; k >= 0; --k) {
      int64_t shifted =
          at + conv.getPadding()[axis] - k * conv.getDilation()[axis];
      if (shifted < 0 || shifted % conv.getStride()[axis] != 0)
        continue;
      int64_t o = shifted / conv.getStride()[axis];
      if (o < conv.getOut()[axis + 1])
        result.emplace_back(k, o);
    }
  }

  void row(uint32_t source, std::vector<Synapse> &row) const override {
    row.clear();
    auto in = conv.getIn(), out = conv.getOut();
    int64_t x = source % in[2], y = source / in[2] % in[1],
            c = source / (in[2] * in[1]);
    std::vector<std::pair<int64_t, int64_t>> ys, xs;
    taps(y, 0, ys);
    taps(x, 1, xs);
    int64_t groups = conv.getGroups(), perGroup = in[0] / groups;
    int64_t outPerGroup = out[0] / groups, g = c / perGroup;
    int64_t kh = kernelExtent(0), kw = kernelExtent(1);
    for (int64_t co = g * outPerGroup; co < (g + 1) * outPerGroup; ++co)
      for (auto [ky, oy] : ys)
        for (auto [kx, ox] : xs) {
          float w = kernel[size_t(
              ((co * perGroup + c % perGroup) * kh + ky) * kw + kx)];
          if (w != 0)
            row.push_back({uint32_t((co * out[1] + oy) * out[2] + ox), w});
        }
  }

  uint32_t scaleGroup(uint32_t target) const override {
    return target / uint32_t(conv.getOut()[1] * conv.getOut()[2]);
  }

private:
  int64_t kernelExtent(unsigned axis) const {
    return shapeOf(conv.getWeights())[axis + 2];
  }
  static llvm::ArrayRef<int64_t> shapeOf(Attribute weights) {
    if (auto ref = dyn_cast<ParamRefAttr>(weights))
      return ref.getType().getShape();
    return cast<DenseElementsAttr>(weights).getType().getShape();
  }
  ConvAttr conv;
  std::vector<float> kernel;
};

/// The inner view's sources are the cells of the pooled map.
class PooledConnectivity : public Connectivity {
public:
  PooledConnectivity(PoolAttr pool, std::unique_ptr<Connectivity> innerView)
      : pool(pool), inner(std::move(innerView)) {
    auto in = pool.getIn();
    sources = uint32_t(in[0] * in[1] * in[2]);
    targets = inner->numTargets();
    pooled = pool.pooledShape();
    if (pool.getKind() == PoolKind::Average)
      factor = 1.0f / float(pool.getKernel()[0] * pool.getKernel()[1]);
  }

  void row(uint32_t source, std::vector<Synapse> &row) const override {
    row.clear();
    auto in = pool.getIn();
    int64_t x = source % in[2], y = source / in[2] % in[1],
            c = source / (in[2] * in[1]);
    std::vector<Synapse> part;
    unsigned windows = 0;
    for (int64_t py : windowsOf(y, 0))
      for (int64_t px : windowsOf(x, 1)) {
        inner->row(uint32_t((c * pooled[1] + py) * pooled[2] + px), part);
        for (Synapse synapse : part)
          row.push_back({synapse.target, synapse.weight * factor});
        ++windows;
      }
    if (windows > 1)
      std::sort(row.begin(), row.end(), [](const Synapse &a, const Synapse &b) {
        return a.target < b.target ||
               (a.target == b.target && a.weight < b.weight);
      });
  }
  uint32_t scaleGroup(uint32_t target) const override {
    return inner->scaleGroup(target);
  }

private:
  std::vector<int64_t> windowsOf(int64_t at, unsigned axis) const {
    std::vector<int64_t> result;
    int64_t shifted = at + pool.getPadding()[axis];
    int64_t stride = pool.getStride()[axis], kernel = pool.getKernel()[axis];
    int64_t first = shifted < kernel ? 0 : (shifted - kernel) / stride + 1;
    for (int64_t w = first; w * stride <= shifted && w < pooled[axis + 1]; ++w)
      result.push_back(w);
    return result;
  }
  PoolAttr pool;
  std::unique_ptr<Connectivity> inner;
  llvm::SmallVector<int64_t, 3> pooled;
  float factor = 1.0f;
};

} // namespace

void Connectivity::forEach(Visitor visit) const {
  std::vector<Synapse> synapses;
  for (uint32_t source = 0; source < sources; ++source) {
    row(source, synapses);
    for (const Synapse &synapse : synapses)
      visit(source, synapse);
  }
}

void Connectivity::forEachBatch(NeuronRange onto, bool,
                                BatchVisitor visit) const {
  SynapseBatch batch;
  forEach([&](uint32_t source, const Synapse &synapse) {
    if (synapse.target < onto.begin || synapse.target >= onto.end)
      return;
    size_t at = batch.count++;
    batch.source[at] = source;
    batch.target[at] = synapse.target;
    batch.delay[at] = synapse.delay;
    batch.weight[at] = synapse.weight;
    if (batch.count == SynapseBatch::kMost) {
      visit(batch);
      batch.count = 0;
    }
  });
  if (batch.count > 0)
    visit(batch);
}

void Connectivity::countByTarget(std::vector<uint32_t> &degrees) const {
  degrees.assign(targets, 0);
  forEach([&](uint32_t, const Synapse &synapse) { ++degrees[synapse.target]; });
}

static std::unique_ptr<Connectivity> createInner(Attribute weights,
                                                 uint32_t sources,
                                                 uint32_t targets,
                                                 std::string &error) {
  auto values = [&](Attribute attr, size_t count) {
    auto view = ParamValues::get(attr, count, weights.getContext());
    if (!view)
      error =
          "weights are missing or not " + std::to_string(count) + " numbers";
    return view;
  };
  if (auto dense = dyn_cast<DenseAttr>(weights)) {
    auto view = values(dense.getWeights(), size_t(sources) * targets);
    return view ? std::make_unique<DenseConnectivity>(sources, targets, *view)
                : nullptr;
  }
  if (auto oneToOne = dyn_cast<OneToOneAttr>(weights)) {
    if (sources != targets) {
      error = "one-to-one needs as many sources as targets, not " +
              std::to_string(sources) + " and " + std::to_string(targets);
      return nullptr;
    }
    auto view = values(oneToOne.getWeights(), targets);
    return view ? std::make_unique<OneToOneConnectivity>(targets, *view)
                : nullptr;
  }
  if (isa<ProceduralAttr>(weights))
    return createDrawn(weights, sources, targets, error);
  if (isListed(weights))
    return createListed(weights, sources, targets, error);
  auto conv = cast<ConvAttr>(weights);
  auto in = conv.getIn(), out = conv.getOut();
  if (uint32_t(in[0] * in[1] * in[2]) != sources ||
      uint32_t(out[0] * out[1] * out[2]) != targets) {
    error = "convolution shapes do not match the populations";
    return nullptr;
  }
  auto view = values(conv.getWeights(), elementsOf(conv.getWeights()));
  return view ? std::make_unique<ConvConnectivity>(conv, *view) : nullptr;
}

std::unique_ptr<Connectivity>
Connectivity::create(Attribute weights, PoolAttr pool, uint32_t sources,
                     uint32_t targets, std::string &error) {
  if (!pool)
    return createInner(weights, sources, targets, error);
  auto in = pool.getIn();
  if (uint32_t(in[0] * in[1] * in[2]) != sources) {
    error = "the pooling window does not fit the source's shape";
    return nullptr;
  }
  auto shape = pool.pooledShape();
  auto inner = createInner(weights, uint32_t(shape[0] * shape[1] * shape[2]),
                           targets, error);
  return inner ? std::make_unique<PooledConnectivity>(pool, std::move(inner))
               : nullptr;
}

std::unique_ptr<Connectivity> Connectivity::create(ProjectionOp projection) {
  std::string error;
  auto view = create(projection.getWeights(), projection.getPoolAttr(),
                     uint32_t(projection.numSources()),
                     uint32_t(projection.numTargets()), error);
  if (!view)
    report(projection, "SNN0303") << "projection: " << error;
  return view;
}

/// What a list says of delays, one by one.
static std::optional<ParamValues> listedDelays(Attribute weights) {
  Attribute delays;
  size_t count = 0;
  if (auto csr = dyn_cast<CsrAttr>(weights)) {
    delays = csr.getDelays();
    count = size_t(csr.getTargets().getType().getNumElements());
  } else if (auto list = dyn_cast<ListAttr>(weights)) {
    delays = list.getDelays();
    count = size_t(list.getSources().getType().getNumElements());
  }
  return delays ? ParamValues::get(delays, count, weights.getContext())
                : std::nullopt;
}

std::optional<double> longestDelay(ProjectionOp projection) {
  auto values =
      ParamValues::get(projection.getDelay(), size_t(projection.numSources()),
                       projection.getContext());
  if (!values)
    return std::nullopt;
  auto uniform = values->uniform();
  double longest = uniform.value_or(0);
  for (size_t i = 0; !uniform && i < values->size(); ++i)
    longest = std::max(longest, values->at(i));
  if (auto procedural = dyn_cast<ProceduralAttr>(projection.getWeights()))
    return longest + procedural.getDelay().largest();
  auto extra = listedDelays(projection.getWeights());
  double most = 0;
  for (size_t i = 0; extra && i < extra->size(); ++i)
    most = std::max(most, extra->at(i));
  return longest + most;
}

std::optional<double> shortestDelay(ProjectionOp projection) {
  size_t sources = size_t(projection.numSources());
  MLIRContext *context = projection.getContext();
  auto values = ParamValues::get(projection.getDelay(), sources, context);
  if (!values || sources == 0)
    return std::nullopt;
  double shortest = values->at(0);
  for (size_t i = 1; !values->uniform() && i < sources; ++i)
    shortest = std::min(shortest, values->at(i));
  if (auto procedural = dyn_cast<ProceduralAttr>(projection.getWeights()))
    return shortest + procedural.getDelay().least();
  auto extra = listedDelays(projection.getWeights());
  double least = extra && extra->size() ? extra->at(0) : 0;
  for (size_t i = 1; extra && i < extra->size(); ++i)
    least = std::min(least, extra->at(i));
  return shortest + least;
}

std::unique_ptr<IntConnectivity>
IntConnectivity::create(ProjectionOp projection) {
  auto result = std::make_unique<IntConnectivity>();
  result->base = Connectivity::create(projection);
  if (!result->base)
    return nullptr;
  QuantAttr quant = projection.getQuantAttr();
  if (!quant) {
    report(projection, "SNN0304")
        << "projection has no integer weights yet; run snn-quantize";
    return nullptr;
  }
  MLIRContext *context = projection.getContext();
  auto scales =
      ParamValues::get(quant.getScales(), result->numTargets(), context);
  auto delays =
      ParamValues::get(projection.getDelay(), result->numSources(), context);
  if (!scales || !delays) {
    report(projection, "SNN0304")
        << "scales or delays are missing or have a wrong size";
    return nullptr;
  }
  result->bits = quant.getBits();
  result->rounding = quant.getRounding();
  auto uniformScale = scales->uniform();
  for (uint32_t t = 0; t < (uniformScale ? 1 : result->numTargets()); ++t)
    result->scales.push_back(scales->at(t));
  auto uniformDelay = delays->uniform();
  for (uint32_t s = 0; s < (uniformDelay ? 1 : result->numSources()); ++s) {
    double ticks = delays->at(s);
    if (!(ticks >= 1 && ticks <= 65535) || ticks != std::floor(ticks)) {
      report(projection, "SNN0304")
          << "projection has a delay of " << ticks
          << " ticks, outside 1 to 65535; run snn-retime";
      return nullptr;
    }
    result->delays.push_back(uint32_t(ticks));
  }
  auto [low, high] =
      std::minmax_element(result->delays.begin(), result->delays.end());
  result->minimumDelay = *low;
  result->maximumDelay = *high + result->base->maxExtraDelay();
  if (result->maximumDelay > 65535) {
    report(projection, "SNN0304")
        << "projection has synapses with a delay of up "
           "to "
        << result->maximumDelay << " ticks, the limit is 65535";
    return nullptr;
  }
  return result;
}

/// To the nearest integer, ties to even, of |x| below 2^51: what is added
/// leaves no bits for a fraction. The library's nearbyint is a call.
static double nearest(double x) {
  constexpr double shift = 0x1.8p52;
  return (x + shift) - shift;
}

int32_t IntConnectivity::quantize(float weight, uint32_t target) const {
  double limit = double((int64_t(1) << (bits - 1)) - 1);
  // In this order what is no number becomes the limit: no integer is undefined.
  double scaled =
      std::max(std::min(limit, double(weight) * scaleOf(target)), -limit);
  return int32_t(rounding == Rounding::NearestEven ? nearest(scaled)
                                                   : std::trunc(scaled));
}

void IntConnectivity::forEach(Visitor visit) const {
  base->forEach([&](uint32_t source, const Synapse &synapse) {
    uint32_t delay = delays[delays.size() == 1 ? 0 : source];
    if (int32_t q = quantize(synapse.weight, synapse.target))
      visit(source, {synapse.target, q, delay + synapse.delay});
  });
}

void IntConnectivity::row(uint32_t source, std::vector<IntSynapse> &row) const {
  row.clear();
  uint32_t delay = delays[delays.size() == 1 ? 0 : source];
  auto add = [&](const Synapse &synapse) {
    if (int32_t q = quantize(synapse.weight, synapse.target))
      row.push_back({synapse.target, q, delay + synapse.delay});
  };
  if (auto packed = base->packedRow(source)) {
    row.reserve(packed->size());
    for (uint64_t word : *packed)
      add(RowTable::unpack(word));
    return;
  }
  std::vector<Synapse> real;
  base->row(source, real);
  for (const Synapse &synapse : real)
    add(synapse);
}

} // namespace snnc::snn
