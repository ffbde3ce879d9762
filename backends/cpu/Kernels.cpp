//===- Kernels.cpp - What arrives, added to the sums ----------------------===//
//
// Part of the snnc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "backends/cpu/Kernels.h"

#include <algorithm>
#include <bit>

// Vectors are handed on by functions that are always inlined: how a call would
// pass them does not matter.
#pragma GCC diagnostic ignored "-Wpsabi"

namespace snnc::cpu {

//===----------------------------------------------------------------------===//
// Index rows
//===----------------------------------------------------------------------===//

/// Segments stand anywhere in memory and are too short for the processor to
/// guess where the next one is: it is told a few segments ahead.
static constexpr size_t kAhead = 8;

/// The first two cache lines of a segment's numbers.
template <typename T> static void prefetch(const T *numbers) {
  __builtin_prefetch(numbers);
  __builtin_prefetch(reinterpret_cast<const char *>(numbers) + 64);
}

template <typename Sum>
void addSegments(Sum *__restrict sums, const RowBlock &rows,
                 std::span<const uint32_t> booked, Sum count) {
  const Segment *segments = rows.segments.data();
  const uint16_t *targets = rows.targets.data();
  auto add = [&](const auto &weights) {
    constexpr bool isCommon = !requires { weights.data(); };
    for (size_t k = 0; k < booked.size(); ++k) {
      if (k + 2 * kAhead < booked.size())
        __builtin_prefetch(segments + booked[k + 2 * kAhead]);
      if (k + kAhead < booked.size()) {
        uint64_t next = segments[booked[k + kAhead]].begin;
        prefetch(targets + next);
        if constexpr (!isCommon)
          prefetch(weights.data() + next);
      }
      uint64_t begin = segments[booked[k]].begin,
               end = segments[booked[k] + 1].begin;
      if constexpr (isCommon) {
        Sum weight = Sum(Sum(weights) * count);
        for (uint64_t i = begin; i < end; ++i)
          sums[targets[i]] += weight;
      } else {
        for (uint64_t i = begin; i < end; ++i)
          sums[targets[i]] += Sum(weights[i]) * count;
      }
    }
  };
  std::visit(add, rows.weights);
}

template void addSegments(int32_t *, const RowBlock &,
                          std::span<const uint32_t>, int32_t);
template void addSegments(int64_t *, const RowBlock &,
                          std::span<const uint32_t>, int64_t);
template void addSegments(double *, const RowBlock &, std::span<const uint32_t>,
                          double);

template <typename Sum>
static void addIndex(Sum *sums, const RowBlock &rows, const Volley &volley,
                     KernelScratch &scratch) {
  scratch.segments.clear();
  for (size_t i = 0; i < volley.sources.size(); ++i) {
    uint32_t source = volley.sources[i];
    for (uint32_t s = rows.segmentBegin[source];
         s < rows.segmentBegin[source + 1]; ++s) {
      if (volley.counts.empty())
        scratch.segments.push_back(s);
      else
        addSegments(sums, rows, std::span(&s, 1), Sum(volley.counts[i]));
    }
  }
  addSegments(sums, rows, scratch.segments, Sum(1));
}

//===----------------------------------------------------------------------===//
// Bit rows
//===----------------------------------------------------------------------===//

using Bytes64 [[gnu::vector_size(64)]] = uint8_t;
using Bytes8 [[gnu::vector_size(8)]] = uint8_t;

/// Numbers of 512 columns, bit by bit: plane k holds bit k of each.
static constexpr size_t kPlanes = 8;
/// So many rows fit the planes.
static constexpr size_t kMostRows = (size_t(1) << kPlanes) - 1;

static inline SNNC_INLINE Words8 loadLine(const Line &line) {
  Words8 words;
  __builtin_memcpy(&words, &line, sizeof words);
  return words;
}

/// a + b + c, bit by bit: the sum's low bits stay in `a`, the result is its
/// high bits (a full adder, "carry-save").
static inline SNNC_INLINE Words8 addThree(Words8 &a, Words8 b, Words8 c) {
  Words8 differs = a ^ b;
  Words8 carry = (a & b) | (differs & c);
  a = differs ^ c;
  return carry;
}

/// Adds a row of bits of weight 2^from.
static inline SNNC_INLINE void ripple(Words8 (&planes)[kPlanes], size_t from,
                                      Words8 bits) {
  for (size_t k = from; k < kPlanes; ++k) {
    Words8 carry = planes[k] & bits;
    planes[k] ^= bits;
    bits = carry;
  }
}

/// Counts the rows of 512 columns.
static inline SNNC_INLINE void countLines(const Line *const *rows, size_t count,
                                          size_t at,
                                          Words8 (&planes)[kPlanes]) {
  for (Words8 &plane : planes)
    plane = Words8{};
  size_t j = 0;
  for (; j + 8 <= count; j += 8) {
    Words8 row[8];
    for (size_t i = 0; i < 8; ++i)
      row[i] = loadLine(rows[j + i][at]);
    Words8 a = addThree(planes[0], row[0], row[1]);
    Words8 b = addThree(planes[0], row[2], row[3]);
    Words8 c = addThree(planes[0], row[4], row[5]);
    Words8 d = addThree(planes[0], row[6], row[7]);
    Words8 e = addThree(planes[1], a, b), f = addThree(planes[1], c, d);
    ripple(planes, 3, addThree(planes[2], e, f));
  }
  for (; j < count; ++j)
    ripple(planes, 0, loadLine(rows[j][at]));
}

/// The numbers of 64 columns as bytes.
static inline SNNC_INLINE Bytes64 numbersOf(const Words8 (&planes)[kPlanes],
                                            size_t used, size_t word) {
  constexpr Bytes8 bit = {1, 2, 4, 8, 16, 32, 64, 128};
  const Bytes64 select = __builtin_shufflevector(
      bit, bit, 0, 1, 2, 3, 4, 5, 6, 7, 0, 1, 2, 3, 4, 5, 6, 7, 0, 1, 2, 3, 4,
      5, 6, 7, 0, 1, 2, 3, 4, 5, 6, 7, 0, 1, 2, 3, 4, 5, 6, 7, 0, 1, 2, 3, 4, 5,
      6, 7, 0, 1, 2, 3, 4, 5, 6, 7, 0, 1, 2, 3, 4, 5, 6, 7);
  Bytes64 numbers{};
  for (size_t k = 0; k < used; ++k) {
    uint64_t plane = planes[k][word];
    if constexpr (std::endian::native == std::endian::big)
      plane = __builtin_bswap64(plane);
    Bytes8 eight;
    __builtin_memcpy(&eight, &plane, sizeof eight);
    Bytes64 each = __builtin_shufflevector(
        eight, eight, 0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 1, 1, 1, 2, 2, 2,
        2, 2, 2, 2, 2, 3, 3, 3, 3, 3, 3, 3, 3, 4, 4, 4, 4, 4, 4, 4, 4, 5, 5, 5,
        5, 5, 5, 5, 5, 6, 6, 6, 6, 6, 6, 6, 6, 7, 7, 7, 7, 7, 7, 7, 7);
    Bytes64 isSet = Bytes64((each & select) != Bytes64{});
    numbers |= isSet & uint8_t(1u << k);
  }
  return numbers;
}

/// Adds rows of bits, each once, times `weight`.
template <typename Sum>
static void addBits(Sum *__restrict sums, const BitRows &bits,
                    std::span<const Line *const> rows, Sum weight,
                    VectorSet vectors) {
  withVectors(vectors, [&]() SNNC_INLINE {
    for (size_t from = 0; from < rows.size(); from += kMostRows) {
      size_t count = std::min(kMostRows, rows.size() - from);
      size_t used = size_t(std::bit_width(count));
      for (size_t at = 0; at < bits.lines; ++at) {
        Words8 planes[kPlanes];
        countLines(rows.data() + from, count, at, planes);
        for (size_t word = 0; word < 8; ++word) {
          alignas(64) uint8_t numbers[64];
          Bytes64 all = numbersOf(planes, used, word);
          __builtin_memcpy(numbers, &all, sizeof numbers);
          Sum *to = sums + at * 512 + word * 64;
          for (size_t c = 0; c < 64; ++c)
            to[c] += weight * Sum(numbers[c]);
        }
      }
    }
  });
}

/// Sources that send several spikes at once are added one by one.
template <typename Sum>
static void addBitVolley(Sum *sums, const BitRows &bits, const Volley &volley,
                         KernelScratch &scratch, VectorSet vectors) {
  for (size_t i = 0; i < volley.sources.size(); ++i) {
    const Line *row = bits.bits.data() + bits.lines * volley.sources[i];
    if (uint32_t count = volley.countOf(i); count == 1)
      scratch.lines.push_back(row);
    else
      addBits(sums, bits, std::span(&row, 1), Sum(bits.weight) * Sum(count),
              vectors);
  }
}

//===----------------------------------------------------------------------===//
// Dense and diagonal rows
//===----------------------------------------------------------------------===//

template <typename Sum, typename Weight>
static void addDense(Sum *__restrict sums, const std::vector<Weight> &weights,
                     size_t stride, const Volley &volley, VectorSet vectors) {
  withVectors(vectors, [&]() SNNC_INLINE {
    size_t n = volley.sources.size(), i = 0;
    auto row = [&](size_t at) SNNC_INLINE {
      return weights.data() + size_t(volley.sources[at]) * stride;
    };
    // Four rows for one pass over the sums.
    for (; volley.counts.empty() && i + 4 <= n; i += 4) {
      const Weight *a = row(i), *b = row(i + 1), *c = row(i + 2),
                   *d = row(i + 3);
      for (size_t k = 0; k < stride; ++k)
        sums[k] += Sum(int32_t(a[k]) + b[k] + c[k] + d[k]);
    }
    for (; i < n; ++i) {
      const Weight *a = row(i);
      Sum count = Sum(volley.countOf(i));
      for (size_t k = 0; k < stride; ++k)
        sums[k] += Sum(a[k]) * count;
    }
  });
}

template <typename Sum>
static void addDiagonal(Sum *__restrict sums, uint32_t neurons,
                        const DiagonalRows &rows, const Volley &volley,
                        VectorSet vectors) {
  auto add = [&](auto weightOf) SNNC_INLINE {
    if (!volley.row.empty()) {
      uint32_t from = rows.first - volley.rowFirst;
      const uint16_t *counts = volley.row.data() + from;
      size_t n = std::min<size_t>(neurons, volley.row.size() - from);
      for (size_t k = 0; k < n; ++k)
        sums[k] += weightOf(k) * Sum(counts[k]);
      return;
    }
    for (size_t i = 0; i < volley.sources.size(); ++i) {
      uint32_t k = volley.sources[i] - rows.first; // wraps around below first
      if (k < neurons)
        sums[k] += weightOf(k) * Sum(volley.countOf(i));
    }
  };
  withVectors(vectors, [&]() SNNC_INLINE {
    if (auto *common = std::get_if<int32_t>(&rows.weights)) {
      Sum weight = *common;
      add([=](size_t) SNNC_INLINE { return weight; });
    } else {
      const int16_t *each = std::get<std::vector<int16_t>>(rows.weights).data();
      add([=](size_t k) SNNC_INLINE { return Sum(each[k]); });
    }
  });
}

//===----------------------------------------------------------------------===//
// Any
//===----------------------------------------------------------------------===//

template <typename Sum>
void addVolleys(Sum *sums, uint32_t neurons, const Block &block,
                std::span<const Volley> volleys, KernelScratch &scratch,
                VectorSet vectors) {
  scratch.lines.clear();
  for (const Volley &volley : volleys) {
    if (volley.total == 0)
      continue;
    if (auto *index = std::get_if<RowBlock>(&block.rows))
      addIndex(sums, *index, volley, scratch);
    else if (auto *bits = std::get_if<BitRows>(&block.rows))
      addBitVolley(sums, *bits, volley, scratch, vectors);
    else if (auto *dense = std::get_if<DenseRows>(&block.rows))
      std::visit(
          [&](const auto &weights) {
            addDense(sums, weights, dense->stride, volley, vectors);
          },
          dense->weights);
    else
      addDiagonal(sums, neurons, std::get<DiagonalRows>(block.rows), volley,
                  vectors);
  }
  if (!scratch.lines.empty()) {
    const BitRows &bits = std::get<BitRows>(block.rows);
    addBits(sums, bits, scratch.lines, Sum(bits.weight), vectors);
  }
}

template void addVolleys(int32_t *, uint32_t, const Block &,
                         std::span<const Volley>, KernelScratch &, VectorSet);
template void addVolleys(int64_t *, uint32_t, const Block &,
                         std::span<const Volley>, KernelScratch &, VectorSet);

} // namespace snnc::cpu
