//===- CoreImageTest.cpp - Mappings that no image can be made of ----------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "tests/unit/MapFixtures.h"

#include "backends/spinnaker2/Image/CoreImage.h"

using namespace mlir;
using namespace snnc;
using namespace snnc::fabric;
using namespace snnc::map::test;
using testing::HasSubstr;

namespace {

class CoreImageTest : public MapPasses {
protected:
  /// The first error of the images of all slices; empty: there is none.
  std::string refusal(ModuleOp module, double tickSeconds = 1e-3) {
    messages.clear();
    auto builder = s2::CoreImageBuilder::create(all<MachineOp>(module)[0],
                                                *machine, tickSeconds);
    if (builder)
      for (SliceOp slice : all<SliceOp>(module))
        if (failed(builder->build(slice)))
          break;
    return messages.substr(0, messages.find('\n'));
  }
};

} // namespace

TEST_F(CoreImageTest, WhatWasNotPlannedIsNamed) {
  unsigned maps = 0;
  for (unsigned seed = 1; seed <= 8; ++seed) {
    RandomNetwork net(context, seed);
    ASSERT_TRUE(succeeded(map(*net, 60))) << messages;
    EXPECT_EQ(refusal(*net), "");
    EXPECT_THAT(refusal(*net, 1e6), HasSubstr("SNN0380: a tick of "));
    auto without = [&](auto damage) {
      OwningOpRef<ModuleOp> copy((*net).clone());
      damage(*copy);
      return refusal(*copy);
    };
    EXPECT_THAT(without([&](ModuleOp m) {
                  for (BufferOp buffer : all<BufferOp>(m))
                    if (buffer.getName() == "spikes")
                      buffer.erase();
                }),
                HasSubstr("SNN0381: population 'pop"));
    EXPECT_THAT(without([&](ModuleOp m) {
                  for (BufferOp buffer : all<BufferOp>(m))
                    buffer.removeAtAttr();
                }),
                HasSubstr("run fabric-plan-memory"));
    EXPECT_THAT(without([&](ModuleOp m) {
                  for (SliceOp slice : all<SliceOp>(m))
                    slice.removeKeyAttr();
                }),
                HasSubstr("run fabric-assign-keys"));
    std::string map = without([&](ModuleOp m) {
      for (BufferOp buffer : all<BufferOp>(m))
        if (buffer.getName() == "weights" && buffer.getBytes() > 16)
          buffer.setBytes(buffer.getBytes() - 16);
    });
    if (map.empty()) // nothing parallel
      continue;
    EXPECT_THAT(map, HasSubstr("SNN1106: the weight-delay map of population"));
    ++maps;
  }
  EXPECT_GT(maps, 1u);
}
