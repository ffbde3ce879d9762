//===- RegionOrigin.cpp - Which operation made a value ---------------------===//
//
// Part of the snnc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "compiler/Reference/Interpreter.h"

#include <cmath>
#include <fmt/format.h>
#include <fmt/ranges.h>

using namespace mlir;
using namespace snnc::snn;

namespace snnc::reference {

static std::string valueText(float value) {
  if (std::isnan(value))
    return "nan"; // its sign is not part of the results (S3.3)
  return fmt::format("{:.6g}", value);
}

/// The function whose sequence an operation belongs to (snn-expand-math), or
/// nothing.
static StringRef functionOf(Operation *op) {
  auto loc = op->getLoc()->findInstanceOf<NameLoc>();
  StringRef name = loc ? loc.getName().getValue() : StringRef();
  return name.consume_front("math.") ? name : StringRef();
}

/// "add", not "arith.addf".
static std::string nameOf(Operation *op) {
  if (StringRef function = functionOf(op); !function.empty())
    return function.str();
  StringRef name = op->getName().stripDialect();
  if (op->getResult(0).getType().isF32())
    name.consume_back("f");
  return name.str();
}

/// " (net.yaml:12:5)", or nothing.
static std::string locationText(Operation *op) {
  auto loc = op->getLoc()->findInstanceOf<FileLineColLoc>();
  if (!loc || loc.getLine() == 0)
    return "";
  return fmt::format(" ({}:{}:{})", loc.getFilename().str(), loc.getLine(),
                     loc.getColumn());
}

std::string RegionEvaluator::originOf(std::span<const float> receptors,
                                      std::span<const float> states,
                                      std::span<const float> params,
                                      unsigned k) const {
  std::vector<float> floats(size_t(floatSlots) * kBlock);
  std::vector<uint8_t> bits(size_t(bitSlots) * kBlock);
  auto value = [&](uint16_t slot) { return floats[size_t(slot) * kBlock]; };
  for (auto [slot, constant] : floatConstants)
    floats[size_t(slot) * kBlock] = constant;
  for (auto [slot, constant] : bitConstants)
    bits[size_t(slot) * kBlock] = constant;
  size_t slot = 0;
  for (std::span<const float> values : {receptors, states, params})
    for (float number : values)
      floats[slot++ * kBlock] = number;
  for (const Instruction &instruction : instructions)
    runBlock(instruction, 1, floats.data(), bits.data());

  // Instructions are in order of definition: one walk back finds the chain.
  uint16_t wanted = nextStates[k];
  std::string last; // of the chain
  for (size_t i = instructions.size(); i-- > 0;) {
    const Instruction &in = instructions[i];
    Operation *op = operations[i];
    if (!op->getResult(0).getType().isF32() || in.result != wanted)
      continue;
    std::vector<std::string> operands;
    std::optional<uint16_t> cause;
    const uint16_t slots[] = {in.a, in.b, in.c};
    for (auto [operand, place] : llvm::zip(op->getOperands(), slots)) {
      if (!operand.getType().isF32())
        continue;
      // A select takes one of its two values.
      bool taken = in.code != Code::Select ||
                   place == (bits[size_t(in.a) * kBlock] ? in.b : in.c);
      if (taken && !cause && !std::isfinite(value(place)))
        cause = place;
      operands.push_back(valueText(value(place)));
    }
    last = "made by " + nameOf(op) + locationText(op);
    if (!cause && functionOf(op).empty())
      return fmt::format("made by {} of {}{}", nameOf(op),
                         fmt::join(operands, " and "), locationText(op));
    if (!cause)
      return last;
    wanted = *cause;
  }
  size_t place = wanted;
  NeuronOp named = model; // names are not const
  if (place < receptors.size())
    return fmt::format("made by the sum of weights of receptor {}, {}", place,
                       valueText(value(wanted)));
  place -= receptors.size();
  if (place < states.size())
    return fmt::format("the state '{}' was {} before the tick",
                       named.stateName(unsigned(place)).str(),
                       valueText(value(wanted)));
  place -= states.size();
  if (place < params.size())
    return fmt::format("made by the parameter '{}', {}",
                       named.paramName(unsigned(place)).str(),
                       valueText(value(wanted)));
  return last; // a literal that an operation chose
}

std::string Interpreter::originOf(size_t p, unsigned k, size_t n) const {
  const Population &population = populations[p];
  auto column = [n](const std::vector<std::vector<float>> &arrays) {
    std::vector<float> values;
    for (const std::vector<float> &array : arrays)
      values.push_back(array[n]);
    return values;
  };
  if (population.before.empty()) // it has not begun
    return "";
  return population.evaluator.originOf(column(population.sums),
                                       column(population.before),
                                       column(population.params), k);
}

} // namespace snnc::reference
