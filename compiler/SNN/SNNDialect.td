//===- SNNDialect.td - The snn dialect, attributes, ops ----*- tablegen -*-===//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What the user means: a network in discrete time, no hardware. The rationale
// is compiler/SNN/README.md, the semantics docs/semantics.md.

#ifndef SNNC_SNN_DIALECT
#define SNNC_SNN_DIALECT

include "mlir/IR/OpBase.td"
include "mlir/IR/AttrTypeBase.td"
include "mlir/IR/EnumAttr.td"
include "mlir/IR/OpAsmInterface.td"
include "mlir/IR/RegionKindInterface.td"
include "mlir/IR/SymbolInterfaces.td"
include "mlir/Interfaces/SideEffectInterfaces.td"

def SNN_Dialect : Dialect {
  let name = "snn";
  let cppNamespace = "::snnc::snn";
  let summary = "Spiking networks in discrete time, without hardware";
  let useDefaultAttributePrinterParser = 1;
  let dependentDialects = ["::mlir::arith::ArithDialect", "::mlir::math::MathDialect"];
  let extraClassDeclaration = [{
    /// The bytes behind `#snn.param`: owned by the dialect instance, hence by
    /// the context; passes reach it from any op.
    ::snnc::ParameterStore &params() { return *store; }
    void setParams(std::shared_ptr<::snnc::ParameterStore> newStore) {
      store = std::move(newStore);
    }
    std::shared_ptr<::snnc::ParameterStore> sharedParams() { return store; }
    /// Synapses that some pass has drawn already.
    DrawnRows &drawnRows() { return *rows; }

  private:
    std::shared_ptr<::snnc::ParameterStore> store;
    std::shared_ptr<DrawnRows> rows;

  public:
  }];
}

//===----------------------------------------------------------------------===//
// Attributes
//===----------------------------------------------------------------------===//

class SNN_Attr<string name, string attrMnemonic> : AttrDef<SNN_Dialect, name> {
  let mnemonic = attrMnemonic;
}

def SNN_ParamRefAttr : SNN_Attr<"ParamRef", "param"> {
  let summary = "Numbers that live in the parameter store, not in the IR";
  let genVerifyDecl = 1;
  let description = [{
    `#snn.param<"fc1.weight", tensor<38x12xf32>>` names a blob of the store.
  }];
  let parameters = (ins StringRefParameter<"key">:$key,
                        "::mlir::RankedTensorType":$type);
  let assemblyFormat = "`<` $key `,` $type `>`";
}

def SNN_OdeKind : I32EnumAttr<"OdeKind", "a NIR neuron in continuous time", [
    I32EnumAttrCase<"I", 0, "i">, I32EnumAttrCase<"IF", 1, "if">,
    I32EnumAttrCase<"LI", 2, "li">, I32EnumAttrCase<"LIF", 3, "lif">,
    I32EnumAttrCase<"CubaLI", 4, "cuba_li">,
    I32EnumAttrCase<"CubaLIF", 5, "cuba_lif">,
    I32EnumAttrCase<"Threshold", 6, "threshold">]> {
  let cppNamespace = "::snnc::snn";
  let genSpecializedAttr = 0;
}
def SNN_OdeKindAttr : EnumAttr<SNN_Dialect, SNN_OdeKind, "ode">;

def SNN_PoolKind : I32EnumAttr<"PoolKind", "how a window is reduced", [
    I32EnumAttrCase<"Sum", 0, "sum">, I32EnumAttrCase<"Average", 1, "average">]> {
  let cppNamespace = "::snnc::snn";
  let genSpecializedAttr = 0;
}
def SNN_PoolKindAttr : EnumAttr<SNN_Dialect, SNN_PoolKind, "pool_kind">;

def SNN_Rounding : I32EnumAttr<"Rounding", "how a scaled weight becomes an integer", [
    I32EnumAttrCase<"NearestEven", 0, "nearest">,
    I32EnumAttrCase<"TowardZero", 1, "truncate">]> {
  let cppNamespace = "::snnc::snn";
  let genSpecializedAttr = 0;
}
def SNN_RoundingAttr : EnumAttr<SNN_Dialect, SNN_Rounding, "rounding">;

def SNN_PoolAttr : SNN_Attr<"Pool", "pool"> {
  let summary = "A pooling window in front of a projection's weights";
  let genVerifyDecl = 1;
  let description = [{
    `#snn.pool<sum, in = [16, 16, 16], kernel = [2, 2], stride = [2, 2], padding = [0, 0]>`:
    the projection's weights see the pooled map; the sources are the cells of
    `in` (C x H x W, row major).
  }];
  let parameters = (ins EnumParameter<SNN_PoolKind>:$kind,
                        ArrayRefParameter<"int64_t">:$in,
                        ArrayRefParameter<"int64_t">:$kernel,
                        ArrayRefParameter<"int64_t">:$stride,
                        ArrayRefParameter<"int64_t">:$padding);
  let assemblyFormat = [{
    `<` $kind `,` `in` `=` `[` $in `]` `,` `kernel` `=` `[` $kernel `]` `,`
        `stride` `=` `[` $stride `]` `,` `padding` `=` `[` $padding `]` `>`
  }];
  let extraClassDeclaration = [{
    /// C x H x W of the pooled map.
    ::llvm::SmallVector<int64_t, 3> pooledShape() const;
  }];
}

def SNN_DenseAttr : SNN_Attr<"Dense", "dense"> {
  let summary = "A weight for every source and target: tensor [targets, sources]";
  let genVerifyDecl = 1;
  let parameters = (ins "::mlir::Attribute":$weights);
  let assemblyFormat = "`<` $weights `>`";
}

def SNN_OneToOneAttr : SNN_Attr<"OneToOne", "one_to_one"> {
  let summary = "Source i to target i: one number, or a tensor [targets]";
  let genVerifyDecl = 1;
  let parameters = (ins "::mlir::Attribute":$weights);
  let assemblyFormat = "`<` $weights `>`";
}

def SNN_ConvAttr : SNN_Attr<"Conv", "conv"> {
  let summary = "A shared kernel: tensor [Co, Ci / groups, Kh, Kw]";
  let genVerifyDecl = 1;
  let description = [{
    Cross-correlation as in NIR and torch; `in` and `out` are C x H x W, padding
    is [top, left, bottom, right]. Never expanded to synapses in the IR.
  }];
  let parameters = (ins "::mlir::Attribute":$weights,
                        ArrayRefParameter<"int64_t">:$in,
                        ArrayRefParameter<"int64_t">:$out,
                        ArrayRefParameter<"int64_t">:$stride,
                        ArrayRefParameter<"int64_t">:$padding,
                        ArrayRefParameter<"int64_t">:$dilation,
                        "int64_t":$groups);
  let assemblyFormat = [{
    `<` $weights `,` `in` `=` `[` $in `]` `,` `out` `=` `[` $out `]` `,`
        `stride` `=` `[` $stride `]` `,` `padding` `=` `[` $padding `]` `,`
        `dilation` `=` `[` $dilation `]` `,` `groups` `=` $groups `>`
  }];
}

def SNN_QuantAttr : SNN_Attr<"Quant", "quant"> {
  let summary = "Integer weights: q = round(scale[target] * weight)";
  let genVerifyDecl = 1;
  let description = [{
    `#snn.quant<8, nearest, #snn.param<"lif1.scale", tensor<38xf64>>>`: `scales` is
    one number or one per target neuron; |q| <= 2^(bits-1) - 1 (saturating).
  }];
  let parameters = (ins "unsigned":$bits, EnumParameter<SNN_Rounding>:$rounding,
                        "::mlir::Attribute":$scales);
  let assemblyFormat = "`<` $bits `,` $rounding `,` $scales `>`";
}

def SNN_Paradigm : I32EnumAttr<"Paradigm", "how a population's synapses are computed", [
    I32EnumAttrCase<"Auto", 0, "auto">, I32EnumAttrCase<"Serial", 1, "serial">,
    I32EnumAttrCase<"Parallel", 2, "parallel">]> {
  let cppNamespace = "::snnc::snn";
  let genSpecializedAttr = 0;
}
def SNN_ParadigmAttr : EnumAttr<SNN_Dialect, SNN_Paradigm, "paradigm"> {
  let assemblyFormat = "`<` $value `>`";
}

def SNN_DistKind : I32EnumAttr<"DistKind", "a distribution of numbers", [
    I32EnumAttrCase<"Constant", 0, "constant">,
    I32EnumAttrCase<"Uniform", 1, "uniform">,
    I32EnumAttrCase<"Normal", 2, "normal">,
    I32EnumAttrCase<"LogNormal", 3, "lognormal">,
    I32EnumAttrCase<"UniformInt", 4, "uniform_int">,
    I32EnumAttrCase<"NormalInt", 5, "normal_int">]> {
  let cppNamespace = "::snnc::snn";
  let genSpecializedAttr = 0;
}

def SNN_DistAttr : SNN_Attr<"Dist", "dist"> {
  let summary = "A distribution that a counter-based generator draws from";
  let genVerifyDecl = 1;
  let description = [{
    `#snn.dist<normal, [0.5, 0.1, -1.0, 1.0]>`. The numbers are, by
    kind: constant (value); uniform (low, high); normal (mean, standard
    deviation, least, largest); lognormal (mean and standard deviation of the
    logarithm, least, largest); uniform_int (low, high, both included);
    normal_int (as normal, rounded to the nearest whole number). A normal,
    lognormal or normal_int draw outside its bounds becomes the bound.
  }];
  let parameters = (ins EnumParameter<SNN_DistKind>:$kind,
                        "::mlir::ArrayAttr":$numbers);
  let assemblyFormat = "`<` $kind `,` $numbers `>`";
  // Not DenseF64ArrayAttr: inside another attribute it prints six digits only.
  let extraClassDeclaration = [{
    static DistAttr get(::mlir::MLIRContext *context, DistKind kind,
                        ::llvm::ArrayRef<double> numbers);
    /// The numbers as above, float64.
    ::llvm::SmallVector<double, 4> values() const;
    /// The least and largest number that a draw can give.
    double least() const;
    double largest() const;
  }];
}

def SNN_ConnectorKind : I32EnumAttr<"ConnectorKind", "which pairs are connected", [
    I32EnumAttrCase<"AllToAll", 0, "all_to_all">,
    I32EnumAttrCase<"OneToOne", 1, "one_to_one">,
    I32EnumAttrCase<"FixedProbability", 2, "fixed_probability">,
    I32EnumAttrCase<"FixedInDegree", 3, "fixed_indegree">,
    I32EnumAttrCase<"FixedOutDegree", 4, "fixed_outdegree">,
    I32EnumAttrCase<"FixedTotalNumber", 5, "fixed_total_number">]> {
  let cppNamespace = "::snnc::snn";
  let genSpecializedAttr = 0;
}

def SNN_ProceduralAttr : SNN_Attr<"Procedural", "procedural"> {
  let summary = "Synapses that are drawn, never stored";
  let genVerifyDecl = 1;
  let description = [{
    `amount` is the probability, the degree or the number of synapses, 1 for the
    others. `delay` gives
    ticks in addition to the projection's own `delay`. `autapses` 0: no neuron
    to itself; `multapses` 0: no pair twice. Draws are those of Philox4x32-10
    with the key of (`seed`, `stream`) and the counter (k, target): the same
    network for any order, thread or partition count
    (compiler/SNN/DrawnConnectivity.cpp).
  }];
  let parameters = (ins EnumParameter<SNN_ConnectorKind>:$kind,
                        "::mlir::FloatAttr":$amount, "DistAttr":$weight,
                        "DistAttr":$delay, "int64_t":$autapses,
                        "int64_t":$multapses, "int64_t":$seed,
                        "int64_t":$stream);
  let assemblyFormat = [{
    `<` $kind `,` `amount` `=` $amount `,` `weight` `=` $weight `,`
        `delay` `=` $delay `,` `autapses` `=` $autapses `,`
        `multapses` `=` $multapses `,` `seed` `=` $seed `,`
        `stream` `=` $stream `>`
  }];
  let extraClassDeclaration = [{
    /// Mean of the number of synapses, without drawing any.
    double expectedSynapses(double sources, double targets) const;
  }];
}

def SNN_ListAttr : SNN_Attr<"List", "list"> {
  let summary = "Synapses one by one, in any order";
  let genVerifyDecl = 1;
  let description = [{
    `sources`, `targets`: integers, one per synapse; `weights`: one number or
    one per synapse; `delays`: ticks in addition to the projection's `delay`.
  }];
  let parameters = (ins "::snnc::snn::ParamRefAttr":$sources,
                        "::snnc::snn::ParamRefAttr":$targets,
                        "::mlir::Attribute":$weights,
                        OptionalParameter<"::mlir::Attribute">:$delays);
  let assemblyFormat = [{
    `<` `sources` `=` $sources `,` `targets` `=` $targets `,`
        `weights` `=` $weights (`,` `delays` `=` $delays^)? `>`
  }];
}

def SNN_CsrAttr : SNN_Attr<"Csr", "csr"> {
  let summary = "Listed synapses by source: compressed sparse rows";
  let genVerifyDecl = 1;
  let description = [{
    `#snn.csr<offsets = <"o", tensor<9xui32>>, targets = <"t", tensor<20xui16>>,
    weights = <"w", tensor<20xi8>>, delays = <"d", tensor<20xui8>>>`: the
    synapses of source s are those from `offsets`[s] to `offsets`[s + 1], in
    ascending order of target, delay and weight. `weights`: one number or one
    per synapse, of any type; `delays`: ticks in addition to the projection's
    `delay`. What readers of files, mergers and generators of lists make.
  }];
  let parameters = (ins "::snnc::snn::ParamRefAttr":$offsets,
                        "::snnc::snn::ParamRefAttr":$targets,
                        "::mlir::Attribute":$weights,
                        OptionalParameter<"::snnc::snn::ParamRefAttr">:$delays);
  let assemblyFormat = [{
    `<` `offsets` `=` $offsets `,` `targets` `=` $targets `,`
        `weights` `=` $weights (`,` `delays` `=` $delays^)? `>`
  }];
}

def SNN_PoissonAttr : SNN_Attr<"Poisson", "poisson"> {
  let summary = "An input that the host draws: spikes at `rate` a tick and channel";
  let genVerifyDecl = 1;
  let description = [{
    Every channel emits a Poisson number of spikes a tick with mean `rate`, key
    (`seed`, `stream`), counter (channel, tick, sample). `rate` is a number, a
    `#snn.param` [channels], or one [ticks, channels]: silent after its end.
  }];
  let parameters = (ins "::mlir::Attribute":$rate, "int64_t":$seed,
                        "int64_t":$stream);
  let assemblyFormat = [{
    `<` $rate `,` `seed` `=` $seed `,` `stream` `=` $stream `>`
  }];
}

def SNN_NormalAttr : SNN_Attr<"Normal", "normal"> {
  let summary = "A parameter that is drawn anew in each tick";
  let description = [{
    `#snn.normal<seed = 7, stream = 12>` as the value of a population's
    parameter: a standard normal number for each neuron and tick, key (`seed`,
    `stream`), counter (neuron, tick, sample), as docs/semantics.md S3.7 says.
  }];
  let parameters = (ins "int64_t":$seed, "int64_t":$stream);
  let assemblyFormat = "`<` `seed` `=` $seed `,` `stream` `=` $stream `>`";
}

def SNN_SpikeListAttr : SNN_Attr<"SpikeList", "spike_list"> {
  let summary = "An input with its spikes written in the file";
  let genVerifyDecl = 1;
  let parameters = (ins "::snnc::snn::ParamRefAttr":$ticks,
                        "::snnc::snn::ParamRefAttr":$channels);
  let assemblyFormat = "`<` `ticks` `=` $ticks `,` `channels` `=` $channels `>`";
}

#endif // SNNC_SNN_DIALECT
