//===- DrawnConnectivity.cpp - Synapses from a generator ------------------===//
//
// Part of the snnc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// `#snn.procedural`: synapse k of target t (of source s for fixed_outdegree)
// takes the four words of Philox4x32-10 with the key streamKey(seed, stream)
// and the counter (k, t, 0, 0):
//
//   words 0 and 1   the partner: a source drawn from 0 to n - 1
//                   (fixed_indegree; distinct sources by Floyd's algorithm when
//                   multapses = 0; fixed_total_number), a target
//                   (fixed_outdegree), or the number of sources to skip,
//                   floor(log(u) / log(1 - p)) (fixed_probability); unused by
//                   all_to_all and one_to_one, where k is the source
//   word 2          the weight, float32 of the float64 draw
//   word 3          the delay
//
// fixed_total_number: the targets' shares of the synapses are multinomial; one
// after the other has a binomial part of what the targets before it left, with
// the counter (0, t, 1, 0).
//
// So every target's synapses can be made on their own. Rows by source come from
// a table that is drawn once and kept (DrawnRows.h). What is too large for that
// comes from a transposition of (target, k) pairs, 8 B a synapse, in chunks of
// sources that hold at most kChunkSynapses; weights and delays are drawn again
// when a row is read.
//
//===----------------------------------------------------------------------===//

#include "compiler/SNN/DrawnLimits.h"
#include "compiler/SNN/DrawnRows.h"
#include "runtime/support/Draws.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <mutex>
#include <numeric>

using namespace mlir;

namespace snnc::snn {

/// philox4x32 on several counters at once.
template <size_t lanes>
static void philoxLanes(std::array<PhiloxCounter, lanes> &counters,
                        PhiloxKey key) {
  for (int round = 0; round < 10; ++round) {
    for (PhiloxCounter &c : counters) {
      uint64_t a = uint64_t(0xD2511F53) * c[0], b = uint64_t(0xCD9E8D57) * c[2];
      c = {uint32_t(b >> 32) ^ c[1] ^ key[0], uint32_t(b),
           uint32_t(a >> 32) ^ c[3] ^ key[1], uint32_t(a)};
    }
    key[0] += 0x9E3779B9;
    key[1] += 0xBB67AE85;
  }
}

namespace {

/// 512 MiB of pairs.
constexpr uint64_t kChunkSynapses = uint64_t(1) << 26;

class ProceduralConnectivity : public Connectivity {
public:
  ProceduralConnectivity(ProceduralAttr rule, uint32_t numSources,
                         uint32_t numTargets)
      : kind(rule.getKind()), amount(rule.getAmount().getValueAsDouble()),
        weight(rule.getWeight()), delay(rule.getDelay()),
        skipSelf(rule.getAutapses() == 0), repeats(rule.getMultapses() != 0),
        longest(uint32_t(rule.getDelay().largest())),
        key(streamKey(uint64_t(rule.getSeed()), uint64_t(rule.getStream()))) {
    sources = numSources;
    targets = numTargets;
    if (targets > RowTable::kMaxTargets || longest > RowTable::kMaxDelay)
      return;
    DrawnRows &rows = cast<SNNDialect>(rule.getDialect()).drawnRows();
    table = rows.table(rule, sources, targets, mostSynapses());
    if (table && rule.getWeight().getKind() == DistKind::Constant &&
        float(weight(0)) != 0) {
      patterns = rows.patterns();
      pattern = patternOf(rule);
    }
  }

  uint32_t maxExtraDelay() const override { return longest; }
  std::optional<uint64_t> cheapCount() const override;
  void countByTarget(std::vector<uint32_t> &degrees) const override;
  std::pair<uint32_t, uint32_t> extraDelays() const override {
    // The distributions' numbers ascend with their word.
    return {uint32_t(delay(0)), uint32_t(delay(0xffffffff))};
  }
  bool isMadeByTarget() const override { return !table && !bySource(); }
  void forEach(Visitor visit) const override;
  void forEachBatch(NeuronRange onto, bool withDelays,
                    BatchVisitor visit) const override {
    if (isMadeByTarget())
      drawAll(onto, withDelays, visit);
    else
      Connectivity::forEachBatch(onto, withDelays, visit);
  }
  void row(uint32_t source, std::vector<Synapse> &row) const override;
  std::optional<llvm::ArrayRef<uint64_t>>
  packedRow(uint32_t source) const override {
    if (!table)
      return std::nullopt;
    fill();
    return table->row(source);
  }

private:
  /// A rule but for its weight.
  static std::string patternOf(ProceduralAttr rule) {
    std::string text;
    llvm::raw_string_ostream out(text);
    out << int(rule.getKind()) << rule.getAmount() << rule.getDelay()
        << rule.getAutapses() << "," << rule.getMultapses() << ","
        << rule.getSeed() << "," << rule.getStream();
    return text;
  }
  void fill() const {
    table->fillOnce([&](auto &begins, auto &words) {
      auto same = patterns ? patterns->find(pattern, sources, targets)
                           : std::shared_ptr<const RowTable>();
      if (same)
        same->copy(float(weight(0)), begins, words);
      else
        fillTable(begins, words);
      if (patterns && !same)
        patterns->add(pattern, sources, targets, table);
    });
  }
  /// What a walk over draws needs besides them.
  struct Scratch {
    std::vector<uint64_t> taken; ///< bit per partner, all zero between walks
    std::vector<uint32_t> chosen;
  };

  PhiloxCounter words(uint32_t k, uint32_t owner) const {
    return philox4x32({k, owner, 0, 0}, key);
  }
  /// Draws whose weights and delays are made together.
  struct Pending {
    size_t count = 0;
    uint32_t owner[kDraws], partner[kDraws], weight[kDraws], delay[kDraws];
  };
  static_assert(kDraws <= SynapseBatch::kMost);
  void make(Pending &pending, bool withDelays, SynapseBatch &batch) const;
  Synapse make(uint32_t target, const PhiloxCounter &w) const {
    return {target, float(weight(w[2])), uint32_t(delay(w[3]))};
  }
  /// Calls visit(k, partner, words) for every draw of `owner`: a target, or a
  /// source for fixed_outdegree. `wanted` false leaves `words` undefined where
  /// the partner does not need them.
  template <typename Visit>
  void draw(uint32_t owner, Scratch &scratch, bool wanted, Visit visit) const;
  template <typename Visit>
  void drawDegree(uint32_t owner, Scratch &scratch, Visit visit) const;
  template <typename Visit>
  void drawProbability(uint32_t target, Visit visit) const;
  void drawAll(NeuronRange owners, bool withDelays, BatchVisitor visit) const;
  uint32_t degreeOf(uint32_t owner) const;
  uint64_t mostSynapses() const;
  void fillTable(std::vector<uint32_t> &begins,
                 std::vector<uint64_t> &synapses) const;
  void drawRow(uint32_t source, std::vector<Synapse> &row) const;
  void fillChunk(uint32_t first) const;

  bool bySource() const { return kind == ConnectorKind::FixedOutDegree; }
  uint32_t partners() const { return bySource() ? targets : sources; }

  ConnectorKind kind;
  double amount;
  Drawer weight, delay;
  bool skipSelf, repeats;
  uint32_t longest;
  PhiloxKey key;
  std::shared_ptr<RowTable> table; ///< null when it would be too large
  /// Null unless all weights are the same.
  std::shared_ptr<DrawnPatterns> patterns;
  std::string pattern; ///< the rule's key there

  mutable std::once_flag shared;
  mutable std::vector<uint32_t> shares; ///< of fixed_total_number, by target

  /// The rows of sources [chunkBegin, chunkEnd): (target, k), by source.
  struct Pair {
    uint32_t target, k;
  };
  mutable std::mutex mutex;
  mutable uint32_t chunkBegin = 0, chunkEnd = 0, chunkSources = 0;
  mutable std::vector<uint64_t> begins;
  mutable std::vector<Pair> pairs;
};

/// Draws of `owner`, its connection to itself not counted as forbidden.
uint32_t ProceduralConnectivity::degreeOf(uint32_t owner) const {
  if (kind != ConnectorKind::FixedTotalNumber)
    return uint32_t(amount);
  std::call_once(shared, [&] {
    uint64_t left = uint64_t(amount);
    for (uint32_t t = 0; t < targets; ++t) {
      PhiloxCounter w = philox4x32({0, t, 1, 0}, key);
      uint64_t share =
          binomial(left, 1.0 / double(targets - t), unitInterval(w[0], w[1]));
      shares.push_back(uint32_t(share));
      left -= share;
    }
  });
  return shares[owner];
}

template <typename Visit>
void ProceduralConnectivity::drawDegree(uint32_t owner, Scratch &scratch,
                                        Visit visit) const {
  // Without self connections, partners beyond the owner move up by one.
  uint32_t n = partners() - (skipSelf ? 1 : 0);
  uint32_t degree = degreeOf(owner);
  auto partnerOf = [&](uint32_t drawn) {
    return drawn + (skipSelf && drawn >= owner ? 1 : 0);
  };
  if (repeats) {
    DrawnWords drawn;
    for (uint32_t first = 0; first < degree; first += kDraws) {
      drawWords(key, first, owner, drawn);
      auto &[w0, w1, w2, w3] = drawn.word;
      uint32_t count = std::min<uint32_t>(degree - first, kDraws);
      for (uint32_t i = 0; i < count; ++i)
        visit(first + i, partnerOf(below(w0[i], w1[i], n)),
              PhiloxCounter{w0[i], w1[i], w2[i], w3[i]});
    }
    return;
  }
  scratch.taken.resize((size_t(n) + 63) / 64, 0);
  scratch.chosen.clear();
  for (uint32_t k = 0; k < degree; ++k) {
    PhiloxCounter w = words(k, owner);
    uint32_t last = n - degree + k;
    uint32_t drawn = below(w[0], w[1], last + 1);
    if (scratch.taken[drawn / 64] >> (drawn % 64) & 1)
      drawn = last;
    scratch.taken[drawn / 64] |= uint64_t(1) << (drawn % 64);
    scratch.chosen.push_back(drawn);
    visit(k, partnerOf(drawn), w);
  }
  for (uint32_t drawn : scratch.chosen)
    scratch.taken[drawn / 64] = 0;
}

template <typename Visit>
void ProceduralConnectivity::drawProbability(uint32_t target,
                                             Visit visit) const {
  if (amount <= 0)
    return;
  // log(1 - p) is exact enough down to p = 1e-9 or so, below which a network of
  // 2^31 neurons has a handful of synapses.
  double scale = amount < 1 ? 1 / portableLog(1 - amount) : 0;
  if (!std::isfinite(scale))
    return; // 1 - p rounds to 1: p is below 2^-53
  // Four draws at a time: their rounds and logarithms overlap in the processor.
  constexpr unsigned lanes = 4;
  std::array<PhiloxCounter, lanes> w;
  double skip[lanes], next = 0;
  for (uint32_t first = 0;; first += lanes) {
    for (unsigned l = 0; l < lanes; ++l)
      w[l] = {first + l, target, 0, 0};
    philoxLanes(w, key);
    for (unsigned l = 0; l < lanes; ++l)
      skip[l] = portableLog(unitInterval(w[l][0], w[l][1]) + 0x1p-54) * scale;
    for (unsigned l = 0; l < lanes; ++l) {
      // Whole and not negative; beyond the sources it only has to stay there.
      next += double(uint64_t(std::min(skip[l], 0x1p40)));
      if (next >= sources)
        return;
      if (!(skipSelf && next == target))
        visit(first + l, uint32_t(next), w[l]);
      ++next;
    }
  }
}

template <typename Visit>
void ProceduralConnectivity::draw(uint32_t owner, Scratch &scratch, bool wanted,
                                  Visit visit) const {
  switch (kind) {
  case ConnectorKind::AllToAll:
    for (uint32_t s = 0; s < sources; ++s)
      if (!(skipSelf && s == owner))
        visit(s, s, wanted ? words(s, owner) : PhiloxCounter{});
    return;
  case ConnectorKind::OneToOne:
    if (!skipSelf)
      visit(owner, owner, wanted ? words(owner, owner) : PhiloxCounter{});
    return;
  case ConnectorKind::FixedProbability:
    return drawProbability(owner, visit);
  case ConnectorKind::FixedInDegree:
  case ConnectorKind::FixedOutDegree:
  case ConnectorKind::FixedTotalNumber:
    return drawDegree(owner, scratch, visit);
  }
}

std::optional<uint64_t> ProceduralConnectivity::cheapCount() const {
  uint64_t self = skipSelf ? 1 : 0;
  switch (kind) {
  case ConnectorKind::AllToAll:
    return uint64_t(sources - self) * targets;
  case ConnectorKind::OneToOne:
    return skipSelf ? 0 : targets;
  case ConnectorKind::FixedInDegree:
    return uint64_t(amount) * targets;
  case ConnectorKind::FixedOutDegree:
    return uint64_t(amount) * sources;
  case ConnectorKind::FixedTotalNumber:
    return uint64_t(amount);
  case ConnectorKind::FixedProbability:
    break;
  }
  // The expectation decides whether drawing is worth it: the caller wants to
  // know about millions, exactly or not at all.
  if (amount * double(sources) * double(targets) > 1e9)
    return uint64_t(amount * double(sources) * double(targets));
  std::vector<uint32_t> degrees;
  countByTarget(degrees);
  return std::accumulate(degrees.begin(), degrees.end(), uint64_t(0));
}

void ProceduralConnectivity::countByTarget(
    std::vector<uint32_t> &degrees) const {
  switch (kind) {
  case ConnectorKind::AllToAll:
    return degrees.assign(targets, sources - (skipSelf ? 1 : 0));
  case ConnectorKind::OneToOne:
    return degrees.assign(targets, skipSelf ? 0 : 1);
  case ConnectorKind::FixedInDegree:
    return degrees.assign(targets, uint32_t(amount));
  case ConnectorKind::FixedTotalNumber:
    degrees.clear();
    for (uint32_t target = 0; target < targets; ++target)
      degrees.push_back(degreeOf(target));
    return;
  case ConnectorKind::FixedProbability:
  case ConnectorKind::FixedOutDegree:
    break;
  }
  degrees.assign(targets, 0);
  if (patterns) { // no weight is 0, and somebody is going to read the rows
    fill();
    for (uint32_t source = 0; source < sources; ++source)
      for (uint64_t word : table->row(source))
        ++degrees[RowTable::unpack(word).target];
    return;
  }
  Scratch scratch;
  for (uint32_t owner = 0, n = bySource() ? sources : targets; owner < n;
       ++owner)
    draw(owner, scratch, false,
         [&](uint32_t, uint32_t partner, const PhiloxCounter &) {
           ++degrees[bySource() ? partner : owner];
         });
}

void ProceduralConnectivity::make(Pending &pending, bool withDelays,
                                  SynapseBatch &batch) const {
  double weights[kDraws], delays[kDraws];
  weight.many(pending.weight, pending.count, weights);
  if (withDelays)
    delay.many(pending.delay, pending.count, delays);
  const uint32_t *from = bySource() ? pending.owner : pending.partner,
                 *onto = bySource() ? pending.partner : pending.owner;
  size_t count = 0;
  for (size_t i = 0; i < pending.count; ++i) {
    batch.source[count] = from[i];
    batch.target[count] = onto[i];
    batch.delay[count] = withDelays ? uint32_t(delays[i]) : 0;
    batch.weight[count] = float(weights[i]);
    count += batch.weight[count] != 0;
  }
  batch.count = count;
  pending.count = 0;
}

/// Every synapse of `owners` once, by owner.
void ProceduralConnectivity::drawAll(NeuronRange owners, bool withDelays,
                                     BatchVisitor visit) const {
  Scratch scratch;
  Pending pending;
  SynapseBatch batch;
  auto flush = [&] {
    make(pending, withDelays, batch);
    if (batch.count > 0)
      visit(batch);
  };
  for (uint32_t owner = owners.begin; owner < owners.end; ++owner)
    draw(owner, scratch, true,
         [&](uint32_t, uint32_t partner, const PhiloxCounter &w) {
           size_t at = pending.count++;
           pending.owner[at] = owner;
           pending.partner[at] = partner;
           pending.weight[at] = w[2];
           pending.delay[at] = w[3];
           if (pending.count == kDraws)
             flush();
         });
  flush();
}

void ProceduralConnectivity::forEach(Visitor visit) const {
  if (!table && bySource()) // drawn in no order, rows have one
    return Connectivity::forEach(visit);
  if (!table)
    return drawAll({0, targets}, true, [&](const SynapseBatch &batch) {
      for (size_t i = 0; i < batch.count; ++i)
        visit(batch.source[i],
              {batch.target[i], batch.weight[i], batch.delay[i]});
    });
  for (uint32_t source = 0; source < sources; ++source) {
    auto words = packedRow(source); // outlives the loop over it
    for (uint64_t word : *words)
      visit(source, RowTable::unpack(word));
  }
}

/// Hardly ever exceeded: six standard deviations over the expectation.
uint64_t ProceduralConnectivity::mostSynapses() const {
  if (kind != ConnectorKind::FixedProbability)
    return *cheapCount();
  double expected = amount * double(sources) * double(targets);
  return uint64_t(expected + 6 * std::sqrt(expected));
}

/// Rows that are drawn as rows go straight into the table; what is drawn by
/// target is sorted by source once all is there, which keeps targets ascending.
void ProceduralConnectivity::fillTable(std::vector<uint32_t> &begins,
                                       std::vector<uint64_t> &words) const {
  begins.assign(size_t(sources) + 1, 0);
  bool pairwise =
      kind == ConnectorKind::AllToAll || kind == ConnectorKind::OneToOne;
  if (pairwise || bySource()) {
    std::vector<Synapse> row;
    for (uint32_t source = 0; source < sources; ++source) {
      drawRow(source, row);
      for (const Synapse &synapse : row)
        words.push_back(RowTable::pack(synapse));
      begins[source + 1] = uint32_t(words.size());
    }
    words.shrink_to_fit();
    return;
  }
  std::vector<uint32_t> from; // of every draw, its source
  std::vector<uint64_t> drawn;
  from.reserve(mostSynapses());
  drawn.reserve(mostSynapses());
  drawAll({0, targets}, true, [&](const SynapseBatch &batch) {
    for (size_t i = 0; i < batch.count; ++i) {
      from.push_back(batch.source[i]);
      drawn.push_back(
          RowTable::pack({batch.target[i], batch.weight[i], batch.delay[i]}));
    }
  });
  RowTable::sort(from, drawn, begins, words);
}

/// Transposes the draws that end in the chunk of `source`: a counting pass and
/// a filling pass. Targets ascend, so rows do.
void ProceduralConnectivity::fillChunk(uint32_t source) const {
  if (chunkSources == 0) {
    uint64_t all = std::max<uint64_t>(1, mostSynapses());
    chunkSources = uint32_t(std::clamp<uint64_t>(
        uint64_t(double(kChunkSynapses) / double(all) * sources), 1, sources));
  }
  chunkBegin = source / chunkSources * chunkSources;
  chunkEnd = uint32_t(
      std::min<uint64_t>(uint64_t(chunkBegin) + chunkSources, sources));
  begins.assign(size_t(chunkEnd - chunkBegin) + 1, 0);
  Scratch scratch;
  auto inside = [&](uint32_t s) { return chunkBegin <= s && s < chunkEnd; };
  for (uint32_t target = 0; target < targets; ++target)
    draw(target, scratch, false,
         [&](uint32_t, uint32_t s, const PhiloxCounter &) {
           if (inside(s))
             ++begins[s - chunkBegin + 1];
         });
  for (size_t i = 1; i < begins.size(); ++i)
    begins[i] += begins[i - 1];
  pairs.resize(begins.back());
  std::vector<uint64_t> next(begins.begin(), begins.end() - 1);
  for (uint32_t target = 0; target < targets; ++target)
    draw(target, scratch, false,
         [&](uint32_t k, uint32_t s, const PhiloxCounter &) {
           if (inside(s))
             pairs[next[s - chunkBegin]++] = {target, k};
         });
}

void ProceduralConnectivity::row(uint32_t source,
                                 std::vector<Synapse> &row) const {
  auto words = packedRow(source);
  if (!words)
    return drawRow(source, row);
  row.resize(words->size());
  std::transform(words->begin(), words->end(), row.begin(), RowTable::unpack);
}

void ProceduralConnectivity::drawRow(uint32_t source,
                                     std::vector<Synapse> &row) const {
  row.clear();
  auto add = [&](uint32_t target, const PhiloxCounter &w) {
    Synapse synapse = make(target, w);
    if (synapse.weight != 0)
      row.push_back(synapse);
  };
  switch (kind) {
  case ConnectorKind::AllToAll:
    for (uint32_t target = 0; target < targets; ++target)
      if (!(skipSelf && source == target))
        add(target, words(source, target));
    return;
  case ConnectorKind::OneToOne:
    if (!skipSelf)
      add(source, words(source, source));
    return;
  case ConnectorKind::FixedOutDegree: {
    Scratch scratch;
    draw(source, scratch, true,
         [&](uint32_t, uint32_t target, const PhiloxCounter &w) {
           add(target, w);
         });
    std::sort(row.begin(), row.end(), Synapse::isBefore);
    return;
  }
  case ConnectorKind::FixedInDegree:
  case ConnectorKind::FixedProbability:
  case ConnectorKind::FixedTotalNumber:
    break;
  }
  std::lock_guard<std::mutex> lock(mutex);
  if (source < chunkBegin || source >= chunkEnd)
    fillChunk(source);
  for (uint64_t i = begins[source - chunkBegin];
       i < begins[source - chunkBegin + 1]; ++i)
    add(pairs[i].target, words(pairs[i].k, pairs[i].target));
}

} // namespace

std::unique_ptr<Connectivity> createDrawn(Attribute weights, uint32_t sources,
                                          uint32_t targets,
                                          std::string &error) {
  auto rule = cast<ProceduralAttr>(weights);
  error = whyNotDrawn(rule, sources, targets);
  return error.empty()
             ? std::make_unique<ProceduralConnectivity>(rule, sources, targets)
             : nullptr;
}

} // namespace snnc::snn
