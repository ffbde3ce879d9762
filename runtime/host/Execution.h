//===- Execution.h - A network on a device, ready to run ---------*- C++
//-*-===//
//
// Part of the snnc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Named arrays in, named arrays out: what a target's `open` gives, whatever
// stands behind it.
//
//===----------------------------------------------------------------------===//
#ifndef SNNC_RUNTIME_HOST_EXECUTION_H
#define SNNC_RUNTIME_HOST_EXECUTION_H

#include "runtime/host/NetworkEngine.h"

namespace snnc::runtime {

class Execution {
public:
  virtual ~Execution() = default;
  /// Runs every sample from tick 0. Requests as in parseRecordRequest; errors
  /// as Session and runNetwork.
  virtual Expected<RunResult> run(const ArrayMap &inputs,
                                  const std::vector<std::string> &requests,
                                  const RunOptions &options) = 0;
};

/// A bundle on a device with cores.
class BundleExecution : public Execution {
public:
  BundleExecution(std::shared_ptr<const Bundle> opened,
                  std::unique_ptr<Device> on)
      : bundle(std::move(opened)), device(std::move(on)),
        session(*bundle, *device) {}
  Expected<RunResult> run(const ArrayMap &inputs,
                          const std::vector<std::string> &requests,
                          const RunOptions &options) override {
    return session.run(inputs, requests, options);
  }

private:
  std::shared_ptr<const Bundle> bundle;
  std::unique_ptr<Device> device;
  Session session;
};

/// A network in this process.
class EngineExecution : public Execution {
public:
  explicit EngineExecution(std::unique_ptr<NetworkEngine> opened)
      : engine(std::move(opened)) {}
  Expected<RunResult> run(const ArrayMap &inputs,
                          const std::vector<std::string> &requests,
                          const RunOptions &options) override {
    return runNetwork(*engine, inputs, requests, options);
  }

private:
  std::unique_ptr<NetworkEngine> engine;
};

} // namespace snnc::runtime

#endif // SNNC_RUNTIME_HOST_EXECUTION_H
