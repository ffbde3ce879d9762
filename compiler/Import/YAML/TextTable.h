//===- TextTable.h - Rows of numbers in a text ------------------*- C++ -*-===//
//
// Part of the snnc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//   * one row a line, cells separated by commas, by semicolons or by blanks
//     and tabs; every row has as many
//   * '#' begins a comment; a first line of words is a header, and so is a
//     comment before the rows that PyNN writes (# columns = ["i", "j"]) or
//     that numpy.savetxt does (# source target)
//   * an empty cell, and a decimal comma, are refused
//
//===----------------------------------------------------------------------===//
#ifndef SNNC_IMPORT_YAML_TEXTTABLE_H
#define SNNC_IMPORT_YAML_TEXTTABLE_H

#include "compiler/Import/YAML/NumberFiles.h"

#include <initializer_list>
#include <optional>

namespace snnc::yaml {

/// Error SNN1013 with the line and column.
Expected<NumberTable> parseTable(const std::string &text,
                                 const std::string &path);

/// What a column holds.
enum class Column { Source, Target, Weight, Delay, Tick, Channel };

/// The column that a header's word stands for, among `wanted`: "pre_idx",
/// "Source" and "i" are sources, "delay_ms" is a delay.
std::optional<Column> columnOf(const std::string &word,
                               std::initializer_list<Column> wanted);
/// Whether the word of a column of ticks or delays says that they are times:
/// "delay_ms", "time".
bool namesTime(const std::string &word);
/// The word that we write for it.
const char *name(Column column);

/// Where each of the `wanted` columns stands among `have`, which a header calls
/// by its words; -1: it has none. Without a header they are in the order of
/// `wanted`. Nothing and `why` when one of the first `needed` is missing, one
/// is there twice, or a word of the header is no column.
std::optional<std::vector<int>>
placeColumns(const std::vector<std::string> &header, size_t have,
             std::initializer_list<Column> wanted, size_t needed,
             std::string &why);

} // namespace snnc::yaml

#endif // SNNC_IMPORT_YAML_TEXTTABLE_H
