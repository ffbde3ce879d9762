//===- Hdf5Mutator.cpp - One change of an HDF5 file -----------------------===//
//
// Part of the snnc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tests/fuzz/Dice.h"

#include <algorithm>
#include <cstring>
#include <string_view>

namespace snnc::fuzz {

/// Somewhere in or just behind an HDF5 structure: the superblock, B-trees,
/// symbol tables, heaps, object headers (which version 1 does not mark).
static size_t structureOffset(const std::string &bytes, Dice &dice) {
  static constexpr std::string_view marks[] = {"\x89HDF", "TREE", "SNOD",
                                               "HEAP",    "GCOL", "OHDR"};
  std::string_view mark = marks[dice.below(std::size(marks))];
  size_t found = bytes.find(mark, dice.below(bytes.size()));
  if (found == std::string::npos)
    found = bytes.find(mark);
  if (found == std::string::npos) // then most likely an object header
    found = dice.below(bytes.size()) & ~size_t(7);
  return std::min(found + dice.below(96), bytes.size() - 1);
}

void mutateHdf5(std::string &bytes, Dice &dice) {
  if (bytes.size() < 64)
    return;
  size_t anywhere = dice.below(bytes.size());
  size_t structural = structureOffset(bytes, dice);
  size_t at = dice.below(3) ? structural : anywhere;
  switch (dice.below(9)) {
  case 0: // one bit
    bytes[at] = char(bytes[at] ^ (1 << dice.below(8)));
    return;
  case 1: // one byte
    bytes[at] = char(dice.bits());
    return;
  case 2: { // a run of one byte
    size_t end = std::min(bytes.size(), at + 1 + dice.below(64));
    std::fill(bytes.begin() + long(at), bytes.begin() + long(end),
              dice.below(2) ? char(dice.bits()) : '\0');
    return;
  }
  case 3: // a length or an address, 8 bytes
    return overwrite(bytes, at & ~size_t(7), nastyNumber(dice, bytes.size()),
                     8);
  case 4: // a count or a size, 2 or 4 bytes
    return overwrite(bytes, at & ~size_t(1), nastyNumber(dice, bytes.size()),
                     dice.below(2) ? 2 : 4);
  case 5: { // two blocks change places
    size_t size = size_t(8) << dice.below(8);
    size_t a = dice.below(bytes.size()) & ~size_t(7);
    size_t b = dice.below(bytes.size()) & ~size_t(7);
    if (a + size <= bytes.size() && b + size <= bytes.size() &&
        std::max(a, b) - std::min(a, b) >= size)
      std::swap_ranges(bytes.begin() + long(a), bytes.begin() + long(a + size),
                       bytes.begin() + long(b));
    return;
  }
  case 6: { // one block twice
    size_t size = size_t(8) << dice.below(6);
    size_t a = dice.below(bytes.size()) & ~size_t(7);
    if (a + size <= bytes.size() && at + size <= bytes.size())
      std::memmove(bytes.data() + at, bytes.data() + a, size);
    return;
  }
  case 7: // cut off, sometimes with the header's end of file made to fit
    if (dice.below(4) == 0) {
      bytes.resize(std::max<size_t>(64, anywhere));
      if (dice.below(2))
        overwrite(bytes, 40, bytes.size(), 8);
    }
    return;
  case 8: { // small arithmetic on a field
    uint64_t value = 0;
    size_t field = at & ~size_t(7);
    std::memcpy(&value, bytes.data() + field,
                std::min<size_t>(8, bytes.size() - field));
    return overwrite(bytes, field, value + dice.below(17) - 8, 8);
  }
  }
}

} // namespace snnc::fuzz
