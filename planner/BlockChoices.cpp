//===- BlockChoices.cpp - What any plan knows of a core's blocks ----------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "planner/BlockChoices.h"

namespace snnc::fabric {

std::shared_ptr<const BlockChoices>
BlockChoicesCache::get(uint32_t node, bool near, Range targets, bool inDram,
                       llvm::function_ref<BlockChoices()> make) {
  Slice slice{{node, near}, {targets.begin, targets.end}};
  if (auto found = known.find(slice);
      found != known.end() && (!inDram || found->second->inDram))
    return found->second;
  auto made = std::make_shared<const BlockChoices>(make());
  if (blocks + made->sources.size() > kMostBlocks)
    clear();
  auto [at, isNew] = known.try_emplace(slice);
  if (isNew)
    blocks += made->sources.size();
  return at->second = std::move(made);
}

void BlockChoicesCache::clear() {
  known.clear();
  blocks = 0;
}

} // namespace snnc::fabric
