//===- DatasetFile.cpp - Data sets as CSV ---------------------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "classifier/PlanLayers.h"
#include "classifier/Training.h"
#include "planner/PlannerVersion.h"
#include "runtime/support/AtomicFile.h"
#include "runtime/support/ChildProcess.h"

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cmath>
#include <cstdio>
#include <cstring>
#include <fcntl.h>
#include <fmt/format.h>
#include <span>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

using namespace snnc::fabric;

namespace snnc::selector {

static constexpr const char *kPlanColumns[] = {"fits",   "pes",   "bytes",
                                               "cycles", "worst", "macs",
                                               "batch",  "parts", "energy"};
static constexpr size_t kColumns =
    3 + kNumFeatures + 2 * kObjectives.size() * std::size(kPlanColumns) +
    kObjectives.size() + kShownSplits;

/// What the numbers depend on; `request` leaves the sets of a file open.
static std::string machineLine(const MachineModel &machine) {
  return fmt::format("# snnc selector dataset planner={} machine={} digest={} "
                     "tick={}",
                     kPlannerVersion, machine.name, chipDigest(machine),
                     kTickSeconds);
}

static std::string headLines(const DatasetRequest &request,
                             const MachineModel &machine) {
  std::string text = fmt::format(
      "{} set={} count={} seed={}\nset,index,structure", machineLine(machine),
      nameOf(request.set), request.count, request.seed);
  for (std::string_view name : kFeatureNames)
    text += fmt::format(",{}", name);
  for (Objective objective : kObjectives)
    for (const char *side : {"serial", "parallel"})
      for (const char *column : kPlanColumns)
        text += fmt::format(",plan_{}_{}_{}", fabric::nameOf(objective), side,
                            column);
  for (Objective objective : kObjectives)
    text += fmt::format(",label_{}", fabric::nameOf(objective));
  for (uint64_t seed = 1; seed <= kShownSplits; ++seed)
    text += fmt::format(",part_{}", seed);
  return text + "\n";
}

static std::string planText(const std::optional<LayerPlan> &plan,
                            const MachineModel &machine) {
  if (!plan)
    return ",0,0,0,0,0,0,0,0,0";
  return fmt::format(",1,{},{},{},{},{},{},{},{}", plan->pes, plan->bytes,
                     plan->cycles.expected, plan->cycles.worst, plan->macs,
                     plan->batch, plan->parts,
                     energyEstimate(*plan, machine, kTickSeconds));
}

static std::string lineOf(const LayerRecord &record,
                          const MachineModel &machine) {
  std::string line = fmt::format("{},{},{}", nameOf(record.set), record.index,
                                 nameOf(record.structure));
  for (float value : record.features)
    line += fmt::format(",{}", value);
  for (Objective objective : kObjectives)
    for (bool parallel : {false, true})
      line += planText(record.plans(objective).in(parallel), machine);
  for (Objective objective : kObjectives)
    line += !record.hasChoice(objective)                 ? ",none"
            : record.prefersParallel(objective, machine) ? ",parallel"
                                                         : ",serial";
  for (uint64_t seed = 1; seed <= kShownSplits; ++seed)
    line += fmt::format(",{}", nameOf(partOf(record, seed)));
  return line + "\n";
}

//===----------------------------------------------------------------------===//
// Writing
//===----------------------------------------------------------------------===//

namespace {

/// The unfinished data set: appended to line by line, so that whatever ends the
/// process, all but its last line is whole. Nobody else writes it meanwhile.
class PartFile {
public:
  explicit PartFile(std::string path) : path(std::move(path)) {}

  /// Opens and locks it; SNN0850 when another process has it.
  Status open();
  /// How many complete layers it holds; it is cut behind them. Begins it with
  /// `head` where there is nothing.
  Expected<uint64_t> resume(const std::string &head);
  Status append(const std::string &text) {
    return writeFully(file.get(), std::as_bytes(std::span(text))) ? Status()
                                                                  : failed();
  }
  Status moveTo(const std::string &target) {
    if (::fsync(file.get()) != 0 ||
        std::rename(path.c_str(), target.c_str()) != 0)
      return failed();
    return {};
  }

private:
  Status failed() const { return cannotWrite(path, std::strerror(errno)); }

  std::string path;
  Descriptor file;
};

} // namespace

Status PartFile::open() {
  for (;;) {
    file =
        Descriptor(openFile(path.c_str(), O_RDWR | O_APPEND | O_CREAT, 0666));
    if (file.get() < 0)
      return failed();
    if (::flock(file.get(), LOCK_EX | LOCK_NB) != 0) {
      if (errno != EWOULDBLOCK)
        return failed();
      return makeError("SNN0850", {path, {}, 0, 0},
                       "another snnc is writing this data set",
                       {"wait until it has ended, or choose another name with "
                        "-o"});
    }
    // Its former owner may have finished, and moved it, before the lock.
    struct stat locked, named;
    if (::fstat(file.get(), &locked) != 0)
      return failed();
    if (::stat(path.c_str(), &named) != 0) {
      if (errno != ENOENT)
        return failed();
    } else if (locked.st_ino == named.st_ino && locked.st_dev == named.st_dev) {
      return {};
    }
  }
}

Expected<uint64_t> PartFile::resume(const std::string &head) {
  auto text = readFile(path);
  if (!text)
    return text.takeError();
  if (head.starts_with(*text)) { // new, or ended in its first line
    if (::ftruncate(file.get(), 0) != 0)
      return failed().takeError();
    if (Status status = append(head); !status)
      return status.takeError();
    return uint64_t(0);
  }
  if (!text->starts_with(head))
    return makeError(
        "SNN1210", {path, {}, 0, 0},
        "the unfinished data set was made for another request, machine or "
        "planner",
        {"remove it, or repeat the command that began it"});
  size_t end = text->rfind('\n') + 1;
  if (::ftruncate(file.get(), off_t(end)) != 0)
    return failed().takeError();
  return uint64_t(std::count(text->begin() + int64_t(head.size()),
                             text->begin() + int64_t(end), '\n'));
}

/// A FIFO or device takes the lines at the end: nothing can be resumed there.
static Status writeDatasetThrough(const DatasetRequest &request,
                                  const MachineModel &machine,
                                  const std::string &path, const Watch &watch) {
  std::string text = headLines(request, machine);
  auto append = [&](LayerRecord record) -> Status {
    text += lineOf(record, machine);
    return {};
  };
  if (Status status = planLayers(request, machine, 0, append, watch); !status)
    return status;
  return writeFileAtomically(path, text);
}

Status writeDataset(const DatasetRequest &request, const MachineModel &machine,
                    const std::string &path, const Watch &watch) {
  auto place = outputPlace(path);
  if (!place)
    return place.takeError();
  if (place->through)
    return writeDatasetThrough(request, machine, path, watch);
  PartFile part(place->path + ".part");
  if (Status status = part.open(); !status)
    return status;
  auto begin = part.resume(headLines(request, machine));
  if (!begin)
    return begin.takeError();
  auto append = [&](LayerRecord record) -> Status {
    return part.append(lineOf(record, machine));
  };
  if (Status status = planLayers(request, machine, *begin, append, watch);
      !status)
    return status;
  return part.moveTo(place->path);
}

//===----------------------------------------------------------------------===//
// Reading
//===----------------------------------------------------------------------===//

namespace {

/// The fields of one line; the first that is wrong stays.
class Fields {
public:
  explicit Fields(std::string_view line) : rest(line) {}

  std::string_view text() {
    size_t comma = rest.find(',');
    std::string_view field = rest.substr(0, comma);
    rest = comma == std::string_view::npos ? "" : rest.substr(comma + 1);
    ++number;
    return field;
  }
  template <typename T> T value() {
    std::string_view field = text();
    T result{};
    auto [end, error] =
        std::from_chars(field.data(), field.data() + field.size(), result);
    if (error != std::errc() || end != field.data() + field.size() ||
        !(double(result) - double(result) == 0))
      fail(field);
    return result;
  }
  void fail(std::string_view field) {
    if (problem.empty())
      problem = fmt::format("column {} holds '{}'", number, field);
  }

  std::string problem;

private:
  std::string_view rest;
  unsigned number = 0;
};

} // namespace

static std::optional<LayerPlan> readPlan(Fields &fields, bool parallel) {
  bool fits = fields.value<unsigned>() != 0;
  LayerPlan plan;
  plan.parallel = parallel;
  plan.pes = fields.value<uint64_t>();
  plan.bytes = fields.value<uint64_t>();
  plan.cycles.expected = fields.value<double>();
  plan.cycles.worst = fields.value<double>();
  plan.macs = fields.value<double>();
  plan.batch = fields.value<uint32_t>();
  plan.parts = fields.value<uint64_t>();
  fields.value<double>(); // energy follows from the others
  return fits ? std::optional(plan) : std::nullopt;
}

static LayerRecord readRecord(Fields &fields) {
  LayerRecord record;
  std::string_view set = fields.text();
  record.set = set == "wide" ? LayerSet::Wide : LayerSet::Grid;
  if (set != nameOf(record.set))
    fields.fail(set);
  record.index = fields.value<uint64_t>();
  std::string_view structure = fields.text();
  bool known = false;
  for (Structure s : {Structure::Random, Structure::Banded, Structure::Block,
                      Structure::Conv, Structure::Trained})
    if (structure == nameOf(s)) {
      record.structure = s;
      known = true;
    }
  if (!known)
    fields.fail(structure);
  for (float &feature : record.features)
    feature = fields.value<float>();
  for (ParadigmPlans &plans : record.best) {
    plans.serial = readPlan(fields, false);
    plans.parallel = readPlan(fields, true);
  }
  return record; // labels and parts follow
}

Expected<Dataset> readDataset(const std::string &path,
                              const MachineModel &machine) {
  auto text = readFile(path);
  if (!text)
    return text.takeError();
  SourceSpot spot{path, {}, 1, 0};
  std::string head = machineLine(machine);
  if (text->compare(0, 25, head, 0, 25) != 0)
    return makeError("SNN1211", spot, "no data set of snnc selector dataset");
  if (text->compare(0, head.size(), head) != 0)
    return makeError("SNN1210", spot,
                     fmt::format("the data set was not made with '{}'", head),
                     {"make it again: snnc selector dataset"});
  Dataset dataset;
  std::string_view rest = *text;
  for (int line = 1; !rest.empty(); ++line) {
    size_t end = rest.find('\n');
    std::string_view content = rest.substr(0, end);
    rest = end == std::string_view::npos ? "" : rest.substr(end + 1);
    if (line <= 2)
      continue;
    Fields fields(content);
    auto commas = size_t(std::count(content.begin(), content.end(), ','));
    if (commas + 1 == kColumns)
      dataset.push_back(readRecord(fields));
    else
      fields.problem =
          fmt::format("{} columns instead of {}", commas + 1, kColumns);
    if (!fields.problem.empty())
      return makeError("SNN1211", {path, {}, line, 0},
                       "the data set has a damaged line: " + fields.problem);
  }
  return dataset;
}

} // namespace snnc::selector
