//===- Samples.cpp - Samples side by side ---------------------------------===//
//
// Part of the snnc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "runtime/host/Samples.h"

#include "runtime/support/Threads.h"

#include <atomic>
#include <mutex>
#include <new>
#include <thread>

namespace snnc::runtime {

namespace {

class Lanes {
public:
  Lanes(uint64_t samples, const SampleWork &work)
      : samples(samples), work(work), failed(samples) {}

  void serve() {
    unsigned lane = members++;
    // In rising order: when one fails, all before it have begun.
    for (uint64_t sample; (sample = next++) < samples && sample < failed;) {
      Status status;
      bool noMemory = false;
      try {
        status = work(lane, sample, [&] { return sample <= failed; });
      } catch (const std::bad_alloc &) {
        noMemory = true;
      }
      if (noMemory || !status)
        keep(sample, std::move(status), noMemory);
    }
  }

  Status conclude() {
    if (outOfMemory)
      throw std::bad_alloc();
    return std::move(first);
  }

private:
  void keep(uint64_t sample, Status status, bool noMemory) {
    std::lock_guard lock(mutex);
    if (sample >= failed)
      return;
    failed = sample;
    first = std::move(status);
    outOfMemory = noMemory;
  }

  uint64_t samples;
  const SampleWork &work;
  std::atomic<unsigned> members = 0;
  std::atomic<uint64_t> next = 0;
  std::atomic<uint64_t> failed; ///< the first one
  std::mutex mutex;             ///< of what follows
  Status first;
  bool outOfMemory = false;
};

} // namespace

Status runSamples(uint64_t samples, unsigned lanes, const SampleWork &work) {
  Lanes all(samples, work);
  std::vector<std::jthread> threads;
  if (lanes > 1)
    startThreads(threads, lanes - 1, [&] { all.serve(); });
  all.serve();
  threads.clear();
  return all.conclude();
}

} // namespace snnc::runtime
