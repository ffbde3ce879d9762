//===- RunReference.h - Run the interpreter on arrays -----------*- C++ -*-===//
//
// Part of the snnc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Named arrays in, the same RunResult out as runtime/host/Session gives, so
// that the two can be compared bit by bit.
//
//===----------------------------------------------------------------------===//
#ifndef SNNC_REFERENCE_RUNREFERENCE_H
#define SNNC_REFERENCE_RUNREFERENCE_H

#include "compiler/Reference/Interpreter.h"
#include "runtime/host/EngineDevice.h"
#include "runtime/host/Session.h"

namespace snnc::reference {

/// What a bundle's manifest says about inputs and populations: names, shapes,
/// latencies, variables. `scale` is filled where it is equal for all neurons;
/// programs, cores and routes stay empty.
runtime::Manifest describeNetwork(snn::NetworkOp network);

/// Value on chip per user unit of a state, one or one a neuron (S6.4).
std::vector<double> stateScales(snn::PopulationOp population,
                                llvm::StringRef state);

/// A session on the interpreter. `requests` as in parseRecordRequest; none:
/// everything.
Expected<runtime::RunResult>
runReference(Interpreter &interpreter, const runtime::ArrayMap &inputs,
             const std::vector<std::string> &requests,
             const runtime::RunOptions &options = {});

/// The interpreter, which must outlive it, as a device.
std::unique_ptr<runtime::Device> openReference(Interpreter &interpreter);

} // namespace snnc::reference

#endif // SNNC_REFERENCE_RUNREFERENCE_H
