//===- Xgboost.cpp - XGBoost's trees, trained and taken over --------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "classifier/Training.h"

#include <cmath>
#include <fmt/format.h>
#include <memory>
#include <nlohmann/json.hpp>
#include <type_traits>
#include <xgboost/c_api.h>

using nlohmann::json;

namespace snnc::selector {

static Status check(int code) {
  if (code == 0)
    return {};
  return makeError("SNN1213", {},
                   fmt::format("XGBoost: {}", XGBGetLastError()));
}

namespace {
struct FreeMatrix {
  void operator()(void *handle) const { XGDMatrixFree(handle); }
};
struct FreeBooster {
  void operator()(void *handle) const { XGBoosterFree(handle); }
};
using Matrix = std::unique_ptr<void, FreeMatrix>;
using Booster = std::unique_ptr<void, FreeBooster>;
} // namespace

static Expected<Matrix> matrixOf(const Samples &samples) {
  DMatrixHandle handle = nullptr;
  // No value is missing: NaN never occurs.
  if (Status status = check(XGDMatrixCreateFromMat(
          samples.features.data(), samples.size(), kNumFeatures, NAN, &handle));
      !status)
    return status.takeError();
  Matrix matrix(handle);
  std::vector<float> labels(samples.labels.begin(), samples.labels.end());
  if (Status status = check(
          XGDMatrixSetFloatInfo(handle, "label", labels.data(), labels.size()));
      !status)
    return status.takeError();
  return matrix;
}

static Status setUp(BoosterHandle booster, uint64_t seed,
                    const XgboostOptions &options) {
  std::pair<const char *, std::string> parameters[] = {
      {"objective", "binary:logistic"},
      {"base_score", "0.5"},
      {"tree_method", "exact"}, // no sketch: the same on every run
      {"nthread", "1"},
      {"verbosity", "0"},
      {"seed", fmt::format("{}", seed % 1000000007)},
      {"max_depth", fmt::format("{}", options.depth)},
      {"eta", fmt::format("{}", options.learningRate)},
      {"min_child_weight", fmt::format("{}", options.minChildWeight)}};
  for (auto &[name, value] : parameters)
    if (Status status = check(XGBoosterSetParam(booster, name, value.c_str()));
        !status)
      return status;
  return {};
}

/// One tree of the library's JSON, children of a node side by side.
static void addTree(const json &tree, TreeModel &model) {
  auto features = tree.at("split_indices").get<std::vector<uint32_t>>();
  auto values = tree.at("split_conditions").get<std::vector<float>>();
  auto lefts = tree.at("left_children").get<std::vector<int64_t>>();
  auto rights = tree.at("right_children").get<std::vector<int64_t>>();
  auto root = uint32_t(model.nodes.size());
  model.roots.push_back(root);
  model.nodes.emplace_back();
  std::vector<std::pair<uint32_t, size_t>> open = {{root, 0}};
  while (!open.empty()) {
    auto [place, own] = open.back();
    open.pop_back();
    TreeNode &node = model.nodes[place];
    node.value = values.at(own);
    if (lefts.at(own) < 0)
      continue;
    node.feature = uint16_t(features.at(own));
    node.child = uint32_t(model.nodes.size());
    open.emplace_back(node.child + 1, size_t(rights.at(own)));
    open.emplace_back(node.child, size_t(lefts.at(own)));
    model.nodes.resize(model.nodes.size() + 2);
  }
}

static Expected<TreeModel> treesOf(BoosterHandle booster) {
  bst_ulong length = 0;
  const char *text = nullptr;
  if (Status status = check(XGBoosterSaveModelToBuffer(
          booster, R"({"format": "json"})", &length, &text));
      !status)
    return status.takeError();
  TreeModel model;
  try {
    json root = json::parse(text, text + length);
    for (const json &tree :
         root.at("learner").at("gradient_booster").at("model").at("trees"))
      addTree(tree, model);
  } catch (const std::exception &error) {
    return makeError(
        "SNN1213", {},
        fmt::format("XGBoost's model is not as expected: {}", error.what()));
  }
  return model;
}

static Status predict(BoosterHandle booster, const Samples &probes,
                      std::vector<float> &scores) {
  auto matrix = matrixOf(probes);
  if (!matrix)
    return matrix.takeError();
  constexpr int margin = 1; // before the logistic function
  bst_ulong count = 0;
  const float *values = nullptr;
  Status status = check(XGBoosterPredict(booster, matrix->get(), margin, 0,
                                         /*training=*/0, &count, &values));
  if (status)
    scores.assign(values, values + count);
  return status;
}

Expected<XgboostRun> runXgboost(const Samples &samples, uint64_t seed,
                                const XgboostOptions &options,
                                const Samples &probes) {
  auto matrix = matrixOf(samples);
  if (!matrix)
    return matrix.takeError();
  BoosterHandle handle = nullptr;
  DMatrixHandle data[] = {matrix->get()};
  if (Status status = check(XGBoosterCreate(data, 1, &handle)); !status)
    return status.takeError();
  Booster booster(handle);
  if (Status status = setUp(handle, seed, options); !status)
    return status.takeError();
  for (unsigned round = 0; round < options.rounds; ++round)
    if (Status status =
            check(XGBoosterUpdateOneIter(handle, int(round), matrix->get()));
        !status)
      return status.takeError();
  auto model = treesOf(handle);
  if (!model)
    return model.takeError();
  XgboostRun run{std::move(*model), {}};
  if (probes.size() != 0)
    if (Status status = predict(handle, probes, run.scores); !status)
      return status.takeError();
  return run;
}

Expected<TreeModel> trainXgboost(const Samples &samples, uint64_t seed,
                                 const XgboostOptions &options) {
  auto run = runXgboost(samples, seed, options, {});
  if (!run)
    return run.takeError();
  return std::move(run->model);
}

} // namespace snnc::selector
