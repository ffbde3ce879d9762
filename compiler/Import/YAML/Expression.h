//===- Expression.h - Equations become operations ---------------*- C++ -*-===//
//
// Part of the snnc project, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// One pass over the text: what is read is written as arith and math operations
// in that very order, so the float32 result is the one the equation spells.
//
//   expression  := or ('?' expression ':' expression)?
//   or          := and ('or' and)*            and := not ('and' not)*
//   not         := 'not' not | comparison
//   comparison  := sum (('<' | '<=' | '>' | '>=' | '==' | '!=') sum)?
//   sum         := product (('+' | '-') product)*
//   product     := unary (('*' | '/') unary)*
//   unary       := '-' unary | primary
//   primary     := number | name | '(' expression ')' | function '(' ... ')'
//   functions   : min(a, b) max(a, b) abs(x) sqrt(x) exp(x) log(x)
//                 pow(x, constant) where(condition, a, b) normal()
//
// pow with a whole exponent of at most 16 is repeated multiplication from the
// left (a negative one divides 1 by that), with 0.5 the square root, otherwise
// exp(constant * log(x)).
//
//===----------------------------------------------------------------------===//
#ifndef SNNC_IMPORT_YAML_EXPRESSION_H
#define SNNC_IMPORT_YAML_EXPRESSION_H

#include "compiler/Import/YAML/Reader.h"
#include "compiler/SNN/SNN.h"

#include "mlir/IR/Builders.h"
#include "llvm/ADT/STLFunctionalExtras.h"
#include "llvm/ADT/StringMap.h"

namespace snnc::yaml {

/// Names in scope: f32 or i1 values.
using Scope = llvm::StringMap<mlir::Value>;
/// What a normal() stands for: a number that every tick draws anew.
using Normal = llvm::function_ref<mlir::Value()>;

/// Writes `text`[begin, end of text) at the builder's insertion point. Null
/// after an error at its position in `node` (SNN1009 syntax, SNN1010 types and
/// names).
mlir::Value emitExpression(const Node &node, size_t begin, const Scope &scope,
                           Normal normal, mlir::OpBuilder &builder,
                           mlir::Location loc, Reader &reader);

} // namespace snnc::yaml

#endif // SNNC_IMPORT_YAML_EXPRESSION_H
