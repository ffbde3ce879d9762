//===- Arrays.cpp - Mutated .npy, .npz and NIRData files ------------------===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "tests/fuzz/Format.h"

#include "runtime/io/ArrayFile.h"
#include "tests/fuzz/BundleMutator.h"
#include "tools/snnc/Driver.h"

#include <algorithm>
#include <cstdlib>
#include <sys/wait.h>
#include <unistd.h>
#include <zlib.h>

namespace snnc::fuzz {

namespace {

using Words = std::vector<std::string>;

/// Inputs of a small network on the reference, and recordings to compare with.
class ArrayUser {
public:
  ArrayUser(const Setting &setting, const std::string &extension)
      : path(setting.scratch.file("mutant" + extension)),
        network(setting.scratch.file("network.yaml")) {
    writeWhole(network, R"(network: {name: m, dt: 1.0e-3}
inputs: {x: {size: 4}}
populations: {p: {size: 3, model: lif, params: {alpha: 0.9, threshold: 1.0}}}
projections: [{from: x, to: p, connector: all_to_all, weight: 0.5}]
)");
  }
  void use(const std::string &bytes, Dice &dice, Notes &notes) const {
    writeWhole(path, bytes);
    VerifyOptions options;
    options.run.input = options.run.compile.input = network;
    options.run.backend = "reference";
    options.run.compile.jobs = options.run.threads = 1;
    if (dice.oneIn(4)) {
      options.run.ticks = 5;
      options.run.inputs = {good()};
      options.against = path;
      options.run.records = {"p:v"};
      runVerb(
          "verify --against", "verify --against",
          [&](DiagnosticSink &s) { return runVerify(options, true, s); },
          notes);
      return;
    }
    options.run.inputs = {path};
    options.run.report = ReportForm::Json;
    using runtime::Encoder;
    static const Encoder encodings[] = {Encoder::Rate, Encoder::Latency,
                                        Encoder::Delta};
    if (dice.oneIn(3)) {
      options.run.encode = dice.from(encodings);
      options.run.ticks = 5;
    }
    std::string encoding =
        options.run.encode ? runtime::name(*options.run.encode) : "";
    runVerb(
        "run --input", "run --input " + encoding,
        [&](DiagnosticSink &s) { return runRun(options.run, true, s); }, notes);
  }
  const std::string path;

private:
  std::string good() const {
    std::string file = path + "-good.npy";
    writeWhole(file, npyOf("|u1", {5, 4}, std::string(20, '\1')));
    return file;
  }
  std::string network;
};

std::string someArray(Dice &dice) {
  static const std::pair<const char *, size_t> kinds[] = {
      {"|u1", 1}, {"<f4", 4}, {"<f8", 8}, {"<i8", 8},
      {"|b1", 1}, {">i2", 2}, {"<u2", 2}, {">f8", 8}};
  auto [dtype, width] = dice.from(kinds);
  static const std::vector<uint64_t> shapes[] = {
      {5, 4}, {2, 5, 4}, {4}, {5, 3}, {5, 2, 2}, {0, 4}, {20}};
  std::vector<uint64_t> shape = dice.from(shapes);
  uint64_t count = 1;
  for (uint64_t extent : shape)
    count *= extent;
  std::string bytes(count * width, '\0');
  for (char &c : bytes)
    c = char(dice.oneIn(3) ? dice.below(3) : 0);
  return npyOf(dtype, shape, bytes);
}

void mutateNpy(std::string &file, Dice &dice) {
  static const Words words = {"'<f4'",
                              "'|O'",
                              "'<U1000000000'",
                              "'<i16'",
                              "'descr'",
                              "'shape'",
                              "True",
                              "(",
                              ")",
                              "(4,)",
                              "(4294967296, 4294967296)",
                              "(-1,)",
                              "[('a','<f4')]",
                              "'>c16'",
                              "'|V8'",
                              "0x10",
                              "1L",
                              "#",
                              "{",
                              "}"};
  if (file.size() < 10) // a change before this one left no header
    return mutateBytes(file, dice);
  size_t head = 10 + readNumber(file, 8, 2);
  switch (dice.below(5)) {
  case 0:
    return mutateBytes(file, dice);
  case 1: // magic, version, length
    return overwrite(file, dice.below(10), nastyNumber(dice, file.size()),
                     1 + dice.below(4));
  case 2: // values: infinities, NaN, huge
    return overwrite(file, (head + dice.below(file.size())) & ~size_t(3),
                     dice.below(2) ? 0x7FF0000000000000 : dice.bits(), 8);
  default: {
    std::string text = file.substr(10, head - 10),
                rest = file.substr(std::min(head, file.size()));
    mutateText(text, dice, words);
    file = file.substr(0, 10) + text + rest;
    if (dice.below(8))
      overwrite(file, 8, text.size(), 2);
  }
  }
}

class NpyFormat final : public Format {
public:
  explicit NpyFormat(const Setting &setting) : user(setting, ".npy") {}
  std::string mutant(Dice &dice) override {
    std::string file = someArray(dice);
    for (uint64_t n = changes(dice); n > 0; --n)
      mutateNpy(file, dice);
    return file;
  }
  void use(const std::string &bytes, Dice &dice, Notes &notes) override {
    user.use(bytes, dice, notes);
  }

private:
  ArrayUser user;
};

std::string deflated(const std::string &bytes) {
  z_stream stream{};
  ::deflateInit2(&stream, 9, Z_DEFLATED, -15, 9, Z_DEFAULT_STRATEGY);
  std::string out(::deflateBound(&stream, bytes.size()), '\0');
  stream.next_in = reinterpret_cast<Bytef *>(const_cast<char *>(bytes.data()));
  stream.avail_in = uInt(bytes.size());
  stream.next_out = reinterpret_cast<Bytef *>(out.data());
  stream.avail_out = uInt(out.size());
  ::deflate(&stream, Z_FINISH);
  out.resize(stream.total_out);
  ::deflateEnd(&stream);
  return out;
}

class NpzFormat final : public Format {
public:
  explicit NpzFormat(const Setting &setting) : user(setting, ".npz") {}
  std::string mutant(Dice &dice) override {
    std::vector<RawMember> members;
    // What a run takes, or what a comparison takes; the rest is too many.
    static const std::vector<std::string> names[] = {
        {"x.npy"},          {"p:spikes.npy", "p:v.npy"},
        {"p:v.npy"},        {"arr_0.npy"},
        {"x.npy", "x.npy"}, {"x.npy", "meta.npy", "p:v.npy"}};
    for (const std::string &name : dice.from(names)) {
      std::string file = dice.below(2) ? fitting(name, dice) : someArray(dice);
      if (dice.oneIn(3))
        mutateNpy(file, dice);
      RawMember m{name, file, {}, {}, {}, {}, {}, {}};
      if (dice.oneIn(3))
        compress(m, dice);
      members.push_back(std::move(m));
    }
    if (dice.oneIn(3))
      mutateZipFields(members, dice);
    std::string zip = rawZip(members);
    if (dice.oneIn(5))
      mutateBytes(zip, dice);
    return zip;
  }
  void use(const std::string &bytes, Dice &dice, Notes &notes) override {
    user.use(bytes, dice, notes);
  }

private:
  /// Of the shape and type that the network has for the name.
  static std::string fitting(const std::string &name, Dice &dice) {
    if (name == "p:v.npy")
      return npyOf("<f4", {5, 3}, std::string(60, '\0'));
    uint64_t channels = name.starts_with("p:") ? 3 : 4;
    std::string bytes(5 * channels, '\0');
    for (char &c : bytes)
      c = char(dice.below(2));
    return npyOf("|u1", {5, channels}, bytes);
  }
  static void compress(RawMember &m, Dice &dice) {
    if (dice.oneIn(20)) // far more than it seems
      m.bytes.resize(m.bytes.size() + (size_t(1) << (16 + dice.below(10))));
    m.size = m.centralSize = uint32_t(m.bytes.size());
    m.crc = uint32_t(::crc32(0, reinterpret_cast<const Bytef *>(m.bytes.data()),
                             uInt(m.bytes.size())));
    m.method = 8;
    m.bytes = deflated(m.bytes);
  }
  ArrayUser user;
};

/// NIRData as snnc writes it, and as input.
class NirDataFormat final : public Format {
public:
  explicit NirDataFormat(const Setting &setting)
      : path(setting.scratch.file("mutant.h5")), seeds(seedFiles(setting)) {}
  std::string mutant(Dice &dice) override {
    std::string bytes = dice.from(seeds);
    for (uint64_t n = 1 + dice.below(4); n > 0; --n)
      mutateHdf5(bytes, dice);
    return bytes;
  }
  void use(const std::string &bytes, Dice &dice, Notes &notes) override {
    writeWhole(path, bytes);
    runtime::InputOptions options;
    options.dtSeconds = 1e-3;
    options.limits.seconds = 0.25; // the HDF5 library loops on some
    bool input = dice.below(2);
    runVerb(
        input ? "read input" : "read recording", "read",
        [&](DiagnosticSink &sink) {
          auto arrays = input ? runtime::readInputs(path, options)
                              : runtime::readArrays(path, options);
          if (!arrays)
            sink.report(arrays.takeError());
          return arrays ? 0 : 1;
        },
        notes);
  }

private:
  /// Written in a child: HDF5 would stay in this process.
  static std::vector<std::string> seedFiles(const Setting &setting) {
    std::string path = setting.scratch.file("seed.h5");
    pid_t child = ::fork();
    if (child == 0) {
      runtime::ArrayMap arrays;
      arrays.emplace("x:spikes", runtime::NdArray::of<uint8_t>(
                                     {5, 4}, std::vector<uint8_t>(20, 1)));
      arrays.emplace("p:v", runtime::NdArray::of<float>(
                                {5, 3}, std::vector<float>(15, 0.5F)));
      ::_exit(runtime::writeOutputs(path, arrays, 1e-3, {{"a", 1}}) ? 0 : 2);
    }
    int status = 0;
    if (::waitpid(child, &status, 0) != child || status != 0)
      std::exit(2);
    std::vector<std::string> all = {contentsOf(path)};
    for (const std::string &given : setting.plan.paths)
      all.push_back(contentsOf(given));
    return all;
  }
  std::string path;
  std::vector<std::string> seeds;
};

} // namespace

std::unique_ptr<Format> makeArrayFormat(const std::string &name,
                                        const Setting &setting) {
  if (name == "npy")
    return std::make_unique<NpyFormat>(setting);
  if (name == "npz")
    return std::make_unique<NpzFormat>(setting);
  if (name == "nirdata")
    return std::make_unique<NirDataFormat>(setting);
  return nullptr;
}

} // namespace snnc::fuzz
