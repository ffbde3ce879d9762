// The regions of the cell types (CellTypes.h): one tick of length h each, as
// library.mlir. Exact for constant input within the tick, the way NEST steps
// them: the membrane sees the currents that the tick before left, then the
// tick's spikes are added. A spike is a potential that reaches the threshold;
// for `refractory` ticks after it the membrane stands still.

// NEST iaf_psc_delta: spikes move the potential; those that arrive in the
// refractory period are lost.
snn.neuron @iaf_psc_delta receptors ["input"] states ["v", "left"] params ["alpha", "offset", "threshold", "reset", "refractory"] {
^bb0(%input: f32, %v: f32, %left: f32, %alpha: f32, %offset: f32, %threshold: f32, %reset: f32, %refractory: f32):
  %zero = arith.constant 0.0 : f32
  %one = arith.constant 1.0 : f32
  %decayed = arith.mulf %v, %alpha : f32
  %0 = arith.addf %decayed, %input : f32
  %v1 = arith.addf %0, %offset : f32
  %reached = arith.cmpf oge, %v1, %threshold : f32
  %free = arith.cmpf ole, %left, %zero : f32
  %spike = arith.andi %reached, %free : i1
  %v2 = arith.select %spike, %reset, %v1 : f32
  %v3 = arith.select %free, %v2, %v : f32
  %fewer = arith.subf %left, %one : f32
  %rest = arith.select %free, %zero, %fewer : f32
  %left1 = arith.select %spike, %refractory, %rest : f32
  snn.yield spike %spike states %v3, %left1 : f32, f32
}

// NEST iaf_psc_exp, PyNN IF_curr_exp: currents jump and decay exponentially.
snn.neuron @iaf_psc_exp receptors ["ex", "in"] states ["v", "i_ex", "i_in", "left"] params ["alpha", "p_ex", "p_in", "syn_ex", "syn_in", "offset", "threshold", "reset", "refractory"] {
^bb0(%ex: f32, %in: f32, %v: f32, %i_ex: f32, %i_in: f32, %left: f32, %alpha: f32, %p_ex: f32, %p_in: f32, %syn_ex: f32, %syn_in: f32, %offset: f32, %threshold: f32, %reset: f32, %refractory: f32):
  %zero = arith.constant 0.0 : f32
  %one = arith.constant 1.0 : f32
  %decayed = arith.mulf %v, %alpha : f32
  %up = arith.mulf %i_ex, %p_ex : f32
  %down = arith.mulf %i_in, %p_in : f32
  %0 = arith.addf %decayed, %up : f32
  %1 = arith.addf %0, %down : f32
  %v1 = arith.addf %1, %offset : f32
  %faded_ex = arith.mulf %i_ex, %syn_ex : f32
  %i_ex1 = arith.addf %faded_ex, %ex : f32
  %faded_in = arith.mulf %i_in, %syn_in : f32
  %i_in1 = arith.addf %faded_in, %in : f32
  %reached = arith.cmpf oge, %v1, %threshold : f32
  %free = arith.cmpf ole, %left, %zero : f32
  %spike = arith.andi %reached, %free : i1
  %v2 = arith.select %spike, %reset, %v1 : f32
  %v3 = arith.select %free, %v2, %v : f32
  %fewer = arith.subf %left, %one : f32
  %rest = arith.select %free, %zero, %fewer : f32
  %left1 = arith.select %spike, %refractory, %rest : f32
  snn.yield spike %spike states %v3, %i_ex1, %i_in1, %left1 : f32, f32, f32, f32
}

// NEST iaf_psc_alpha, PyNN IF_curr_alpha: currents rise and fall as t exp(-t/tau);
// `d` is the current's derivative, `jump` = e / tau makes a weight the peak.
snn.neuron @iaf_psc_alpha receptors ["ex", "in"] states ["v", "i_ex", "i_in", "d_ex", "d_in", "left"] params ["alpha", "p_ex", "q_ex", "p_in", "q_in", "syn_ex", "step_ex", "jump_ex", "syn_in", "step_in", "jump_in", "offset", "threshold", "reset", "refractory"] {
^bb0(%ex: f32, %in: f32, %v: f32, %i_ex: f32, %i_in: f32, %d_ex: f32, %d_in: f32, %left: f32, %alpha: f32, %p_ex: f32, %q_ex: f32, %p_in: f32, %q_in: f32, %syn_ex: f32, %step_ex: f32, %jump_ex: f32, %syn_in: f32, %step_in: f32, %jump_in: f32, %offset: f32, %threshold: f32, %reset: f32, %refractory: f32):
  %zero = arith.constant 0.0 : f32
  %one = arith.constant 1.0 : f32
  %decayed = arith.mulf %v, %alpha : f32
  %a_ex = arith.mulf %i_ex, %p_ex : f32
  %b_ex = arith.mulf %d_ex, %q_ex : f32
  %a_in = arith.mulf %i_in, %p_in : f32
  %b_in = arith.mulf %d_in, %q_in : f32
  %0 = arith.addf %decayed, %a_ex : f32
  %1 = arith.addf %0, %b_ex : f32
  %2 = arith.addf %1, %a_in : f32
  %3 = arith.addf %2, %b_in : f32
  %v1 = arith.addf %3, %offset : f32
  %keep_ex = arith.mulf %i_ex, %syn_ex : f32
  %rise_ex = arith.mulf %d_ex, %step_ex : f32
  %i_ex1 = arith.addf %keep_ex, %rise_ex : f32
  %keep_in = arith.mulf %i_in, %syn_in : f32
  %rise_in = arith.mulf %d_in, %step_in : f32
  %i_in1 = arith.addf %keep_in, %rise_in : f32
  %faded_ex = arith.mulf %d_ex, %syn_ex : f32
  %kick_ex = arith.mulf %ex, %jump_ex : f32
  %d_ex1 = arith.addf %faded_ex, %kick_ex : f32
  %faded_in = arith.mulf %d_in, %syn_in : f32
  %kick_in = arith.mulf %in, %jump_in : f32
  %d_in1 = arith.addf %faded_in, %kick_in : f32
  %reached = arith.cmpf oge, %v1, %threshold : f32
  %free = arith.cmpf ole, %left, %zero : f32
  %spike = arith.andi %reached, %free : i1
  %v2 = arith.select %spike, %reset, %v1 : f32
  %v3 = arith.select %free, %v2, %v : f32
  %fewer = arith.subf %left, %one : f32
  %rest = arith.select %free, %zero, %fewer : f32
  %left1 = arith.select %spike, %refractory, %rest : f32
  snn.yield spike %spike states %v3, %i_ex1, %i_in1, %d_ex1, %d_in1, %left1 : f32, f32, f32, f32, f32, f32
}

// NEST iaf_cond_exp, PyNN IF_cond_exp: conductances jump and decay; the membrane
// relaxes to the potential at which their mean over the tick would hold it.
snn.neuron @iaf_cond_exp receptors ["ex", "in"] states ["v", "g_ex", "g_in", "left"] params ["leak", "k_ex", "k_in", "e_ex", "e_in", "syn_ex", "syn_in", "offset", "threshold", "reset", "refractory"] {
^bb0(%ex: f32, %in: f32, %v: f32, %g_ex: f32, %g_in: f32, %left: f32, %leak: f32, %k_ex: f32, %k_in: f32, %e_ex: f32, %e_in: f32, %syn_ex: f32, %syn_in: f32, %offset: f32, %threshold: f32, %reset: f32, %refractory: f32):
  %zero = arith.constant 0.0 : f32
  %one = arith.constant 1.0 : f32
  %c_ex = arith.mulf %g_ex, %k_ex : f32
  %c_in = arith.mulf %g_in, %k_in : f32
  %0 = arith.addf %leak, %c_ex : f32
  %rate = arith.addf %0, %c_in : f32
  %d_ex = arith.mulf %c_ex, %e_ex : f32
  %d_in = arith.mulf %c_in, %e_in : f32
  %1 = arith.addf %offset, %d_ex : f32
  %drive = arith.addf %1, %d_in : f32
  %end = arith.divf %drive, %rate : f32
  %minus = arith.negf %rate : f32
  %stays = math.exp %minus : f32
  %gap = arith.subf %v, %end : f32
  %gap1 = arith.mulf %gap, %stays : f32
  %v1 = arith.addf %end, %gap1 : f32
  %faded_ex = arith.mulf %g_ex, %syn_ex : f32
  %g_ex1 = arith.addf %faded_ex, %ex : f32
  %faded_in = arith.mulf %g_in, %syn_in : f32
  %g_in1 = arith.addf %faded_in, %in : f32
  %reached = arith.cmpf oge, %v1, %threshold : f32
  %free = arith.cmpf ole, %left, %zero : f32
  %spike = arith.andi %reached, %free : i1
  %v2 = arith.select %spike, %reset, %v1 : f32
  %v3 = arith.select %free, %v2, %v : f32
  %fewer = arith.subf %left, %one : f32
  %rest = arith.select %free, %zero, %fewer : f32
  %left1 = arith.select %spike, %refractory, %rest : f32
  snn.yield spike %spike states %v3, %g_ex1, %g_in1, %left1 : f32, f32, f32, f32
}

// Brette and Gerstner (2005), NEST aeif_cond_exp, PyNN EIF_cond_exp_isfa_ista:
// forward Euler; the exponential sees no potential above the peak, at which the
// tick ends in a spike.
snn.neuron @adex receptors ["ex", "in"] states ["v", "w", "g_ex", "g_in", "left"] params ["leak", "slope", "upstroke", "soft", "peak", "e_rest", "k_w", "k_ex", "k_in", "e_ex", "e_in", "syn_ex", "syn_in", "offset", "coupling", "adapt", "jump", "reset", "refractory"] {
^bb0(%ex: f32, %in: f32, %v: f32, %w: f32, %g_ex: f32, %g_in: f32, %left: f32, %leak: f32, %slope: f32, %upstroke: f32, %soft: f32, %peak: f32, %e_rest: f32, %k_w: f32, %k_ex: f32, %k_in: f32, %e_ex: f32, %e_in: f32, %syn_ex: f32, %syn_in: f32, %offset: f32, %coupling: f32, %adapt: f32, %jump: f32, %reset: f32, %refractory: f32):
  %zero = arith.constant 0.0 : f32
  %one = arith.constant 1.0 : f32
  %from_rest = arith.subf %v, %e_rest : f32
  %back = arith.mulf %leak, %from_rest : f32
  %bounded = arith.minimumf %v, %peak : f32
  %over = arith.subf %bounded, %soft : f32
  %scaled = arith.mulf %over, %slope : f32
  %steep = math.exp %scaled : f32
  %run = arith.mulf %upstroke, %steep : f32
  %c_ex = arith.mulf %g_ex, %k_ex : f32
  %c_in = arith.mulf %g_in, %k_in : f32
  %to_ex = arith.subf %e_ex, %v : f32
  %to_in = arith.subf %e_in, %v : f32
  %d_ex = arith.mulf %c_ex, %to_ex : f32
  %d_in = arith.mulf %c_in, %to_in : f32
  %slow = arith.mulf %w, %k_w : f32
  %0 = arith.subf %run, %back : f32
  %1 = arith.addf %0, %d_ex : f32
  %2 = arith.addf %1, %d_in : f32
  %3 = arith.subf %2, %slow : f32
  %dv = arith.addf %3, %offset : f32
  %v1 = arith.addf %v, %dv : f32
  %pull = arith.mulf %coupling, %from_rest : f32
  %lag = arith.subf %pull, %w : f32
  %dw = arith.mulf %lag, %adapt : f32
  %w1 = arith.addf %w, %dw : f32
  %faded_ex = arith.mulf %g_ex, %syn_ex : f32
  %g_ex1 = arith.addf %faded_ex, %ex : f32
  %faded_in = arith.mulf %g_in, %syn_in : f32
  %g_in1 = arith.addf %faded_in, %in : f32
  %reached = arith.cmpf oge, %v1, %peak : f32
  %free = arith.cmpf ole, %left, %zero : f32
  %spike = arith.andi %reached, %free : i1
  %v2 = arith.select %spike, %reset, %v1 : f32
  %v3 = arith.select %free, %v2, %v : f32
  %more = arith.addf %w1, %jump : f32
  %w2 = arith.select %spike, %more, %w1 : f32
  %fewer = arith.subf %left, %one : f32
  %rest = arith.select %free, %zero, %fewer : f32
  %left1 = arith.select %spike, %refractory, %rest : f32
  snn.yield spike %spike states %v3, %w2, %g_ex1, %g_in1, %left1 : f32, f32, f32, f32, f32
}
