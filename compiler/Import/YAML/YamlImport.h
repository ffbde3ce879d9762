//===- YamlImport.h - A YAML network becomes snn ops ------------*- C++ -*-===//
//
// Part of the snnc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The grammar is docs/yaml.md. The network is in ticks already (it has a `dt`),
// so snn-discretize leaves it alone; retiming and quantisation do not.
//
//===----------------------------------------------------------------------===//
#ifndef SNNC_IMPORT_YAML_YAMLIMPORT_H
#define SNNC_IMPORT_YAML_YAMLIMPORT_H

#include "compiler/Import/YAML/YamlTree.h"

#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/OwningOpRef.h"

namespace snnc::yaml {

/// Findings go to `sink` with line and column; every op carries its own as a
/// FileLineColLoc. Null after an error. Numbers go to the context's store.
/// `seed` stands in place of every seed of the file.
mlir::OwningOpRef<mlir::ModuleOp> importYaml(const std::string &path,
                                             mlir::MLIRContext *context,
                                             DiagnosticSink &sink,
                                             std::optional<uint64_t> seed = {});
/// The same from text; `path` is for messages and for files beside it.
mlir::OwningOpRef<mlir::ModuleOp>
importYamlText(const std::string &text, const std::string &path,
               mlir::MLIRContext *context, DiagnosticSink &sink,
               std::optional<uint64_t> seed = {});

} // namespace snnc::yaml

#endif // SNNC_IMPORT_YAML_YAMLIMPORT_H
