//===- SNNOps.td - Operations of the snn dialect -----------*- tablegen -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef SNNC_SNN_OPS
#define SNNC_SNN_OPS

include "compiler/SNN/SNNDialect.td"

/// What travels between nodes; bounded, so that sizes fit 32 bits everywhere.
def SNN_Signal : Type<CPred<"::snnc::snn::isSignalType($_self)">,
    "tensor of static shape with 1 to 2^31 elements", "::mlir::RankedTensorType">;

class SNN_Op<string mnemonic, list<Trait> traits = []>
    : Op<SNN_Dialect, mnemonic, traits>;

/// An op whose result is a named signal of the network.
class SNN_NodeOp<string mnemonic, list<Trait> traits = []>
    : SNN_Op<mnemonic, !listconcat(traits, [
        HasParent<"NetworkOp">,
        DeclareOpInterfaceMethods<OpAsmOpInterface, ["getAsmResultNames"]>])>;

def SNN_NetworkOp : SNN_Op<"network", [
    IsolatedFromAbove, Symbol, SingleBlock, NoTerminator, NoRegionArguments,
    DeclareOpInterfaceMethods<RegionKindInterface>]> {
  let summary = "A network: a graph region, so recurrence is natural";
  let description = [{
    `dt` is the model time of one tick in the file's own unit; absent in the
    Imported phase.

    ```mlir
    snn.network @braille dt 1.0e-4 {
      %in = snn.input "input" : tensor<12xf32>
      %h = snn.population "lif1" model @cuba_lif params {...} : tensor<38xi1>
      snn.projection "fc1" %in to %h weights #snn.dense<...> delay(1)
        : tensor<12xf32>, tensor<38xi1>
    }
    ```
  }];
  let arguments = (ins SymbolNameAttr:$sym_name, OptionalAttr<F64Attr>:$dt);
  let regions = (region SizedRegion<1>:$body);
  let assemblyFormat = "$sym_name (`dt` $dt^)? attr-dict-with-keyword $body";
}

def SNN_NeuronOp : SNN_Op<"neuron", [IsolatedFromAbove, Symbol, SingleBlock]> {
  let summary = "A neuron model: its one-tick update as IR";
  let description = [{
    Block arguments: one f32 per receptor (the tick's weight sum), then per
    state, then per parameter. `snn.yield` returns the spike (absent for models
    that never spike) and the next states. All backends read this one region;
    nothing switches on the model's name. Operations are evaluated in float32
    in the written order (docs/semantics.md S3).
  }];
  let arguments = (ins SymbolNameAttr:$sym_name, StrArrayAttr:$receptors,
                       StrArrayAttr:$states, StrArrayAttr:$params);
  let regions = (region SizedRegion<1>:$body);
  let assemblyFormat = [{
    $sym_name `receptors` $receptors `states` $states `params` $params
    attr-dict-with-keyword $body
  }];
  let hasVerifier = 1;
  let extraClassDeclaration = [{
    unsigned numReceptors() { return getReceptors().size(); }
    unsigned numStates() { return getStates().size(); }
    unsigned numParams() { return getParams().size(); }
    bool isSpiking();
    ::llvm::StringRef stateName(unsigned i);
    ::llvm::StringRef paramName(unsigned i);
    ::mlir::BlockArgument stateArg(unsigned i);
    ::mlir::BlockArgument paramArg(unsigned i);
  }];
}

def SNN_YieldOp : SNN_Op<"yield", [Terminator, Pure, AttrSizedOperandSegments,
                                    HasParent<"NeuronOp">]> {
  let summary = "Spike and next states of a neuron model";
  let arguments = (ins Optional<I1>:$spike, Variadic<F32>:$states);
  let assemblyFormat = "(`spike` $spike^)? (`states` $states^ `:` type($states))? attr-dict";
  let builders = [OpBuilder<(ins), [{}]>];
}

def SNN_InputOp : SNN_NodeOp<"input"> {
  let summary = "Spikes from outside, fed by the host";
  let description = [{
    `drive` is absent when the user gives an array, else `#snn.poisson` or
    `#snn.spike_list`: the host makes the array then.
  }];
  let arguments = (ins StrAttr:$name, OptionalAttr<AnyAttr>:$drive);
  let results = (outs SNN_Signal:$signal);
  let assemblyFormat = [{
    $name (`drive` `(` $drive^ `)`)? attr-dict `:` type($signal)
  }];
  let builders = [
    OpBuilder<(ins "::mlir::Type":$signal, "::llvm::StringRef":$name), [{
      build($_builder, $_state, signal, $_builder.getStringAttr(name),
            ::mlir::Attribute());
    }]>,
    OpBuilder<(ins "::mlir::Type":$signal, "::mlir::StringAttr":$name), [{
      build($_builder, $_state, signal, name, ::mlir::Attribute());
    }]>];
  let hasVerifier = 1;
}

def SNN_PopulationOp : SNN_NodeOp<"population"> {
  let summary = "Neurons that share a model";
  let description = [{
    `params` gives every parameter of the model: an f32/f64 number (uniform), a
    dense tensor or a `#snn.param`, one value per neuron. `scales` gives, for a
    state whose unit is not the user's, value on chip / value in user units.
    `latency` is the retiming of docs/semantics.md S5, `start` the first tick in
    which the neurons update. The result is i1 when the model spikes.
    `initial` gives states before tick 0 in the user's units (absent: 0),
    `rate` the expected spikes per neuron and tick, `paradigm` what the user
    wants for the synapses into it (absent after snn-select-paradigm: serial),
    `batch` the ticks per matrix product of a parallel population (absent: 1),
    `row_split` that several PEs multiply parts of its sources.
  }];
  let arguments = (ins StrAttr:$name, FlatSymbolRefAttr:$model,
                       DictionaryAttr:$params,
                       OptionalAttr<DictionaryAttr>:$scales,
                       OptionalAttr<I64Attr>:$latency,
                       OptionalAttr<I64Attr>:$start,
                       OptionalAttr<DictionaryAttr>:$initial,
                       OptionalAttr<F64Attr>:$rate,
                       OptionalAttr<SNN_ParadigmAttr>:$paradigm,
                       OptionalAttr<I64Attr>:$batch, UnitAttr:$row_split);
  let results = (outs SNN_Signal:$signal);
  let assemblyFormat = [{
    $name `model` $model `params` $params (`scales` $scales^)?
    (`latency` $latency^)? (`start` $start^)? (`initial` $initial^)?
    (`rate` $rate^)? (`paradigm` $paradigm^)? (`batch` $batch^)?
    (`row_split` $row_split^)?
    attr-dict `:` type($signal)
  }];
  let builders = [
    OpBuilder<(ins "::mlir::Type":$signal, "::mlir::StringAttr":$name,
                   "::mlir::FlatSymbolRefAttr":$model,
                   "::mlir::DictionaryAttr":$params,
                   "::mlir::DictionaryAttr":$scales,
                   "::mlir::IntegerAttr":$latency,
                   "::mlir::IntegerAttr":$start), [{
      build($_builder, $_state, signal, name, model, params, scales, latency,
            start, ::mlir::DictionaryAttr(), ::mlir::FloatAttr(),
            ::snnc::snn::ParadigmAttr(), ::mlir::IntegerAttr(),
            ::mlir::UnitAttr());
    }]>,
    OpBuilder<(ins "::mlir::Type":$signal, "::llvm::StringRef":$name,
                   "::llvm::StringRef":$model, "::mlir::DictionaryAttr":$params,
                   "::mlir::DictionaryAttr":$scales,
                   "::mlir::IntegerAttr":$latency,
                   "::mlir::IntegerAttr":$start), [{
      build($_builder, $_state, signal, $_builder.getStringAttr(name),
            ::mlir::FlatSymbolRefAttr::get($_builder.getContext(), model),
            params, scales, latency, start, ::mlir::DictionaryAttr(),
            ::mlir::FloatAttr(), ::snnc::snn::ParadigmAttr(), ::mlir::IntegerAttr(),
            ::mlir::UnitAttr());
    }]>];
  let hasVerifier = 1;
  let extraClassDeclaration = [{
    int64_t numNeurons() { return getSignal().getType().getNumElements(); }
    /// The model; null when the symbol is missing.
    NeuronOp neuron();
  }];
}

def SNN_ProjectionOp : SNN_Op<"projection", [HasParent<"NetworkOp">]> {
  let summary = "Synapses from one signal to one population";
  let description = [{
    `weights` is `#snn.dense`, `#snn.conv`, `#snn.one_to_one`, `#snn.procedural`
    or `#snn.list`, the first three seen through the pooling window `pool` where
    there is one. `delay` is in ticks: before retiming the delay of the user's
    network (0 = same step), afterwards the ticks on the chip, at least 1; the
    synapses of `#snn.procedural` and `#snn.list` may add ticks of their own.
    `quant` fixes the integers.
  }];
  let arguments = (ins StrAttr:$name, SNN_Signal:$source,
                       SNN_Signal:$target, AnyAttr:$weights,
                       OptionalAttr<SNN_PoolAttr>:$pool, AnyAttr:$delay,
                       DefaultValuedAttr<I64Attr, "0">:$receptor,
                       OptionalAttr<SNN_QuantAttr>:$quant);
  let assemblyFormat = [{
    $name $source `to` $target `weights` $weights (`pool` $pool^)? `delay` `(` $delay `)`
    (`quant` $quant^)? attr-dict `:` type($source) `,` type($target)
  }];
  let hasVerifier = 1;
  let extraClassDeclaration = [{
    int64_t numSources() {
      return ::mlir::cast<::mlir::RankedTensorType>(getSource().getType()).getNumElements();
    }
    int64_t numTargets() {
      return ::mlir::cast<::mlir::RankedTensorType>(getTarget().getType()).getNumElements();
    }
    PopulationOp targetPopulation();
    /// Name of the source signal's op.
    ::llvm::StringRef sourceName();
  }];
}

def SNN_ProbeOp : SNN_Op<"probe", [HasParent<"NetworkOp">]> {
  let summary = "A signal that the user wants to see (a NIR Output)";
  let arguments = (ins StrAttr:$name, Variadic<SNN_Signal>:$sources);
  let assemblyFormat = "$name ($sources^ `:` type($sources))? attr-dict";
}

//===----------------------------------------------------------------------===//
// Importer-level ops: legal only before Normalize ends. Operands add up.
//===----------------------------------------------------------------------===//

class SNN_ImportOp<string mnemonic> : SNN_NodeOp<mnemonic>;

def SNN_OdeOp : SNN_ImportOp<"ode"> {
  let summary = "Neurons in continuous time, as NIR stores them";
  let description = [{
    `params` carries NIR's own fields (tau, r, v_leak, v_threshold, v_reset,
    tau_syn, tau_mem, w_in, threshold): a number, a dense tensor or a reference.
  }];
  let arguments = (ins StrAttr:$name, SNN_OdeKindAttr:$kind,
                       DictionaryAttr:$params,
                       Variadic<SNN_Signal>:$inputs);
  let results = (outs SNN_Signal:$signal);
  let assemblyFormat = [{
    $name $kind `(` $inputs `)` `params` $params attr-dict `:`
    functional-type($inputs, $signal)
  }];
}

def SNN_LinearOp : SNN_ImportOp<"linear"> {
  let summary = "y = W x (+ b), W: [out, in]";
  let arguments = (ins StrAttr:$name, Variadic<SNN_Signal>:$inputs,
                       AnyAttr:$weight, OptionalAttr<AnyAttr>:$bias);
  let results = (outs SNN_Signal:$signal);
  let assemblyFormat = [{
    $name `(` $inputs `)` `weight` `(` $weight `)` (`bias` `(` $bias^ `)`)? attr-dict `:`
    functional-type($inputs, $signal)
  }];
}

def SNN_ConvOp : SNN_ImportOp<"conv"> {
  let summary = "Cross-correlation with a shared kernel, tensors are C x H x W";
  let arguments = (ins StrAttr:$name, Variadic<SNN_Signal>:$inputs,
                       SNN_ConvAttr:$kernel, OptionalAttr<AnyAttr>:$bias);
  let results = (outs SNN_Signal:$signal);
  let assemblyFormat = [{
    $name `(` $inputs `)` `kernel` $kernel (`bias` `(` $bias^ `)`)? attr-dict `:`
    functional-type($inputs, $signal)
  }];
}

def SNN_PoolOp : SNN_ImportOp<"pool"> {
  let summary = "Window sum or mean";
  let arguments = (ins StrAttr:$name, Variadic<SNN_Signal>:$inputs,
                       SNN_PoolAttr:$window);
  let results = (outs SNN_Signal:$signal);
  let assemblyFormat = [{
    $name `(` $inputs `)` `window` $window attr-dict `:`
    functional-type($inputs, $signal)
  }];
}

def SNN_ScaleOp : SNN_ImportOp<"scale"> {
  let summary = "y = s * x, element by element";
  let arguments = (ins StrAttr:$name, Variadic<SNN_Signal>:$inputs,
                       AnyAttr:$factor);
  let results = (outs SNN_Signal:$signal);
  let assemblyFormat = [{
    $name `(` $inputs `)` `factor` `(` $factor `)` attr-dict `:`
    functional-type($inputs, $signal)
  }];
}

def SNN_FlattenOp : SNN_ImportOp<"flatten"> {
  let summary = "Same numbers, other shape, row major";
  let arguments = (ins StrAttr:$name, Variadic<SNN_Signal>:$inputs);
  let results = (outs SNN_Signal:$signal);
  let assemblyFormat = [{
    $name `(` $inputs `)` attr-dict `:` functional-type($inputs, $signal)
  }];
}

def SNN_DelayOp : SNN_ImportOp<"delay"> {
  let summary = "y(t) = x(t - d), d in the file's time unit, element by element";
  let arguments = (ins StrAttr:$name, Variadic<SNN_Signal>:$inputs,
                       AnyAttr:$delay);
  let results = (outs SNN_Signal:$signal);
  let assemblyFormat = [{
    $name `(` $inputs `)` `by` `(` $delay `)` attr-dict `:`
    functional-type($inputs, $signal)
  }];
}

#endif // SNNC_SNN_OPS
