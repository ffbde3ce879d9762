//===- NirRefusedTest.cpp - NIR files that are not read -------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "tests/unit/NirTestSupport.h"

using namespace snnc;
using namespace snnc::nir;

TEST(NirRefused, UnavailableFilterIsNamed) {
  TestFile file;
  H5Eset_auto2(H5E_DEFAULT, nullptr, nullptr);
  // An id nobody registers, marked optional so that the library writes it.
  file.filteredScale({1, 2}, [](hid_t properties) {
    H5Pset_filter(properties, 32000, H5Z_FLAG_OPTIONAL, 0, nullptr);
  });
  EXPECT_EQ(file.code(), "SNN0208");
  EXPECT_NE(file.last.message.find("32000"), std::string::npos);
  EXPECT_EQ(file.last.spot.node, "/node/nodes/s/scale");
}

TEST(NirRefused, LinksOutOfTheFileAndSoftLinks) {
  TestFile external;
  external.frame();
  H5Lcreate_external("other.h5", "/x", external.id(), "/node/nodes/x",
                     H5P_DEFAULT, H5P_DEFAULT);
  external.edges("/node/edges", {{"input", "output"}});
  EXPECT_EQ(external.code(), "SNN0207");
  TestFile soft;
  soft.frame();
  H5Lcreate_soft("/node", soft.id(), "/node/nodes/again", H5P_DEFAULT,
                 H5P_DEFAULT);
  soft.edges("/node/edges", {{"input", "output"}});
  EXPECT_EQ(soft.code(), "SNN0207");
}

TEST(NirRefused, ExternalAndVirtualStorage) {
  TestFile file;
  file.frame();
  file.node("s", "Scale");
  hid_t properties = H5Pcreate(H5P_DATASET_CREATE);
  H5Pset_external(properties, "raw.bin", 0, H5F_UNLIMITED);
  file.write("/node/nodes/s/scale", H5Tcopy(H5T_NATIVE_FLOAT), {2}, nullptr,
             properties);
  H5Pclose(properties);
  file.edges("/node/edges", {{"input", "s"}, {"s", "output"}});
  EXPECT_EQ(file.code(), "SNN0207");
}

TEST(NirRefused, GroupThatContainsItself) {
  TestFile file;
  file.frame();
  file.node("sub", "NIRGraph");
  file.group("/node/nodes/sub/nodes");
  file.edges("/node/nodes/sub/edges", {{"a", "b"}});
  H5Lcreate_hard(file.id(), "/node/nodes/sub", file.id(),
                 "/node/nodes/sub/nodes/again", H5P_DEFAULT, H5P_DEFAULT);
  file.edges("/node/edges", {{"input", "output"}});
  EXPECT_EQ(file.code(), "SNN0207");
}

TEST(NirRefused, DepthBomb) {
  TestFile file;
  file.frame();
  std::string graph = "/node";
  for (int i = 0; i < 40; ++i) {
    file.node("g", "NIRGraph", graph);
    graph += "/nodes/g";
    file.group(graph + "/nodes");
    file.edges(graph + "/edges", {{"a", "b"}});
  }
  file.edges("/node/edges", {{"input", "output"}});
  EXPECT_EQ(file.code(), "SNN0206");
  EXPECT_NE(file.last.message.find("32"), std::string::npos);
}

TEST(NirRefused, HugeClaimsCostNothing) {
  TestFile file;
  file.frame();
  file.node("s", "Scale");
  file.write("/node/nodes/s/scale", H5Tcopy(H5T_NATIVE_DOUBLE),
             {hsize_t(1) << 40, hsize_t(1) << 20}, nullptr);
  file.edges("/node/edges", {{"input", "s"}, {"s", "output"}});
  EXPECT_EQ(file.code(), "SNN0206");
  // Within the limit, but nothing is stored.
  TestFile hollow;
  hollow.frame();
  hollow.node("s", "Scale");
  hollow.write("/node/nodes/s/scale", H5Tcopy(H5T_NATIVE_DOUBLE),
               {hsize_t(1) << 20}, nullptr);
  hollow.edges("/node/edges", {{"input", "s"}, {"s", "output"}});
  EXPECT_EQ(hollow.code(), "SNN0210");
}

TEST(NirRefused, CountsAndNames) {
  ReadLimits limits;
  limits.nodes = 3;
  TestFile many;
  many.frame();
  many.node("a", "Threshold");
  many.node("b", "Threshold");
  many.edges("/node/edges", {{"input", "output"}});
  EXPECT_EQ(many.code(limits), "SNN0206");
  limits = {};
  limits.edges = 1;
  TestFile edges;
  edges.frame();
  edges.edges("/node/edges", {{"input", "output"}, {"input", "output"}});
  EXPECT_EQ(edges.code(limits), "SNN0206");
  TestFile name;
  name.frame();
  name.port("bad\x01name", "Input", {2});
  name.edges("/node/edges", {{"input", "output"}});
  EXPECT_EQ(name.code(), "SNN0214");
  EXPECT_NE(name.last.message.find("\\x01"), std::string::npos);
  TestFile latin;
  latin.frame();
  latin.port("caf\xe9", "Input", {2});
  latin.edges("/node/edges", {{"input", "output"}});
  EXPECT_EQ(latin.code(), "SNN0214");
  EXPECT_NO_THROW((void)toJson(latin.last).dump());
  TestFile longName;
  longName.frame();
  longName.port(std::string(2000, 'n'), "Input", {2});
  longName.edges("/node/edges", {{"input", "output"}});
  EXPECT_EQ(longName.code(), "SNN0214");
}

TEST(NirRefused, WrongContents) {
  TestFile type;
  type.frame();
  type.node("a", "LIFF");
  type.edges("/node/edges", {{"input", "output"}});
  EXPECT_EQ(type.code(), "SNN0211");
  EXPECT_NE(type.last.hints[0].find("LIF"), std::string::npos);
  TestFile edges;
  edges.frame();
  edges.floats("/node/edges", {2, 2}, {1, 2, 3, 4});
  EXPECT_EQ(edges.code(), "SNN0213");
  TestFile compound;
  compound.frame();
  compound.node("s", "Scale");
  hid_t record = H5Tcreate(H5T_COMPOUND, 8);
  H5Tinsert(record, "a", 0, H5T_NATIVE_INT32);
  H5Tinsert(record, "b", 4, H5T_NATIVE_INT32);
  const int32_t pair[2] = {1, 2};
  compound.write("/node/nodes/s/scale", record, {1}, pair);
  compound.edges("/node/edges", {{"input", "s"}});
  EXPECT_EQ(compound.code(), "SNN0212");
  TestFile other;
  other.text("/version", "1");
  EXPECT_EQ(other.code(), "SNN0209");
  TestFile missing;
  missing.frame();
  EXPECT_EQ(missing.code(), "SNN0210");
}

TEST(NirRefused, TextInPlaceOfNumbers) {
  TestFile file;
  file.frame();
  file.node("s", "Scale");
  file.text("/node/nodes/s/scale", "two");
  file.edges("/node/edges", {{"input", "s"}, {"s", "output"}});
  EXPECT_EQ(file.code(), "SNN0222");
}
