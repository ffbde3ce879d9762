"""PyNN's standard cells as snnc's cell types (docs/models.md). Units of PyNN:
ms, mV, nF, nA, uS; those of snnc: ms, mV, pF, pA, nS."""

from __future__ import annotations

import difflib
import warnings

import numpy as np


class CellType:
    """A cell with its parameters; classes say what they are by default."""

    defaults, initial_values = {}, {}
    #: Of snnc: the receptors of "excitatory" and "inhibitory".
    receptors = {"excitatory": "ex", "inhibitory": "in"}
    #: A PyNN weight of 1 in snnc's unit.
    weight_scale = 1000.0
    #: Recorded variables by PyNN's names.
    variables = {"v": "v"}
    units = {"v": "mV", "w": "nA", "u": "mV/ms", "gsyn_exc": "uS",
             "gsyn_inh": "uS"}
    scales = {}  # snnc's unit over PyNN's
    is_source = False
    #: The parameter of snnc's model that is a current, and 1 nA in its unit.
    current = None

    def __init__(self, **parameters):
        self.check(parameters)
        self.parameters = {**self.defaults, **parameters}

    def check(self, names):
        """Refuses what is no parameter."""
        for name in sorted(set(names) - set(self.defaults)):
            near = difflib.get_close_matches(name, self.defaults, 1)
            raise ValueError(
                f"{type(self).__name__} has no parameter {name!r}; "
                + (f"did you mean {near[0]!r}? " if near else "")
                + f"it has {', '.join(self.defaults)}")

    @classmethod
    def get_parameter_names(cls):
        return list(cls.defaults)

    def is_conductance(self):
        return "e_rev_E" in self.defaults

    def model(self, values, dt):
        """(model, params) of the YAML; `values`: numbers or arrays by name."""
        raise NotImplementedError

    def models(self):
        """Models of the file that it needs."""
        return {}


class _Integrator(CellType):
    """What all integrate-and-fire cells have."""

    current = ("I_e", 1000.0)

    def membrane(self, values):
        return {"C_m": values["cm"] * 1000.0, "E_L": values["v_rest"],
                "V_reset": values["v_reset"], "V_th": values["v_thresh"],
                "t_ref": values["tau_refrac"], "I_e": values["i_offset"] * 1000.0}


_CURRENT = {"v_rest": -65.0, "cm": 1.0, "tau_m": 20.0, "tau_refrac": 0.1,
            "tau_syn_E": 5.0, "tau_syn_I": 5.0, "i_offset": 0.0,
            "v_reset": -65.0, "v_thresh": -50.0}


class IF_curr_exp(_Integrator):
    """Leaky integrate and fire, exponential currents."""

    defaults = _CURRENT
    initial_values = {"v": -65.0}
    variables = {"v": "v", "gsyn_exc": "i_ex", "gsyn_inh": "i_in"}
    units = {"v": "mV", "gsyn_exc": "nA", "gsyn_inh": "nA"}
    scales = {"gsyn_exc": 1000.0, "gsyn_inh": 1000.0}
    name = "iaf_psc_exp"

    def model(self, values, dt):
        return self.name, {**self.membrane(values), "tau_m": values["tau_m"],
                           "tau_syn_ex": values["tau_syn_E"],
                           "tau_syn_in": values["tau_syn_I"]}


class IF_curr_alpha(IF_curr_exp):
    """Leaky integrate and fire, alpha-shaped currents; a weight is the peak."""

    defaults = {**_CURRENT, "tau_syn_E": 0.5, "tau_syn_I": 0.5}
    name = "iaf_psc_alpha"


class IF_curr_delta(_Integrator):
    """Leaky integrate and fire; a spike moves the potential at once, by its
    weight in mV."""

    defaults = {k: v for k, v in _CURRENT.items() if not k.startswith("tau_syn")}
    initial_values = {"v": -65.0}
    receptors = {"excitatory": "input", "inhibitory": "input"}
    weight_scale = 1.0

    def model(self, values, dt):
        return "iaf_psc_delta", {**self.membrane(values),
                                 "tau_m": values["tau_m"]}


class IF_cond_exp(_Integrator):
    """Leaky integrate and fire, exponential conductances."""

    defaults = {**_CURRENT, "e_rev_E": 0.0, "e_rev_I": -70.0}
    initial_values = {"v": -65.0, "gsyn_exc": 0.0, "gsyn_inh": 0.0}
    variables = {"v": "v", "gsyn_exc": "g_ex", "gsyn_inh": "g_in"}
    scales = {"gsyn_exc": 1000.0, "gsyn_inh": 1000.0}

    def model(self, values, dt):
        return "iaf_cond_exp", {
            **self.membrane(values),
            "g_L": values["cm"] * 1000.0 / values["tau_m"],
            "E_ex": values["e_rev_E"], "E_in": values["e_rev_I"],
            "tau_syn_ex": values["tau_syn_E"], "tau_syn_in": values["tau_syn_I"]}


class EIF_cond_exp_isfa_ista(IF_cond_exp):
    """Adaptive exponential integrate and fire (Brette and Gerstner 2005)."""

    defaults = {"cm": 0.281, "tau_refrac": 0.1, "v_spike": -40.0,
                "v_reset": -70.6, "v_rest": -70.6, "tau_m": 9.3667,
                "i_offset": 0.0, "a": 4.0, "b": 0.0805, "delta_T": 2.0,
                "tau_w": 144.0, "v_thresh": -50.4, "e_rev_E": 0.0,
                "tau_syn_E": 5.0, "e_rev_I": -80.0, "tau_syn_I": 5.0}
    initial_values = {"v": -70.6, "w": 0.0, "gsyn_exc": 0.0, "gsyn_inh": 0.0}
    variables = {**IF_cond_exp.variables, "w": "w"}
    scales = {**IF_cond_exp.scales, "w": 1000.0}

    def model(self, values, dt):
        _, params = super().model(values, dt)
        return "adex", {**params, "V_peak": values["v_spike"],
                        "a": values["a"], "b": values["b"] * 1000.0,
                        "Delta_T": values["delta_T"], "tau_w": values["tau_w"]}


class Izhikevich(CellType):
    """Izhikevich (2003), as PyNN has it and its simulators compute it: a spike
    moves ``v`` at once, by its weight in mV, and an ``i_offset`` of 1 nA is a
    current of 1,000 in the published equations.

    With ``tau_syn_E`` or ``tau_syn_I`` it is sPyNNaker's: weights are jumps of
    exponential currents, and they and ``i_offset`` are the current of the
    published equations themselves.
    """

    defaults = {"a": 0.02, "b": 0.2, "c": -65.0, "d": 2.0, "i_offset": 0.0}
    initial_values = {"v": -70.0, "u": -14.0}
    current = ("i_offset", 1000.0)
    weight_scale = 1.0
    receptors = {"excitatory": "step", "inhibitory": "step"}
    variables = {"v": "v", "u": "u"}
    name = "pynn_izhikevich"
    _TAU = {"tau_syn_E": 5.0, "tau_syn_I": 5.0}

    def __init__(self, **parameters):
        self.is_spynnaker = not self._TAU.keys().isdisjoint(parameters)
        if self.is_spynnaker:
            self.defaults = {**self.defaults, **self._TAU}
            self.current = ("i_offset", 1.0)
            self.receptors = {"excitatory": "exc", "inhibitory": "inh"}
            self.name = "spynnaker_izhikevich"
        super().__init__(**parameters)

    def model(self, values, dt):
        offset = values["i_offset"] * self.current[1]
        largest = float(np.max(np.abs(offset)))
        if self.is_spynnaker and 0 < largest < 0.2:
            warnings.warn( # the published cells fire from about 4 on
                f"Izhikevich: i_offset {largest:g} hardly changes anything: with "
                "tau_syn_E or tau_syn_I it is the I of the published equations, as "
                "on sPyNNaker; leave these out for PyNN's, whose i_offset is 1000 "
                "times that and whose weights are steps of v", stacklevel=2)
        elif not self.is_spynnaker and largest > 200.0:
            warnings.warn( # up to 20 or so in the paper
                f"Izhikevich: i_offset {largest / 1000.0:g} nA is a current of "
                f"{largest:g} in the published equations, as for PyNN's "
                "simulators; from a script for sPyNNaker, give tau_syn_E=5.0, and "
                "units are those of its cell", stacklevel=2)
        common = {**{k: values[k] for k in ("a", "b", "c", "d")},
                  "i_offset": offset, "h": dt}
        if not self.is_spynnaker:
            return self.name, common
        return self.name, {**common,
                           "keep_exc": np.exp(-dt / values["tau_syn_E"]),
                           "keep_inh": np.exp(-dt / values["tau_syn_I"])}

    def models(self):
        params = ["a", "b", "c", "d", "i_offset", "h"]
        fires = {"spike": "v >= 30.0", "reset": ["v = c", "u = u + d"]}
        if not self.is_spynnaker: # an Euler step of both, as NEST's
            return {self.name: {
                "receptors": ["step"], "states": ["v", "u"], "params": params,
                "equations": [
                    "old = v",
                    "v = old + h * ((0.04 * old + 5.0) * old + 140.0 - u + i_offset)"
                    " + step",
                    "u = u + h * a * (b * old - u)"], **fires}}
        # Two half steps of v, which jumps by most.
        return {self.name: {
            "receptors": ["exc", "inh"],
            "states": ["v", "u", "i_exc", "i_inh"],
            "params": [*params, "keep_exc", "keep_inh"],
            "equations": [
                "i_exc = i_exc * keep_exc + exc",
                "i_inh = i_inh * keep_inh + inh",
                "drive = 140.0 - u + i_exc + i_inh + i_offset",
                "half = v + 0.5 * h * ((0.04 * v + 5.0) * v + drive)",
                "v = half + 0.5 * h * ((0.04 * half + 5.0) * half + drive)",
                "u = u + h * a * (b * v - u)"], **fires}}


class SpikeSourceArray(CellType):
    """Spikes at given times (ms): one list for all, or a list for each."""

    defaults = {"spike_times": []}
    variables = {}
    is_source = True

    def trains(self, size):
        times = self.parameters["spike_times"]
        if is_nested(times):
            if len(times) != size:
                raise ValueError(f"spike_times has {len(times)} lists, the "
                                 f"population {size} neurons")
            return [np.asarray(train, float).ravel() for train in times]
        return [np.asarray(times, float).ravel()] * size


class SpikeSourcePoisson(CellType):
    """Poisson spikes of `rate` Hz from `start` for `duration` ms."""

    defaults = {"rate": 1.0, "start": 0.0, "duration": 1e10}
    variables = {}
    is_source = True


def is_nested(times):
    return any(hasattr(train, "__len__") for train in np.atleast_1d(
        np.array(times, dtype=object)) ) if len(times) else False


STANDARD = [IF_curr_exp, IF_curr_alpha, IF_curr_delta, IF_cond_exp,
            EIF_cond_exp_isfa_ista, Izhikevich, SpikeSourceArray,
            SpikeSourcePoisson]
