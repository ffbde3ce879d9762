//===- EncodingsBenchmark.cpp - Rows of each encoding against their limit -===//
//
// Part of the snnc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// encodings-benchmark NETWORK.yaml ENCODING TICKS
//   builds the network with every block in that encoding where it is possible,
//   runs it on one thread and prints one JSON object: CPU seconds of the ticks,
//   spikes, synapses and bytes of the rows.
// encodings-benchmark stream BYTES
//   prints the bytes a second that one thread reads from a buffer of that size.
//
//===----------------------------------------------------------------------===//

#include "backends/cpu/CpuTarget.h"
#include "runtime/host/Session.h"
#include "runtime/support/ExitCode.h"
#include "tools/snnc/Messages.h"
#include "tools/snnc/Network.h"

#include <algorithm>
#include <cstdlib>
#include <ctime>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

using namespace snnc;

static double cpuSeconds() {
  timespec time{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
  return double(time.tv_sec) + double(time.tv_nsec) * 1e-9;
}

/// Lines in order, as wide as the processor reads; the fastest of five passes.
static double streamBandwidth(size_t bytes) {
  std::vector<Words8> buffer(std::max<size_t>(bytes / sizeof(Words8), 64));
  std::ranges::fill(buffer, Words8{} + 1);
  double best = 0;
  volatile uint64_t seen = 0;
  // A small buffer is read often enough for the clock.
  size_t times = std::max<size_t>(1, (64 << 20) / bytes);
  for (int pass = 0; pass < 5; ++pass) {
    double began = cpuSeconds();
    for (size_t k = 0; k < times; ++k)
      withVectors(widestVectors(), [&]() SNNC_INLINE {
        Words8 a{}, b{}, c{}, d{};
        for (size_t i = 0; i + 4 <= buffer.size(); i += 4) {
          a += buffer[i];
          b += buffer[i + 1];
          c += buffer[i + 2];
          d += buffer[i + 3];
        }
        a += b + c + d;
        seen = a[0] + a[7];
      });
    best = std::max(best, double(times * buffer.size() * sizeof(Words8)) /
                              (cpuSeconds() - began));
  }
  return best;
}

static std::optional<cpu::Encoding> encodingOf(const std::string &name) {
  for (auto encoding : {cpu::Encoding::Index, cpu::Encoding::Bits,
                        cpu::Encoding::Dense, cpu::Encoding::Diagonal})
    if (name == nameOf(encoding))
      return encoding;
  return std::nullopt;
}

static int runNetwork(const std::string &file, cpu::Encoding encoding,
                      uint64_t ticks, DiagnosticSink &sink) {
  auto context = createContext();
  MessageBridge bridge(context.get(), sink);
  NetworkOptions options;
  ImportedNetwork imported = importNetwork(file, options, context.get(), sink);
  if (!imported.module ||
      failed(normalizeNetwork(*imported.module, imported.dt, imported.dynamics,
                              options, /*quantized=*/true)))
    return kExitInput;
  cpu::Tuning tuning;
  tuning.threads = 1;
  tuning.encoding = encoding;
  auto target = cpu::createTarget(tuning);
  auto artifact =
      target->build(*imported.module, target::Precision::Quantized, sink);
  if (!artifact)
    return kExitInput;
  auto device = target->open(artifact, "cpu");
  if (!device)
    return sink.report(device.takeError()), kExitInput;
  runtime::RunOptions run;
  double seconds = 0;
  nlohmann::json spikes;
  for (uint64_t length : {ticks / 4 + 1, ticks}) { // the first warms caches
    run.ticks = length;
    double began = cpuSeconds();
    auto result = runtime::Session(**device).run(
        {}, std::vector<std::string>{"source:spikes"}, run);
    seconds = cpuSeconds() - began;
    if (!result)
      return sink.report(result.takeError()), kExitInput;
    spikes = result->spikeTotals;
  }
  fmt::print("{}\n", nlohmann::json{{"seconds", seconds},
                                    {"spikes", spikes},
                                    {"facts", artifact->facts()}}
                         .dump());
  return kExitOk;
}

int main(int argc, char **argv) {
  std::vector<std::string> words(argv + 1, argv + argc);
  if (words.size() == 2 && words[0] == "stream") {
    fmt::print("{:.6g}\n",
               streamBandwidth(std::strtoull(words[1].c_str(), nullptr, 10)));
    return kExitOk;
  }
  auto encoding = words.size() == 3 ? encodingOf(words[1]) : std::nullopt;
  if (!encoding) {
    fmt::print(stderr, "usage: encodings-benchmark NETWORK.yaml ENCODING TICKS"
                       " | stream BYTES\n");
    return kExitUsage;
  }
  DiagnosticSink sink;
  int code = runNetwork(words[0], *encoding,
                        std::strtoull(words[2].c_str(), nullptr, 10), sink);
  printFindings(sink, false, true, false);
  return code;
}
