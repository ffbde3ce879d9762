//===- ConvLoop.cpp - Targets computed from coordinates -------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The shape is known to the compiler, so divisions become multiplications and
// a kernel row that is not clipped is added without a loop.
//
// Channels first, outputs of one row of one channel are neighbours; the
// channels in which the slice begins and ends are clipped to its neurons run by
// run. Channels last, all channels at one place are neighbours, with a stride
// of one those of a whole row of places: one long run per kernel row.

#include "backends/spinnaker2/Formats/conv/Conv.h"

#include "compiler/Tick/RowContext.h"

#include <algorithm>
#include <array>
#include <cstddef>

using namespace mlir;
using namespace snnc::tick;
using arith::CmpIPredicate;

namespace snnc::s2 {

namespace {

Value divide(LoopEmitter &e, Value x, uint32_t by) {
  return by == 1 ? x : e.b.create<arith::DivUIOp>(e.loc, x, e.constant(by));
}

Value remainder(LoopEmitter &e, Value x, Value quotient, uint32_t by) {
  return e.sub(x, e.mul(quotient, e.constant(by)));
}

Value smaller(LoopEmitter &e, Value x, Value y) {
  return e.b.create<arith::MinSIOp>(e.loc, x, y);
}

Value larger(LoopEmitter &e, Value x, Value y) {
  return e.b.create<arith::MaxSIOp>(e.loc, x, y);
}

/// Outputs [first, first + count) of one axis that see an input, and the
/// reversed tap of the first. `count` may be 0 or less.
struct Reach {
  Value first, count, tap;
};

Reach reachOf(LoopEmitter &e, const fabric::ConvShape &shape, Value at,
              unsigned axis) {
  uint32_t kernel = shape.kernel[axis], stride = shape.stride[axis];
  Value padded = e.add(at, shape.padding[axis]);
  // The least o with o * stride >= padded - (kernel - 1), from 0.
  Value over = larger(e, e.sub(padded, e.constant(kernel - 1)), e.constant(0));
  Value first = divide(e, e.add(over, stride - 1), stride);
  Value end = smaller(e, e.add(divide(e, padded, stride), 1),
                      e.constant(shape.out[axis + 1]));
  Value tap =
      e.sub(e.add(e.mul(first, e.constant(stride)), kernel - 1), padded);
  return {first, e.sub(end, first), tap};
}

class ConvRow {
public:
  ConvRow(LoopEmitter &e, const fabric::ConvShape &shape, unsigned bits,
          const RowContext &row, Value sums)
      : e(e), shape(shape), bytes(bits / 8), row(row), sums(sums) {}

  void emit() {
    Value source =
        e.add(field(offsetof(SnncTableEntry, index_base)), row.source);
    auto [channel, y, x] = coordinates(source);
    x = divide(e, x, shape.pool[1]);
    y = divide(e, y, shape.pool[0]);
    // Cells that no window of the pool covers.
    Value covered =
        e.bitAnd(e.compare(CmpIPredicate::ult, x, e.constant(shape.in[1])),
                 e.compare(CmpIPredicate::ult, y, e.constant(shape.in[0])));
    e.ifThen(covered, [&] {
      rows = reachOf(e, shape, y, 0);
      columns = reachOf(e, shape, x, 1);
      shape.channelsLast ? emitPlaces(channel) : emitChannels(channel);
    });
  }

private:
  Value field(size_t offset) { return row.field(e, offset); }

  /// Channel, row, column.
  std::array<Value, 3> coordinates(Value source) {
    uint32_t width = shape.source[2];
    if (shape.channelsLast) {
      Value place = divide(e, source, shape.source[0]);
      Value y = divide(e, place, width);
      return {remainder(e, source, place, shape.source[0]), y,
              remainder(e, place, y, width)};
    }
    Value line = divide(e, source, width);
    Value channel = divide(e, line, shape.source[1]);
    return {channel, remainder(e, line, channel, shape.source[1]),
            remainder(e, source, line, width)};
  }

  /// Channels last: rows of places, clipped to the slice.
  void emitPlaces(Value channel) {
    uint32_t channels = shape.out[0], each = shape.outPerGroup();
    Value group = divide(e, channel, shape.inPerGroup());
    Value inGroup = remainder(e, channel, group, shape.inPerGroup());
    Value base = e.mul(group, e.constant(each));
    Value tap = e.add(e.mul(inGroup, e.constant(shape.kernel[0])), rows.tap);
    tap = e.add(e.mul(tap, e.constant(shape.kernel[1])), columns.tap);
    tap = e.add(e.mul(tap, e.constant(channels)), base);
    Value weights = e.add(field(offsetof(SnncTableEntry, rows_base)),
                          e.mul(tap, e.constant(bytes)));
    Value place =
        e.add(e.mul(rows.first, e.constant(shape.out[2])), columns.first);
    Value neuron = e.sub(e.add(e.mul(place, e.constant(channels)), base),
                         field(offsetof(SnncTableEntry, length)));
    Value across = larger(e, columns.count, e.constant(0));
    Value lines = larger(e, rows.count, e.constant(0));
    uint32_t lineTaps = shape.stride[0] * shape.kernel[1] * channels;
    bool joined = shape.stride[1] == 1 && shape.groups == 1;
    e.forLoop(lines, {weights, neuron}, [&](Value, ValueRange line) {
      if (joined)
        emitClipped(line[0], line[1], e.mul(across, e.constant(channels)));
      else
        e.forLoop(across, line, [&](Value, ValueRange at) {
          emitClipped(at[0], at[1], e.constant(each));
          return llvm::SmallVector<Value>{
              e.add(at[0], shape.stride[1] * channels * bytes),
              e.add(at[1], channels)};
        });
      return llvm::SmallVector<Value>{e.add(line[0], lineTaps * bytes),
                                      e.add(line[1], shape.out[2] * channels)};
    });
  }

  /// The output channels of the source's group that the slice meets.
  void emitChannels(Value channel) {
    begin = field(offsetof(SnncTableEntry, length));
    Value end = e.add(begin, row.neurons);
    uint32_t plane = shape.outPlane();
    Value group = divide(e, channel, shape.inPerGroup());
    Value inGroup = remainder(e, channel, group, shape.inPerGroup());
    Value lowest = divide(e, begin, plane);
    Value last = divide(e, e.add(end, plane - 1), plane);
    Value outputs = e.constant(shape.outPerGroup());
    Value from = larger(e, e.mul(group, outputs), lowest);
    Value to = smaller(e, e.mul(e.add(group, 1), outputs), last);
    uint32_t kernelBytes = shape.kernel[0] * shape.kernel[1] * bytes;
    Value taps = e.add(field(offsetof(SnncTableEntry, rows_base)),
                       e.mul(inGroup, e.constant(kernelBytes)));
    uint32_t channelBytes = uint32_t(shape.channelTaps()) * bytes;
    Value weights =
        e.add(taps, e.mul(e.sub(from, lowest), e.constant(channelBytes)));
    // The tap of the first output of the first row.
    weights = e.add(
        weights,
        e.mul(e.add(e.mul(rows.tap, e.constant(shape.kernel[1])), columns.tap),
              e.constant(bytes)));
    Value neuron =
        e.sub(e.add(e.mul(from, e.constant(plane)),
                    e.add(e.mul(rows.first, e.constant(shape.out[2])),
                          columns.first)),
              begin);
    emitReached(weights, neuron, from, to);
  }

  /// Channels [from, to), from the address of the first tap and the first
  /// neuron.
  void emitReached(Value weights, Value neuron, Value from, Value to) {
    uint32_t plane = shape.outPlane();
    uint32_t channelBytes = uint32_t(shape.channelTaps()) * bytes;
    Value some = e.b.create<arith::CmpIOp>(e.loc, CmpIPredicate::sgt,
                                           columns.count, e.constant(0));
    Value count = e.b.create<arith::SelectOp>(e.loc, some, e.sub(to, from),
                                              e.constant(0));
    count = larger(e, count, e.constant(0));
    Value lines = larger(e, rows.count, e.constant(0));
    Value whole = e.compare(CmpIPredicate::eq, columns.count,
                            e.constant(shape.kernel[1]));
    // From the first output of a channel to the end of its last run.
    Value extent =
        e.add(e.mul(e.sub(lines, e.constant(1)), e.constant(shape.out[2])),
              columns.count);
    e.forLoop(count, {weights, neuron}, [&](Value, ValueRange at) {
      Value inside = e.bitAnd(
          e.compare(CmpIPredicate::sge, at[1], e.constant(0)),
          e.compare(CmpIPredicate::sle, e.add(at[1], extent), row.neurons));
      e.ifThen(
          inside, [&] { emitInside(at[0], at[1], lines, whole); },
          [&] {
            emitLines(at[0], at[1], lines, [&](Value from, Value to) {
              emitClipped(from, to, columns.count);
            });
          });
      return llvm::SmallVector<Value>{e.add(at[0], channelBytes),
                                      e.add(at[1], plane)};
    });
  }

  /// body(address of the first tap, first neuron) for every row of outputs.
  void emitLines(Value weights, Value neuron, Value lines,
                 llvm::function_ref<void(Value, Value)> body) {
    uint32_t lineBytes = shape.kernel[1] * shape.stride[0] * bytes;
    e.forLoop(lines, {weights, neuron}, [&](Value, ValueRange line) {
      body(line[0], line[1]);
      return llvm::SmallVector<Value>{e.add(line[0], lineBytes),
                                      e.add(line[1], shape.out[2])};
    });
  }

  /// A channel of which all reached outputs are on this core.
  void emitInside(Value weights, Value neuron, Value lines, Value whole) {
    auto run = [&] {
      emitLines(weights, neuron, lines, [&](Value from, Value to) {
        emitRun(from, e.add(sums, e.shl(to, 2)), columns.count);
      });
    };
    if (shape.stride[1] > 1)
      return run();
    e.ifThen(
        whole,
        [&] {
          emitLines(weights, neuron, lines, [&](Value from, Value to) {
            emitWhole(from, e.add(sums, e.shl(to, 2)));
          });
        },
        run);
  }

  /// `length` neighbouring outputs, clipped to the slice. `neuron` may be
  /// negative.
  void emitClipped(Value weights, Value neuron, Value length) {
    Value skip = larger(e, e.sub(e.constant(0), neuron), e.constant(0));
    Value stop = smaller(e, e.sub(row.neurons, neuron), length);
    Value count = larger(e, e.sub(stop, skip), e.constant(0));
    Value from = e.add(weights, e.mul(skip, e.constant(step())));
    emitRun(from, e.add(sums, e.shl(e.add(neuron, skip), 2)), count);
  }

  /// Bytes from the tap of an output to its neighbour's.
  uint32_t step() const {
    return shape.channelsLast ? bytes : shape.stride[1] * bytes;
  }

  /// A kernel row that is not clipped, without a loop.
  void emitWhole(Value weights, Value to) {
    for (uint32_t k = 0; k < shape.kernel[1]; k += kGroup)
      addGroup(e.add(weights, k * bytes), e.add(to, k * 4),
               std::min(kGroup, shape.kernel[1] - k));
  }

  /// `count` neighbouring outputs from `to` on: channels last, runs are long.
  void emitRun(Value weights, Value to, Value count) {
    auto turn = [&](uint32_t size) {
      return [this, size](Value, ValueRange at) {
        for (uint32_t k = 0; k < size; k += kGroup)
          addGroup(e.add(at[0], k * step()), e.add(at[1], k * 4),
                   std::min(kGroup, size - k));
        return llvm::SmallVector<Value>{e.add(at[0], size * step()),
                                        e.add(at[1], size * 4)};
      };
    };
    llvm::SmallVector<Value> at{weights, to};
    if (shape.channelsLast) {
      at = e.forLoop(e.lshr(count, 4), at, turn(16));
      at = e.forLoop(e.bitAnd(e.lshr(count, 2), 3), at, turn(4));
      count = e.bitAnd(count, 3);
    }
    e.forLoop(count, at, turn(1));
  }

  /// Loads come first: neighbouring ones overlap in the pipeline, and LLVM may
  /// not move them over the stores.
  void addGroup(Value weights, Value to, uint32_t size) {
    LoopEmitter::InOrder inOrder(e);
    llvm::SmallVector<Value, kGroup> taps, old;
    for (uint32_t k = 0; k < size; ++k)
      taps.push_back(loadTap(e.add(weights, k * step())));
    for (uint32_t k = 0; k < size; ++k)
      old.push_back(e.load(e.add(to, k * 4)));
    for (uint32_t k = 0; k < size; ++k)
      e.store(e.add(to, k * 4), e.add(old[k], taps[k]));
  }

  Value loadTap(Value weight) {
    return e.loadNarrow(weight, bytes * 8, /*isSigned=*/true);
  }

  static constexpr uint32_t kGroup = 4;
  LoopEmitter &e;
  const fabric::ConvShape &shape;
  uint32_t bytes; ///< of a weight
  const RowContext &row;
  Value sums, begin;
  Reach rows, columns;
};

} // namespace

void emitConvRow(LoopEmitter &e, const fabric::ConvShape &shape, unsigned bits,
                 const RowContext &row) {
  Value sums = row.sums(e);
  ConvRow(e, shape, bits, row, sums).emit();
}

} // namespace snnc::s2
