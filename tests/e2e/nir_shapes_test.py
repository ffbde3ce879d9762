"""NIR files as frameworks write them: potentials into thresholds, layers before
the Output, refractory periods, one value for many, a stated time step. The
expected values are computed here, by the equations of docs/semantics.md."""

import unittest

import numpy as np

from support import SnncTest, write_network

DT = 1e-3
TICKS = 60


def ones(n, value=1.0):
    return np.full(n, value, np.float32)


def port(kind, *shape):
    return (kind, {"shape": np.array(shape)})


def chain(path, nodes, extra=()):
    names = list(nodes)
    edges = [e for e in zip(names, names[1:])]
    write_network(path, nodes, edges + list(extra))


def lif(n, **more):
    return ("LIF", {"tau": ones(n, 0.01), "r": ones(n, 10.0),
                    "v_leak": ones(n, 0), "v_threshold": ones(n),
                    "v_reset": ones(n, 0), **more})


class NirShapes(SnncTest):

    backends = ("reference", "native", "emulator", "cpu")

    def setUp(self):
        rng = np.random.default_rng(3)
        self.counts = (rng.random((TICKS, 4)) < 0.4).astype(np.uint8)
        np.save(self.path("in.npy"), self.counts)
        # Quarters: integers hold them, and every sum is exact.
        self.weight = (rng.integers(-4, 12, (3, 4)) / 4).astype(np.float32)
        self.weight[:, 0] = 127 / 4 / 16  # the largest: the scale is 64

    def run_all(self, net, *options, inputs="in.npy"):
        """The float network's arrays; the backends agree among themselves."""
        shared = ["--input", inputs, *options]
        exact = self.record(net, [*shared, "--backend", "reference",
                                  "--precision", "float"])
        first = None
        for backend in self.backends:
            got = self.record(net, [*shared, "--backend", backend])
            if first is None:
                first = got
            self.assert_equal_runs(first, got)
        return exact

    def integrator(self, kind):
        both = {"r": ones(3, 10.0), "v_leak": ones(3, 0)}
        if kind == "I":
            return ("I", {"r": ones(3, 1000.0)}), 1.0, None
        if kind == "LI":
            return ("LI", {"tau": ones(3, 0.01), **both}), 0.9, None
        return ("CubaLI", {"tau_mem": ones(3, 0.01), "tau_syn": ones(3, 0.004),
                           "w_in": ones(3, 4.0), **both}), 0.9, 0.75

    def test_integrators_and_thresholds(self):
        """Two thresholds on one potential that the Output reads, too."""
        for kind in ("I", "LI", "CubaLI"):
            with self.subTest(kind):
                node, decay, synapse = self.integrator(kind)
                nodes = {"input": port("Input", 4),
                         "w": ("Linear", {"weight": self.weight}),
                         "a": node,
                         "low": ("Threshold", {"threshold": ones(3, 1.0)}),
                         "output": port("Output", 3),
                         "high": ("Threshold", {"threshold": ones(3, 3.0)}),
                         "potential": port("Output", 3),
                         "spikes2": port("Output", 3)}
                write_network(self.path("th.nir"), nodes, [
                    ("input", "w"), ("w", "a"), ("a", "low"), ("a", "high"),
                    ("low", "output"), ("high", "spikes2"), ("a", "potential")])
                got = self.run_all("th.nir", "--dt", DT)
                v, i = np.zeros(3), np.zeros(3)
                for t in range(TICKS):
                    x = self.weight.astype(float) @ self.counts[t]
                    i = x if synapse is None else synapse * i + x
                    v = decay * v + i
                    np.testing.assert_allclose(got["a:v"][t], v, rtol=1e-4,
                                               atol=1e-4)
                    for name, level in (("low", 1.0), ("high", 3.0)):
                        sure = np.abs(v - level) > 1e-3
                        np.testing.assert_array_equal(
                            got[f"{name}:spikes"][t][sure], (v > level)[sure])

    def test_threshold_that_also_reads_something_else(self):
        node, _, _ = self.integrator("LI")
        write_network(self.path("sum.nir"), {
            "input": port("Input", 4),
            "w": ("Linear", {"weight": self.weight}), "li": node,
            "th": ("Threshold", {"threshold": ones(3)}),
            "output": port("Output", 3)},
            [("input", "w"), ("w", "li"), ("li", "th"), ("w", "th"),
             ("th", "output")])
        said = self.snnc("check", "sum.nir", "--dt", DT, code=1).stderr
        self.assertIn("SNN0305", said)
        self.assertIn("'th'", said)

    def test_layers_before_the_output(self):
        weight = (np.arange(8).reshape(2, 4) - 3).astype(np.float32)
        spiking = {"input": port("Input", 4), "lif": lif(4)}
        ends = {
            "delay": (("Delay", {"delay": ones(4, 2 * DT)}), "spikes"),
            "scale": (("Scale", {"scale": ones(4, 2.5)}), "v"),
            "linear": (("Linear", {"weight": weight}), "v"),
            "affine": (("Affine", {"weight": weight,
                                   "bias": np.array([1, -2], np.float32)}), "v"),
        }
        for name, (end, record) in ends.items():
            with self.subTest(name):
                chain(self.path("end.nir"),
                      {**spiking, name: end, "output": port("Output", 4)})
                got = self.run_all("end.nir", "--dt", DT)
                spikes = got["lif:spikes"].astype(float)
                self.assertGreater(spikes.sum(), 20)
                want = {"delay": np.roll(spikes, 2, axis=0),
                        "scale": spikes * 2.5, "linear": spikes @ weight.T,
                        "affine": spikes @ weight.T + [1, -2]}[name]
                want[:2] *= name != "delay"
                np.testing.assert_allclose(got[f"{name}:{record}"], want,
                                           atol=1e-5)

    def test_pools_before_the_output(self):
        rng = np.random.default_rng(4)
        counts = (rng.random((TICKS, 1, 4, 4)) < 0.4).astype(np.uint8)
        np.save(self.path("pool.npy"), counts)
        for kind, factor in (("SumPool2d", 1), ("AvgPool2d", 0.25)):
            with self.subTest(kind):
                two = np.array([2, 2])
                chain(self.path("pool.nir"), {
                    "input": port("Input", 1, 4, 4), "lif": lif((1, 4, 4)),
                    "pool": (kind, {"kernel_size": two, "stride": two,
                                    "padding": 0 * two}),
                    "flat": ("Flatten", {"start_dim": 0, "end_dim": -1,
                                         "input_type": np.array([1, 2, 2])}),
                    "output": port("Output", 4)})
                got = self.run_all("pool.nir", "--dt", DT, inputs="pool.npy")
                spikes = got["lif:spikes"].reshape(TICKS, 2, 2, 2, 2)
                want = spikes.sum(axis=(2, 4)).reshape(TICKS, 4) * factor
                self.assertGreater(want.sum(), 10)
                np.testing.assert_allclose(
                    got["pool:v"].reshape(TICKS, 4), want, atol=1e-5)

    def test_a_potential_behind_a_scale_is_refused_by_its_name(self):
        node, _, _ = self.integrator("LI")
        nodes = {"input": port("Input", 4),
                 "w": ("Linear", {"weight": self.weight}), "li": node,
                 "times": ("Scale", {"scale": ones(3, 2.0)}),
                 "output": port("Output", 3)}
        chain(self.path("li.nir"), nodes)
        said = self.snnc("check", "li.nir", "--dt", DT, code=1).stderr
        self.assertRegex(said, "'output' reads the potential of 'li' through "
                               "'times'.*SNN0309")
        del nodes["times"]  # the printed help, applied
        chain(self.path("li.nir"), nodes)
        self.snnc("check", "li.nir", "--dt", DT)

    def test_refractory_periods(self):
        """The membrane stands still for as many ticks, a current goes on."""
        for field in ("t_refrac", "tau_ref", "refractoryPeriod", "refractory"):
            for reset in ("value", "subtract"):
                with self.subTest(field, reset=reset):
                    period = np.array([0, 3, 5], np.float32)
                    chain(self.path("ref.nir"), {
                        "input": port("Input", 4),
                        "w": ("Linear", {"weight": np.abs(self.weight)}),
                        "lif": lif(3, **{field: period * DT}),
                        "output": port("Output", 3)})
                    said = self.snnc("check", "ref.nir", "--dt", DT,
                                     "--reset", reset).stderr
                    self.assertRegex(said, f"'{field}'.*SNN0260")
                    got = self.run_all("ref.nir", "--dt", DT, "--reset", reset)
                    spikes = got["lif:spikes"]
                    v, left = np.zeros(3), np.zeros(3)
                    for t in range(TICKS):
                        x = np.abs(self.weight).astype(float) @ self.counts[t]
                        new, free = 0.9 * v + x, left <= 0
                        fired = free & (new > 1)
                        low = new - 1 if reset == "subtract" else 0 * new
                        v = np.where(fired, low, np.where(free, new, v))
                        left = np.where(fired, period,
                                        np.where(free, 0, left - 1))
                        np.testing.assert_array_equal(spikes[t], fired, str(t))
                    # Always driven: a spike as often as the period allows.
                    self.assertGreater(spikes[:, 1].sum(), 10)
                    self.assertEqual(np.diff(np.nonzero(spikes[:, 2])[0]).min(),
                                     6)

    def test_refractory_fields_that_cannot_be_honoured(self):
        node, _, _ = self.integrator("LI")
        for name, value, kind in (("refractory_steps", ones(3, 5), lif(3)),
                                  ("t_refrac", "long", lif(3)),
                                  ("t_refrac", ones(3, 5 * DT), node)):
            with self.subTest(name, kind=kind[0]):
                chain(self.path("no.nir"), {
                    "input": port("Input", 4),
                    "w": ("Linear", {"weight": self.weight}),
                    "n": (kind[0], {**kind[1], name: value}),
                    "output": port("Output", 3)})
                said = self.snnc("check", "no.nir", "--dt", DT).stderr
                self.assertRegex(said, f"warning.*'{name}' is ignored.*SNN0261")

    def test_matrix_gains_are_refused_by_name(self):
        for gain in (ones((3, 4)), ones((3, 3)), ones((3, 1))):
            with self.subTest(gain.shape):
                chain(self.path("m.nir"), {
                    "input": port("Input", gain.shape[1]),
                    "lif": ("CubaLIF", {
                        "tau_mem": ones(3, 0.01), "tau_syn": ones(3, 0.004),
                        "r": ones(3), "v_leak": ones(3, 0), "w_in": gain,
                        "v_threshold": ones(3)}),
                    "output": port("Output", 3)})
                said = self.snnc("check", "m.nir", "--dt", DT, code=1).stderr
                self.assertRegex(said, "'w_in' has shape.*SNN0262")

    def test_one_value_goes_to_every_neuron(self):
        for shape in ((1,), (1, 1)):
            with self.subTest(shape):
                chain(self.path("one.nir"), {
                    "input": port("Input", *shape), "lif": lif(5),
                    "output": port("Output", 5)})
                counts = self.counts[:, :1].reshape(TICKS, *shape)
                np.save(self.path("one.npy"), counts)
                got = self.run_all("one.nir", "--dt", DT, inputs="one.npy")
                spikes = got["lif:spikes"]
                self.assertEqual(spikes.shape, (TICKS, 5))
                self.assertGreater(spikes.sum(), 20)
                self.assertTrue((spikes == spikes[:, :1]).all())

    def test_stated_time_steps(self):
        import h5py

        def stated(node, value, r=10.0):
            neuron = lif(4, r=ones(4, r))
            chain(self.path("dt.nir"), {"input": port("Input", 4),
                                        "lif": neuron,
                                        "output": port("Output", 4)})
            with h5py.File(self.path("dt.nir"), "a") as file:
                file[f"{node}/metadata/dt"] = value
            return self.run_snnc("check", "dt.nir", *self.options)

        self.options = []
        for node in ("node", "node/nodes/lif"):
            done = stated(node, 2e-3, r=1.0)
            self.assertEqual(done.returncode, 0, done.stderr)
            self.assertRegex(done.stderr, "dt = 0.002, stated.*SNN0264")
        self.assertRegex(stated("node", 2e-3).stderr,
                         "warning.*states dt = 0.002.*imply 0.001.*SNN0265")
        self.assertRegex(stated("node", -1.0).stderr,
                         "warning.*no positive number.*SNN0265")
        self.options = ["--dt", "1e-3"]
        self.assertRegex(stated("node", 2e-3, r=1.0).stderr,
                         "warning.*--dt is 0.001.*SNN0265")
        self.assertNotIn("warning", stated("node", "1e-3").stderr)


if __name__ == "__main__":
    unittest.main()
