//===- ImageDrives.cpp - Inputs that a core draws -------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "backends/spinnaker2/Image/ImageWriter.h"

#include "compiler/SNN/Connectivity.h"
#include "compiler/Support/Report.h"
#include "runtime/support/Normals.h"

#include <cstring>

using namespace mlir;
using namespace snnc::fabric;

namespace snnc::s2 {

void ImageWriter::copy(uint32_t to, const void *from, size_t bytes) {
  std::memcpy(image.bytes.data() + (to - image.base), from, bytes);
}

/// The record at `at`; its weights and tables from `arrays` on.
LogicalResult ImageWriter::writeDrive(const NodeDrive &drive, uint32_t at,
                                      uint32_t arrays) {
  snn::ProjectionOp projection = b.info.edges[drive.edge].op;
  auto input = projection.getSource().getDefiningOp<snn::InputOp>();
  auto poisson = cast<snn::PoissonAttr>(*input.getDrive());
  auto view = snn::IntConnectivity::create(projection);
  if (!view)
    return failure();
  uint32_t n = slice.numNeurons();
  auto begin = uint32_t(slice.getBegin());
  std::vector<int16_t> weights(n);
  std::vector<snn::IntSynapse> row;
  for (uint32_t i = 0; i < n; ++i) {
    view->row(begin + i, row);
    for (const snn::IntSynapse &synapse : row) {
      weights[i] = int16_t(synapse.weight);
      if (synapse.target != begin + i || synapse.delay != drive.delay)
        return report(projection, "SNN0381")
               << "projection '" << projection.getName()
               << "' cannot be drawn by its cores";
    }
    image.summary.synapses += row.size();
  }
  uint32_t array = (n * 2 + 3) / 4 * 4;
  SnncDrive record = {};
  PhiloxKey key =
      streamKey(uint64_t(poisson.getSeed()), uint64_t(poisson.getStream()));
  record.key[0] = key[0];
  record.key[1] = key[1];
  record.ticks = UINT32_MAX;
  record.delay = uint32_t(drive.delay);
  record.channel = begin;
  record.weights = arrays;
  record.tables = arrays + array;
  copy(record.weights, weights.data(), weights.size() * sizeof(int16_t));
  if (!drive.isUniform()) {
    record.means = record.tables;
    record.tables += array;
    copy(record.means, drive.tableOf.data() + begin, n * sizeof(uint16_t));
  }
  copy(record.tables, drive.tables.data(),
       drive.tables.size() * sizeof(uint32_t));
  copy(at, &record, sizeof record);
  uint32_t number = 0;
  for (auto other : b.info.network.getBody().getOps<snn::InputOp>()) {
    if (other == input)
      image.drives.push_back({number, at});
    ++number;
  }
  return success();
}

/// The records from `at` on, and the table that they share.
void ImageWriter::writeNoises(uint32_t at, uint32_t table) {
  auto population = cast<snn::PopulationOp>(node.op);
  for (const NodeNoise &noise : node.noises) {
    PhiloxKey key = streamKey(uint64_t(noise.draw.getSeed()),
                              uint64_t(noise.draw.getStream()));
    SnncNoise record = {};
    record.key[0] = key[0];
    record.key[1] = key[1];
    record.latency = uint32_t(population.getLatency().value_or(0));
    record.neuron = uint32_t(slice.getBegin());
    record.table = table;
    copy(at, &record, sizeof record);
    image.noises.push_back(at);
    at += sizeof record;
  }
  if (!node.noises.empty())
    copy(table, kNormalTable, sizeof kNormalTable);
}

/// The records one behind another, as the program counts them, then what they
/// point to.
LogicalResult ImageWriter::writeDrives(SnncCoreHeader &header) {
  if (node.drives.empty() && node.noises.empty())
    return success();
  auto place = find("drives");
  if (failed(place))
    return failure();
  uint64_t bytes = noiseBytes(node.noises.size());
  for (const NodeDrive &drive : node.drives)
    bytes += drive.bytes(slice.numNeurons());
  if (place->bytes < bytes || !node.order.isIdentity())
    return report(slice, "SNN0381")
           << "the buffer 'drives' of population '" << slice.getPopulation()
           << "' has a wrong size or its neurons another order";
  header.drive_base = place->at;
  uint32_t at = place->at;
  uint32_t noises = at + uint32_t(node.drives.size() * sizeof(SnncDrive));
  uint32_t arrays = noises + uint32_t(node.noises.size() * sizeof(SnncNoise));
  for (const NodeDrive &drive : node.drives) {
    if (failed(writeDrive(drive, at, arrays)))
      return failure();
    arrays += uint32_t(drive.bytes(slice.numNeurons()) - sizeof(SnncDrive));
    at += sizeof(SnncDrive);
  }
  writeNoises(noises, arrays);
  return success();
}

} // namespace snnc::s2
