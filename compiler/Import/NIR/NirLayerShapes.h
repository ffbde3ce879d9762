//===- NirLayerShapes.h - Shapes of one layer --------------------*- C++
//-*-===//
//
// Part of the snnc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Private to the normalisation: what one node makes of an input shape. The
// graph-wide inference in NirShapes asks these functions.
//
//===----------------------------------------------------------------------===//
#ifndef SNNC_IMPORT_NIR_NIRLAYERSHAPES_H
#define SNNC_IMPORT_NIR_NIRLAYERSHAPES_H

#include "compiler/Import/NIR/NirReport.h"

namespace snnc::nir {

/// Input and output of a node.
struct Ports {
  Shape input;
  Shape output;
};

/// Weight rank, bias shape, groups against channels: what needs no input.
void checkLayer(Node &node, Reporter &reporter);

/// The error that `w_in` of `node` is a matrix.
void reportMatrixGain(const Node &node, Reporter &reporter);

/// `shape` without extents of 1.
Shape squeezed(const Shape &shape);
/// `shape` with leading ones added or removed until it has `rank` extents;
/// nullopt when that is impossible.
std::optional<Shape> withRank(Shape shape, size_t rank);

/// Do values of shape `from` repeat to `to` by the rules of numpy?
bool broadcastsTo(const Shape &from, const Shape &to);

/// What a convolution or pool makes of `input` (any number of leading ones).
/// Error: a Diagnostic without file, code SNN0240, SNN0247 or SNN0222.
/// `stride`: overrides the stored one.
Expected<Ports> windowPorts(const Node &node, const Shape &input,
                            std::optional<std::array<int64_t, 2>> stride = {});

/// The numbers that "same", "valid" or the stored padding mean, as
/// Node::pads() returns them.
std::array<int64_t, 4> resolvedPads(const Node &node);

/// Flattened `input`, dimensions counted from `start` to `end` (both may be
/// negative); nullopt when they are no dimensions of it.
std::optional<Shape> flattened(const Shape &input, int64_t start, int64_t end);

/// Do the node's parameters ask for `input`? nullopt: any shape will do.
std::optional<bool> acceptsShape(const Node &node, const Shape &input);

/// Does every edge of `graph`, whose nodes have shapes, connect equal element
/// counts? Edges of a `spared` node are not judged.
void checkConnections(Graph &graph, std::vector<bool> spared,
                      Reporter &reporter);
/// Writes what the shapes imply into the fields of every node.
void completeFields(Graph &graph, Reporter &reporter);

} // namespace snnc::nir

#endif // SNNC_IMPORT_NIR_NIRLAYERSHAPES_H
