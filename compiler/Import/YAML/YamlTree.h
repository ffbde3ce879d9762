//===- YamlTree.h - A YAML document with positions --------------*- C++ -*-===//
//
// Part of the snnc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// yaml-cpp's events as a bounded tree. Aliases share their node, cycles are
// refused, and the size that a document would have with its aliases written out
// is bounded, so that walking the tree is safe ("billion laughs"). Free of
// LLVM.
//
//===----------------------------------------------------------------------===//
#ifndef SNNC_IMPORT_YAML_YAMLTREE_H
#define SNNC_IMPORT_YAML_YAMLTREE_H

#include "runtime/support/Diagnostic.h"

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace snnc::yaml {

struct Limits {
  uint64_t fileBytes = uint64_t(64) << 20;
  uint64_t nodes = 1'000'000; ///< with aliases written out
  unsigned depth = 64;
};

struct Node;
using NodePtr = std::shared_ptr<const Node>;

struct Node {
  enum class Kind { Null, Scalar, List, Map };
  Kind kind = Kind::Null;
  int line = 0, column = 0;   ///< 1-based
  bool quoted = false;        ///< a scalar in quotes or a block scalar
  std::string text;           ///< of a scalar
  std::vector<NodePtr> items; ///< of a list; of a map: key, value, key, value
  uint64_t nodes = 1;         ///< aliases written out
  unsigned depth = 1;

  bool isMap() const { return kind == Kind::Map; }
  bool isList() const { return kind == Kind::List; }
  bool isScalar() const { return kind == Kind::Scalar; }
  size_t mapSize() const { return items.size() / 2; }
  const Node &key(size_t i) const { return *items[2 * i]; }
  const NodePtr &value(size_t i) const { return items[2 * i + 1]; }
  /// The value of a key; null when there is none.
  NodePtr find(const std::string &name) const;
  /// "a list", "a map", "the text 'x'", "nothing".
  std::string describe() const;
};

/// The only document of a text. Errors SNN1001 (syntax), SNN1002 (bounds and
/// cycles), SNN1007 (a key twice).
Expected<NodePtr> parseYaml(const std::string &text, const std::string &file,
                            const Limits &limits = {});
/// Error SNN1000 as well; a file that is too large is refused unread.
Expected<NodePtr> readYaml(const std::string &path, const Limits &limits = {});

} // namespace snnc::yaml

#endif // SNNC_IMPORT_YAML_YAMLTREE_H
