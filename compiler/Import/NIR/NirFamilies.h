//===- NirFamilies.h - What several primitives share ------------*- C++ -*-===//
//
// Part of the snnc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A descriptor in Primitives/ is mostly one of these with a name and fields. A
// primitive of another kind derives from Primitive itself, see Flatten.cpp.
//
//===----------------------------------------------------------------------===//
#ifndef SNNC_IMPORT_NIR_NIRFAMILIES_H
#define SNNC_IMPORT_NIR_NIRFAMILIES_H

#include "compiler/Import/NIR/NirPrimitive.h"
#include "compiler/Import/NIR/NirTranslator.h"
#include "runtime/support/Diagnostic.h"

namespace snnc::nir {

/// Output has the shape of the input; parameters are 0-d or broadcast to it.
class Elementwise : public Primitive {
public:
  bool isElementwise() const override { return true; }
  void check(Node &node, Reporter &reporter) const override;
  std::optional<Shape> ownInput(const Node &node) const override;
  std::optional<Ports> known(const Node &node) const override;
  std::optional<bool> accepts(const Node &node,
                              const Shape &input) const override;
  std::optional<Shape> behind(const Node &node,
                              const Shape &input) const override;
  std::optional<Ports> infer(Node &node, const Shape &input,
                             ShapeContext &context) const override;
  void complete(Node &node, Reporter &reporter) const override;

protected:
  using Primitive::Primitive;
};

/// A membrane that integrates; it spikes when it has a field `v_threshold`.
class Neuron : public Elementwise {
public:
  /// `equation`: see Translator::ode().
  Neuron(const char *name, const char *equation, std::vector<FieldRule> fields);
  bool isNeuron() const override { return true; }
  bool isSpiking() const override { return spikes; }
  bool isInstant(const Node &node) const override { return false; }
  bool translate(const Node &node, Translator &translator) const override;

private:
  const char *equation;
  bool spikes;
};

/// y = W x, with a bias when `fields` name one.
class Matrix : public Primitive {
public:
  Matrix(const char *name, std::vector<FieldRule> fields);
  bool isMatrix() const override { return true; }
  void check(Node &node, Reporter &reporter) const override;
  std::optional<Shape> ownInput(const Node &node) const override;
  std::optional<Ports> known(const Node &node) const override;
  std::optional<bool> accepts(const Node &node,
                              const Shape &input) const override;
  bool translate(const Node &node, Translator &translator) const override;

private:
  bool hasBias;
};

/// A window that slides over the last one or two dimensions of (channels,
/// length) or (channels, height, width). Window arithmetic is that of
/// torch.nn.Conv2d, which NIR refers to:
///   out = floor((in + pads - dilation * (kernel - 1) - 1) / stride) + 1
/// per dimension. (The `nir` package itself uses the kernel height for both.)
class Window : public Primitive {
public:
  std::optional<bool> accepts(const Node &node,
                              const Shape &input) const override;
  std::optional<Shape> behind(const Node &node,
                              const Shape &input) const override;
  std::optional<Ports> infer(Node &node, const Shape &input,
                             ShapeContext &context) const override;
  void complete(Node &node, Reporter &reporter) const override;

protected:
  /// Two dimensions; a one-dimensional window has one row.
  struct Geometry {
    std::array<int64_t, 2> kernel, stride, dilation{1, 1};
    std::array<int64_t, 4> pads; ///< top, left, bottom, right
    uint64_t inChannels = 0;     ///< 0: any
    uint64_t outChannels = 0;    ///< 0: as the input
  };

  /// `dims`: 1 or 2.
  Window(const char *name, std::vector<FieldRule> fields, unsigned dims)
      : Primitive(name, std::move(fields)), dims(dims) {}
  virtual Geometry geometry(const Node &node) const = 0;
  /// A pair of the node's numbers; a one-dimensional window has `row` in front.
  std::array<int64_t, 2> pair(const Node &node, const char *field,
                              int64_t row = 1) const;
  /// The numbers that "same", "valid" or the stored padding mean.
  std::array<int64_t, 4> pads(const Node &node, std::array<int64_t, 2> kernel,
                              std::array<int64_t, 2> dilation) const;
  /// What the window makes of `input` (any number of leading ones). Error: a
  /// Diagnostic without file, code SNN0240 or SNN0247.
  Expected<Ports> slide(const Node &node, const Geometry &geometry,
                        const Shape &input) const;
  /// (channels, rows, columns); nullopt: not of the window's rank.
  std::optional<std::array<int64_t, 3>> map(const Shape &shape) const;

  const unsigned dims;
};

class Convolution : public Window {
public:
  /// Has the fields of Conv1d or Conv2d, by `dims`.
  Convolution(const char *name, unsigned dims);
  void check(Node &node, Reporter &reporter) const override;
  std::optional<Shape> ownInput(const Node &node) const override;
  std::optional<Ports> infer(Node &node, const Shape &input,
                             ShapeContext &context) const override;
  void complete(Node &node, Reporter &reporter) const override;
  bool translate(const Node &node, Translator &translator) const override;

protected:
  Geometry geometry(const Node &node) const override;
};

class Pool : public Window {
public:
  /// Has the fields `kernel_size`, `stride` and `padding`.
  Pool(const char *name, PoolRule rule, unsigned dims);
  std::optional<Ports> infer(Node &node, const Shape &input,
                             ShapeContext &context) const override;
  bool translate(const Node &node, Translator &translator) const override;

protected:
  Geometry geometry(const Node &node) const override;

private:
  PoolRule rule;
};

} // namespace snnc::nir

#endif // SNNC_IMPORT_NIR_NIRFAMILIES_H
