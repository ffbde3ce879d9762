//===- TreeModel.h - A sum of decision trees --------------------*- C++ -*-===//
//
// Part of the snnc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Both kinds of model end here: XGBoost's trees with their leaf values,
// AdaBoost's trees with +-alpha at the leaves. The score is base + the leaves'
// sum in float32, tree by tree, as XGBoost adds them.
//
//===----------------------------------------------------------------------===//
#ifndef SNNC_CLASSIFIER_TREEMODEL_H
#define SNNC_CLASSIFIER_TREEMODEL_H

#include <cstdint>
#include <span>
#include <vector>

namespace snnc::selector {

/// A node of a tree: inner ones go to `child` where value < threshold, else to
/// `child` + 1.
struct TreeNode {
  static constexpr uint16_t leaf = UINT16_MAX;
  float value = 0; ///< threshold, or what a leaf adds
  uint16_t feature = leaf;
  uint32_t child = 0; ///< within the model, larger than the node's own number
  bool operator==(const TreeNode &) const = default;
};

struct TreeModel {
  float base = 0;
  std::vector<TreeNode> nodes;
  std::vector<uint32_t> roots; ///< first node of every tree, ascending

  /// The sum of the leaves that `features` reach. Pure, no allocation.
  float score(std::span<const float> features) const {
    float sum = base;
    for (uint32_t root : roots) {
      const TreeNode *node = &nodes[root];
      while (node->feature != TreeNode::leaf)
        node = &nodes[node->child + !(features[node->feature] < node->value)];
      sum += node->value;
    }
    return sum;
  }
  bool operator==(const TreeModel &) const = default;
};

/// probability = 1 / (1 + exp(-(slope * score + intercept))) (Platt, 1999).
struct Calibration {
  double slope = 1, intercept = 0;
  double probability(double score) const;
  bool operator==(const Calibration &) const = default;
};

} // namespace snnc::selector

#endif // SNNC_CLASSIFIER_TREEMODEL_H
