//===- Dice.h - The random choices of one mutant ----------------*- C++ -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#ifndef SNNC_TESTS_FUZZ_DICE_H
#define SNNC_TESTS_FUZZ_DICE_H

#include <cstdint>
#include <iterator>
#include <random>
#include <string>
#include <vector>

namespace snnc::fuzz {

/// std::mt19937_64 is the same everywhere; the distributions of <random> are
/// not, so `below` is spelled out. Mutant `index` of a seed is the same on
/// every machine.
class Dice {
public:
  Dice(uint64_t seed, uint64_t index)
      : engine(seed * 0x9E3779B97F4A7C15 + index) {}
  uint64_t bits() { return engine(); }
  uint64_t below(uint64_t limit) { return limit ? engine() % limit : 0; }
  bool oneIn(uint64_t n) { return below(n) == 0; }
  template <typename Container> auto &from(Container &all) {
    return *(std::begin(all) + long(below(std::size(all))));
  }

private:
  std::mt19937_64 engine;
};

/// Numbers that break length, offset and count arithmetic.
uint64_t nastyNumber(Dice &dice, uint64_t size);

/// A number as text users or attackers write it: extremes, other notations.
std::string nastyText(Dice &dice);

/// One change of text that is made of tokens, lines and brackets: a number by
/// an extreme one, a token by another of the text or of `words`, lines away,
/// twice or exchanged, brackets, a byte.
void mutateText(std::string &text, Dice &dice,
                const std::vector<std::string> &words);

/// One change of bytes without known structure.
void mutateBytes(std::string &bytes, Dice &dice);

/// One change of an HDF5 file, most often in its structures: a length, an
/// address, a count, blocks twice or exchanged.
void mutateHdf5(std::string &bytes, Dice &dice);

/// Little-endian, cut off at the end.
void overwrite(std::string &bytes, size_t at, uint64_t value, size_t width);
uint64_t readNumber(const std::string &bytes, size_t at, size_t width);

} // namespace snnc::fuzz

#endif // SNNC_TESTS_FUZZ_DICE_H
