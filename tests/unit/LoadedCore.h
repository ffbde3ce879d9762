//===- LoadedCore.h - What packets do on a core ----------------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef SNNC_TESTS_UNIT_LOADEDCORE_H
#define SNNC_TESTS_UNIT_LOADEDCORE_H

#include "backends/spinnaker2/Formats/bitmap/Bitmap.h"
#include "backends/spinnaker2/Formats/dense/Dense.h"
#include "backends/spinnaker2/Formats/sparse/Sparse.h"
#include "backends/spinnaker2/Formats/strided/Strided.h"
#include "backends/spinnaker2/Image/CoreImage.h"
#include "runtime/abi/CoreHeader.h"

#include <gtest/gtest.h>

#include <bit>
#include <cstring>
#include <map>
#include <set>

namespace snnc::map::test {

using namespace mlir;
using namespace snnc::fabric;

/// (receptor, neuron, delay) -> sum of weights.
using Effect = std::map<std::tuple<uint32_t, uint32_t, uint32_t>, int64_t>;

/// What a packet does on a core, read from its image alone.
class LoadedCore {
public:
  LoadedCore(const s2::CoreImage &image, llvm::ArrayRef<Attribute> encodings)
      : image(image), encodings(encodings) {
    std::memcpy(&header, image.bytes.data(), sizeof header);
  }
  SnncCoreHeader header;

  Effect effectOf(uint32_t key) const {
    Effect effect;
    uint32_t lastKey = 0;
    for (uint32_t i = 0; i < header.table_count; ++i) {
      SnncTableEntry entry;
      read(header.table_base + i * sizeof entry, &entry, sizeof entry);
      EXPECT_GE(entry.key_first, lastKey) << "table is sorted";
      lastKey = entry.key_first;
      if (key - entry.key_first >= entry.key_count)
        continue;
      if (header.panel_count)
        addPositions(entry.target + key - entry.key_first, effect);
      else
        addRow(entry, sourceOf(entry, key), effect);
    }
    std::erase_if(effect, [](auto &item) { return item.second == 0; });
    return effect;
  }
  float floatAt(uint32_t address) const {
    float value = 0;
    read(address, &value, sizeof value);
    return value;
  }

private:
  void read(uint64_t address, void *out, size_t bytes) const {
    ASSERT_LE(address - image.base + bytes, image.bytes.size());
    std::memcpy(out, image.bytes.data() + (address - image.base), bytes);
  }
  uint32_t padded() const { return uint32_t(align4(header.n_neurons)); }

  void add(Effect &effect, const SnncTableEntry &entry, uint32_t neuron,
           uint32_t delay, int32_t weight) const {
    uint32_t cell = entry.target + neuron;
    EXPECT_LT(delay, header.ring_slots) << "a slot per tick of delay";
    effect[{cell / padded(), cell % padded(), delay + 1}] += weight;
  }
  static uint32_t sourceOf(const SnncTableEntry &entry, uint32_t key) {
    uint32_t k = key - entry.origin;
    return k - (k >> entry.shift) * entry.gap + entry.first;
  }
  /// First and last word of a source's row, where it has one.
  std::pair<uint32_t, uint32_t> wordsOf(const RowFormat *format,
                                        const SnncTableEntry &entry,
                                        uint32_t source) const {
    if (format == &s2::stridedRows())
      return {source * entry.length, (source + 1) * entry.length};
    uint16_t range[2] = {};
    if (format == &s2::bitmapRows()) {
      uint32_t bits = 0;
      uint16_t place = 0;
      read(entry.index_base + source / 32 * 4, &bits, 4);
      if (!(bits >> source % 32 & 1))
        return {};
      read(entry.length + source / 32 * 2, &place, 2);
      for (uint32_t before = 0; before < source % 32; ++before)
        place += bits >> before & 1;
      read(entry.length + 2 * place, range, 4);
    } else {
      read(entry.index_base + 2 * source, range, 4);
    }
    return {range[0], range[1]};
  }
  void addRow(const SnncTableEntry &entry, uint32_t source,
              Effect &effect) const {
    ASSERT_LT(entry.kind, encodings.size());
    auto rows = cast<RowsAttr>(encodings[entry.kind]);
    if (rows.getFormat() == &s2::denseRows()) {
      ASSERT_EQ(entry.rows_base % 4 + entry.index_base % 4, 0u);
      for (uint32_t n = 0; n < entry.length; ++n) {
        int8_t narrow = 0;
        int16_t wide = 0;
        uint64_t row = entry.rows_base + uint64_t(source) * entry.index_base;
        if (rows.getFields()[0] == 8)
          read(row + n, &narrow, 1);
        else
          read(row + n * 2, &wide, 2);
        add(effect, entry, n, entry.delay, narrow + wide);
      }
      return;
    }
    auto sparse = s2::WordFields::of(rows.getFields());
    auto [begin, end] = wordsOf(rows.getFormat(), entry, source);
    for (uint32_t w = begin; w < end; ++w) {
      uint32_t word = 0;
      unsigned bytes = sparse.word / 8;
      read(entry.rows_base + uint64_t(w) * bytes, &word, bytes);
      word <<= 32 - sparse.word;
      unsigned top = sparse.word - sparse.weightBits;
      int32_t weight = int32_t(word) >> (32 - sparse.weightBits);
      word >>= 32 - sparse.word;
      uint32_t neuron = word & ((1u << sparse.indexBits) - 1);
      uint32_t delay = (word & ((1u << top) - 1)) >> sparse.indexBits;
      add(effect, entry, neuron, entry.delay + delay, weight);
    }
  }

  /// Parallel: what the operand rows of one source add to the products.
  void addPositions(uint32_t source, Effect &effect) const {
    ASSERT_LT(source, header.map_sources);
    ASSERT_GE(header.history_slots, header.map_delays);
    ASSERT_GE(header.map_delay_first, header.batch);
    uint32_t nearest = header.map_delay_first - 1;
    for (uint32_t d = nearest; d < header.map_delays; ++d) {
      uint16_t range[2];
      uint64_t at = uint64_t(d - nearest) * header.map_sources + source;
      read(header.scatter_base + 2 * at, range, 4);
      ASSERT_LE(range[0], range[1]);
      for (uint32_t i = range[0]; i < range[1]; ++i) {
        uint16_t row;
        read(header.position_base + 2 * i, &row, 2);
        addMapRow(row, d + 1, effect);
      }
    }
  }
  void addMapRow(uint32_t row, uint32_t delay, Effect &effect) const {
    uint32_t width = image.summary.encodings[0] == "map<16>" ? 2 : 1;
    uint64_t operand =
        header.operand_base + uint64_t(row) * header.batch * width;
    ASSERT_LE(operand + header.batch * width,
              header.operand_base + header.operand_bytes);
    std::set<std::pair<uint32_t, uint32_t>> owners;
    std::map<uint32_t, uint32_t> receptorOf; // by first neuron
    for (uint32_t p = 0; p < header.panel_count; ++p) {
      SnncPanel panel;
      read(header.panel_base + p * sizeof panel, &panel, sizeof panel);
      ASSERT_EQ(panel.operand % 16 + panel.weights % 16 + panel.output % 16 +
                    panel.columns % 16,
                0u);
      uint32_t receptor = receptorOf[panel.neuron_first]++;
      uint64_t local = (operand - panel.operand) / (header.batch * width);
      if (operand < panel.operand || local >= panel.rows)
        continue;
      owners.insert({panel.operand, panel.rows});
      for (uint32_t c = 0; c < panel.columns; ++c) {
        int8_t narrow = 0;
        int16_t wide = 0;
        uint64_t at = panel.weights + (local * panel.columns + c) * width;
        width == 1 ? read(at, &narrow, 1) : read(at, &wide, 2);
        if (!narrow && !wide)
          continue;
        ASSERT_LT(panel.neuron_first + c, panel.neuron_end);
        effect[{receptor, panel.neuron_first + c, delay}] += narrow + wide;
      }
    }
    EXPECT_EQ(owners.size(), 1u) << "panels share all operand rows or none";
  }

  const s2::CoreImage &image;
  llvm::ArrayRef<Attribute> encodings;
};

} // namespace snnc::map::test

#endif // SNNC_TESTS_UNIT_LOADEDCORE_H
