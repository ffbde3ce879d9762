//===- NirPrimitive.h - What snnc knows of one primitive --------*- C++ -*-===//
//
// Part of the snnc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// One descriptor per primitive of NIR (https://neuroir.org, `nir/ir`): its
// name, its fields, the shapes it makes, and what it becomes in the snn
// dialect. Each stands in a file of its own, Primitives/NAME.cpp; what several
// share is a family (NirFamilies.h). Reader, normalisation and translation ask
// descriptors and name no primitive, ports and the matrix of a broadcast aside.
//
//===----------------------------------------------------------------------===//
#ifndef SNNC_IMPORT_NIR_NIRPRIMITIVE_H
#define SNNC_IMPORT_NIR_NIRPRIMITIVE_H

#include "compiler/Import/NIR/NirGraph.h"

#include <functional>

namespace snnc::nir {

class Reporter;
class Translator;

enum class FieldRole {
  Real,         ///< weights and most neuron parameters: finite
  Tau,          ///< a time constant: positive, +inf allowed
  Delay,        ///< finite, not negative
  Extent,       ///< integers of 1 and more (stride, kernel, groups)
  Padding,      ///< integers of 0 and more
  ModalPadding, ///< the same, or "same" / "valid"
  Dimension,    ///< any integer (Flatten)
  Shape         ///< integers; judged by the shape inference
};

/// What a field is that the file does not store (NIR's Python package, and what
/// older writers left out). Kernel: a copy of `kernel_size`.
enum class FieldMissing { Refuse, Zero, One, MinusOne, LeaveOut, Kernel };

struct FieldRule {
  const char *name;
  FieldRole role;
  FieldMissing missing = FieldMissing::Refuse;
  unsigned maxCount = 0; ///< of integers; 0: any
};

/// Input and output of a node.
struct Ports {
  Shape input;
  Shape output;
};

/// What the shape inference knows around the node that it asks about.
struct ShapeContext {
  Reporter &reporter;
  /// Would the consumers take this output? nullopt: no objection, but no
  /// confirmation either.
  std::function<std::optional<bool>(const Shape &output)> accepted;
};

/// The methods are asked in this order: check() for every node, then known(),
/// accepts(), behind() and infer() until all shapes are settled, then
/// complete(), then isInstant(), then translate(). All but the first may rely
/// on fields() being there and in range.
class Primitive {
public:
  virtual ~Primitive() = default;

  /// As the file's `type` spells it (case sensitive).
  std::string_view name() const { return spelling; }
  std::span<const FieldRule> fields() const { return rules; }

  virtual bool isInput() const { return false; }
  virtual bool isOutput() const { return false; }
  bool isPort() const { return isInput() || isOutput(); }
  /// Holds nodes and edges instead of fields.
  virtual bool isGraph() const { return false; }
  /// Has a membrane (I, IF, LI, LIF, CubaLI, CubaLIF).
  virtual bool isNeuron() const { return false; }
  /// A neuron with a threshold.
  virtual bool isSpiking() const { return false; }
  /// Output has the shape of the input: neurons, Scale, Delay, Threshold.
  virtual bool isElementwise() const { return false; }
  /// Its field `weight` is a matrix [outputs, inputs].
  virtual bool isMatrix() const { return false; }

  /// What the parameters alone show to be wrong: ranks, bias, groups.
  virtual void check(Node &node, Reporter &reporter) const {}
  /// The input shape that the parameters alone determine.
  virtual std::optional<Shape> ownInput(const Node &node) const;
  /// The shapes, where no neighbour needs to be asked.
  virtual std::optional<Ports> known(const Node &node) const;
  /// Do the parameters ask for `input`? nullopt: any shape will do.
  virtual std::optional<bool> accepts(const Node &node,
                                      const Shape &input) const;
  /// The output for `input`, to ask the consumers about; nullopt: unknown.
  virtual std::optional<Shape> behind(const Node &node,
                                      const Shape &input) const;
  /// The shapes, now that `input` arrives; may repair fields. nullopt after a
  /// reported error.
  virtual std::optional<Ports> infer(Node &node, const Shape &input,
                                     ShapeContext &context) const;
  /// Where the file may store the input shape: the last resort.
  virtual const char *storedShape() const { return "shape"; }
  /// Writes what the settled shapes imply into the fields.
  virtual void complete(Node &node, Reporter &reporter) const {}
  /// Does the output depend on the input of the same instant?
  virtual bool isInstant(const Node &node) const { return true; }
  /// Makes the node's op. False after a reported error.
  virtual bool translate(const Node &node, Translator &translator) const = 0;

protected:
  Primitive(const char *name, std::vector<FieldRule> fields)
      : spelling(name), rules(std::move(fields)) {}

private:
  std::string_view spelling;
  std::vector<FieldRule> rules;
};

/// All primitives, sorted by name.
const std::vector<const Primitive *> &primitives();
/// nullptr: NIR has none of that name.
const Primitive *findPrimitive(std::string_view name);
std::vector<std::string> primitiveNames();

} // namespace snnc::nir

#endif // SNNC_IMPORT_NIR_NIRPRIMITIVE_H
