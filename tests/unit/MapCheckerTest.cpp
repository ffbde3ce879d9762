//===- MapCheckerTest.cpp - Broken mappings are found ---------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Mappings of random networks that were broken on purpose have to be found by
// the independent checker.

#include "tests/unit/MapFixtures.h"

using namespace mlir;
using namespace snnc;
using namespace snnc::fabric;
using namespace snnc::map::test;
using testing::HasSubstr;

TEST_P(MapPasses, CheckerFindsEveryKindOfDamage) {
  RandomNetwork net(context, GetParam());
  ASSERT_TRUE(succeeded(map(*net, net.number(10, 200)))) << messages;
  Builder b(&context);
  auto damaged = [&](const char *what, auto damage) {
    OwningOpRef<ModuleOp> copy((*net).clone());
    if (!damage(*copy))
      return; // this network has nothing of the kind
    messages.clear();
    EXPECT_TRUE(failed(verifyMapping(*copy))) << what;
    EXPECT_THAT(messages,
                testing::AnyOf(HasSubstr("SNN037"), HasSubstr("SNN1105")))
        << what;
  };
  auto pick = [&](auto ops) {
    return ops[net.number(0, uint32_t(ops.size() - 1))];
  };
  damaged("a route is gone", [&](ModuleOp m) {
    auto routes = all<RouteOp>(m);
    return !routes.empty() && (pick(routes).erase(), true);
  });
  damaged("a route misses a core", [&](ModuleOp m) {
    auto routes = all<RouteOp>(m);
    if (routes.empty())
      return false;
    RouteOp route = pick(routes);
    route.setTargetsAttr(
        b.getArrayAttr(route.getTargets().getValue().drop_back()));
    return true;
  });
  damaged("a route reaches a core too many", [&](ModuleOp m) {
    auto routes = all<RouteOp>(m);
    if (routes.empty())
      return false;
    RouteOp route = pick(routes);
    llvm::SmallVector<Attribute> targets(route.getTargets().getValue());
    targets.push_back(PeAttr::get(&context, 6, 3, 0));
    route.setTargetsAttr(b.getArrayAttr(targets));
    return true;
  });
  damaged("a slice moved", [&](ModuleOp m) {
    auto slices = all<SliceOp>(m);
    SliceOp slice = pick(slices);
    slice.setAtAttr(PeAttr::get(&context, 6, 3, 1));
    return !blocksOf(slice).empty();
  });
  damaged("two slices on a core", [&](ModuleOp m) {
    auto slices = all<SliceOp>(m);
    if (slices.size() < 2)
      return false;
    slices[0].setAtAttr(slices[1].getAtAttr());
    return true;
  });
  damaged("a core that does not exist", [&](ModuleOp m) {
    pick(all<SliceOp>(m)).setAtAttr(PeAttr::get(&context, 4, 3, 0));
    return true;
  });
  damaged("keys overlap", [&](ModuleOp m) {
    auto slices = all<SliceOp>(m);
    if (slices.size() < 2)
      return false;
    slices[0].setKeyAttr(slices[1].getKeyAttr());
    return true;
  });
  damaged("a neuron is missing", [&](ModuleOp m) {
    SliceOp slice = pick(all<SliceOp>(m));
    slice.setEndAttr(b.getI64IntegerAttr(int64_t(slice.getEnd()) + 1));
    return true;
  });
  damaged("a block is gone", [&](ModuleOp m) {
    auto blocks = all<BlockOp>(m);
    return !blocks.empty() && (pick(blocks).erase(), true);
  });
  damaged("a block's group forgot a slice", [&](ModuleOp m) {
    for (BlockOp block : all<BlockOp>(m))
      if (Value source = block.getSource())
        if (auto group = source.getDefiningOp<GroupOp>()) {
          group.getMembersMutable().erase(0);
          return true;
        }
    return false;
  });
  damaged("a block comes from one slice of its source", [&](ModuleOp m) {
    for (BlockOp block : all<BlockOp>(m))
      if (Value source = block.getSource())
        if (auto group = source.getDefiningOp<GroupOp>()) {
          block.getSourceMutable().assign(group.getMembers().front());
          return true;
        }
    return false;
  });
  damaged("a block knows a source too few", [&](ModuleOp m) {
    Belongings belongings(all<MachineOp>(m)[0]);
    for (BlockOp block : all<BlockOp>(m))
      if (Range known = belongings.knownBy(block); known.size() > 1) {
        block.setFirst(known.begin + 1);
        block.setLast(known.end);
        return true;
      }
    return false;
  });
  damaged("a block knows no source", [&](ModuleOp m) {
    for (BlockOp block : all<BlockOp>(m))
      if (block.getSource()) {
        block.getSourceMutable().clear();
        block.removeFirstAttr();
        block.removeLastAttr();
        return true;
      }
    return false;
  });
  damaged("a buffer moved by 4 bytes", [&](ModuleOp m) {
    BufferOp buffer = pick(all<BufferOp>(m));
    buffer.setAtAttr(b.getI64IntegerAttr(int64_t(*buffer.getAt()) + 4));
    return true;
  });
  damaged("a buffer on top of another", [&](ModuleOp m) {
    for (BufferOp buffer : all<BufferOp>(m))
      if (buffer.getName() == "spikes")
        buffer.setAtAttr(b.getI64IntegerAttr(machine->sram.program.end));
    return true;
  });
  damaged("a buffer is gone", [&](ModuleOp m) {
    auto buffers = all<BufferOp>(m);
    BufferOp buffer = pick(buffers);
    if (buffer.getBytes() == 0)
      return false;
    buffer.erase();
    return true;
  });
  damaged("a map of another size", [&](ModuleOp m) {
    for (BufferOp buffer : all<BufferOp>(m))
      if (buffer.getName() == "weights" && buffer.getBytes() > 16) {
        buffer.setBytesAttr(b.getI64IntegerAttr(buffer.getBytes() - 16));
        return true;
      }
    return false;
  });
  damaged("a parallel slice became serial", [&](ModuleOp m) {
    for (SliceOp slice : all<SliceOp>(m))
      if (slice.getParallel()) {
        slice.setParallel(false);
        return true;
      }
    return false;
  });
  damaged("a serial slice became parallel", [&](ModuleOp m) {
    for (SliceOp slice : all<SliceOp>(m))
      if (!slice.getParallel()) {
        slice.setParallel(true);
        return true;
      }
    return false;
  });
  damaged("a record window that reaches into the stack", [&](ModuleOp m) {
    for (BufferOp buffer : all<BufferOp>(m))
      if (buffer.getName() == "record")
        buffer.setBytesAttr(b.getI64IntegerAttr(buffer.getBytes() + 16));
    return true;
  });
}

TEST_F(MapPasses, CheckerCountsAndFollowsRoutes) {
  RandomNetwork net(context, 3);
  ASSERT_TRUE(succeeded(map(*net, 40))) << messages;
  auto damaged = [&](auto damage) {
    OwningOpRef<ModuleOp> copy((*net).clone());
    damage(all<RouteOp>(*copy));
    messages.clear();
    EXPECT_TRUE(failed(verifyMapping(*copy)));
    return messages;
  };
  ASSERT_FALSE(all<RouteOp>(*net).empty());
  EXPECT_THAT(damaged([](auto routes) { routes[0].setChipX(90); }),
              HasSubstr("SNN0375: a route is for chip 90.0, which the machine "
                        "does not have"));
  EXPECT_THAT(damaged([&](auto routes) {
                llvm::SmallVector<Attribute> targets(
                    routes[0].getTargets().getValue());
                targets.push_back(targets[0]);
                routes[0].setTargetsAttr(ArrayAttr::get(&context, targets));
              }),
              HasSubstr("SNN0378: spikes of "));
  MachineModel little = *machine;
  little.router.entries = 0;
  machine = std::make_shared<const MachineModel>(little);
  std::string wanted =
      std::to_string(all<RouteOp>(*net).size()) + " routes, the router holds 0";
  EXPECT_THAT(damaged([](auto) {}), HasSubstr("SNN0375: " + wanted));
}
