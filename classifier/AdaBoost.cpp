//===- AdaBoost.cpp - SAMME over shallow trees ----------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "classifier/Training.h"

#include <algorithm>
#include <cmath>

namespace snnc::selector {

namespace {

/// The samples with every feature cut into bins: bin b holds the values from
/// cut b - 1 (included) to cut b.
class Bins {
public:
  Bins(const Samples &samples, unsigned most);
  uint16_t at(size_t feature, size_t sample) const {
    return columns[feature][sample];
  }
  size_t count(size_t feature) const { return cuts[feature].size() + 1; }
  /// Values below it are in bins up to `bin`.
  float cut(size_t feature, size_t bin) const { return cuts[feature][bin]; }

private:
  std::array<std::vector<float>, kNumFeatures> cuts;
  std::array<std::vector<uint16_t>, kNumFeatures> columns;
};

Bins::Bins(const Samples &samples, unsigned most) {
  std::vector<float> values(samples.size());
  for (size_t f = 0; f < kNumFeatures; ++f) {
    for (size_t i = 0; i < samples.size(); ++i)
      values[i] = samples.row(i)[f];
    std::sort(values.begin(), values.end());
    auto end = std::unique(values.begin(), values.end());
    auto distinct = size_t(end - values.begin());
    size_t wanted = std::min<size_t>(distinct - 1, most - 1);
    for (size_t c = 1; c <= wanted; ++c) {
      size_t right = c * (distinct - 1) / wanted;
      float middle =
          values[right - 1] + (values[right] - values[right - 1]) / 2;
      // Halfway may round to the left value, which belongs below the cut.
      cuts[f].push_back(middle > values[right - 1] ? middle : values[right]);
    }
    columns[f].resize(samples.size());
    for (size_t i = 0; i < samples.size(); ++i)
      columns[f][i] = uint16_t(
          std::upper_bound(cuts[f].begin(), cuts[f].end(), samples.row(i)[f]) -
          cuts[f].begin());
    values.resize(samples.size());
  }
}

/// Weights of the two classes.
struct Mass {
  double no = 0, yes = 0;
  double all() const { return no + yes; }
  /// all * Gini impurity / 2
  double impurity() const { return all() > 0 ? no * yes / all() : 0; }
};

struct Split {
  double impurity = INFINITY;
  size_t feature = 0, bin = 0;
};

/// One weak learner.
class TreeGrower {
public:
  TreeGrower(const Bins &bins, const Samples &samples,
             const std::vector<double> &weights, unsigned depth)
      : bins(bins), samples(samples), weights(weights), depth(depth) {}

  /// Appends a tree with leaves -1 and +1 to `nodes`; its place is its begin.
  void grow(std::vector<TreeNode> &nodes);

private:
  void expand(std::vector<TreeNode> &nodes, size_t node,
              std::vector<uint32_t> members, unsigned level);
  Split best(const std::vector<uint32_t> &members, const Mass &mass) const;
  Mass massOf(const std::vector<uint32_t> &members) const;

  const Bins &bins;
  const Samples &samples;
  const std::vector<double> &weights;
  unsigned depth;
};

void TreeGrower::grow(std::vector<TreeNode> &nodes) {
  std::vector<uint32_t> members(samples.size());
  for (uint32_t i = 0; i < members.size(); ++i)
    members[i] = i;
  nodes.emplace_back();
  expand(nodes, nodes.size() - 1, std::move(members), 0);
}

Mass TreeGrower::massOf(const std::vector<uint32_t> &members) const {
  Mass mass;
  for (uint32_t i : members)
    (samples.labels[i] ? mass.yes : mass.no) += weights[i];
  return mass;
}

Split TreeGrower::best(const std::vector<uint32_t> &members,
                       const Mass &mass) const {
  Split split;
  std::vector<Mass> histogram;
  for (size_t f = 0; f < kNumFeatures; ++f) {
    histogram.assign(bins.count(f), {});
    for (uint32_t i : members) {
      Mass &bin = histogram[bins.at(f, i)];
      (samples.labels[i] ? bin.yes : bin.no) += weights[i];
    }
    Mass left;
    for (size_t b = 0; b + 1 < histogram.size(); ++b) {
      left.no += histogram[b].no;
      left.yes += histogram[b].yes;
      Mass right{mass.no - left.no, mass.yes - left.yes};
      double impurity = left.impurity() + right.impurity();
      if (left.all() > 0 && right.all() > 0 && impurity < split.impurity)
        split = {impurity, f, b};
    }
  }
  return split;
}

void TreeGrower::expand(std::vector<TreeNode> &nodes, size_t node,
                        std::vector<uint32_t> members, unsigned level) {
  Mass mass = massOf(members);
  nodes[node].value = mass.yes > mass.no ? 1 : -1;
  if (level == depth || mass.impurity() <= 0)
    return;
  Split split = best(members, mass);
  if (!(split.impurity < mass.impurity() * (1 - 1e-9)))
    return;
  std::vector<uint32_t> sides[2];
  for (uint32_t i : members)
    sides[bins.at(split.feature, i) > split.bin].push_back(i);
  if (sides[0].empty() || sides[1].empty())
    return;
  members = {};
  auto child = uint32_t(nodes.size());
  nodes[node] = {bins.cut(split.feature, split.bin), uint16_t(split.feature),
                 child};
  nodes.resize(nodes.size() + 2);
  for (size_t side : {0, 1})
    expand(nodes, child + side, std::move(sides[side]), level + 1);
}

} // namespace

TreeModel trainAdaBoost(const Samples &samples,
                        const AdaBoostOptions &options) {
  TreeModel model;
  Bins bins(samples, options.bins);
  size_t n = samples.size();
  std::vector<double> weights(n, 1.0 / double(n));
  std::vector<uint8_t> wrong(n);
  for (unsigned round = 0; round < options.rounds; ++round) {
    size_t first = model.nodes.size();
    TreeGrower(bins, samples, weights, options.depth).grow(model.nodes);
    TreeModel tree;
    tree.nodes = model.nodes;
    tree.roots = {uint32_t(first)};
    double error = 0;
    for (size_t i = 0; i < n; ++i) {
      bool yes = tree.score({samples.row(i), kNumFeatures}) > 0;
      wrong[i] = yes != bool(samples.labels[i]);
      error += wrong[i] ? weights[i] : 0;
    }
    bool useless = error >= 0.5;
    if (useless && round > 0) {
      model.nodes.resize(first);
      break;
    }
    // Two classes: SAMME's log(K - 1) is 0. A tree without error ends it.
    double bounded = std::clamp(error, 1e-10, 1 - 1e-10);
    double alpha = portableLog((1 - bounded) / bounded);
    model.roots.push_back(uint32_t(first));
    for (size_t i = first; i < model.nodes.size(); ++i)
      if (model.nodes[i].feature == TreeNode::leaf)
        model.nodes[i].value *= float(alpha);
    if (useless || error <= 1e-10)
      break;
    double sum = 0;
    for (size_t i = 0; i < n; ++i)
      sum += weights[i] *= wrong[i] ? (1 - bounded) / bounded : 1;
    for (double &weight : weights)
      weight /= sum;
  }
  return model;
}

} // namespace snnc::selector
