//===- NirGraph.h - A NIR file as plain data --------------------*- C++ -*-===//
//
// Part of the snnc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The graph of a Neuromorphic Intermediate Representation (NIR) file: nodes
// with their stored fields, edges, nested graphs. The reader fills it as it
// stands in the file; normalise() repairs it and adds the shapes. Tensors keep
// the element kind of the file. Free of LLVM and of HDF5.
//
//===----------------------------------------------------------------------===//
#ifndef SNNC_IMPORT_NIR_NIRGRAPH_H
#define SNNC_IMPORT_NIR_NIRGRAPH_H

#include <array>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace snnc::nir {

/// Extents in elements, outermost first, no batch and no time dimension.
/// Empty: a scalar (0-d).
using Shape = std::vector<uint64_t>;

/// "[16, 34, 34]".
std::string toString(const Shape &shape);
/// The number of elements; nullopt when it does not fit 63 bits.
std::optional<uint64_t> elementCount(const Shape &shape);

enum class ElementKind : uint8_t { F32, F64, I64 };

/// A dense row-major array in the element kind of the file: floats of up to 4
/// bytes are F32, of up to 8 bytes F64, integers and booleans I64. All three
/// conversions are exact.
class Tensor {
public:
  using Data = std::variant<std::vector<float>, std::vector<double>,
                            std::vector<int64_t>>;

  Tensor() = default;
  Tensor(Shape shape, Data data, std::string storedAs = {});
  /// A 0-d tensor that snnc made up (a default).
  static Tensor scalar(double value);
  static Tensor integers(std::vector<int64_t> values);

  const Shape &shape() const { return extents; }
  ElementKind kind() const { return ElementKind(values->index()); }
  /// What the file stored: "float32", "int16", "bool"; empty for a default.
  const std::string &storedAs() const { return stored; }
  uint64_t size() const;
  bool isScalar() const { return extents.empty() && size() == 1; }
  /// All elements compare equal (an empty tensor is uniform).
  bool isUniform() const;

  /// Element `i` in row-major order; a 0-d tensor broadcasts to every `i`.
  /// I64 beyond 2^53 rounds.
  double at(uint64_t i) const;
  /// The elements without a copy; empty when kind() is another one.
  std::span<const float> f32() const;
  std::span<const double> f64() const;
  std::span<const int64_t> i64() const;
  /// A copy; rounds to nearest where float cannot hold the value.
  std::vector<float> toFloats() const;

  /// Gives the same elements another shape of the same size.
  void reshape(Shape shape) { extents = std::move(shape); }
  const Data &data() const { return *values; }
  /// Keeps the elements where they are: what f32() and the like look into.
  std::shared_ptr<const void> owner() const { return values; }

private:
  Shape extents;
  /// Copies of a tensor share them.
  std::shared_ptr<const Data> values = std::make_shared<const Data>();
  std::string stored;
};

/// What snnc knows of a node's type: NirPrimitive.h.
class Primitive;

/// One stored field: numbers, or text (Conv `padding` may be "same").
using Field = std::variant<Tensor, std::string>;

struct Graph;

struct Node {
  std::string name; ///< unique in its graph; inlined nodes: "rnn.lif"
  std::string path; ///< where it is in the file: "/node/nodes/lif1.lif"
  const Primitive *kind = nullptr;       ///< never null once it is read
  std::map<std::string, Field> fields;   ///< sorted; without `type`
  std::map<std::string, Field> metadata; ///< nested keys joined by '/'
  std::unique_ptr<Graph> graph;          ///< of a NIRGraph node only

  /// Set by normalise(). Input: inputShape == outputShape == what one tick of
  /// the input holds. Conv2d: (channels, height, width); Conv1d: (channels,
  /// length).
  Shape inputShape;
  Shape outputShape;

  /// Set by statedRules(): what this neuron's metadata say a spike does, where
  /// that is not the same for every neuron of the file.
  std::optional<std::string> reset;
  std::optional<bool> resetLate;

  bool has(const std::string &field) const { return fields.count(field) != 0; }
  /// The numbers of a field; an empty tensor when it has none. After
  /// normalise() every field of the kind is there, except that `padding` of a
  /// convolution has become numbers (see pads()).
  const Tensor &tensor(const std::string &field) const;
  const std::string *text(const std::string &field) const;
  /// The first element, or `otherwise` when the field has none.
  int64_t integer(const std::string &field, int64_t otherwise = 0) const;
  /// Two numbers (rows, columns); a single stored number counts for both.
  std::array<int64_t, 2> pair(const std::string &field,
                              int64_t otherwise = 0) const;
  /// After normalise(): zeros added {top, left, bottom, right} by a Conv2d or
  /// a pool. ("same" may pad more on the far side, as torch does.) A Conv1d
  /// uses left and right.
  std::array<int64_t, 4> pads() const;
};

/// An identity connection; several into one node add up, a repeated edge
/// counts again.
struct Edge {
  uint32_t source = 0; ///< index into Graph::nodes
  uint32_t target = 0;
  friend auto operator<=>(const Edge &, const Edge &) = default;
};

/// An edge whose name matches no node; normalise() resolves it or refuses.
/// "sub.port" names a port of a nested graph.
struct NamedEdge {
  std::string source;
  std::string target;
};

/// Who is connected to whom, for a graph that does not change meanwhile.
class Adjacency {
public:
  explicit Adjacency(const Graph &graph);
  /// The source nodes of `node`, ascending, repeated edges repeated.
  std::span<const uint32_t> incoming(uint32_t node) const;
  /// The target nodes of `node`, ascending, repeated edges repeated.
  std::span<const uint32_t> outgoing(uint32_t node) const;

private:
  std::vector<uint32_t> inStart, inNodes, outStart, outNodes;
};

struct Graph {
  std::string file;                  ///< as the user wrote it; root only
  std::string path;                  ///< "/node"
  std::string version;               ///< of the writer's package; root only
  std::vector<Node> nodes;           ///< sorted by name (bytes)
  std::vector<Edge> edges;           ///< sorted; duplicates kept
  std::vector<NamedEdge> unresolved; ///< empty after normalise()
  std::map<std::string, Field> metadata;

  std::optional<uint32_t> find(std::string_view name) const;
  /// Restores both orders after nodes or edges were added.
  void sort();
};

} // namespace snnc::nir

#endif // SNNC_IMPORT_NIR_NIRGRAPH_H
