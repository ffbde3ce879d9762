// The library neuron models. One tick each, float32, in the written order
// (docs/semantics.md S3). `input` is the receptor's weight sum; `gain` is 1 and
// `bias`, `offset` are 0 where the network does not need them: snn-specialize
// removes them then. Reset variants: _value writes `reset`, _subtract takes
// `drop` away. With _late the reset acts in the next tick, on what the
// tick before left above the threshold; what is recorded is the value before it.
// With _lowered it acts at once, but lowers the comparison of the next tick too.

// NIR I: dv/dt = R x.
snn.neuron @i receptors ["input"] states ["v"] params ["bias", "gain"] {
^bb0(%input: f32, %v: f32, %bias: f32, %gain: f32):
  %0 = arith.addf %input, %bias : f32
  %x = arith.mulf %0, %gain : f32
  %v1 = arith.addf %v, %x : f32
  snn.yield states %v1 : f32
}

// NIR IF: dv/dt = R x, spike when v > threshold.
snn.neuron @if_value receptors ["input"] states ["v"] params ["threshold", "reset", "bias", "gain"] {
^bb0(%input: f32, %v: f32, %threshold: f32, %reset: f32, %bias: f32, %gain: f32):
  %0 = arith.addf %input, %bias : f32
  %x = arith.mulf %0, %gain : f32
  %v1 = arith.addf %v, %x : f32
  %spike = arith.cmpf ogt, %v1, %threshold : f32
  %v2 = arith.select %spike, %reset, %v1 : f32
  snn.yield spike %spike states %v2 : f32
}
snn.neuron @if_subtract receptors ["input"] states ["v"] params ["threshold", "drop", "bias", "gain"] {
^bb0(%input: f32, %v: f32, %threshold: f32, %drop: f32, %bias: f32, %gain: f32):
  %0 = arith.addf %input, %bias : f32
  %x = arith.mulf %0, %gain : f32
  %v1 = arith.addf %v, %x : f32
  %spike = arith.cmpf ogt, %v1, %threshold : f32
  %lower = arith.subf %v1, %drop : f32
  %v2 = arith.select %spike, %lower, %v1 : f32
  snn.yield spike %spike states %v2 : f32
}
snn.neuron @if_value_late receptors ["input"] states ["v"] params ["threshold", "reset", "bias", "gain"] {
^bb0(%input: f32, %v: f32, %threshold: f32, %reset: f32, %bias: f32, %gain: f32):
  %over = arith.cmpf ogt, %v, %threshold : f32
  %v0 = arith.select %over, %reset, %v : f32
  %0 = arith.addf %input, %bias : f32
  %x = arith.mulf %0, %gain : f32
  %v1 = arith.addf %v0, %x : f32
  %spike = arith.cmpf ogt, %v1, %threshold : f32
  snn.yield spike %spike states %v1 : f32
}
snn.neuron @if_subtract_late receptors ["input"] states ["v"] params ["threshold", "drop", "bias", "gain"] {
^bb0(%input: f32, %v: f32, %threshold: f32, %drop: f32, %bias: f32, %gain: f32):
  %over = arith.cmpf ogt, %v, %threshold : f32
  %0 = arith.addf %input, %bias : f32
  %x = arith.mulf %0, %gain : f32
  %v1 = arith.addf %v, %x : f32
  %lower = arith.subf %v1, %drop : f32
  %v2 = arith.select %over, %lower, %v1 : f32
  %spike = arith.cmpf ogt, %v2, %threshold : f32
  snn.yield spike %spike states %v2 : f32
}

// NIR LI: tau dv/dt = (v_leak - v) + R x.
snn.neuron @li receptors ["input"] states ["v"] params ["alpha", "offset", "bias", "gain"] {
^bb0(%input: f32, %v: f32, %alpha: f32, %offset: f32, %bias: f32, %gain: f32):
  %0 = arith.addf %input, %bias : f32
  %x = arith.mulf %0, %gain : f32
  %decayed = arith.mulf %v, %alpha : f32
  %1 = arith.addf %decayed, %x : f32
  %v1 = arith.addf %1, %offset : f32
  snn.yield states %v1 : f32
}

// NIR LIF: LI and spike when v > threshold.
snn.neuron @lif_value receptors ["input"] states ["v"] params ["alpha", "offset", "threshold", "reset", "bias", "gain"] {
^bb0(%input: f32, %v: f32, %alpha: f32, %offset: f32, %threshold: f32, %reset: f32, %bias: f32, %gain: f32):
  %0 = arith.addf %input, %bias : f32
  %x = arith.mulf %0, %gain : f32
  %decayed = arith.mulf %v, %alpha : f32
  %1 = arith.addf %decayed, %x : f32
  %v1 = arith.addf %1, %offset : f32
  %spike = arith.cmpf ogt, %v1, %threshold : f32
  %v2 = arith.select %spike, %reset, %v1 : f32
  snn.yield spike %spike states %v2 : f32
}
snn.neuron @lif_subtract receptors ["input"] states ["v"] params ["alpha", "offset", "threshold", "drop", "bias", "gain"] {
^bb0(%input: f32, %v: f32, %alpha: f32, %offset: f32, %threshold: f32, %drop: f32, %bias: f32, %gain: f32):
  %0 = arith.addf %input, %bias : f32
  %x = arith.mulf %0, %gain : f32
  %decayed = arith.mulf %v, %alpha : f32
  %1 = arith.addf %decayed, %x : f32
  %v1 = arith.addf %1, %offset : f32
  %spike = arith.cmpf ogt, %v1, %threshold : f32
  %lower = arith.subf %v1, %drop : f32
  %v2 = arith.select %spike, %lower, %v1 : f32
  snn.yield spike %spike states %v2 : f32
}
snn.neuron @lif_value_late receptors ["input"] states ["v"] params ["alpha", "offset", "threshold", "reset", "bias", "gain"] {
^bb0(%input: f32, %v: f32, %alpha: f32, %offset: f32, %threshold: f32, %reset: f32, %bias: f32, %gain: f32):
  %over = arith.cmpf ogt, %v, %threshold : f32
  %v0 = arith.select %over, %reset, %v : f32
  %0 = arith.addf %input, %bias : f32
  %x = arith.mulf %0, %gain : f32
  %decayed = arith.mulf %v0, %alpha : f32
  %1 = arith.addf %decayed, %x : f32
  %v1 = arith.addf %1, %offset : f32
  %spike = arith.cmpf ogt, %v1, %threshold : f32
  snn.yield spike %spike states %v1 : f32
}
// A recurrent one skips the tick after a spike (snnTorch RLeaky): what arrives in
// it is lost.
snn.neuron @lif_value_skip receptors ["input"] states ["v"] params ["alpha", "offset", "threshold", "reset", "bias", "gain"] {
^bb0(%input: f32, %v: f32, %alpha: f32, %offset: f32, %threshold: f32, %reset: f32, %bias: f32, %gain: f32):
  %over = arith.cmpf ogt, %v, %threshold : f32
  %0 = arith.addf %input, %bias : f32
  %x = arith.mulf %0, %gain : f32
  %decayed = arith.mulf %v, %alpha : f32
  %1 = arith.addf %decayed, %x : f32
  %v1 = arith.addf %1, %offset : f32
  %v2 = arith.select %over, %reset, %v1 : f32
  %spike = arith.cmpf ogt, %v2, %threshold : f32
  snn.yield spike %spike states %v2 : f32
}
snn.neuron @lif_subtract_late receptors ["input"] states ["v"] params ["alpha", "offset", "threshold", "drop", "bias", "gain"] {
^bb0(%input: f32, %v: f32, %alpha: f32, %offset: f32, %threshold: f32, %drop: f32, %bias: f32, %gain: f32):
  %over = arith.cmpf ogt, %v, %threshold : f32
  %0 = arith.addf %input, %bias : f32
  %x = arith.mulf %0, %gain : f32
  %decayed = arith.mulf %v, %alpha : f32
  %1 = arith.addf %decayed, %x : f32
  %v1 = arith.addf %1, %offset : f32
  %lower = arith.subf %v1, %drop : f32
  %v2 = arith.select %over, %lower, %v1 : f32
  %spike = arith.cmpf ogt, %v2, %threshold : f32
  snn.yield spike %spike states %v2 : f32
}
// snnTorch's reset_delay=False: who begins the tick above the threshold is
// compared less the threshold, and has it back unless it spikes.
snn.neuron @lif_subtract_lowered receptors ["input"] states ["v"] params ["alpha", "offset", "threshold", "drop", "bias", "gain"] {
^bb0(%input: f32, %v: f32, %alpha: f32, %offset: f32, %threshold: f32, %drop: f32, %bias: f32, %gain: f32):
  %over = arith.cmpf ogt, %v, %threshold : f32
  %0 = arith.addf %input, %bias : f32
  %x = arith.mulf %0, %gain : f32
  %decayed = arith.mulf %v, %alpha : f32
  %1 = arith.addf %decayed, %x : f32
  %v1 = arith.addf %1, %offset : f32
  %lower = arith.subf %v1, %drop : f32
  %v2 = arith.select %over, %lower, %v1 : f32
  %spike = arith.cmpf ogt, %v2, %threshold : f32
  %less = arith.subf %v2, %drop : f32
  %more = arith.addf %v2, %drop : f32
  %fired = arith.select %over, %v2, %less : f32
  %held = arith.select %over, %more, %v2 : f32
  %v3 = arith.select %spike, %fired, %held : f32
  snn.yield spike %spike states %v3 : f32
}

// NIR CubaLI: tau_syn di/dt = -i + w_in x, tau_mem dv/dt = (v_leak - v) + R i.
// The membrane sees this tick's current, as snnTorch and the chip do.
snn.neuron @cuba_li receptors ["input"] states ["v", "i"] params ["syn", "alpha", "offset", "bias", "gain"] {
^bb0(%input: f32, %v: f32, %i: f32, %syn: f32, %alpha: f32, %offset: f32, %bias: f32, %gain: f32):
  %0 = arith.addf %input, %bias : f32
  %x = arith.mulf %0, %gain : f32
  %faded = arith.mulf %i, %syn : f32
  %i1 = arith.addf %faded, %x : f32
  %decayed = arith.mulf %v, %alpha : f32
  %1 = arith.addf %decayed, %i1 : f32
  %v1 = arith.addf %1, %offset : f32
  snn.yield states %v1, %i1 : f32, f32
}

// NIR CubaLIF: CubaLI and spike when v > threshold.
snn.neuron @cuba_lif_value receptors ["input"] states ["v", "i"] params ["syn", "alpha", "offset", "threshold", "reset", "bias", "gain"] {
^bb0(%input: f32, %v: f32, %i: f32, %syn: f32, %alpha: f32, %offset: f32, %threshold: f32, %reset: f32, %bias: f32, %gain: f32):
  %0 = arith.addf %input, %bias : f32
  %x = arith.mulf %0, %gain : f32
  %faded = arith.mulf %i, %syn : f32
  %i1 = arith.addf %faded, %x : f32
  %decayed = arith.mulf %v, %alpha : f32
  %1 = arith.addf %decayed, %i1 : f32
  %v1 = arith.addf %1, %offset : f32
  %spike = arith.cmpf ogt, %v1, %threshold : f32
  %v2 = arith.select %spike, %reset, %v1 : f32
  snn.yield spike %spike states %v2, %i1 : f32, f32
}
snn.neuron @cuba_lif_subtract receptors ["input"] states ["v", "i"] params ["syn", "alpha", "offset", "threshold", "drop", "bias", "gain"] {
^bb0(%input: f32, %v: f32, %i: f32, %syn: f32, %alpha: f32, %offset: f32, %threshold: f32, %drop: f32, %bias: f32, %gain: f32):
  %0 = arith.addf %input, %bias : f32
  %x = arith.mulf %0, %gain : f32
  %faded = arith.mulf %i, %syn : f32
  %i1 = arith.addf %faded, %x : f32
  %decayed = arith.mulf %v, %alpha : f32
  %1 = arith.addf %decayed, %i1 : f32
  %v1 = arith.addf %1, %offset : f32
  %spike = arith.cmpf ogt, %v1, %threshold : f32
  %lower = arith.subf %v1, %drop : f32
  %v2 = arith.select %spike, %lower, %v1 : f32
  snn.yield spike %spike states %v2, %i1 : f32, f32
}
// The current-based one skips a tick after a spike instead (snnTorch Synaptic).
snn.neuron @cuba_lif_value_late receptors ["input"] states ["v", "i"] params ["syn", "alpha", "offset", "threshold", "reset", "bias", "gain"] {
^bb0(%input: f32, %v: f32, %i: f32, %syn: f32, %alpha: f32, %offset: f32, %threshold: f32, %reset: f32, %bias: f32, %gain: f32):
  %over = arith.cmpf ogt, %v, %threshold : f32
  %0 = arith.addf %input, %bias : f32
  %x = arith.mulf %0, %gain : f32
  %faded = arith.mulf %i, %syn : f32
  %i1 = arith.addf %faded, %x : f32
  %decayed = arith.mulf %v, %alpha : f32
  %1 = arith.addf %decayed, %i1 : f32
  %v1 = arith.addf %1, %offset : f32
  %v2 = arith.select %over, %reset, %v1 : f32
  %spike = arith.cmpf ogt, %v2, %threshold : f32
  snn.yield spike %spike states %v2, %i1 : f32, f32
}
snn.neuron @cuba_lif_subtract_late receptors ["input"] states ["v", "i"] params ["syn", "alpha", "offset", "threshold", "drop", "bias", "gain"] {
^bb0(%input: f32, %v: f32, %i: f32, %syn: f32, %alpha: f32, %offset: f32, %threshold: f32, %drop: f32, %bias: f32, %gain: f32):
  %over = arith.cmpf ogt, %v, %threshold : f32
  %0 = arith.addf %input, %bias : f32
  %x = arith.mulf %0, %gain : f32
  %faded = arith.mulf %i, %syn : f32
  %i1 = arith.addf %faded, %x : f32
  %decayed = arith.mulf %v, %alpha : f32
  %1 = arith.addf %decayed, %i1 : f32
  %v1 = arith.addf %1, %offset : f32
  %lower = arith.subf %v1, %drop : f32
  %v2 = arith.select %over, %lower, %v1 : f32
  %spike = arith.cmpf ogt, %v2, %threshold : f32
  snn.yield spike %spike states %v2, %i1 : f32, f32
}
snn.neuron @cuba_lif_subtract_lowered receptors ["input"] states ["v", "i"] params ["syn", "alpha", "offset", "threshold", "drop", "bias", "gain"] {
^bb0(%input: f32, %v: f32, %i: f32, %syn: f32, %alpha: f32, %offset: f32, %threshold: f32, %drop: f32, %bias: f32, %gain: f32):
  %over = arith.cmpf ogt, %v, %threshold : f32
  %0 = arith.addf %input, %bias : f32
  %x = arith.mulf %0, %gain : f32
  %faded = arith.mulf %i, %syn : f32
  %i1 = arith.addf %faded, %x : f32
  %decayed = arith.mulf %v, %alpha : f32
  %1 = arith.addf %decayed, %i1 : f32
  %v1 = arith.addf %1, %offset : f32
  %lower = arith.subf %v1, %drop : f32
  %v2 = arith.select %over, %lower, %v1 : f32
  %spike = arith.cmpf ogt, %v2, %threshold : f32
  %less = arith.subf %v2, %drop : f32
  %more = arith.addf %v2, %drop : f32
  %fired = arith.select %over, %v2, %less : f32
  %held = arith.select %over, %more, %v2 : f32
  %v3 = arith.select %spike, %fired, %held : f32
  snn.yield spike %spike states %v3, %i1 : f32, f32
}

// NIR Threshold: 1 if x > threshold.
snn.neuron @threshold receptors ["input"] states [] params ["threshold", "bias", "gain"] {
^bb0(%input: f32, %threshold: f32, %bias: f32, %gain: f32):
  %0 = arith.addf %input, %bias : f32
  %x = arith.mulf %0, %gain : f32
  %spike = arith.cmpf ogt, %x, %threshold : f32
  snn.yield spike %spike
}

// Adaptive LIF: every spike raises the threshold by beta; it falls back with rho.
snn.neuron @alif receptors ["input"] states ["v", "a"] params ["alpha", "rho", "beta", "offset", "threshold", "reset", "bias", "gain"] {
^bb0(%input: f32, %v: f32, %a: f32, %alpha: f32, %rho: f32, %beta: f32, %offset: f32, %threshold: f32, %reset: f32, %bias: f32, %gain: f32):
  %zero = arith.constant 0.0 : f32
  %one = arith.constant 1.0 : f32
  %0 = arith.addf %input, %bias : f32
  %x = arith.mulf %0, %gain : f32
  %decayed = arith.mulf %v, %alpha : f32
  %1 = arith.addf %decayed, %x : f32
  %v1 = arith.addf %1, %offset : f32
  %raise = arith.mulf %beta, %a : f32
  %limit = arith.addf %threshold, %raise : f32
  %spike = arith.cmpf ogt, %v1, %limit : f32
  %v2 = arith.select %spike, %reset, %v1 : f32
  %jump = arith.select %spike, %one, %zero : f32
  %fallen = arith.mulf %a, %rho : f32
  %a1 = arith.addf %fallen, %jump : f32
  snn.yield spike %spike states %v2, %a1 : f32, f32
}

// Izhikevich (2003), forward Euler with step h; not linear in its input's scale.
snn.neuron @izhikevich receptors ["input"] states ["v", "u"] params ["a", "b", "c", "d", "h", "bias", "gain"] {
^bb0(%input: f32, %v: f32, %u: f32, %a: f32, %b: f32, %c: f32, %d: f32, %h: f32, %bias: f32, %gain: f32):
  %k2 = arith.constant 0.04 : f32
  %k1 = arith.constant 5.0 : f32
  %k0 = arith.constant 140.0 : f32
  %peak = arith.constant 30.0 : f32
  %0 = arith.addf %input, %bias : f32
  %x = arith.mulf %0, %gain : f32
  %1 = arith.mulf %k2, %v : f32
  %2 = arith.addf %1, %k1 : f32
  %3 = arith.mulf %2, %v : f32
  %4 = arith.addf %3, %k0 : f32
  %5 = arith.subf %4, %u : f32
  %6 = arith.addf %5, %x : f32
  %7 = arith.mulf %h, %6 : f32
  %v1 = arith.addf %v, %7 : f32
  %8 = arith.mulf %b, %v : f32
  %9 = arith.subf %8, %u : f32
  %10 = arith.mulf %a, %9 : f32
  %11 = arith.mulf %h, %10 : f32
  %u1 = arith.addf %u, %11 : f32
  %spike = arith.cmpf oge, %v1, %peak : f32
  %v2 = arith.select %spike, %c, %v1 : f32
  %u2 = arith.addf %u1, %d : f32
  %u3 = arith.select %spike, %u2, %u1 : f32
  snn.yield spike %spike states %v2, %u3 : f32, f32
}

// What an Output reads of a layer without neurons: the sum of the tick, kept
// for the record.
snn.neuron @sum receptors ["input"] states ["v"] params ["bias", "gain"] {
^bb0(%input: f32, %v: f32, %bias: f32, %gain: f32):
  %0 = arith.addf %input, %bias : f32
  %x = arith.mulf %0, %gain : f32
  snn.yield states %x : f32
}

// With an absolute refractory period (S2.8): for `refractory` ticks after a
// spike the membrane stands still and there is no spike; a synaptic current
// goes on. `left` counts the ticks down.
snn.neuron @if_value_refractory receptors ["input"] states ["v", "left"] params ["threshold", "reset", "refractory", "bias", "gain"] {
^bb0(%input: f32, %v: f32, %left: f32, %threshold: f32, %reset: f32, %refractory: f32, %bias: f32, %gain: f32):
  %zero = arith.constant 0.0 : f32
  %one = arith.constant 1.0 : f32
  %0 = arith.addf %input, %bias : f32
  %x = arith.mulf %0, %gain : f32
  %v1 = arith.addf %v, %x : f32
  %above = arith.cmpf ogt, %v1, %threshold : f32
  %free = arith.cmpf ole, %left, %zero : f32
  %spike = arith.andi %above, %free : i1
  %v2 = arith.select %spike, %reset, %v1 : f32
  %v3 = arith.select %free, %v2, %v : f32
  %fewer = arith.subf %left, %one : f32
  %rest = arith.select %free, %zero, %fewer : f32
  %left1 = arith.select %spike, %refractory, %rest : f32
  snn.yield spike %spike states %v3, %left1 : f32, f32
}
snn.neuron @if_subtract_refractory receptors ["input"] states ["v", "left"] params ["threshold", "drop", "refractory", "bias", "gain"] {
^bb0(%input: f32, %v: f32, %left: f32, %threshold: f32, %drop: f32, %refractory: f32, %bias: f32, %gain: f32):
  %zero = arith.constant 0.0 : f32
  %one = arith.constant 1.0 : f32
  %0 = arith.addf %input, %bias : f32
  %x = arith.mulf %0, %gain : f32
  %v1 = arith.addf %v, %x : f32
  %above = arith.cmpf ogt, %v1, %threshold : f32
  %free = arith.cmpf ole, %left, %zero : f32
  %spike = arith.andi %above, %free : i1
  %lower = arith.subf %v1, %drop : f32
  %v2 = arith.select %spike, %lower, %v1 : f32
  %v3 = arith.select %free, %v2, %v : f32
  %fewer = arith.subf %left, %one : f32
  %rest = arith.select %free, %zero, %fewer : f32
  %left1 = arith.select %spike, %refractory, %rest : f32
  snn.yield spike %spike states %v3, %left1 : f32, f32
}
snn.neuron @lif_value_refractory receptors ["input"] states ["v", "left"] params ["alpha", "offset", "threshold", "reset", "refractory", "bias", "gain"] {
^bb0(%input: f32, %v: f32, %left: f32, %alpha: f32, %offset: f32, %threshold: f32, %reset: f32, %refractory: f32, %bias: f32, %gain: f32):
  %zero = arith.constant 0.0 : f32
  %one = arith.constant 1.0 : f32
  %0 = arith.addf %input, %bias : f32
  %x = arith.mulf %0, %gain : f32
  %decayed = arith.mulf %v, %alpha : f32
  %1 = arith.addf %decayed, %x : f32
  %v1 = arith.addf %1, %offset : f32
  %above = arith.cmpf ogt, %v1, %threshold : f32
  %free = arith.cmpf ole, %left, %zero : f32
  %spike = arith.andi %above, %free : i1
  %v2 = arith.select %spike, %reset, %v1 : f32
  %v3 = arith.select %free, %v2, %v : f32
  %fewer = arith.subf %left, %one : f32
  %rest = arith.select %free, %zero, %fewer : f32
  %left1 = arith.select %spike, %refractory, %rest : f32
  snn.yield spike %spike states %v3, %left1 : f32, f32
}
snn.neuron @lif_subtract_refractory receptors ["input"] states ["v", "left"] params ["alpha", "offset", "threshold", "drop", "refractory", "bias", "gain"] {
^bb0(%input: f32, %v: f32, %left: f32, %alpha: f32, %offset: f32, %threshold: f32, %drop: f32, %refractory: f32, %bias: f32, %gain: f32):
  %zero = arith.constant 0.0 : f32
  %one = arith.constant 1.0 : f32
  %0 = arith.addf %input, %bias : f32
  %x = arith.mulf %0, %gain : f32
  %decayed = arith.mulf %v, %alpha : f32
  %1 = arith.addf %decayed, %x : f32
  %v1 = arith.addf %1, %offset : f32
  %above = arith.cmpf ogt, %v1, %threshold : f32
  %free = arith.cmpf ole, %left, %zero : f32
  %spike = arith.andi %above, %free : i1
  %lower = arith.subf %v1, %drop : f32
  %v2 = arith.select %spike, %lower, %v1 : f32
  %v3 = arith.select %free, %v2, %v : f32
  %fewer = arith.subf %left, %one : f32
  %rest = arith.select %free, %zero, %fewer : f32
  %left1 = arith.select %spike, %refractory, %rest : f32
  snn.yield spike %spike states %v3, %left1 : f32, f32
}
snn.neuron @cuba_lif_value_refractory receptors ["input"] states ["v", "i", "left"] params ["syn", "alpha", "offset", "threshold", "reset", "refractory", "bias", "gain"] {
^bb0(%input: f32, %v: f32, %i: f32, %left: f32, %syn: f32, %alpha: f32, %offset: f32, %threshold: f32, %reset: f32, %refractory: f32, %bias: f32, %gain: f32):
  %zero = arith.constant 0.0 : f32
  %one = arith.constant 1.0 : f32
  %0 = arith.addf %input, %bias : f32
  %x = arith.mulf %0, %gain : f32
  %faded = arith.mulf %i, %syn : f32
  %i1 = arith.addf %faded, %x : f32
  %decayed = arith.mulf %v, %alpha : f32
  %1 = arith.addf %decayed, %i1 : f32
  %v1 = arith.addf %1, %offset : f32
  %above = arith.cmpf ogt, %v1, %threshold : f32
  %free = arith.cmpf ole, %left, %zero : f32
  %spike = arith.andi %above, %free : i1
  %v2 = arith.select %spike, %reset, %v1 : f32
  %v3 = arith.select %free, %v2, %v : f32
  %fewer = arith.subf %left, %one : f32
  %rest = arith.select %free, %zero, %fewer : f32
  %left1 = arith.select %spike, %refractory, %rest : f32
  snn.yield spike %spike states %v3, %i1, %left1 : f32, f32, f32
}
snn.neuron @cuba_lif_subtract_refractory receptors ["input"] states ["v", "i", "left"] params ["syn", "alpha", "offset", "threshold", "drop", "refractory", "bias", "gain"] {
^bb0(%input: f32, %v: f32, %i: f32, %left: f32, %syn: f32, %alpha: f32, %offset: f32, %threshold: f32, %drop: f32, %refractory: f32, %bias: f32, %gain: f32):
  %zero = arith.constant 0.0 : f32
  %one = arith.constant 1.0 : f32
  %0 = arith.addf %input, %bias : f32
  %x = arith.mulf %0, %gain : f32
  %faded = arith.mulf %i, %syn : f32
  %i1 = arith.addf %faded, %x : f32
  %decayed = arith.mulf %v, %alpha : f32
  %1 = arith.addf %decayed, %i1 : f32
  %v1 = arith.addf %1, %offset : f32
  %above = arith.cmpf ogt, %v1, %threshold : f32
  %free = arith.cmpf ole, %left, %zero : f32
  %spike = arith.andi %above, %free : i1
  %lower = arith.subf %v1, %drop : f32
  %v2 = arith.select %spike, %lower, %v1 : f32
  %v3 = arith.select %free, %v2, %v : f32
  %fewer = arith.subf %left, %one : f32
  %rest = arith.select %free, %zero, %fewer : f32
  %left1 = arith.select %spike, %refractory, %rest : f32
  snn.yield spike %spike states %v3, %i1, %left1 : f32, f32, f32
}
