//===- NirTestSupport.h - NIR files and graphs made by tests ----*- C++ -*-===//
//
// Part of the snnc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Writes HDF5 files with the C API, byte layouts that the official writer never
// makes included, and builds graphs without a file.
//
//===----------------------------------------------------------------------===//
#ifndef SNNC_TESTS_UNIT_NIRTESTSUPPORT_H
#define SNNC_TESTS_UNIT_NIRTESTSUPPORT_H

#include "compiler/Import/NIR/NirNormalise.h"
#include "compiler/Import/NIR/NirPrimitive.h"
#include "compiler/Import/NIR/NirReader.h"

#include <array>
#include <cstdlib>
#include <filesystem>
#include <gtest/gtest.h>
#include <hdf5.h>
#include <string>
#include <unistd.h>

namespace snnc::nir {

/// For the first line of a test: skips it on a machine without the data. Where
/// SNNC_SHARED_DATA names a folder that is not there, sharedData() fails.
#define NEEDS_SHARED_DATA()                                                    \
  if (!std::getenv("SNNC_SHARED_DATA") &&                                      \
      !std::filesystem::is_directory(SNNC_SOURCE_DIR "/../shared/data"))       \
  GTEST_SKIP() << "no test data: set SNNC_SHARED_DATA"

/// The shared data folder; a test that needs it fails when it is missing.
inline std::string sharedData() {
  const char *set = std::getenv("SNNC_SHARED_DATA");
  std::string folder = set ? set : SNNC_SOURCE_DIR "/../shared/data";
  EXPECT_TRUE(std::filesystem::is_directory(folder))
      << folder << " is missing: set SNNC_SHARED_DATA";
  return folder;
}

/// A file under construction; removed at the end of the test.
class TestFile {
public:
  TestFile() {
    path = std::filesystem::temp_directory_path() / "nir-test-XXXXXX";
    ::close(::mkstemp(path.data()));
    file = H5Fcreate(path.c_str(), H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT);
  }
  ~TestFile() {
    close();
    ::unlink(path.c_str());
  }
  TestFile(const TestFile &) = delete;
  TestFile &operator=(const TestFile &) = delete;

  hid_t id() const { return file; }
  const std::string &name() const { return path; }

  void group(const std::string &at) {
    hid_t create = H5Pcreate(H5P_LINK_CREATE);
    H5Pset_create_intermediate_group(create, 1);
    H5Pset_char_encoding(create, H5T_CSET_UTF8);
    H5Gclose(H5Gcreate2(file, at.c_str(), create, H5P_DEFAULT, H5P_DEFAULT));
    H5Pclose(create);
  }
  /// Variable-length UTF-8, as h5py writes; rank 0.
  void text(const std::string &at, const std::string &value) {
    const char *pointer = value.c_str();
    write(at, stringType(), {}, &pointer);
  }
  /// Fixed-length ASCII, padded with spaces.
  void fixedText(const std::string &at, const std::string &value) {
    hid_t type = H5Tcopy(H5T_C_S1);
    H5Tset_size(type, value.size() + 3);
    H5Tset_strpad(type, H5T_STR_SPACEPAD);
    write(at, type, {}, (value + "   ").c_str());
  }
  void floats(const std::string &at, std::vector<hsize_t> shape,
              const std::vector<float> &values) {
    write(at, H5Tcopy(H5T_NATIVE_FLOAT), shape, values.data());
  }
  void ints(const std::string &at, std::vector<hsize_t> shape,
            const std::vector<int64_t> &values) {
    write(at, H5Tcopy(H5T_NATIVE_INT64), shape, values.data());
  }
  void edges(const std::string &at,
             const std::vector<std::pair<std::string, std::string>> &pairs) {
    std::vector<const char *> pointers;
    for (const auto &pair : pairs) {
      pointers.push_back(pair.first.c_str());
      pointers.push_back(pair.second.c_str());
    }
    write(at, stringType(), {pairs.size(), 2}, pointers.data());
  }
  /// Any data of any type; closes `type`.
  void write(const std::string &at, hid_t type, std::vector<hsize_t> shape,
             const void *data, hid_t properties = H5P_DEFAULT,
             hid_t memoryType = -1) {
    hid_t space = shape.empty() ? H5Screate(H5S_SCALAR)
                                : H5Screate_simple(int(shape.size()),
                                                   shape.data(), nullptr);
    hid_t create = H5Pcreate(H5P_LINK_CREATE);
    H5Pset_create_intermediate_group(create, 1);
    hid_t set = H5Dcreate2(file, at.c_str(), type, space, create, properties,
                           H5P_DEFAULT);
    ASSERT_GE(set, 0) << at;
    if (data)
      ASSERT_GE(H5Dwrite(set, memoryType < 0 ? type : memoryType, H5S_ALL,
                         H5S_ALL, H5P_DEFAULT, data),
                0);
    H5Dclose(set);
    H5Pclose(create);
    H5Sclose(space);
    H5Tclose(type);
  }
  void node(const std::string &name, const std::string &type,
            const std::string &graph = "/node") {
    group(graph + "/nodes/" + name);
    text(graph + "/nodes/" + name + "/type", type);
  }
  void port(const std::string &name, const std::string &type,
            std::vector<int64_t> shape, const std::string &graph = "/node") {
    node(name, type, graph);
    ints(graph + "/nodes/" + name + "/shape", {shape.size()}, shape);
  }
  /// A frame and in it a Scale "s" whose two numbers are stored in chunks, with
  /// the filters that `filter` sets.
  template <typename Filter>
  void filteredScale(std::array<float, 2> values, Filter filter) {
    frame();
    node("s", "Scale");
    hid_t properties = H5Pcreate(H5P_DATASET_CREATE);
    hsize_t chunk = 2;
    H5Pset_chunk(properties, 1, &chunk);
    filter(properties);
    write("/node/nodes/s/scale", H5Tcopy(H5T_NATIVE_FLOAT), {2}, values.data(),
          properties);
    H5Pclose(properties);
    edges("/node/edges", {{"input", "s"}, {"s", "output"}});
  }
  /// /version, /node with its type, an Input and an Output of `size`.
  void frame(int64_t size = 2) {
    text("/version", "1.0.8");
    group("/node/nodes");
    text("/node/type", "NIRGraph");
    port("input", "Input", {size});
    port("output", "Output", {size});
  }
  void close() {
    if (file >= 0)
      H5Fclose(file);
    file = -1;
  }
  Expected<Graph> read(DiagnosticSink &findings, ReadLimits limits = {}) {
    close();
    return readNir(path, findings, limits);
  }
  /// The code of the error that reading or normalising ends in; "": none.
  std::string code(ReadLimits limits = {}) {
    DiagnosticSink findings;
    Expected<Graph> graph = read(findings, limits);
    if (!graph) {
      last = graph.error();
      return last.code.name();
    }
    normalise(*graph, findings);
    for (const Diagnostic &finding : findings.all())
      if (finding.severity == Severity::Error) {
        last = finding;
        return finding.code.name();
      }
    return "";
  }
  Diagnostic last; ///< what code() found

private:
  static hid_t stringType() {
    hid_t type = H5Tcopy(H5T_C_S1);
    H5Tset_size(type, H5T_VARIABLE);
    H5Tset_cset(type, H5T_CSET_UTF8);
    return type;
  }
  std::string path;
  hid_t file = -1;
};

/// A graph without a file.
class GraphBuilder {
public:
  GraphBuilder() { graph.path = "/node"; }

  Node &node(const std::string &name, const char *kind) {
    Node node;
    node.name = name;
    node.path = graph.path + "/nodes/" + name;
    node.kind = findPrimitive(kind);
    names.push_back(name);
    graph.nodes.push_back(std::move(node));
    return graph.nodes.back();
  }
  void ints(const std::string &field, std::vector<int64_t> values) {
    graph.nodes.back().fields[field] = Tensor::integers(std::move(values));
  }
  void fill(const std::string &field, Shape shape, float value) {
    std::vector<float> values(size_t(*elementCount(shape)), value);
    graph.nodes.back().fields[field] =
        Tensor(std::move(shape), std::move(values), "float32");
  }
  void input(std::vector<int64_t> shape, const std::string &name = "input") {
    node(name, "Input");
    ints("shape", std::move(shape));
  }
  void output(std::vector<int64_t> shape, const std::string &name = "output") {
    node(name, "Output");
    ints("shape", std::move(shape));
  }
  void linear(const std::string &name, uint64_t out, uint64_t in) {
    node(name, "Linear");
    fill("weight", {out, in}, 0.5F);
  }
  void lif(const std::string &name, Shape shape, float tau = 0.01F) {
    node(name, "LIF");
    fill("tau", shape, tau);
    fill("r", shape, 1);
    fill("v_leak", shape, 0);
    fill("v_threshold", shape, 1);
    fill("v_reset", shape, 0);
  }
  void conv(const std::string &name, Shape weight) {
    node(name, "Conv2d");
    uint64_t out = weight[0];
    fill("weight", std::move(weight), 0.5F);
    fill("bias", {out}, 0);
    ints("stride", {1, 1});
    ints("padding", {0, 0});
    ints("dilation", {1, 1});
    ints("groups", {1});
  }
  void pool(const std::string &name, int64_t kernel, int64_t stride) {
    node(name, "SumPool2d");
    ints("kernel_size", {kernel, kernel});
    ints("stride", {stride, stride});
    ints("padding", {0, 0});
  }
  void flatten(const std::string &name, int64_t start) {
    node(name, "Flatten");
    ints("start_dim", {start});
    ints("end_dim", {-1});
  }
  void edge(const std::string &source, const std::string &target) {
    named.push_back({source, target});
  }
  /// Edges along all nodes in the order they were added.
  void chain() {
    for (size_t i = 1; i < names.size(); ++i)
      edge(names[i - 1], names[i]);
  }
  /// The graph as the reader would give it.
  Graph finish() {
    graph.sort();
    for (NamedEdge &edge : named) {
      auto source = graph.find(edge.source), target = graph.find(edge.target);
      if (source && target)
        graph.edges.push_back({*source, *target});
      else
        graph.unresolved.push_back(edge);
    }
    graph.sort();
    return std::move(graph);
  }
  Node &lastNode() { return graph.nodes.back(); }

  Graph graph;

private:
  std::vector<std::string> names;
  std::vector<NamedEdge> named;
};

/// What normalise() made of a graph.
struct Normalised {
  Graph graph;
  DiagnosticSink findings;
  bool ok;

  explicit Normalised(GraphBuilder &builder) : graph(builder.finish()) {
    ok = normalise(graph, findings);
  }
  /// The finding with `code`; nullptr: there is none.
  const Diagnostic *find(const std::string &code) const {
    for (const Diagnostic &finding : findings.all())
      if (finding.code == code)
        return &finding;
    return nullptr;
  }
  bool has(const std::string &code, Severity severity) const {
    const Diagnostic *finding = find(code);
    return finding && finding->severity == severity;
  }
  const Node &node(const std::string &name) const {
    static const Node none;
    auto index = graph.find(name);
    EXPECT_TRUE(index) << name;
    return index ? graph.nodes[*index] : none;
  }
  std::string text() const {
    std::string all;
    for (const Diagnostic &finding : findings.all())
      all += toText(finding) + "\n";
    return all;
  }
};

} // namespace snnc::nir

#endif // SNNC_TESTS_UNIT_NIRTESTSUPPORT_H
