//===- RowFormat.cpp - One way to keep synapses in a core -----------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "compiler/Rows/RowFormat.h"

#include <algorithm>

namespace snnc::fabric {

Range hull(Range a, Range b) {
  if (a.size() == 0 || b.size() == 0)
    return a.size() == 0 ? b : a;
  return {std::min(a.begin, b.begin), std::max(a.end, b.end)};
}

std::vector<Range> clip(std::span<const Range> slices, Range range) {
  std::vector<Range> parts;
  for (const Range &slice : slices) {
    Range part{std::max(slice.begin, range.begin),
               std::min(slice.end, range.end)};
    if (part.begin < part.end)
      parts.push_back(part);
  }
  return parts;
}

std::string toText(const RowEncoding &encoding) {
  return encoding.format->name().str() + "<" +
         encoding.format->summary(encoding.fields) + ">";
}

const RowFormat *RowFormats::find(llvm::StringRef name) const {
  for (const RowFormat *format : formats)
    if (format->name() == name)
      return format;
  return nullptr;
}

std::optional<BlockEstimate>
RowFormats::estimate(const BlockShape &shape) const {
  std::optional<BlockEstimate> best;
  for (const RowFormat *format : formats)
    if (auto found = format->estimate(shape))
      if (!best || format->isBetter(found->total(), best->total()))
        best = std::move(found);
  return best;
}

} // namespace snnc::fabric
