//===- IoTest.cpp - Arrays, numpy files, spike trains ---------------------===//
//
// Part of the snnc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "runtime/io/ArrayFile.h"
#include "runtime/io/Encoders.h"
#include "runtime/io/NpyFile.h"
#include "runtime/support/AtomicFile.h"

#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <gmock/gmock.h>
#include <nlohmann/json.hpp>
#include <random>

using namespace snnc;
using namespace snnc::runtime;
using ::testing::HasSubstr;

namespace {

const DType dtypes[] = {DType::U8,  DType::I8,  DType::U16, DType::I16,
                        DType::I32, DType::U32, DType::I64, DType::U64,
                        DType::F32, DType::F64, DType::Bool};
const std::vector<std::vector<uint64_t>> shapes = {
    {}, {0}, {1}, {7}, {3, 4}, {2, 3, 5}, {4, 0, 2}};

template <typename T> void fill(NdArray &a) {
  for (size_t i = 0; i < a.as<T>().size(); ++i)
    a.as<T>()[i] = T((7 * i + 3) % 120);
}

/// The values of numpy_roundtrip.py's `expected`.
NdArray pattern(DType dtype, std::vector<uint64_t> shape) {
  NdArray a = NdArray::zeros(dtype, std::move(shape));
  switch (dtype) {
  case DType::Bool:
    for (size_t i = 0; i < a.bytes.size(); ++i)
      a.bytes[i] = std::byte((7 * i + 3) % 120 % 2);
    return a;
  case DType::U8:
  case DType::I8:
    return fill<uint8_t>(a), a;
  case DType::U16:
  case DType::I16:
    return fill<uint16_t>(a), a;
  case DType::U32:
  case DType::I32:
    return fill<uint32_t>(a), a;
  case DType::U64:
  case DType::I64:
    return fill<uint64_t>(a), a;
  case DType::F32:
    return fill<float>(a), a;
  case DType::F64:
    return fill<double>(a), a;
  }
  return a;
}

std::string nameOf(DType dtype, const std::vector<uint64_t> &shape) {
  std::string text = std::string(name(dtype)) + "_";
  for (size_t i = 0; i < shape.size(); ++i)
    text += (i ? "x" : "") + std::to_string(shape[i]);
  return text;
}

class IoTest : public ::testing::Test {
protected:
  void SetUp() override {
    std::string name =
        (std::filesystem::temp_directory_path() / "snnc-io-XXXXXX").string();
    folder = ::mkdtemp(name.data());
  }
  void TearDown() override { std::filesystem::remove_all(folder); }
  std::string file(const std::string &name) const { return folder / name; }
  int numpy(const std::string &mode) const {
    return std::system(("/usr/bin/python3 " SNNC_NUMPY_SCRIPT " " + mode + " " +
                        folder.string())
                           .c_str());
  }
  std::filesystem::path folder;
};

Expected<NdArray> parse(const std::string &bytes, ArrayLimits limits = {}) {
  return parseNpy(bytes, {"x.npy", "", 0, 0}, limits);
}

std::string withHeader(const std::string &header, const std::string &data,
                       char major = 1) {
  std::string bytes = std::string("\x93NUMPY", 6) + major + '\0';
  bytes += char(header.size() & 0xff);
  bytes += char(header.size() >> 8);
  if (major > 1)
    bytes += std::string(2, '\0');
  return bytes + header + data;
}

std::string codeOf(const Expected<NdArray> &array) {
  return array ? "" : array.error().code.name();
}

} // namespace

//===----------------------------------------------------------------------===//
// .npy and .npz
//===----------------------------------------------------------------------===//

TEST_F(IoTest, ReadsWhatNumpyWrites) {
  ASSERT_EQ(numpy("write"), 0);
  auto stored = readNpz(file("stored.npz"));
  ASSERT_TRUE(stored) << toText(stored.error());
  auto deflated = readNpz(file("deflated.npz"));
  ASSERT_TRUE(deflated) << toText(deflated.error());
  EXPECT_EQ(*stored, *deflated);
  EXPECT_EQ(stored->size(), 79u);
  EXPECT_TRUE(stored->contains("a/b:µ"));
  EXPECT_TRUE(stored->contains("lif1.lif:spikes"));
  for (DType dtype : dtypes)
    for (const auto &shape : shapes) {
      NdArray wanted = pattern(dtype, shape);
      std::string name = nameOf(dtype, shape);
      for (const char *kind : {"c_", "f_", "v2_", "v3_"}) {
        auto array = readNpy(file(kind + name + ".npy"));
        ASSERT_TRUE(array) << toText(array.error());
        EXPECT_EQ(*array, wanted) << kind << name;
      }
      EXPECT_EQ(stored->at(name), wanted) << name;
    }
  for (const char *name :
       {"pickle", "structured", "complex", "half", "big_endian", "text"}) {
    auto array = readNpy(file(std::string(name) + ".npy"));
    ASSERT_FALSE(array) << name;
    EXPECT_THAT(array.error().code.name(),
                ::testing::AnyOf("SNN0401", "SNN0402"));
    EXPECT_FALSE(array.error().hints.empty());
  }
  EXPECT_THAT(readNpy(file("pickle.npy")).error().hints[0],
              HasSubstr("pickles"));
}

TEST_F(IoTest, NumpyReadsWhatWeWrite) {
  ArrayMap all;
  for (DType dtype : dtypes)
    for (const auto &shape : shapes) {
      all[nameOf(dtype, shape)] = pattern(dtype, shape);
      ASSERT_TRUE(
          writeNpy(file(nameOf(dtype, shape) + ".npy"), pattern(dtype, shape)));
    }
  all["lif1.lif:spikes"] = pattern(DType::U8, {3, 4});
  all["a/b:µ"] = pattern(DType::U8, {3, 4});
  ASSERT_TRUE(writeOutputs(file("written.npz"), all, 1e-4,
                           {{"backend", "fake"}, {"seed", 7}}));
  EXPECT_EQ(numpy("check"), 0);
  auto again = readInputs(file("written.npz"));
  ASSERT_TRUE(again) << toText(again.error());
  EXPECT_EQ(*again, all);
}

TEST_F(IoTest, ElementsAreReadFromTheFileOnDemand) {
  std::string path = file("array.npy");
  for (DType dtype : dtypes) {
    NdArray array = pattern(dtype, {50, 100});
    ASSERT_TRUE(writeNpy(path, array));
    auto stored = NpyFile::open(path);
    ASSERT_TRUE(stored);
    EXPECT_EQ(stored->layout().shape, array.shape);
    EXPECT_EQ(stored->layout().dtype, dtype);
    std::vector<double> all(5000), part(17);
    ASSERT_TRUE(stored->read(0, std::span(all)));
    ASSERT_TRUE(stored->read(4983, std::span(part)));
    for (size_t i = 0; i < all.size(); ++i)
      ASSERT_EQ(all[i], array.at(i));
    EXPECT_TRUE(std::equal(part.begin(), part.end(), all.end() - 17));
  }
}

TEST_F(IoTest, AFileThatBecomesShorterIsAnError) {
  std::string path = file("array.npy");
  ASSERT_TRUE(writeNpy(path, pattern(DType::F32, {100, 1000})));
  auto stored = NpyFile::open(path);
  ASSERT_TRUE(stored);
  std::filesystem::resize_file(path, 200000);
  std::vector<double> values(1000);
  EXPECT_TRUE(stored->read(0, std::span(values)));
  Status cut = stored->read(99000, std::span(values));
  ASSERT_FALSE(cut);
  Diagnostic d = cut.takeError();
  EXPECT_EQ(d.code, "SNN0001");
  EXPECT_THAT(d.message, HasSubstr("the file ended early"));
}

TEST_F(IoTest, NpzIsDeterministic) {
  ArrayMap all = {{"b", pattern(DType::F32, {3, 4})},
                  {"a", pattern(DType::U8, {7})}};
  ASSERT_TRUE(writeNpz(file("1.npz"), all));
  ASSERT_TRUE(writeNpz(file("2.npz"), all));
  EXPECT_EQ(*readFile(file("1.npz")), *readFile(file("2.npz")));
}

TEST_F(IoTest, HeaderAttacks) {
  const std::string fine =
      "{'descr': '|u1', 'fortran_order': False, 'shape': (2, 3), }\n";
  EXPECT_EQ(codeOf(parse(withHeader(fine, "abcdef"))), "");
  EXPECT_EQ(codeOf(parse(withHeader(fine, "abcdef", 2))), "");
  EXPECT_EQ(codeOf(parse(withHeader(fine, "abcde"))), "SNN0401");
  EXPECT_EQ(codeOf(parse(withHeader(fine, "abcdefg"))), "SNN0401");
  EXPECT_EQ(codeOf(parse(withHeader(fine, "abcdef", 4))), "SNN0401");
  EXPECT_EQ(codeOf(parse("")), "SNN0401");
  EXPECT_EQ(codeOf(parse(std::string("\x93NUMPY\x01\x00\xff\xff", 10))),
            "SNN0401");
  EXPECT_EQ(codeOf(parse(std::string("\x93NUMPY\x02\x00\xff\xff", 10))),
            "SNN0401");
  EXPECT_EQ(codeOf(parse(std::string("\x93NUMPY\x02\x00\xff\xff\xff\xff", 12))),
            "SNN0401");
  auto shape = [&](const std::string &text, ArrayLimits limits = {}) {
    return codeOf(parse(withHeader("{'descr': '<f8', 'fortran_order': True, "
                                   "'shape': " +
                                       text + "}",
                                   ""),
                        limits));
  };
  EXPECT_EQ(shape("(0,)"), "");
  EXPECT_EQ(shape("(3, 0)"), "");
  // 2^32 * 2^32 wraps to zero elements, which the empty file would satisfy.
  EXPECT_EQ(shape("(4294967296, 4294967296)"), "SNN0403");
  EXPECT_EQ(shape("(4294967296, 4294967296, 0)"), "SNN0403");
  EXPECT_EQ(shape("(2305843009213693952,)"), "SNN0403"); // x 8 bytes = 2^64
  EXPECT_EQ(shape("(18446744073709551616,)"), "SNN0401");
  EXPECT_EQ(shape("(-1,)"), "SNN0401");
  EXPECT_EQ(shape("(1e3,)"), "SNN0401");
  EXPECT_EQ(shape("(1, 2"), "SNN0401");
  EXPECT_EQ(shape("[1, 2]"), "SNN0401");
  EXPECT_EQ(shape("(,)"), "SNN0401");
  std::string many = "(";
  for (int i = 0; i < 40; ++i)
    many += "1, ";
  EXPECT_EQ(shape(many + ")"), "SNN0401");
  ArrayLimits small;
  small.arrayBytes = 79;
  EXPECT_EQ(shape("(10,)", small), "SNN0403");
  for (const char *bad :
       {"", "{", "}", "{}", "{'descr': '|u1'}",
        "{'descr': '|u1', 'fortran_order': False, 'shape': (), 'x': 1}",
        "{'descr': '|u1', 'descr': '|u1', 'fortran_order': False, 'shape': ()}",
        "{'descr': '|u1', 'fortran_order': 1, 'shape': ()}",
        "{'descr': '|u1', 'fortran_order': False, 'shape': ()} + f()",
        "__import__('os').system('true')"})
    EXPECT_EQ(codeOf(parse(withHeader(bad, "a"))), "SNN0401") << bad;
}

TEST_F(IoTest, NpyMutants) {
  NdArray a = pattern(DType::F32, {5, 6});
  std::string bytes = npyHeader(a);
  bytes.append(reinterpret_cast<const char *>(a.bytes.data()), a.bytes.size());
  std::mt19937 generator(5);
  for (int i = 0; i < 5000; ++i) {
    std::string mutant = bytes;
    for (unsigned k = 1 + generator() % 3; k > 0; --k)
      mutant[generator() % 128] = char(generator());
    if (generator() % 4 == 0)
      mutant.resize(generator() % mutant.size());
    auto array = parse(mutant);
    if (array) {
      ASSERT_EQ(array->bytes.size(),
                *elementCount(array->shape) * itemBytes(array->dtype));
    }
  }
}

TEST_F(IoTest, NpzMutants) {
  ASSERT_TRUE(writeNpz(file("a.npz"), {{"a", pattern(DType::U8, {3, 4})},
                                       {"b", pattern(DType::F64, {7})}}));
  std::string bytes = *readFile(file("a.npz"));
  std::mt19937 generator(6);
  for (int i = 0; i < 800; ++i) {
    std::string mutant = bytes;
    for (unsigned k = 1 + generator() % 3; k > 0; --k)
      mutant[generator() % mutant.size()] ^= char(1 << generator() % 8);
    if (generator() % 4 == 0)
      mutant.resize(generator() % mutant.size());
    ASSERT_TRUE(writeFileAtomically(file("m.npz"), std::string_view(mutant)));
    auto arrays = readNpz(file("m.npz"));
    if (!arrays) {
      EXPECT_THAT(arrays.error().code.name(), HasSubstr("SNN04"));
    }
  }
}

TEST_F(IoTest, FilesOfOtherKinds) {
  EXPECT_EQ(readInputs(file("none.npy")).error().code, "SNN0001");
  EXPECT_EQ(readInputs(file("none.npz")).error().code, "SNN0001");
  EXPECT_EQ(readInputs(file("none.h5")).error().code, "SNN0001");
  for (const char *name : {"a.csv", "a", "a.mat"}) {
    auto arrays = readInputs(file(name));
    EXPECT_EQ(arrays.error().code, "SNN0405");
    EXPECT_FALSE(arrays.error().hints.empty());
    Status status = writeOutputs(file(name), {}, 1e-4, {});
    EXPECT_EQ(status.error().code, "SNN0405");
  }
  ASSERT_TRUE(writeFileAtomically(file("a.npz"), "no zip"));
  EXPECT_EQ(readInputs(file("a.npz")).error().code, "SNN0404");
  EXPECT_EQ(writeOutputs(file("no/folder/a.npz"), {}, 1e-4, {}).error().code,
            "SNN0003");
}

TEST_F(IoTest, SingleNpyHasNoName) {
  ASSERT_TRUE(writeNpy(file("x.npy"), pattern(DType::U8, {3, 4})));
  auto arrays = readInputs(file("x.npy"));
  ASSERT_TRUE(arrays);
  EXPECT_EQ(arrays->at(""), pattern(DType::U8, {3, 4}));
}

TEST_F(IoTest, StoredBrailleSample) {
  const char *data = std::getenv("SNNC_SHARED_DATA");
  std::filesystem::path root =
      data ? std::filesystem::path(data)
           : std::filesystem::path(SNNC_NUMPY_SCRIPT).parent_path() /
                 "../../../shared/data";
  if (!data && !std::filesystem::is_directory(root))
    GTEST_SKIP() << "no test data: set SNNC_SHARED_DATA";
  auto array = readNpy(root / "nir/braille/input_letter_A_256x12.npy");
  ASSERT_TRUE(array) << "set SNNC_SHARED_DATA: " << toText(array.error());
  EXPECT_EQ(array->shape, (std::vector<uint64_t>{256, 12}));
  auto input = toSpikeInput(*array, {"in", 12, {}});
  ASSERT_TRUE(input);
  uint64_t total = 0;
  for (uint16_t count : input->samples[0].counts)
    total += count;
  EXPECT_EQ(total, 539u); // README.md of the data: 539 spikes
}

//===----------------------------------------------------------------------===//
// Spike trains
//===----------------------------------------------------------------------===//

TEST(SpikeTrainTest, EveryTypeAndTheirLimits) {
  for (DType dtype : dtypes) {
    NdArray a = pattern(dtype, {5, 4});
    auto input = toSpikeInput(a, {"in", 4, {2, 2}});
    ASSERT_TRUE(input) << name(dtype);
    ASSERT_EQ(input->samples.size(), 1u);
    EXPECT_FALSE(input->hasSamplesAxis);
    for (uint64_t i = 0; i < 20; ++i)
      ASSERT_EQ(input->samples[0].counts[i], a.at(i)) << name(dtype);
  }
  auto one = [](auto value) {
    auto input = toSpikeInput(NdArray::of<decltype(value)>({1, 1}, {value}),
                              {"in", 1, {}});
    return input ? "" : input.error().code.name();
  };
  EXPECT_EQ(one(65535.0), "");
  EXPECT_EQ(one(65536.0), "SNN0412");
  EXPECT_EQ(one(int8_t(-1)), "SNN0412");
  EXPECT_EQ(one(int64_t(-1)), "SNN0412");
  EXPECT_EQ(one(int64_t(1) << 40), "SNN0412");
  EXPECT_EQ(one(uint64_t(1) << 63), "SNN0412");
  EXPECT_EQ(one(uint32_t(65536)), "SNN0412");
  EXPECT_EQ(one(0.5f), "SNN0412");
  EXPECT_EQ(one(-0.0f), "");
  EXPECT_EQ(one(std::nanf("")), "SNN0412");
  EXPECT_EQ(one(double(INFINITY)), "SNN0412");
}

TEST(SpikeTrainTest, Samples) {
  NdArray a = pattern(DType::U8, {2, 5, 4});
  auto input = toSpikeInput(a, {"in", 4, {}});
  ASSERT_TRUE(input);
  EXPECT_TRUE(input->hasSamplesAxis);
  ASSERT_EQ(input->samples.size(), 2u);
  EXPECT_EQ(input->samples[1].row(3)[2], a.at((5 + 3) * 4 + 2));
  // The channel axes of the input's own shape.
  auto shaped = toSpikeInput(a, {"in", 20, {5, 4}});
  ASSERT_TRUE(shaped);
  EXPECT_FALSE(shaped->hasSamplesAxis);
  EXPECT_EQ(shaped->samples[0].ticks, 2u);
}

TEST(SpikeTrainTest, OneChannelNeedsNoChannelAxis) {
  NdArray a = pattern(DType::U8, {5});
  for (const std::vector<uint32_t> &shape :
       {std::vector<uint32_t>{}, {1}, {1, 1}}) {
    auto input = toSpikeInput(a, {"in", 1, shape});
    ASSERT_TRUE(input);
    EXPECT_FALSE(input->hasSamplesAxis);
    ASSERT_EQ(input->samples[0].ticks, 5u);
    for (uint64_t t = 0; t < 5; ++t)
      EXPECT_EQ(input->samples[0].row(t)[0], a.at(t));
  }
  // Only where nothing else can be meant.
  EXPECT_FALSE(toSpikeInput(a, {"in", 2, {}}));
  EXPECT_FALSE(toSpikeInput(pattern(DType::U8, {5, 3}), {"in", 1, {}}));
}
