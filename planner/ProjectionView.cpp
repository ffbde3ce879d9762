//===- ProjectionView.cpp - A projection as it stands on the chip ---------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "planner/ProjectionView.h"

#include "compiler/Fabric/Fabric.h"
#include "compiler/Fabric/NeuronOrder.h"
#include "compiler/SNN/DrawnRows.h"
#include "compiler/SNN/ParamValues.h"

#include <algorithm>

using snnc::snn::IntSynapse;

namespace snnc::fabric {

namespace {
class ProjectionView : public SynapseView {
public:
  ProjectionView(std::unique_ptr<snn::IntConnectivity> connectivity,
                 std::optional<ConvShape> shape, NeuronOrder sources,
                 NeuronOrder targets)
      : base(std::move(connectivity)), shape(shape),
        sources(std::move(sources)), targets(std::move(targets)) {}
  uint32_t numSources() const override { return base->numSources(); }
  uint32_t numTargets() const override { return base->numTargets(); }
  uint32_t minDelay() const override { return base->minDelay(); }
  uint32_t maxDelay() const override { return base->maxDelay(); }
  std::optional<ConvShape> conv() const override { return shape; }
  void row(uint32_t source, std::vector<IntSynapse> &row) const override {
    base->row(sources.neuronAt(source), row);
    if (targets.isIdentity())
      return;
    for (IntSynapse &synapse : row)
      synapse.target = targets.placeOf(synapse.target);
    std::stable_sort(row.begin(), row.end(),
                     [](const IntSynapse &a, const IntSynapse &b) {
                       return a.target < b.target;
                     });
  }

private:
  std::unique_ptr<snn::IntConnectivity> base;
  std::optional<ConvShape> shape;
  NeuronOrder sources, targets;
};

/// The synapses of a drawn projection onto neighbouring targets, which are
/// drawn once and kept, 8 B each: rows by source would draw them twice and then
/// weigh each again. Places are neurons.
class DrawnPart : public SynapseView {
public:
  /// Null where this is no less work than the view of all targets; takes
  /// `whole` otherwise.
  static std::unique_ptr<SynapseView>
  create(snn::ProjectionOp projection,
         std::unique_ptr<snn::IntConnectivity> &whole, Range onto) {
    auto drawn = snn::Connectivity::create(projection);
    auto delays = snn::ParamValues::get(
        projection.getDelay(), whole->numSources(), projection.getContext());
    if (!drawn || !drawn->isMadeByTarget() || !delays ||
        drawn->numTargets() > snn::RowTable::kMaxTargets ||
        drawn->maxExtraDelay() > snn::RowTable::kMaxDelay)
      return nullptr;
    return std::unique_ptr<SynapseView>(
        new DrawnPart(std::move(drawn), std::move(whole), *delays, onto));
  }
  uint32_t numSources() const override { return whole->numSources(); }
  uint32_t numTargets() const override { return whole->numTargets(); }
  uint32_t minDelay() const override { return whole->minDelay(); }
  uint32_t maxDelay() const override { return whole->maxDelay(); }
  void row(uint32_t source, std::vector<IntSynapse> &row) const override {
    table.fillOnce([&](auto &begins, auto &words) { fill(begins, words); });
    row.clear();
    for (uint64_t word : table.row(source)) {
      snn::Synapse synapse = snn::RowTable::unpack(word);
      if (int32_t weight = whole->quantize(synapse.weight, synapse.target))
        row.push_back({synapse.target, weight, delays[source] + synapse.delay});
    }
  }

private:
  DrawnPart(std::unique_ptr<snn::Connectivity> drawn,
            std::unique_ptr<snn::IntConnectivity> whole,
            const snn::ParamValues &ticks, Range onto)
      : drawn(std::move(drawn)), whole(std::move(whole)), onto(onto) {
    for (uint32_t source = 0; source < numSources(); ++source)
      delays.push_back(uint32_t(ticks.at(source)));
  }
  void fill(std::vector<uint32_t> &begins, std::vector<uint64_t> &words) const {
    begins.assign(size_t(numSources()) + 1, 0);
    std::vector<uint32_t> from;
    std::vector<uint64_t> all;
    drawn->forEachBatch(
        {onto.begin, onto.end}, /*withDelays=*/true,
        [&](const snn::SynapseBatch &batch) {
          for (size_t i = 0; i < batch.count; ++i) {
            from.push_back(batch.source[i]);
            all.push_back(snn::RowTable::pack(
                {batch.target[i], batch.weight[i], batch.delay[i]}));
          }
        });
    snn::RowTable::sort(from, all, begins, words);
  }

  std::unique_ptr<snn::Connectivity> drawn;
  std::unique_ptr<snn::IntConnectivity> whole;
  std::vector<uint32_t> delays; ///< by source
  Range onto;
  mutable snn::RowTable table;
};

/// The synapses of a view with some delays.
class DelayView : public SynapseView {
public:
  DelayView(std::unique_ptr<SynapseView> all, Delays delays)
      : all(std::move(all)), isNear(delays == Delays::Near) {}
  uint32_t numSources() const override { return all->numSources(); }
  uint32_t numTargets() const override { return all->numTargets(); }
  uint32_t minDelay() const override {
    return isNear ? all->minDelay() : std::max(kLimit, all->minDelay());
  }
  uint32_t maxDelay() const override {
    return isNear ? std::min(kLimit - 1, all->maxDelay()) : all->maxDelay();
  }
  void row(uint32_t source, std::vector<IntSynapse> &row) const override {
    all->row(source, row);
    std::erase_if(row, [&](const IntSynapse &synapse) {
      return (synapse.delay < kLimit) != isNear;
    });
  }

private:
  static constexpr uint32_t kLimit = snn::kRowSplitDelay;
  std::unique_ptr<SynapseView> all;
  bool isNear;
};

/// Channels first or last in both, as `shape` then says. Where there is one
/// channel or one place both are the same.
bool standsAsConv(snn::ProjectionOp projection, ConvShape &shape) {
  bool first = true, last = true;
  auto look = [&](mlir::Operation *node, const std::array<uint32_t, 3> &map) {
    if (map[0] == 1 || uint64_t(map[1]) * map[2] == 1)
      return !isa_and_nonnull<mlir::DenseI32ArrayAttr>(
          node->getAttr(kOrderName));
    mlir::Attribute order = node->getAttr(kOrderName);
    first &= !order;
    last &= isa_and_nonnull<ChannelsLastAttr>(order);
    auto type = cast<mlir::ShapedType>(node->getResult(0).getType());
    return !order || llvm::equal(type.getShape(), map);
  };
  bool plain = look(projection.getSource().getDefiningOp(), shape.source) &&
               look(projection.getTarget().getDefiningOp(), shape.out);
  shape.channelsLast = !first;
  return plain && (first || last);
}

} // namespace

std::optional<ConvShape> convOf(snn::ProjectionOp projection) {
  auto conv = dyn_cast<snn::ConvAttr>(projection.getWeights());
  if (!conv || conv.getDilation()[0] != 1 || conv.getDilation()[1] != 1)
    return std::nullopt;
  ConvShape shape;
  auto in = conv.getIn(), out = conv.getOut();
  llvm::ArrayRef<int64_t> kernel;
  if (auto ref = dyn_cast<snn::ParamRefAttr>(conv.getWeights()))
    kernel = ref.getType().getShape();
  else if (auto dense = dyn_cast<mlir::DenseElementsAttr>(conv.getWeights()))
    kernel = dense.getType().getShape();
  else
    return std::nullopt;
  for (unsigned i = 0; i < 3; ++i) {
    shape.source[i] = uint32_t(in[i]);
    shape.out[i] = uint32_t(out[i]);
  }
  for (unsigned i = 0; i < 2; ++i) {
    shape.in[i] = uint32_t(in[i + 1]);
    shape.kernel[i] = uint32_t(kernel[i + 2]);
    shape.stride[i] = uint32_t(conv.getStride()[i]);
    shape.padding[i] = uint32_t(conv.getPadding()[i]);
  }
  shape.groups = uint32_t(conv.getGroups());
  snn::PoolAttr pool = projection.getPoolAttr();
  for (unsigned i = 0; pool && i < 2; ++i) {
    if (pool.getKernel()[i] != pool.getStride()[i] || pool.getPadding()[i] != 0)
      return std::nullopt;
    shape.pool[i] = uint32_t(pool.getStride()[i]);
    shape.source[i + 1] = uint32_t(pool.getIn()[i + 1]);
  }
  if (!standsAsConv(projection, shape))
    return std::nullopt;
  return shape;
}

static std::unique_ptr<SynapseView> viewOfAll(snn::ProjectionOp projection,
                                              std::optional<Range> onto) {
  auto source = NeuronOrder::of(projection.getSource().getDefiningOp());
  auto target = NeuronOrder::of(projection.getTarget().getDefiningOp());
  if (failed(source) || failed(target))
    return nullptr;
  auto connectivity = snn::IntConnectivity::create(projection);
  if (connectivity && onto && source->isIdentity() && target->isIdentity())
    if (auto drawn = DrawnPart::create(projection, connectivity, *onto))
      return drawn;
  return connectivity ? std::make_unique<ProjectionView>(
                            std::move(connectivity), convOf(projection),
                            std::move(*source), std::move(*target))
                      : nullptr;
}

std::unique_ptr<SynapseView> viewOf(snn::ProjectionOp projection,
                                    std::optional<Range> onto, Delays delays) {
  auto all = viewOfAll(projection, onto);
  if (!all || delays == Delays::All)
    return all;
  return std::make_unique<DelayView>(std::move(all), delays);
}

} // namespace snnc::fabric
