//===- NirLayerShapes.h - Shapes of parameters ------------------*- C++ -*-===//
//
// Part of the snnc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Private to the normalisation: what descriptors and the inference over the
// graph both need.
//
//===----------------------------------------------------------------------===//
#ifndef SNNC_IMPORT_NIR_NIRLAYERSHAPES_H
#define SNNC_IMPORT_NIR_NIRLAYERSHAPES_H

#include "compiler/Import/NIR/NirReport.h"

namespace snnc::nir {

/// `shape` without extents of 1.
Shape squeezed(const Shape &shape);
/// `shape` with leading ones added or removed until it has `rank` extents;
/// nullopt when that is impossible.
std::optional<Shape> withRank(Shape shape, size_t rank);

/// Do values of shape `from` repeat to `to` by the rules of numpy?
bool broadcastsTo(const Shape &from, const Shape &to);
/// Extends `into` by the broadcast rules of numpy; false: they clash.
bool broadcast(Shape &into, const Shape &other);
/// The numpy-style union of the shapes of the node's parameters; nullopt when
/// all are 0-d or when they do not broadcast (`clash` is set then).
std::optional<Shape> parameterShape(const Node &node, bool *clash = nullptr);
/// `shape` as a field.
Tensor shapeField(const Shape &shape);

/// Makes `bias` [outputs] or 0-d, or reports it.
void checkBias(Node &node, uint64_t outputs, Reporter &reporter);
/// The error that `w_in` of `node` is a matrix.
void reportMatrixGain(const Node &node, Reporter &reporter);

/// Does every edge of `graph`, whose nodes have shapes, connect equal element
/// counts? Edges of a `spared` node are not judged.
void checkConnections(Graph &graph, std::vector<bool> spared,
                      Reporter &reporter);

} // namespace snnc::nir

#endif // SNNC_IMPORT_NIR_NIRLAYERSHAPES_H
