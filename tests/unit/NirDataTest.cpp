//===- NirDataTest.cpp - NIRData files: round trip, binning, attacks ------===//
//
// Part of the snnc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Files of other writers are made here with the HDF5 C API, in the layout of
// nir.write_data.
//
//===----------------------------------------------------------------------===//

#include "runtime/io/NirData.h"
#include "runtime/io/ArrayFile.h"
#include "runtime/io/Hdf5.h"
#include "runtime/support/AtomicFile.h"

#include <cmath>
#include <filesystem>
#include <functional>
#include <gmock/gmock.h>
#include <nlohmann/json.hpp>
#include <random>

using namespace snnc;
using namespace snnc::runtime;
using namespace snnc::runtime::hdf5;
using ::testing::HasSubstr;

namespace {

Handle group(hid_t parent, const char *name, const char *type) {
  Handle g(H5Gcreate2(parent, name, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT),
           H5Gclose);
  if (type)
    setTextAttribute(g, "__type__", type);
  return g;
}

template <typename T>
void dataset(hid_t g, const char *name, std::vector<hsize_t> dims,
             const std::vector<T> &values, hid_t type, int gzip = -1) {
  Handle space(H5Screate_simple(int(dims.size()), dims.data(), nullptr),
               H5Sclose);
  Handle plist(H5Pcreate(H5P_DATASET_CREATE), H5Pclose);
  if (gzip >= 0) {
    H5Pset_chunk(plist, int(dims.size()), dims.data());
    H5Pset_deflate(plist, unsigned(gzip));
  }
  Handle d(H5Dcreate2(g, name, type, space, H5P_DEFAULT, plist, H5P_DEFAULT),
           H5Dclose);
  if (!values.empty())
    H5Dwrite(d, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, values.data());
}

class NirDataTest : public ::testing::Test {
protected:
  void SetUp() override {
    std::string name =
        (std::filesystem::temp_directory_path() / "snnc-nird-XXXXXX").string();
    folder = ::mkdtemp(name.data());
    path = folder / "data.h5";
  }
  void TearDown() override { std::filesystem::remove_all(folder); }

  /// A file with one observable, filled by `f`.
  void make(const char *type, const std::function<void(hid_t)> &f) {
    Handle file(
        H5Fcreate(path.c_str(), H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT),
        H5Fclose);
    Handle root(H5Gopen2(file, "/", H5P_DEFAULT), H5Gclose);
    setTextAttribute(root, "__type__", "NIRGraphData");
    Handle nodes = group(root, "nodes", nullptr);
    Handle node = group(nodes, "in", "NIRNodeData");
    Handle list = group(node, "observables", nullptr);
    Handle observable = group(list, "spikes", type);
    f(observable);
  }
  void makeEvents(const std::vector<int64_t> &idx,
                  const std::vector<double> &time, double end,
                  const std::vector<double> &value = {}) {
    make(value.empty() ? "EventData" : "ValuedEventData", [&](hid_t g) {
      dataset(g, "idx", {1, idx.size()}, idx, H5T_NATIVE_INT64, 4);
      dataset(g, "time", {1, time.size()}, time, H5T_NATIVE_DOUBLE, 4);
      if (!value.empty())
        dataset(g, "value", {1, value.size()}, value, H5T_NATIVE_DOUBLE);
      setAttribute(g, "n_neurons", int64_t(3));
      setAttribute(g, "t_max", end);
    });
  }
  std::string codeOf(double dt = 1e-4, const ArrayLimits &limits = {}) {
    auto arrays = readNirData(path, dt, limits);
    return arrays ? "" : arrays.error().code.name();
  }

  std::filesystem::path folder;
  std::string path;
};

constexpr double inf = INFINITY;

} // namespace

TEST_F(NirDataTest, RoundTrip) {
  NdArray spikes = NdArray::zeros(DType::U8, {500, 7});
  std::mt19937 generator(3);
  for (uint8_t &x : spikes.as<uint8_t>())
    x = generator() % 9 == 0 ? 1 + generator() % 3 : 0;
  NdArray states = NdArray::zeros(DType::F32, {2, 5, 3});
  for (float &x : states.as<float>())
    x = float(generator()) * 1e-3f;
  NdArray silent = NdArray::zeros(DType::U8, {4, 2});
  NdArray many = NdArray::zeros(DType::U16, {2, 3, 1});
  many.as<uint16_t>()[4] = 300;
  ArrayMap all = {{"lif1.lif:spikes", spikes},
                  {"lif1.lif:v", states},
                  {"a:b:spikes", silent},
                  {"µ:spikes", many}};
  // Steps for which k * dt and its quotient round in different ways.
  for (double dt : {1e-4, 1e-3, 0.1, 1.0 / 3, 2.5e-3, 1.0, 7e-5}) {
    ASSERT_TRUE(writeOutputs(path, all, dt, {{"seed", 1}}));
    auto read = readArrays(path, {dt, {}});
    ASSERT_TRUE(read) << toText(read.error());
    EXPECT_EQ(*read, all) << dt;
  }
}

TEST_F(NirDataTest, Deterministic) {
  ArrayMap all = {{"a:spikes", NdArray::of<uint8_t>({2, 2}, {1, 0, 0, 1})},
                  {"a:v", NdArray::of<float>({2, 2}, {1, 2, 3, 4})}};
  ASSERT_TRUE(writeNirData(path, all, 1e-4, {{"snnc", "{}"}}));
  std::string first = *readFile(path);
  ASSERT_TRUE(writeNirData(path, all, 1e-4, {{"snnc", "{}"}}));
  EXPECT_EQ(first, *readFile(path));
}

TEST_F(NirDataTest, TickOfTime) {
  for (double dt : {1e-4, 1e-3, 0.1, 7e-5, 1.0 / 3, 1.0})
    for (uint64_t k = 0; k < 20000; ++k) {
      ASSERT_EQ(tickOfTime(double(k) * dt, dt), double(k)) << dt;
      ASSERT_EQ(tickOfTime((double(k) + 0.5) * dt, dt), double(k)) << dt;
      ASSERT_EQ(tickOfTime((double(k) + 0.999999) * dt, dt), double(k)) << dt;
    }
}

TEST_F(NirDataTest, EventsAreBinned) {
  makeEvents({2, 0, 0, 1, -1}, {0.00005, 3e-4, 0.00035, 0.00099, inf}, 1e-3);
  auto read = readInputs(path, {1e-4, {}});
  ASSERT_TRUE(read) << toText(read.error());
  const NdArray &a = read->at("in"); // the only observable of its node
  ASSERT_EQ(a.shape, (std::vector<uint64_t>{10, 3}));
  ASSERT_EQ(a.dtype, DType::U8);
  NdArray wanted = NdArray::zeros(DType::U8, {10, 3});
  wanted.as<uint8_t>()[0 * 3 + 2] = 1;
  wanted.as<uint8_t>()[3 * 3 + 0] = 2; // 3e-4 / 1e-4 is 2.9999999999999996
  wanted.as<uint8_t>()[9 * 3 + 1] = 1;
  EXPECT_EQ(a, wanted);
}

TEST_F(NirDataTest, ValuesAreBinned) {
  makeEvents({2, 0, -1}, {0.00005, 3e-4, inf}, 1e-3, {0.5, -2, 9});
  auto read = readArrays(path, {1e-4, {}});
  ASSERT_TRUE(read) << toText(read.error());
  const NdArray &a = read->at("in:spikes");
  ASSERT_EQ(a.dtype, DType::F32);
  EXPECT_EQ(a.at(2), 0.5);
  EXPECT_EQ(a.at(9), -2);
  makeEvents({2, 2}, {0.00005, 0.00006}, 1e-3, {0.5, -2});
  EXPECT_EQ(codeOf(), "SNN0407");
}

TEST_F(NirDataTest, BadEvents) {
  makeEvents({3}, {0}, 1e-3);
  EXPECT_EQ(codeOf(), "SNN0407"); // no such neuron
  makeEvents({-2}, {0}, 1e-3);
  EXPECT_EQ(codeOf(), "SNN0407");
  makeEvents({0}, {1e-3}, 1e-3);
  EXPECT_EQ(codeOf(), "SNN0407"); // after the end
  for (double bad : {inf, -1e-4, double(NAN)}) {
    makeEvents({0}, {bad}, 1e-3);
    EXPECT_EQ(codeOf(), "SNN0407") << bad;
  }
  makeEvents({0}, {0}, 1e-3);
  EXPECT_EQ(codeOf(0), "SNN0407"); // dt not known
  EXPECT_EQ(codeOf(1e-4), "");
  for (double end : {0.0, -1.0, inf, double(NAN), 1e300}) {
    makeEvents({0}, {0}, end);
    EXPECT_EQ(codeOf(), "SNN0407") << end;
  }
  makeEvents({0}, {0}, 1e5); // 10^9 ticks of 3 neurons
  EXPECT_EQ(codeOf(), "SNN0403");
  makeEvents({0, 1}, {0}, 1e-3);
  EXPECT_EQ(codeOf(), "SNN0406"); // shapes differ
}

TEST_F(NirDataTest, Grids) {
  make("TimeGriddedData", [](hid_t g) {
    dataset<int8_t>(g, "data", {1, 2, 2}, {0, 1, 1, 0}, H5T_NATIVE_INT8, 4);
    setAttribute(g, "dt", 1e-4);
  });
  EXPECT_EQ(codeOf(0), "");
  EXPECT_EQ(codeOf(1e-4), "");
  EXPECT_EQ(codeOf(1e-3), "SNN0407");
  // numpy's bool, as h5py stores it.
  make("TimeGriddedData", [](hid_t g) {
    Handle type(H5Tenum_create(H5T_NATIVE_INT8), H5Tclose);
    int8_t value = 0;
    H5Tenum_insert(type, "FALSE", &value);
    value = 1;
    H5Tenum_insert(type, "TRUE", &value);
    dataset<int8_t>(g, "data", {2, 2, 1}, {0, 1, 1, 0}, type);
    setAttribute(g, "dt", 1e-4);
  });
  auto read = readInputs(path, {1e-4, {}});
  ASSERT_TRUE(read) << toText(read.error());
  EXPECT_EQ(read->at("in").dtype, DType::Bool);
  EXPECT_EQ(read->at("in").shape, (std::vector<uint64_t>{2, 2, 1}));
  EXPECT_EQ(read->at("in").at(1), 1);
}

TEST_F(NirDataTest, Structure) {
  EXPECT_EQ(codeOf(), "SNN0001");
  ASSERT_TRUE(writeFileAtomically(path, "hello"));
  EXPECT_EQ(codeOf(), "SNN0406");
  make("Other", [](hid_t) {});
  EXPECT_EQ(codeOf(), "SNN0406");
  make("TimeGriddedData", [](hid_t) {});
  EXPECT_EQ(codeOf(), "SNN0406"); // no dt
  make("TimeGriddedData", [](hid_t g) { setAttribute(g, "dt", 1.0); });
  EXPECT_EQ(codeOf(0), "SNN0406"); // no data
  make("TimeGriddedData", [](hid_t g) {
    setAttribute(g, "dt", 1.0);
    dataset<float>(g, "data", {2, 2}, {1, 2, 3, 4}, H5T_NATIVE_FLOAT);
  });
  EXPECT_EQ(codeOf(0), "SNN0406"); // two dimensions
}

TEST_F(NirDataTest, LinksAndStorageOutside) {
  make("TimeGriddedData", [](hid_t g) {
    H5Lcreate_external("/etc/hostname", "/x", g, "data", H5P_DEFAULT,
                       H5P_DEFAULT);
    setAttribute(g, "dt", 1.0);
  });
  EXPECT_EQ(codeOf(0), "SNN0406");
  {
    Handle file(H5Fopen(path.c_str(), H5F_ACC_RDWR, H5P_DEFAULT), H5Fclose);
    H5Lcreate_soft("/", file, "/nodes/loop", H5P_DEFAULT, H5P_DEFAULT);
  }
  EXPECT_EQ(codeOf(0), "SNN0406");
  make("TimeGriddedData", [](hid_t g) {
    hsize_t dims[] = {1, 2, 2};
    Handle space(H5Screate_simple(3, dims, nullptr), H5Sclose);
    Handle plist(H5Pcreate(H5P_DATASET_CREATE), H5Pclose);
    H5Pset_external(plist, "/etc/passwd", 0, 4);
    Handle d(H5Dcreate2(g, "data", H5T_NATIVE_UINT8, space, H5P_DEFAULT, plist,
                        H5P_DEFAULT),
             H5Dclose);
    setAttribute(g, "dt", 1.0);
  });
  EXPECT_EQ(codeOf(0), "SNN0406");
}

TEST_F(NirDataTest, ClaimedSizes) {
  // A terabyte that was never written: HDF5 would hand out zeros.
  make("TimeGriddedData", [](hid_t g) {
    hsize_t dims[] = {1, 1000000, 1000000}, chunk[] = {1, 1000, 1000};
    Handle space(H5Screate_simple(3, dims, nullptr), H5Sclose);
    Handle plist(H5Pcreate(H5P_DATASET_CREATE), H5Pclose);
    H5Pset_chunk(plist, 3, chunk);
    Handle d(H5Dcreate2(g, "data", H5T_NATIVE_UINT8, space, H5P_DEFAULT, plist,
                        H5P_DEFAULT),
             H5Dclose);
    setAttribute(g, "dt", 1.0);
  });
  EXPECT_EQ(codeOf(0), "SNN0403");
  ArrayLimits large;
  large.arrayBytes = uint64_t(1) << 50;
  auto read = readNirData(path, 0, large);
  ASSERT_FALSE(read);
  EXPECT_EQ(read.error().code, "SNN0406");
  EXPECT_THAT(read.error().message, HasSubstr("claims"));
}

TEST_F(NirDataTest, NotWritable) {
  NdArray a = NdArray::zeros(DType::U8, {2, 2});
  auto code = [&](const char *name, const NdArray &array, double dt) {
    Status s = writeNirData(path, {{name, array}}, dt, {});
    return s ? "" : s.error().code.name();
  };
  EXPECT_EQ(code("a:spikes", a, 1e-4), "");
  EXPECT_EQ(code("a:spikes", a, 0), "SNN0408");
  EXPECT_EQ(code("a:spikes", a, NAN), "SNN0408");
  EXPECT_EQ(code("spikes", a, 1e-4), "SNN0408");
  EXPECT_EQ(code("a/b:spikes", a, 1e-4), "SNN0408");
  EXPECT_EQ(code("a:x", NdArray::zeros(DType::I64, {2, 2}), 1e-4), "SNN0408");
  EXPECT_EQ(code("a:x", NdArray::zeros(DType::F32, {2}), 1e-4), "SNN0408");
  // Whatever is written, a folder that is missing has one code.
  path = folder / "missing" / "x.h5";
  EXPECT_EQ(code("a:spikes", a, 1e-4), "SNN0003");
}

TEST_F(NirDataTest, ManyObservablesOfOneInput) {
  ArrayMap all = {{"in:v", NdArray::zeros(DType::F32, {2, 2})},
                  {"in:i", NdArray::zeros(DType::F32, {2, 2})}};
  ASSERT_TRUE(writeNirData(path, all, 1e-4, {}));
  EXPECT_EQ(readInputs(path, {1e-4, {}}).error().code, "SNN0410");
  all["in:spikes"] = NdArray::zeros(DType::U8, {2, 2});
  ASSERT_TRUE(writeNirData(path, all, 1e-4, {}));
  auto read = readInputs(path, {1e-4, {}});
  ASSERT_TRUE(read);
  EXPECT_EQ(read->size(), 1u);
  EXPECT_EQ(read->at("in").dtype, DType::U8);
}

TEST_F(NirDataTest, Mutants) {
  ArrayMap all = {{"a:spikes", NdArray::zeros(DType::U8, {9, 3})},
                  {"a:v", NdArray::zeros(DType::F32, {9, 3})}};
  for (uint8_t &x : all["a:spikes"].as<uint8_t>())
    x = 1;
  ASSERT_TRUE(writeNirData(path, all, 1e-4, {{"snnc", "{}"}}));
  std::string ours = *readFile(path);
  makeEvents({2, 0, 0, 1, -1}, {0.00005, 3e-4, 0.00035, 0.00099, inf}, 1e-3);
  std::string other = *readFile(path);
  const char *more = std::getenv("SNNC_MUTANTS");
  int count = more ? std::atoi(more) : 1000;
  std::mt19937 generator(9);
  int accepted = 0, failures = 0;
  for (int i = 0; i < count; ++i) {
    std::string mutant = i % 2 ? ours : other;
    for (unsigned k = 1 + generator() % 4; k > 0; --k) {
      size_t at = generator() % mutant.size();
      if (generator() % 2)
        mutant[at] ^= char(1 << generator() % 8);
      else
        mutant[at] = char(generator() % 3 == 0 ? 0xff : generator());
    }
    if (generator() % 8 == 0)
      mutant.resize(generator() % mutant.size());
    ASSERT_TRUE(writeFileAtomically(path, std::string_view(mutant)));
    auto read = readArrays(path, {1e-4, {}});
    accepted += bool(read);
    if (!read) {
      EXPECT_THAT(read.error().code.name(), HasSubstr("SNN04"));
      failures += read.error().code == "SNN0409";
    }
  }
  std::printf("%d of %d mutants accepted, libhdf5 crashed or hung on %d\n",
              accepted, count, failures);
}
