//===- ModelFile.cpp - Selector models as JSON ----------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// One object: "format", what the model is for, "range" ([least, largest] per
// feature), "scores", "calibration", "base" and "trees". A tree is three arrays
// of equal length: "feature" (-1: leaf), "value" (threshold or leaf), "child"
// (the left one; the right one follows it; 0: leaf). Node 0 is the root.

#include "classifier/Selector.h"

#include "planner/PlannerVersion.h"
#include "runtime/support/Digest.h"

#include <charconv>
#include <cmath>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

using nlohmann::json;

namespace snnc::selector {

static constexpr unsigned kFormat = 1;

std::string chipDigest(const MachineModel &machine) {
  return sha256(toJsonText(chipOf(machine)));
}

static const char *const kRetrain =
    "retrain with `snnc selector train -o DIR` (minutes), or use --paradigm "
    "oracle, which needs no model";

//===----------------------------------------------------------------------===//
// Writing
//===----------------------------------------------------------------------===//

/// The shortest number that reads back as the same float32.
static json shortest(float value) {
  char digits[64];
  auto end = std::to_chars(digits, digits + sizeof digits, value).ptr;
  double number = 0;
  std::from_chars(digits, end, number);
  return float(number) == value ? number : double(value);
}

static json treeToJson(const TreeModel &model, size_t tree) {
  uint32_t first = model.roots[tree];
  uint32_t end = tree + 1 < model.roots.size() ? model.roots[tree + 1]
                                               : uint32_t(model.nodes.size());
  json features = json::array(), values = json::array(),
       children = json::array();
  for (uint32_t i = first; i < end; ++i) {
    const TreeNode &node = model.nodes[i];
    bool leaf = node.feature == TreeNode::leaf;
    features.push_back(leaf ? -1 : int(node.feature));
    values.push_back(shortest(node.value));
    children.push_back(leaf ? 0 : node.child - first);
  }
  return {{"feature", features}, {"value", values}, {"child", children}};
}

static json scoresToJson(const HeldOutScores &scores) {
  return {{"layers", scores.layers},
          {"accuracy", scores.accuracy},
          {"balanced_accuracy", scores.balancedAccuracy},
          {"majority", scores.majority},
          {"regret_pes", scores.regretPes},
          {"regret_cycles", scores.regretCycles}};
}

std::string Selector::toText() const {
  json range = json::array(), scores = json::object();
  for (const FeatureRange &r : about.range)
    range.push_back({shortest(r.least), shortest(r.largest)});
  for (auto &[set, score] : about.scores)
    scores[set] = scoresToJson(score);
  json head = {
      {"format", kFormat},
      {"kind", nameOf(about.kind)},
      {"objective", fabric::nameOf(about.objective)},
      {"machine", about.machine},
      {"machine_digest", about.machineDigest},
      {"planner", about.planner},
      {"sets", about.sets},
      {"seed", about.seed},
      {"trained", about.trained},
      {"calibrated", about.calibrated},
      {"features", kFeatureNames},
      {"range", range},
      {"scores", scores},
      {"calibration",
       {{"slope", calibration.slope}, {"intercept", calibration.intercept}}},
      {"base", shortest(trees.base)}};
  // One line per entry and per tree: versions can be compared.
  std::string text = "{\n";
  for (auto &[key, value] : head.items())
    text += fmt::format("\"{}\": {},\n", key, value.dump());
  text += "\"trees\": [\n";
  for (size_t tree = 0; tree < trees.roots.size(); ++tree)
    text += fmt::format("{}{}\n", treeToJson(trees, tree).dump(),
                        tree + 1 < trees.roots.size() ? "," : "");
  return text + "]}\n";
}

//===----------------------------------------------------------------------===//
// Reading
//===----------------------------------------------------------------------===//

namespace {

/// Reads one file; the first problem stays.
class Reader {
public:
  Reader(const json &root, const std::string &path) : root(root), path(path) {}

  std::optional<Diagnostic> error;

  bool fail(DiagnosticCode code, std::string message) {
    if (!error)
      error = makeError(code, {path, {}, 0, 0}, std::move(message), {kRetrain});
    return false;
  }
  bool malformed(std::string_view key, const char *wanted) {
    return fail("SNN1200", fmt::format("the model's '{}' is missing or not {}",
                                       key, wanted));
  }

  const json *find(const json &object, const char *key) {
    auto it = object.is_object() ? object.find(key) : object.end();
    return it == object.end() ? nullptr : &*it;
  }
  bool number(const json &object, const char *key, double &value) {
    const json *entry = find(object, key);
    if (!entry || !entry->is_number())
      return malformed(key, "a number");
    value = entry->get<double>();
    return std::isfinite(value) || notFinite(key);
  }
  bool integer(const json &object, const char *key, uint64_t &value) {
    const json *entry = find(object, key);
    if (!entry || !entry->is_number_unsigned())
      return malformed(key, "a whole number");
    value = entry->get<uint64_t>();
    return true;
  }
  bool text(const char *key, std::string &value) {
    const json *entry = find(root, key);
    if (!entry || !entry->is_string())
      return malformed(key, "a text");
    value = entry->get<std::string>();
    return true;
  }
  bool notFinite(std::string_view key) {
    return fail("SNN1201",
                fmt::format("the model's '{}' holds a number that is not "
                            "finite",
                            key));
  }
  bool single(const json &value, std::string_view key, float &result) {
    if (!value.is_number())
      return malformed(key, "numbers only");
    result = float(value.get<double>());
    return std::isfinite(result) || notFinite(key);
  }

  bool header(ModelInfo &info, const MachineModel &machine);
  bool range(ModelInfo &info);
  bool scores(ModelInfo &info);
  bool trees(TreeModel &model);

private:
  bool version(uint64_t &planner);
  bool features();
  bool tree(const json &entry, TreeModel &model);

  const json &root;
  const std::string &path;
};

bool Reader::version(uint64_t &planner) {
  uint64_t format = 0;
  if (!integer(root, "format", format))
    return false;
  if (format != kFormat)
    return fail("SNN1204", fmt::format("the model has format {}, this snnc "
                                       "reads format {}",
                                       format, kFormat));
  if (!integer(root, "planner", planner))
    return false;
  if (planner != fabric::kPlannerVersion)
    return fail("SNN1203",
                fmt::format("the model was trained on plans of planner version "
                            "{}, this snnc has version {}",
                            planner, fabric::kPlannerVersion));
  return true;
}

bool Reader::features() {
  const json *names = find(root, "features");
  if (!names || !names->is_array())
    return malformed("features", "a list of names");
  for (size_t i = 0; i < std::max(names->size(), kNumFeatures); ++i) {
    bool same = i < names->size() && i < kNumFeatures &&
                (*names)[i].is_string() &&
                (*names)[i].get_ref<const std::string &>() == kFeatureNames[i];
    if (!same)
      return fail("SNN1205",
                  fmt::format("the model's feature {} is {}, this snnc has {}",
                              i, i < names->size() ? (*names)[i].dump() : "-",
                              i < kNumFeatures ? kFeatureNames[i] : "none"));
  }
  return true;
}

bool Reader::header(ModelInfo &info, const MachineModel &machine) {
  uint64_t planner = 0;
  std::string kind, objective;
  if (!version(planner) || !text("kind", kind) ||
      !text("objective", objective) || !text("machine", info.machine) ||
      !text("machine_digest", info.machineDigest))
    return false;
  info.planner = unsigned(planner);
  std::string digest = chipDigest(machine);
  if (info.machineDigest != digest)
    return fail("SNN1202",
                fmt::format("the model was trained for the machine '{}' ({}), "
                            "not for '{}' ({})",
                            info.machine, info.machineDigest, machine.name,
                            digest));
  auto wanted = fabric::objectiveOf(objective);
  if (!wanted)
    return malformed("objective", "pes, memory, cycles or energy");
  info.objective = *wanted;
  if (kind != nameOf(ModelKind::XGBoost) && kind != nameOf(ModelKind::AdaBoost))
    return malformed("kind", "adaboost or xgboost");
  info.kind = kind == nameOf(ModelKind::XGBoost) ? ModelKind::XGBoost
                                                 : ModelKind::AdaBoost;
  const json *sets = find(root, "sets");
  if (!sets || !sets->is_array())
    return malformed("sets", "a list of names");
  for (const json &set : *sets) {
    if (!set.is_string())
      return malformed("sets", "a list of names");
    info.sets.push_back(set.get<std::string>());
  }
  return features() && integer(root, "seed", info.seed) &&
         integer(root, "trained", info.trained) &&
         integer(root, "calibrated", info.calibrated);
}

bool Reader::range(ModelInfo &info) {
  const json *ranges = find(root, "range");
  if (!ranges || !ranges->is_array() || ranges->size() != kNumFeatures)
    return malformed("range", "a pair of numbers per feature");
  for (size_t i = 0; i < kNumFeatures; ++i) {
    const json &pair = (*ranges)[i];
    if (!pair.is_array() || pair.size() != 2)
      return malformed("range", "a pair of numbers per feature");
    if (!single(pair[0], "range", info.range[i].least) ||
        !single(pair[1], "range", info.range[i].largest))
      return false;
  }
  return true;
}

bool Reader::scores(ModelInfo &info) {
  const json *sets = find(root, "scores");
  if (!sets || !sets->is_object())
    return malformed("scores", "an object");
  for (auto &[set, entry] : sets->items()) {
    HeldOutScores score;
    if (!integer(entry, "layers", score.layers) ||
        !number(entry, "accuracy", score.accuracy) ||
        !number(entry, "balanced_accuracy", score.balancedAccuracy) ||
        !number(entry, "majority", score.majority) ||
        !number(entry, "regret_pes", score.regretPes) ||
        !number(entry, "regret_cycles", score.regretCycles))
      return false;
    info.scores[set] = score;
  }
  return true;
}

/// Children come after their parent and inside the tree, so walks end.
bool Reader::tree(const json &entry, TreeModel &model) {
  const json *features = find(entry, "feature"), *values = find(entry, "value"),
             *children = find(entry, "child");
  if (!features || !values || !children || !features->is_array() ||
      !values->is_array() || !children->is_array() || features->empty() ||
      features->size() != values->size() ||
      features->size() != children->size())
    return malformed("trees", "three arrays of equal length per tree");
  auto first = uint32_t(model.nodes.size());
  size_t count = features->size();
  model.roots.push_back(first);
  for (size_t i = 0; i < count; ++i) {
    TreeNode node;
    if (!single((*values)[i], "trees", node.value))
      return false;
    const json &feature = (*features)[i], &child = (*children)[i];
    if (!feature.is_number_integer() || !child.is_number_unsigned())
      return malformed("trees", "whole numbers of features and nodes");
    int64_t number = feature.get<int64_t>();
    uint64_t left = child.get<uint64_t>();
    if (number >= 0) {
      if (uint64_t(number) >= kNumFeatures || left <= i || left >= count - 1)
        return malformed("trees", "trees over the known features");
      node.feature = uint16_t(number);
      node.child = first + uint32_t(left);
    }
    model.nodes.push_back(node);
  }
  return true;
}

bool Reader::trees(TreeModel &model) {
  double base = 0;
  if (!number(root, "base", base))
    return false;
  model.base = float(base);
  if (!std::isfinite(model.base))
    return notFinite("base");
  const json *list = find(root, "trees");
  if (!list || !list->is_array() || list->empty())
    return malformed("trees", "a list with at least one tree");
  for (const json &entry : *list)
    if (!tree(entry, model))
      return false;
  return true;
}

} // namespace

/// A syntax error: mostly a file that is cut off, or NaN, which JSON lacks.
static Diagnostic explainSyntax(std::string_view text,
                                const std::string &path) {
  std::string reason;
  bool outOfRange = false;
  try {
    (void)json::parse(text);
  } catch (const json::exception &exception) {
    reason = exception.what();
    outOfRange = exception.id == 406; // a number beyond float64
    if (exception.id == 101) {
      size_t byte = static_cast<const json::parse_error &>(exception).byte;
      std::string_view near = text.substr(byte > 12 ? byte - 12 : 0, 24);
      for (const char *word : {"NaN", "nan", "Inf", "inf"})
        outOfRange |= near.find(word) != std::string_view::npos;
    }
  }
  if (outOfRange)
    return makeError("SNN1201", {path, {}, 0, 0},
                     "the model holds a number that is not finite", {kRetrain});
  Diagnostic error =
      makeError("SNN1200", {path, {}, 0, 0},
                fmt::format("the model is cut off or no JSON ({} B were read)",
                            text.size()),
                {kRetrain});
  error.notes.push_back(reason);
  return error;
}

Expected<Selector> Selector::parse(std::string_view text,
                                   const std::string &shownPath,
                                   const MachineModel &machine) {
  json root = json::parse(text, nullptr, /*allow_exceptions=*/false);
  if (root.is_discarded())
    return explainSyntax(text, shownPath);
  Reader reader(root, shownPath);
  Selector result;
  const json *calibration = reader.find(root, "calibration");
  json none;
  bool ok = reader.header(result.about, machine) &&
            reader.range(result.about) && reader.scores(result.about) &&
            reader.number(calibration ? *calibration : none, "slope",
                          result.calibration.slope) &&
            reader.number(calibration ? *calibration : none, "intercept",
                          result.calibration.intercept) &&
            reader.trees(result.trees);
  if (!ok)
    return std::move(*reader.error);
  return result;
}

} // namespace snnc::selector
