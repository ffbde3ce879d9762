//===- ChipViews.h - Chips and links of a bundle ----------------*- C++ -*-===//
//
// Part of the snnc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What `snnc inspect --chip` and `--link` show, as JSON: the tables are made of
// the same objects. Packets are found by following the keys of every sender
// over the bundle's routes.
//
//===----------------------------------------------------------------------===//
#ifndef SNNC_TOOLS_CHIPVIEWS_H
#define SNNC_TOOLS_CHIPVIEWS_H

#include "runtime/bundle/Bundle.h"

namespace snnc {

/// One object per link that carries packets, ascending: link ("2.3/NE"), to (a
/// chip), expected and worst (packets a tick), room (packets that it carries in
/// one; null: not known), flows (from, key, keys, expected, worst).
nlohmann::json linkViews(const runtime::Bundle &bundle);

/// One object per chip with PEs or routes, ascending: chip ("2.3"), pes, bytes
/// and available (of them), entries (of its router) and entries_limit,
/// populations (name, pes, neurons, bytes), links (those of linkViews() that
/// leave it, without flows).
nlohmann::json chipViews(const runtime::Bundle &bundle);

/// On stdout; one of each is shown in full.
void printLinks(const nlohmann::json &links, bool full);
void printChips(const nlohmann::json &chips, bool full);

/// "2,3,ne" and "2.3/1" as views name a link, "2,3" as they name a chip; what
/// is neither stays.
std::string linkName(const std::string &text);
std::string chipName(const std::string &text);

} // namespace snnc

#endif // SNNC_TOOLS_CHIPVIEWS_H
