//===- NirReaderTest.cpp - NIR files, good and hostile --------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "tests/unit/NirTestSupport.h"

#include <fstream>
#include <map>
#include <nlohmann/json.hpp>

using namespace snnc;
using namespace snnc::nir;

static std::string errorOf(const std::string &path,
                           Diagnostic *kept = nullptr) {
  DiagnosticSink findings;
  Expected<Graph> graph = readNir(path, findings);
  if (graph)
    return normalise(*graph, findings) ? "" : findings.all().back().code.name();
  if (kept)
    *kept = graph.error();
  return graph.error().code.name();
}

//===----------------------------------------------------------------------===//
// Files that nobody here wrote
//===----------------------------------------------------------------------===//

TEST(NirFiles, EverySharedFileEndsAsExpected) {
  NEEDS_SHARED_DATA();
  const std::map<std::string, std::string> expected = {
      {"braille/braille_noDelay_bias_zero.nir", ""},
      {"frameworks/convn.nir", ""},
      {"frameworks/ff.nir", ""},
      {"frameworks/ffzero.nir", ""},
      {"frameworks/nlif.nir", ""},
      {"frameworks/nlifbox.nir", ""},
      {"frameworks/rleaky.nir", ""},
      {"frameworks/syn.nir", ""},
      {"lif/lif_norse.nir", ""},
      {"nmnist/cnn_sinabs.nir", ""},
      {"primitives/conv2d_pad_same.nir", ""},
      {"primitives/conv2d_sumpool_flatten.nir", ""},
      {"primitives/empty_edges.nir", ""},
      {"primitives/fanin_multi_io.nir", ""},
      {"primitives/lif_scalar_params_0d.nir", "SNN0210"},
      {"primitives/nested_subgraph_metadata_unicode.nir", ""},
      {"primitives/prim_affine.nir", ""},
      {"primitives/prim_cubalif.nir", ""},
      {"primitives/prim_delay.nir", ""},
      {"primitives/prim_li.nir", ""},
      {"primitives/prim_lif.nir", ""},
      {"primitives/prim_linear.nir", ""},
      {"primitives/prim_scale.nir", ""},
      {"real_world/norse_aborted_export.nir", "SNN0210"},
      {"real_world/rockpool_output_shape.nir", ""},
      {"real_world/snntorch_aborted_export.nir", "SNN0210"},
      {"real_world/snntorch_scalar_params.nir", ""}};
  std::filesystem::path folder = sharedData() + "/nir";
  size_t seen = 0;
  for (const auto &entry :
       std::filesystem::recursive_directory_iterator(folder)) {
    if (entry.path().extension() != ".nir")
      continue;
    std::string name = std::filesystem::relative(entry.path(), folder);
    ASSERT_TRUE(expected.count(name)) << name << " is new: say what it gives";
    EXPECT_EQ(errorOf(entry.path()), expected.at(name)) << name;
    ++seen;
  }
  EXPECT_EQ(seen, expected.size());
}

static Graph readGood(const std::string &name, DiagnosticSink &findings) {
  Expected<Graph> graph = readNir(sharedData() + "/nir/" + name, findings);
  EXPECT_TRUE(graph) << (graph ? "" : toText(graph.error()));
  if (!graph)
    return {};
  EXPECT_TRUE(normalise(*graph, findings));
  return std::move(*graph);
}

TEST(NirFiles, SinabsNetwork) {
  NEEDS_SHARED_DATA();
  DiagnosticSink findings;
  Graph graph = readGood("nmnist/cnn_sinabs.nir", findings);
  ASSERT_EQ(graph.nodes.size(), 15u);
  EXPECT_EQ(graph.version, "0.2.0");
  uint64_t parameters = 0;
  for (const Node &node : graph.nodes)
    parameters += node.tensor("weight").size() + node.tensor("bias").size();
  EXPECT_EQ(parameters, 39890u);
  const Node &conv = graph.nodes[*graph.find("0")];
  EXPECT_EQ(conv.kind->name(), "Conv2d");
  EXPECT_EQ(conv.inputShape, (Shape{2, 34, 34}));
  EXPECT_EQ(conv.outputShape, (Shape{16, 16, 16}));
  EXPECT_EQ(conv.pair("stride"), (std::array<int64_t, 2>{2, 2}));
  EXPECT_EQ(conv.tensor("weight").kind(), ElementKind::F32);
  EXPECT_EQ(conv.tensor("weight").f32().size(), 16u * 2 * 5 * 5);
  EXPECT_EQ(graph.nodes[*graph.find("8")].outputShape, (Shape{128}));
  ImpliedDt dt = inferDt(graph);
  ASSERT_TRUE(dt.dt);
  EXPECT_EQ(*dt.dt, 1.0);
}

TEST(NirFiles, BrailleKeepsTheCycleAndImpliesDt) {
  NEEDS_SHARED_DATA();
  DiagnosticSink findings;
  Graph graph = readGood("braille/braille_noDelay_bias_zero.nir", findings);
  uint32_t lif = *graph.find("lif1.lif"), rec = *graph.find("lif1.w_rec");
  Adjacency adjacency(graph);
  ASSERT_EQ(adjacency.incoming(rec).size(), 1u);
  EXPECT_EQ(adjacency.incoming(rec)[0], lif);
  EXPECT_EQ(adjacency.incoming(lif).size(), 2u);
  EXPECT_EQ(graph.nodes[lif].tensor("tau_mem").kind(), ElementKind::F64);
  EXPECT_EQ(graph.nodes[lif].tensor("tau_mem").storedAs(), "float64");
  EXPECT_TRUE(graph.nodes[lif].tensor("v_reset").isScalar());
  EXPECT_EQ(inferDt(graph).dt, 1e-4);
}

TEST(NirFiles, DtRules) {
  NEEDS_SHARED_DATA();
  DiagnosticSink findings;
  EXPECT_EQ(
      inferDt(readGood("real_world/rockpool_output_shape.nir", findings)).dt,
      1e-4);
  EXPECT_EQ(
      inferDt(readGood("real_world/snntorch_scalar_params.nir", findings)).dt,
      1e-4);
  EXPECT_FALSE(inferDt(readGood("lif/lif_norse.nir", findings)).dt);
}

TEST(NirFiles, NestedGraphIsInlinedWithMetadataAndUtf8) {
  NEEDS_SHARED_DATA();
  DiagnosticSink findings;
  Expected<Graph> graph = readNir(
      sharedData() + "/nir/primitives/nested_subgraph_metadata_unicode.nir",
      findings);
  ASSERT_TRUE(graph);
  const Node &mu = graph->nodes[*graph->find("µ-lif.1")];
  EXPECT_EQ(std::get<std::string>(mu.metadata.at("reset")), "subtract");
  EXPECT_EQ(std::get<Tensor>(mu.metadata.at("nested/flag")).i64()[0], 1);
  EXPECT_EQ(std::get<Tensor>(mu.metadata.at("nested/flag")).storedAs(), "bool");
  EXPECT_EQ(std::get<Tensor>(graph->metadata.at("epochs")).i64()[0], 3);
  ASSERT_TRUE(normalise(*graph, findings));
  auto lif = graph->find("rnn.lif"), rec = graph->find("rnn.w_rec");
  ASSERT_TRUE(lif && rec);
  EXPECT_EQ(graph->nodes[*lif].path, "/node/nodes/rnn/nodes/lif");
  EXPECT_EQ(graph->nodes.size(), 5u);
  EXPECT_EQ(graph->edges.size(), 5u);
}

TEST(NirFiles, AbortedExportNamesTheNode) {
  NEEDS_SHARED_DATA();
  Diagnostic error;
  errorOf(sharedData() + "/nir/real_world/norse_aborted_export.nir", &error);
  ASSERT_EQ(error.notes.size(), 1u);
  EXPECT_NE(error.notes[0].find("'1'"), std::string::npos);
  EXPECT_FALSE(error.hints.empty());
}

// How long that takes: benchmarks/run --only check.
TEST(NirFiles, TheSinabsNetworkIsRead) {
  NEEDS_SHARED_DATA();
  EXPECT_EQ(errorOf(sharedData() + "/nir/nmnist/cnn_sinabs.nir"), "");
}

//===----------------------------------------------------------------------===//
// Not HDF5
//===----------------------------------------------------------------------===//

static std::string errorOfBytes(const std::string &bytes, Diagnostic *error) {
  std::string path =
      std::filesystem::temp_directory_path() / "nir-bytes-XXXXXX";
  int fd = ::mkstemp(path.data());
  EXPECT_EQ(::write(fd, bytes.data(), bytes.size()), ssize_t(bytes.size()));
  ::close(fd);
  std::string code = errorOf(path, error);
  ::unlink(path.c_str());
  return code;
}

TEST(NirMagic, OtherFormatsAreNamed) {
  Diagnostic error;
  EXPECT_EQ(
      errorOfBytes(std::string("PK\x03\x04") + std::string(100, 'x'), &error),
      "SNN0201");
  EXPECT_NE(error.message.find("torch.save"), std::string::npos);
  EXPECT_EQ(errorOfBytes("\x80\x04 cos system", &error), "SNN0201");
  EXPECT_NE(error.message.find("pickle"), std::string::npos);
  EXPECT_EQ(errorOfBytes("", &error), "SNN0201");
  EXPECT_NE(error.message.find("empty"), std::string::npos);
  EXPECT_EQ(errorOfBytes("version https://git-lfs.github.com/spec/v1", &error),
            "SNN0201");
  EXPECT_NE(error.message.find("LFS"), std::string::npos);
}

TEST(NirMagic, MissingFilesAndFolders) {
  EXPECT_EQ(errorOf("no/such/file.nir"), "SNN0001");
  EXPECT_EQ(errorOf(std::filesystem::temp_directory_path()), "SNN0001");
  EXPECT_EQ(errorOf("/dev/null"), "SNN0001");
}

TEST(NirMagic, CutOffFileSaysHowMuchIsMissing) {
  NEEDS_SHARED_DATA();
  std::ifstream in(sharedData() + "/nir/lif/lif_norse.nir", std::ios::binary);
  std::string bytes((std::istreambuf_iterator<char>(in)), {});
  ASSERT_EQ(bytes.size(), 17584u);
  Diagnostic error;
  EXPECT_EQ(errorOfBytes(bytes.substr(0, 9000), &error), "SNN0202");
  EXPECT_NE(error.message.find("17584"), std::string::npos);
  EXPECT_NE(error.message.find("9000"), std::string::npos);
  EXPECT_EQ(errorOfBytes(bytes.substr(0, 20), &error), "SNN0202");
}

//===----------------------------------------------------------------------===//
// Written here
//===----------------------------------------------------------------------===//

TEST(NirReader, ForeignStringsAndNumbers) {
  TestFile file;
  file.fixedText("/version", "1.0");
  file.fixedText("/node/type", "NIRGraph");
  file.port("input", "Input", {2});
  file.port("output", "Output", {2});
  file.group("/node/nodes/s");
  file.fixedText("/node/nodes/s/type", "Scale");
  const double half[2] = {0.5, -2};
  file.write("/node/nodes/s/scale", H5Tcopy(H5T_IEEE_F64BE), {2}, half,
             H5P_DEFAULT, H5T_NATIVE_DOUBLE);
  file.edges("/node/edges", {{"input", "s"}, {"s", "output"}});
  DiagnosticSink findings;
  Expected<Graph> graph = file.read(findings);
  ASSERT_TRUE(graph) << toText(graph.error());
  const Tensor &scale = graph->nodes[*graph->find("s")].tensor("scale");
  ASSERT_EQ(scale.kind(), ElementKind::F64);
  EXPECT_EQ(scale.f64()[0], 0.5);
  EXPECT_EQ(scale.f64()[1], -2.0);
}

TEST(NirReader, SmallIntegersAndHalfFloats) {
  TestFile file;
  file.frame();
  file.node("s", "Scale");
  const int16_t values[2] = {-3, 300};
  file.write("/node/nodes/s/scale", H5Tcopy(H5T_STD_I16BE), {2}, values,
             H5P_DEFAULT, H5T_NATIVE_INT16);
  file.edges("/node/edges", {{"input", "s"}, {"s", "output"}});
  DiagnosticSink findings;
  Expected<Graph> graph = file.read(findings);
  ASSERT_TRUE(graph);
  const Tensor &scale = graph->nodes[*graph->find("s")].tensor("scale");
  ASSERT_EQ(scale.kind(), ElementKind::I64);
  EXPECT_EQ(scale.storedAs(), "int16");
  EXPECT_EQ(scale.i64()[0], -3);
  EXPECT_EQ(scale.i64()[1], 300);
  EXPECT_TRUE(normalise(*graph, findings));
  EXPECT_EQ(findings.all().back().code, "SNN0226");
}

TEST(NirReader, CompressedDataIsExact) {
  TestFile file;
  file.filteredScale({0.1F, -7}, [](hid_t properties) {
    H5Pset_shuffle(properties);
    H5Pset_deflate(properties, 4);
  });
  DiagnosticSink findings;
  Expected<Graph> graph = file.read(findings);
  ASSERT_TRUE(graph) << toText(graph.error());
  EXPECT_EQ(graph->nodes[*graph->find("s")].tensor("scale").f32()[0], 0.1F);
}

TEST(NirReader, SingleNodeFile) {
  TestFile file;
  file.text("/version", "1.0.8");
  file.group("/node");
  file.text("/node/type", "Scale");
  file.floats("/node/scale", {3}, {1, 2, 3});
  DiagnosticSink findings;
  Expected<Graph> graph = file.read(findings);
  ASSERT_TRUE(graph) << toText(graph.error());
  EXPECT_TRUE(normalise(*graph, findings));
  EXPECT_EQ(graph->nodes.size(), 3u);
}

TEST(NirReader, ZeroEdgesOfAnyType) {
  TestFile file;
  file.text("/version", "1");
  file.group("/node/nodes");
  file.text("/node/type", "NIRGraph");
  file.write("/node/edges", H5Tcopy(H5T_NATIVE_DOUBLE), {0}, nullptr);
  file.node("s", "Scale");
  file.floats("/node/nodes/s/scale", {2}, {1, 2});
  EXPECT_EQ(file.code(), "");
}

TEST(NirReader, InThisProcessGivesTheSame) {
  NEEDS_SHARED_DATA();
  std::string path = sharedData() + "/nir/nmnist/cnn_sinabs.nir";
  ReadLimits here;
  here.isolate = false;
  DiagnosticSink findings;
  Expected<Graph> a = readNir(path, findings),
                  b = readNir(path, findings, here);
  ASSERT_TRUE(a && b);
  ASSERT_EQ(a->nodes.size(), b->nodes.size());
  EXPECT_EQ(a->edges, b->edges);
  for (size_t i = 0; i < a->nodes.size(); ++i) {
    EXPECT_EQ(a->nodes[i].name, b->nodes[i].name);
    ASSERT_EQ(a->nodes[i].fields.size(), b->nodes[i].fields.size());
    for (const auto &[name, field] : a->nodes[i].fields) {
      const Tensor &left = a->nodes[i].tensor(name);
      const Tensor &right = b->nodes[i].tensor(name);
      EXPECT_EQ(left.shape(), right.shape());
      EXPECT_EQ(left.data(), right.data());
    }
  }
}

//===----------------------------------------------------------------------===//
// The library in a process of its own
//===----------------------------------------------------------------------===//

TEST(NirIsolation, CrashOfTheLibraryIsAFinding) {
  NEEDS_SHARED_DATA();
  std::ifstream in(sharedData() + "/nir/lif/lif_norse.nir", std::ios::binary);
  std::string bytes((std::istreambuf_iterator<char>(in)), {});
  // The size of the first object of the first string heap: HDF5 1.10.8 copies
  // that many bytes without a check, later versions refuse.
  size_t heap = bytes.find("GCOL");
  ASSERT_NE(heap, std::string::npos);
  const uint64_t size = uint64_t(1) << 50;
  bytes.replace(heap + 24, 8, reinterpret_cast<const char *>(&size), 8);
  Diagnostic error;
  std::string code = errorOfBytes(bytes, &error);
  EXPECT_TRUE(code == "SNN0203" || code == "SNN0204") << code;
  EXPECT_FALSE(error.hints.empty());
}

TEST(NirIsolation, TimeLimit) {
  TestFile file;
  file.frame();
  for (int i = 0; i < 900; ++i)
    file.port("n" + std::to_string(i), "Input", {2});
  file.edges("/node/edges", {{"input", "output"}});
  ReadLimits limits;
  limits.seconds = 0.001;
  EXPECT_EQ(file.code(limits), "SNN0205");
}

TEST(NirIsolation, NothingIsLeftBehind) {
  NEEDS_SHARED_DATA();
  auto countDescriptors = [] {
    return std::distance(std::filesystem::directory_iterator("/proc/self/fd"),
                         std::filesystem::directory_iterator());
  };
  std::string path = sharedData() + "/nir/lif/lif_norse.nir";
  EXPECT_EQ(errorOf(path), "");
  auto before = countDescriptors();
  for (int i = 0; i < 10; ++i)
    EXPECT_EQ(errorOf(path), "");
  EXPECT_EQ(countDescriptors(), before);
}
