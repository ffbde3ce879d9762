//===- MacDevice.cpp - The MAC array of a PE ------------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "runtime/emulator/MacDevice.h"

#include <algorithm>
#include <cstring>
#include <fmt/format.h>
#include <vector>

namespace snnc::emulator {

/// Cycles from the trigger to the first operand: operand addresses, first SRAM
/// read, one pass through the array. Not published; our estimate.
static constexpr uint64_t kStartCycles = 10;
/// Post-processing lanes (facts A10): results a cycle on their way to SRAM.
static constexpr uint64_t kLanes = 4;
/// A machine file may describe a huge array; the host's time for a tick has a
/// bound all the same. The chip's own does 2 * 10^7 in a millisecond.
static constexpr uint64_t kMostProducts = uint64_t(1) << 32;

uint64_t macCycles(const MacArray &mac, uint32_t m, uint32_t n, uint32_t k,
                   bool wide) {
  // Four cells fuse for one 16-bit product (facts A10): a quarter of the rows.
  uint64_t tileRows = wide ? std::max(1u, mac.rows / 4) : mac.rows;
  uint64_t tileColumns = mac.columns;
  uint64_t columnTiles = (n + tileColumns - 1) / tileColumns;
  uint64_t cycles = kStartCycles;
  for (uint64_t row = 0; row < m; row += tileRows) {
    uint64_t rows = std::min<uint64_t>(tileRows, m - row);
    cycles += columnTiles * (k + rows * tileColumns / kLanes);
  }
  return cycles;
}

AddressRange MacDevice::range() const {
  const MacArray &r = registers;
  uint32_t last = std::max(
      {r.sourceA, r.sourceB, r.target, r.rowsA, r.colsA, r.colsB, r.trigger});
  return {r.base, r.base + last + 4};
}

uint32_t *MacDevice::slot(uint32_t offset) {
  const MacArray &r = registers;
  return offset == r.sourceA   ? &a
         : offset == r.sourceB ? &b
         : offset == r.target  ? &target
         : offset == r.rowsA   ? &m
         : offset == r.colsA   ? &k
         : offset == r.colsB   ? &n
                               : nullptr;
}

bool MacDevice::read(uint32_t offset, uint32_t &value) {
  if (offset == registers.trigger) {
    value = engine->cycles() < readyAt ? registers.busy : 0;
    return true;
  }
  uint32_t *known = slot(offset);
  if (!known)
    return refuse("the MAC array has no register there");
  value = *known;
  return true;
}

bool MacDevice::write(uint32_t offset, uint32_t value) {
  if (engine->cycles() < readyAt)
    return refuse("the MAC array is still busy");
  if (offset == registers.trigger) {
    if (value == registers.startInt8)
      return start(false);
    if (value == registers.startInt16)
      return start(true);
    return refuse("the MAC array does not know this operation");
  }
  uint32_t *known = slot(offset);
  if (!known)
    return refuse("the MAC array has no register there");
  *known = value;
  return true;
}

void MacDevice::reset() {
  a = b = target = m = k = n = 0;
  readyAt = busyCycles = products = atTick = 0;
}

bool MacDevice::inSram(uint32_t address, uint64_t bytes, const char *what) {
  if (address % registers.operandAlignment != 0)
    return refuse(fmt::format("MAC array: {} at {:#x} is not aligned to {} B",
                              what, address, registers.operandAlignment));
  if (uint64_t(address) + bytes > sram.size())
    return refuse(fmt::format("MAC array: {} at {:#x}, {} B, leaves the SRAM",
                              what, address, bytes));
  return true;
}

bool MacDevice::start(bool wide) {
  uint64_t width = wide ? 2 : 1;
  constexpr uint32_t limit = 1 << 16; // keeps the products below 2^64
  if (m == 0 || n == 0 || m > limit || n > limit || k > limit)
    return refuse(
        fmt::format("MAC array: {} x {} x {} is no product", m, k, n));
  if (!inSram(a, uint64_t(k) * m * width, "operand A") ||
      !inSram(b, uint64_t(k) * n * width, "operand B") ||
      !inSram(target, uint64_t(m) * n * 4, "result") ||
      (target < layout.program.end &&
       !refuse("MAC array: the result would overwrite the program")))
    return false;
  uint64_t work = uint64_t(m) * n * k;
  if (products - atTick + work > kMostProducts)
    return refuse(fmt::format("MAC array: more than {} multiply-accumulates in "
                              "a tick",
                              kMostProducts));
  if (!(wide ? multiply<int16_t>() : multiply<int8_t>()))
    return false;
  uint64_t cycles = macCycles(registers, m, n, k, wide);
  readyAt = engine->cycles() + cycles;
  busyCycles += cycles;
  products += work;
  return true;
}

template <typename T> bool MacDevice::multiply() {
  std::vector<int64_t> sums(size_t(m) * n);
  const std::byte *operands = sram.data() + a, *weights = sram.data() + b;
  std::vector<T> row(n);
  for (uint32_t step = 0; step < k; ++step) {
    bool loaded = false;
    for (uint32_t i = 0; i < m; ++i) {
      T x;
      std::memcpy(&x, operands + (size_t(step) * m + i) * sizeof(T), sizeof(T));
      if (x == 0)
        continue;
      if (!loaded)
        std::memcpy(row.data(), weights + size_t(step) * n * sizeof(T),
                    n * sizeof(T));
      loaded = true;
      int64_t *out = sums.data() + size_t(i) * n;
      for (uint32_t j = 0; j < n; ++j)
        out[j] += int64_t(x) * row[j];
    }
  }
  int64_t limit = int64_t(1) << (registers.accumulatorBits - 1);
  std::vector<int32_t> results(sums.size());
  for (size_t i = 0; i < sums.size(); ++i) {
    if (sums[i] >= limit || sums[i] < -limit)
      return refuse(fmt::format("MAC array: the sum {} leaves the {}-bit "
                                "accumulator",
                                sums[i], registers.accumulatorBits));
    results[i] = int32_t(sums[i]);
  }
  std::memcpy(sram.data() + target, results.data(), results.size() * 4);
  return true;
}

} // namespace snnc::emulator
