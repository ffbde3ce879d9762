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
// the midpoint rule with the conductances' means over the tick; the exponential
// sees no potential above the peak, at which the tick ends in a spike.
snn.neuron @adex receptors ["ex", "in"] states ["v", "w", "g_ex", "g_in", "left"] params ["leak", "slope", "upstroke", "soft", "peak", "e_rest", "k_w", "k_ex", "k_in", "e_ex", "e_in", "syn_ex", "syn_in", "offset", "coupling", "adapt", "jump", "reset", "refractory"] {
^bb0(%ex: f32, %in: f32, %v: f32, %w: f32, %g_ex: f32, %g_in: f32, %left: f32, %leak: f32, %slope: f32, %upstroke: f32, %soft: f32, %peak: f32, %e_rest: f32, %k_w: f32, %k_ex: f32, %k_in: f32, %e_ex: f32, %e_in: f32, %syn_ex: f32, %syn_in: f32, %offset: f32, %coupling: f32, %adapt: f32, %jump: f32, %reset: f32, %refractory: f32):
  %zero = arith.constant 0.0 : f32
  %one = arith.constant 1.0 : f32
  %half = arith.constant 0.5 : f32
  %c_ex = arith.mulf %g_ex, %k_ex : f32
  %c_in = arith.mulf %g_in, %k_in : f32
  %from_rest0 = arith.subf %v, %e_rest : f32
  %back0 = arith.mulf %leak, %from_rest0 : f32
  %bounded0 = arith.minimumf %v, %peak : f32
  %over0 = arith.subf %bounded0, %soft : f32
  %scaled0 = arith.mulf %over0, %slope : f32
  %steep0 = math.exp %scaled0 : f32
  %run0 = arith.mulf %upstroke, %steep0 : f32
  %to_ex0 = arith.subf %e_ex, %v : f32
  %to_in0 = arith.subf %e_in, %v : f32
  %d_ex0 = arith.mulf %c_ex, %to_ex0 : f32
  %d_in0 = arith.mulf %c_in, %to_in0 : f32
  %slow0 = arith.mulf %w, %k_w : f32
  %a0 = arith.subf %run0, %back0 : f32
  %b0 = arith.addf %a0, %d_ex0 : f32
  %c0 = arith.addf %b0, %d_in0 : f32
  %d0 = arith.subf %c0, %slow0 : f32
  %dv0 = arith.addf %d0, %offset : f32
  %pull0 = arith.mulf %coupling, %from_rest0 : f32
  %lag0 = arith.subf %pull0, %w : f32
  %dw0 = arith.mulf %lag0, %adapt : f32
  %vh = arith.mulf %dv0, %half : f32
  %wh = arith.mulf %dw0, %half : f32
  %vm = arith.addf %v, %vh : f32
  %wm = arith.addf %w, %wh : f32
  %from_rest1 = arith.subf %vm, %e_rest : f32
  %back1 = arith.mulf %leak, %from_rest1 : f32
  %bounded1 = arith.minimumf %vm, %peak : f32
  %over1 = arith.subf %bounded1, %soft : f32
  %scaled1 = arith.mulf %over1, %slope : f32
  %steep1 = math.exp %scaled1 : f32
  %run1 = arith.mulf %upstroke, %steep1 : f32
  %to_ex1 = arith.subf %e_ex, %vm : f32
  %to_in1 = arith.subf %e_in, %vm : f32
  %d_ex1 = arith.mulf %c_ex, %to_ex1 : f32
  %d_in1 = arith.mulf %c_in, %to_in1 : f32
  %slow1 = arith.mulf %wm, %k_w : f32
  %a1 = arith.subf %run1, %back1 : f32
  %b1 = arith.addf %a1, %d_ex1 : f32
  %c1 = arith.addf %b1, %d_in1 : f32
  %d1 = arith.subf %c1, %slow1 : f32
  %dv1 = arith.addf %d1, %offset : f32
  %pull1 = arith.mulf %coupling, %from_rest1 : f32
  %lag1 = arith.subf %pull1, %wm : f32
  %dw1 = arith.mulf %lag1, %adapt : f32
  %v1 = arith.addf %v, %dv1 : f32
  %w1 = arith.addf %w, %dw1 : f32
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
