//===- CoreImage.cpp - The data segment of one core -----------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "backends/spinnaker2/Image/ImageWriter.h"
#include "backends/spinnaker2/Image/SynapseCheck.h"
#include "compiler/Rows/Blocks.h"
#include "compiler/Support/Report.h"
#include "planner/ProjectionView.h"
#include "runtime/support/Threads.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <set>
#include <tuple>

using namespace mlir;
using namespace snnc::fabric;

namespace snnc::s2 {

/// Reads the buffers' addresses and makes room for the initialised ones.
LogicalResult ImageWriter::collect() {
  const SramLayout &sram = b.machine.sram;
  image.base = sram.program.end;
  uint32_t end = image.base;
  for (BufferOp buffer : own.buffers) {
    uint64_t at = buffer.getAt().value_or(0);
    if (buffer.getDram()) {
      inDram.push_back({{buffer.getName().str(), buffer.getBlock()},
                        {uint32_t(at), uint32_t(buffer.getBytes())}});
      continue;
    }
    if (at < image.base || at % 4 != 0 ||
        at + buffer.getBytes() > sram.stack.begin)
      return report(buffer, "SNN0381")
             << "buffer '" << buffer.getName() << "' of population '"
             << slice.getPopulation()
             << "' has no address inside the core's data range; run "
                "fabric-plan-memory";
    Place place{uint32_t(at), uint32_t(buffer.getBytes())};
    buffers.push_back({{buffer.getName().str(), buffer.getBlock()}, place});
    if (isInitialised(buffer.getName()))
      end = std::max(end, place.at + place.bytes);
  }
  std::sort(buffers.begin(), buffers.end(), [](const auto &x, const auto &y) {
    return std::tie(x.second.at, x.first) < std::tie(y.second.at, y.first);
  });
  image.bytes.assign(end - image.base, std::byte(0));
  std::sort(inDram.begin(), inDram.end(), [](const auto &x, const auto &y) {
    return x.second.at < y.second.at;
  });
  if (inDram.empty())
    return success();
  image.dramBase = inDram.front().second.at;
  uint64_t last =
      inDram.back().second.at + uint64_t(inDram.back().second.bytes);
  if (last - image.dramBase > b.machine.dramRoom())
    return report(slice, "SNN0381")
           << "the rows of population '" << slice.getPopulation()
           << "' in DRAM have no place there; run fabric-plan-memory";
  image.dram.assign(last - image.dramBase, std::byte(0));
  return success();
}

FailureOr<ImageWriter::Place> ImageWriter::findRows(BlockOp block) {
  if (isFetched(encodingOf(cast<RowsAttr>(block.getEncoding()))))
    for (auto &[id, place] : inDram)
      if (id.second == block.getProjection())
        return place;
  return find("rows", block.getProjection());
}

FailureOr<ImageWriter::Place> ImageWriter::find(llvm::StringRef name,
                                                std::optional<uint64_t> block) {
  for (auto &[id, place] : buffers)
    if (id.first == name && id.second == block)
      return place;
  report(slice, "SNN0381") << "population '" << slice.getPopulation()
                           << "': buffer '" << name
                           << "' is missing; run fabric-plan-memory";
  return failure();
}

void ImageWriter::summarise() {
  CoreSummary &summary = image.summary;
  summary.available = availableBytes(b.machine.sram);
  for (auto &[id, place] : inDram)
    summary.dram += place.bytes;
  for (auto &[id, place] : buffers) {
    std::string name = id.first.substr(0, id.first.find('.'));
    auto it = std::find_if(summary.bytes.begin(), summary.bytes.end(),
                           [&](auto &entry) { return entry.first == name; });
    if (it == summary.bytes.end())
      it = summary.bytes.insert(it, {name, 0});
    it->second += place.bytes;
    if (name != "record")
      summary.used += place.bytes;
    if (name == "fifo")
      summary.fifoCapacity = place.bytes / sizeof(uint32_t);
    if (uint64_t tick =
            recordTickBytes(b.info.demand(node, slice.numNeurons()));
        name == "record" && tick)
      summary.recordTicks = place.bytes / tick;
  }
  summary.parallel = slice.getParallel();
  summary.role = slice.getSubordinate() ? "subordinate"
                 : own.gather           ? "dominant"
                                        : "";
  if (summary.parallel) {
    summary.encodings.push_back("map<" +
                                std::to_string(layout.format.weightBits) + ">");
    summary.cycles = parallelEstimate(work[0], work[1], b.machine.mac, layout);
    return;
  }
  for (Attribute encoding : encodings)
    if (auto sums = dyn_cast<SumsAttr>(encoding))
      summary.encodings.push_back("sums<" + std::to_string(sums.getDigits()) +
                                  ">");
    else
      summary.encodings.push_back(toText(encodingOf(cast<RowsAttr>(encoding))));
  summary.cycles = serialEstimate(work[0], work[1]);
}

//===----------------------------------------------------------------------===//
// CoreImageBuilder
//===----------------------------------------------------------------------===//

std::unique_ptr<CoreImageBuilder>
CoreImageBuilder::create(MachineOp op, const MachineModel &machine,
                         double tickSeconds, unsigned jobs) {
  auto info = NetworkInfo::read(op);
  if (failed(info))
    return nullptr;
  double load = std::round(tickSeconds * machine.timerClockHz);
  if (!(load >= 1 && load <= double(UINT32_MAX))) {
    report(op, "SNN0380") << "a tick of " << tickSeconds << " s is " << load
                          << " periods of the chip's " << machine.timerClockHz
                          << " Hz timer; 1 to 4294967295 are possible";
    return nullptr;
  }
  std::unique_ptr<CoreImageBuilder> builder(new CoreImageBuilder(
      op, std::move(*info), machine, uint32_t(load), jobs));
  builder->check =
      std::make_shared<SynapseCheck>(op, builder->info, builder->belongings);
  return builder;
}

struct CoreImageBuilder::Share {
  uint32_t edge = 0;
  uint64_t bytes = 0;
  std::vector<BlockOp> blocks = {}; ///< of slices behind each other
  std::unique_ptr<SynapseView> view = {};
  std::vector<BlockOutput> outputs = {};
};

/// Serial blocks of `first` and the slices behind it.
std::vector<CoreImageBuilder::Share>
CoreImageBuilder::sharesFrom(SliceOp first) {
  constexpr uint64_t kShareBytes = kBatchBytes / 16;
  std::vector<Share> shares;
  std::map<uint64_t, size_t> open; // by projection: its last share
  uint64_t all = 0;
  for (Operation *at = first; at && all < kBatchBytes; at = at->getNextNode()) {
    auto slice = dyn_cast<SliceOp>(at);
    if (!slice || slice.getParallel())
      continue;
    for (BlockOp block : belongings.of(slice).blocks) {
      if (block.getProjection() >= info.edges.size())
        continue; // take() says so
      auto [place, isNew] = open.try_emplace(block.getProjection());
      if (isNew || shares[place->second].bytes >= kShareBytes) {
        place->second = shares.size();
        shares.push_back({uint32_t(block.getProjection())});
      }
      Share &share = shares[place->second];
      share.blocks.push_back(block);
      share.bytes += block.getBytes();
      all += block.getBytes();
    }
  }
  return shares;
}

/// The view and room for the blocks.
LogicalResult CoreImageBuilder::prepare(Share &share) {
  Range onto;
  for (BlockOp block : share.blocks) {
    auto size = sizeOf(block, belongings.knownBy(block));
    bool fetched = isFetched(encodingOf(cast<RowsAttr>(block.getEncoding())));
    if (!size || size->index > machine.sram.bytes ||
        size->rows > (fetched ? machine.dramRoom() : machine.sram.bytes))
      return report(block, "SNN0382")
             << "block of projection '" << block.getName() << "' has "
             << int64_t(block.getBytes()) << " B, which is not its size";
    EncodedBlock &bytes = encoded[block];
    bytes.rows.resize(size->rows);
    bytes.index.resize(size->index);
    SliceInfo target = infoOf(block.getTarget());
    onto = hull(onto, {target.begin, target.end});
  }
  const NetworkEdge &edge = info.edges[share.edge];
  share.view =
      viewOf(edge.op, onto,
             info.nodes[edge.target].rowSplit ? Delays::Near : Delays::All);
  if (!share.view)
    return failure();
  return success();
}

LogicalResult CoreImageBuilder::encodeFrom(SliceOp first) {
  std::vector<Share> shares = sharesFrom(first);
  std::vector<uint32_t> edges;
  for (const Share &share : shares)
    edges.push_back(share.edge);
  if (failed(check->expect(edges, jobs)))
    return failure();
  for (Share &share : shares)
    if (failed(prepare(share)))
      return failure();
  for (Share &share : shares) // nothing is added to `encoded` any more
    for (BlockOp block : share.blocks) {
      EncodedBlock &bytes = encoded[block];
      bytes.minDelay = share.view->minDelay();
      SliceInfo target = infoOf(block.getTarget());
      share.outputs.push_back({encodingOf(cast<RowsAttr>(block.getEncoding())),
                               {target.begin, target.end},
                               belongings.knownBy(block),
                               bytes.rows,
                               bytes.index});
    }
  std::vector<char> fits(shares.size());
  parallelFor(jobs, shares.size(), [&](size_t i) {
    fits[i] = fabric::writeBlocks(*shares[i].view, shares[i].outputs);
    shares[i].view.reset(); // with what it keeps of its rows
  });
  for (auto [share, fit] : llvm::zip_equal(shares, fits)) {
    if (!fit)
      return report(share.blocks.front(), "SNN0382")
             << "the rows of projection '" << share.blocks.front().getName()
             << "' do not have the planned sizes or do not fit their encodings";
    for (auto [block, output] : llvm::zip_equal(share.blocks, share.outputs))
      encoded[block].synapses = output.synapses;
  }
  return success();
}

FailureOr<CoreImageBuilder::EncodedBlock>
CoreImageBuilder::take(BlockOp block) {
  if (block.getProjection() >= info.edges.size())
    return report(block, "SNN0381")
           << "there is no projection " << int64_t(block.getProjection());
  if (!encoded.contains(block) &&
      failed(encodeFrom(block.getTarget().getDefiningOp<SliceOp>())))
    return failure();
  EncodedBlock bytes = std::move(encoded[block]);
  encoded.erase(block);
  return bytes;
}

FailureOr<CoreImage> CoreImageBuilder::build(SliceOp slice) {
  auto node = info.populationByName.find(slice.getPopulation());
  if (node == info.populationByName.end() ||
      slice.getEnd() > info.nodes[node->second].size)
    return report(slice, "SNN0381")
           << "there is no population '" << slice.getPopulation()
           << "' with neurons [" << slice.getBegin() << ", " << slice.getEnd()
           << ")";
  auto image = ImageWriter(*this, slice, info.nodes[node->second]).run();
  if (succeeded(image) && failed(check->check(slice, *image)))
    return failure();
  return image;
}

} // namespace snnc::s2
