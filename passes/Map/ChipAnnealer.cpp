//===- ChipAnnealer.cpp - Better chips for parts of populations -----------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "passes/Map/ChipAnnealer.h"

#include <algorithm>
#include <cmath>

namespace snnc::map {

/// Machines up to so many chips have a table of distances: 8 MB.
static constexpr uint32_t kTableChips = 2048;
/// Distances to look at: for each part that may move, and at most.
static constexpr uint64_t kWorkPerPart = 350'000, kMostWork = 150'000'000;

ChipAnnealer::ChipAnnealer(const ChipGrid &grid,
                           const std::vector<ChipNet> &nets,
                           std::vector<std::vector<ChipPiece>> pieces,
                           std::vector<bool> isPinned,
                           std::vector<uint32_t> free)
    : grid(grid), nets(nets), placed(std::move(pieces)),
      isPinned(std::move(isPinned)), free(std::move(free)), onChip(grid.size()),
      netsOf(placed.size()), seen(grid.size()), netSeen(nets.size()) {
  if (grid.size() <= kTableChips)
    for (uint32_t a = 0; a < grid.size(); ++a)
      for (uint32_t b = 0; b < grid.size(); ++b)
        distances.push_back(uint16_t(grid.distance(a, b)));
  for (uint32_t part = 0; part < placed.size(); ++part) {
    if (!this->isPinned[part])
      movable.push_back(part);
    for (const ChipPiece &piece : placed[part])
      onChip[piece.chip].push_back(part);
  }
  for (uint32_t net = 0; net < nets.size(); ++net) {
    for (uint32_t target : nets[net].targets)
      netsOf[target].push_back(net);
    uint32_t source = nets[net].source;
    if (source != ChipNet::host &&
        !std::binary_search(nets[net].targets.begin(), nets[net].targets.end(),
                            source))
      netsOf[source].push_back(net);
    costs.push_back(costOf(nets[net]));
  }
}

uint32_t ChipAnnealer::distance(uint32_t a, uint32_t b) const {
  return distances.empty() ? grid.distance(a, b)
                           : distances[size_t(a) * grid.size() + b];
}

double ChipAnnealer::cost() const {
  double sum = 0;
  for (double one : costs)
    sum += one;
  return sum;
}

double ChipAnnealer::costOf(const ChipNet &net) {
  chips.clear();
  ++stamp;
  for (uint32_t target : net.targets)
    for (const ChipPiece &piece : placed[target])
      if (seen[piece.chip] != stamp) {
        seen[piece.chip] = stamp;
        chips.push_back(piece.chip);
      }
  work += 4 + chips.size() * (chips.size() + 1) / 2;
  double cores = 0, ways = 0;
  auto addWay = [&](uint32_t from, uint32_t count) {
    uint32_t least = UINT32_MAX;
    if (seen[from] == stamp)
      least = 0;
    else
      for (uint32_t chip : chips)
        least = std::min(least, distance(from, chip));
    ways += double(least) * count;
    cores += count;
  };
  if (net.source == ChipNet::host)
    addWay(0, 1);
  else
    for (const ChipPiece &piece : placed[net.source])
      addWay(piece.chip, piece.count);
  // Prim's algorithm: the chips before `i` are in the tree.
  uint32_t length = 0;
  nearest.assign(chips.size(), UINT32_MAX);
  for (size_t i = 0; i + 1 < chips.size(); ++i) {
    size_t next = i + 1;
    for (size_t k = i + 1; k < chips.size(); ++k) {
      nearest[k] = std::min(nearest[k], distance(chips[i], chips[k]));
      if (nearest[k] < nearest[next])
        next = k;
    }
    length += nearest[next];
    std::swap(chips[i + 1], chips[next]);
    std::swap(nearest[i + 1], nearest[next]);
  }
  return net.weight * (cores * length + ways);
}

void ChipAnnealer::apply(const Change &change) {
  auto &pieces = placed[change.part];
  auto at = std::find_if(pieces.begin(), pieces.end(), [&](const auto &piece) {
    return piece.chip == change.chip;
  });
  if (at == pieces.end()) {
    pieces.push_back({change.chip, 0});
    at = pieces.end() - 1;
    onChip[change.chip].push_back(change.part);
  }
  at->count = uint32_t(int32_t(at->count) + change.count);
  free[change.chip] = uint32_t(int32_t(free[change.chip]) - change.count);
  if (at->count > 0)
    return;
  *at = pieces.back();
  pieces.pop_back();
  auto &parts = onChip[change.chip];
  *std::find(parts.begin(), parts.end(), change.part) = parts.back();
  parts.pop_back();
}

/// Where a part might like to be: with one that it talks to, beside itself, or
/// anywhere.
uint32_t ChipAnnealer::wishFor(uint32_t part, uint32_t from) {
  uint32_t dice = below(8);
  if (dice < 5 && !netsOf[part].empty()) {
    const ChipNet &net = nets[netsOf[part][below(netsOf[part].size())]];
    uint32_t other = net.targets[below(net.targets.size())];
    if (other == part && net.source != ChipNet::host)
      other = net.source;
    uint32_t chip = placed[other][below(placed[other].size())].chip;
    if (dice < 2)
      return chip;
    from = chip; // a chip beside it
  }
  if (dice < 7) {
    uint32_t beside = grid.neighbour(from, below(kLinksPerChip));
    return beside == ChipGrid::none ? from : beside;
  }
  return below(grid.size());
}

/// Cores of `part` go to chip `to`, and cores of another back where there is
/// not room enough.
void ChipAnnealer::exchange(uint32_t part, const ChipPiece &piece,
                            uint32_t to) {
  uint32_t from = piece.chip, going = piece.count;
  if (free[to] < going && !onChip[to].empty()) {
    uint32_t other = onChip[to][below(onChip[to].size())];
    if (other == part || isPinned[other])
      return;
    uint32_t held = 0;
    for (const ChipPiece &held_ : placed[other])
      if (held_.chip == to)
        held = held_.count;
    going = std::min(going, free[to] + held);
    uint32_t coming = std::min(held, free[from] + going);
    // No more than makes room, when that is asked for by the dice.
    if (below(2))
      coming = std::min(coming, going - std::min(going, free[to]));
    changes.push_back({other, to, -int32_t(coming)});
    changes.push_back({other, from, int32_t(coming)});
  }
  going =
      std::min(going, changes.empty() ? free[to]
                                      : free[to] + uint32_t(-changes[0].count));
  if (going == 0)
    return changes.clear();
  changes.push_back({part, from, -int32_t(going)});
  changes.push_back({part, to, int32_t(going)});
}

bool ChipAnnealer::swapParts(uint32_t part) {
  uint32_t other = movable[below(movable.size())];
  auto cores = [&](uint32_t of) {
    uint32_t sum = 0;
    for (const ChipPiece &piece : placed[of])
      sum += piece.count;
    return sum;
  };
  if (other == part || cores(other) != cores(part))
    return false;
  for (auto [a, b] : {std::pair(part, other), std::pair(other, part)})
    for (const ChipPiece &piece : placed[a]) {
      changes.push_back({a, piece.chip, -int32_t(piece.count)});
      changes.push_back({b, piece.chip, int32_t(piece.count)});
    }
  return true;
}

bool ChipAnnealer::propose() {
  changes.clear();
  uint32_t part = movable[below(movable.size())];
  if (below(4) == 0 && swapParts(part))
    return true;
  const ChipPiece piece = placed[part][below(placed[part].size())];
  uint32_t to = wishFor(part, piece.chip);
  if (to != piece.chip)
    exchange(part, piece, to);
  return !changes.empty();
}

/// The nets of the parts that change, with what they cost now.
double ChipAnnealer::costAround() {
  double sum = 0;
  for (uint32_t net : touched)
    sum += costs[net] = costOf(nets[net]);
  return sum;
}

void ChipAnnealer::step(double temperature) {
  ++work;
  if (!propose())
    return;
  touched.clear();
  before.clear();
  ++netStamp;
  double old = 0;
  for (const Change &change : changes)
    for (uint32_t net : netsOf[change.part])
      if (netSeen[net] != netStamp) {
        netSeen[net] = netStamp;
        touched.push_back(net);
        before.push_back(costs[net]);
        old += costs[net];
      }
  for (const Change &change : changes)
    apply(change);
  lastDelta = costAround() - old;
  if (lastDelta <= 0 || chance() < std::exp(-lastDelta / temperature))
    return;
  for (Change &change : changes) {
    change.count = -change.count;
    apply(change);
  }
  for (size_t i = 0; i < touched.size(); ++i)
    costs[touched[i]] = before[i];
}

void ChipAnnealer::run() {
  if (movable.size() < 2 || nets.empty())
    return;
  // How much a change usually changes; what is worse is taken back. A fiftieth
  // of that keeps what the order of populations got right.
  double sum = 0;
  constexpr unsigned probes = 100;
  for (unsigned i = 0; i < probes; ++i) {
    lastDelta = 0;
    step(1e-300);
    sum += std::abs(lastDelta);
  }
  double budget = double(std::min(kMostWork, kWorkPerPart * movable.size()));
  double hot = 0.02 * sum / probes, cold = hot / 100;
  work = 0;
  while (double(work) < budget && hot > 0) {
    double temperature = hot * std::pow(cold / hot, double(work) / budget);
    for (unsigned i = 0; i < 100; ++i)
      step(temperature);
  }
}

} // namespace snnc::map
