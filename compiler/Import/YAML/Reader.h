//===- Reader.h - Typed reading of a YAML tree ------------------*- C++ -*-===//
//
// Part of the snnc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Numbers, names and lists of a tree, each mistake reported at its line and
// column. Every function reports before it returns nothing.
//
//===----------------------------------------------------------------------===//
#ifndef SNNC_IMPORT_YAML_READER_H
#define SNNC_IMPORT_YAML_READER_H

#include "compiler/Import/YAML/RowTable.h"
#include "compiler/Import/YAML/Units.h"
#include "compiler/Import/YAML/YamlTree.h"
#include "runtime/io/NdArray.h"

#include <initializer_list>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace snnc::yaml {

class Reader {
public:
  Reader(std::string file, DiagnosticSink &sink)
      : file(std::move(file)), units(std::make_unique<Units>()), sink(sink) {}

  const std::string &fileName() const { return file; }

  void error(const Node &node, DiagnosticCode code, std::string message,
             std::vector<std::string> hints = {});
  void warn(const Node &node, DiagnosticCode code, std::string message,
            std::vector<std::string> hints = {});
  /// An error `offset` characters into a scalar.
  void errorInside(const Node &node, size_t offset, DiagnosticCode code,
                   std::string message, std::vector<std::string> hints = {});
  bool failed() const { return sink.hasErrors(); }
  /// Errors so far, also those beyond kMost that are not listed.
  unsigned errors() const { return count; }

  /// SNN1005 unless a map; SNN1003 for keys beyond `known`, with where those
  /// of `elsewhere` belong.
  bool map(const Node &node, const char *what,
           std::initializer_list<const char *> known,
           const std::map<std::string, std::string> &elsewhere = {});
  /// SNN1004 when absent; `example`: a value that would do.
  NodePtr need(const Node &map, const char *key, const char *what,
               const char *example = nullptr);

  /// What float32 can hold: all that a region or a weight sees (S3.5, S4.4).
  static constexpr double kLargest = 3.4028234663852886e38;
  /// Finite; SNN1005, SNN1006 (outside [low, high]).
  std::optional<double> number(const Node &node, const char *what,
                               double low = -kLargest, double high = kLargest);
  // Quantities.cpp
  /// The network's dt, with or without a unit of time; sets `unitMs`.
  std::optional<double> readTick(const Node &node, double low, double high);
  /// A number that may have a unit, as the plain number that means the same:
  /// times and rates in the unit of dt, the others in canonicalUnit. `expected`
  /// None: whatever it measures. SNN1005, SNN1006, SNN1018.
  std::optional<double> quantity(const Node &node, const char *what,
                                 snn::Dimension expected,
                                 double low = -kLargest,
                                 double high = kLargest);
  bool hasUnit(const Node &node) const;
  /// SNN1018 unless the unit of times is known.
  bool needsTimeUnit(const Node &node, const char *what);
  /// Of the unit that plain times and rates have, in ms; nothing where dt is a
  /// plain number. Without a dt they are seconds.
  std::optional<double> unitMs = 1000;
  /// What a plain time is divided by to be in the unit of the imported dt:
  /// seconds where the unit is known.
  double timesPerDt() const { return unitMs ? 1000 / *unitMs : 1; }

  /// SNN1006 with the place of the first number that is none, or that float32
  /// cannot hold.
  bool allFinite(const Node &node, const char *what,
                 const runtime::NdArray &array);
  std::optional<int64_t> whole(const Node &node, const char *what, int64_t low,
                               int64_t high);
  std::optional<std::string> text(const Node &node, const char *what);
  /// A name of letters, digits, '_' and '-' that does not begin with a digit.
  std::optional<std::string> name(const Node &node, const char *what);
  std::optional<bool> boolean(const Node &node, const char *what);
  /// A list of numbers, or one number.
  std::optional<std::vector<int64_t>> wholes(const Node &node, const char *what,
                                             int64_t low, int64_t high);
  /// SNN1008 with the nearest of `known`.
  void unknown(const Node &node, const char *what, const std::string &name,
               const std::vector<std::string> &known);

  /// Numbers written in the file ([..], nested at most `rank` deep) or in
  /// another one ({file: .., key: ..}); shape and float64. SNN1005, SNN1013.
  std::optional<runtime::NdArray> array(const Node &node, const char *what);
  /// The same with the names of columns; `spikeTick` > 0: spikes, in which a
  /// tick lasts so long (readSpikes).
  std::optional<NumberTable> table(const Node &node, const char *what,
                                   double spikeTick = 0);

  /// As array(), in the type that the file has them in; written in the YAML
  /// file they are float64.
  std::optional<runtime::NdArray> stored(const Node &node, const char *what);
  /// As table(), read a block at a time.
  std::optional<RowTable> rows(const Node &node, const char *what);

  std::string file;

private:
  /// Findings that are listed of one file.
  static constexpr unsigned kMost = 50;
  std::optional<Quantity> unitOf(const Node &node, const char *what);
  void report(Diagnostic finding);
  /// {file: .., key: ..}
  struct OtherFile {
    NodePtr where;
    std::string shown, path, key;
  };
  std::optional<OtherFile> otherFile(const Node &node, const char *what);
  std::optional<NumberTable> inlineTable(const Node &node, const char *what);
  /// SNN1013 where the file is named, unless `read` has succeeded.
  template <typename T>
  std::optional<T> unlessBad(Expected<T> read, const OtherFile &other,
                             const char *what);
  bool fillInline(const Node &node, const char *what, size_t level,
                  std::vector<uint64_t> &shape, std::vector<double> &values);
  std::unique_ptr<Units> units;
  DiagnosticSink &sink;
  unsigned count = 0, listed = 0;
};

} // namespace snnc::yaml

#endif // SNNC_IMPORT_YAML_READER_H
