"""Networks that are large in some way: many projections, many spikes a tick,
more than the machine holds. Times are never compared: what is quadratic again
runs into the suite's limit."""

import re
import subprocess
import unittest

import numpy as np

from support import SNNC, SRAM_ONLY, SnncTest

GIGABYTE = 1 << 20  # ulimit -v counts KiB of address space


def chain(projections):
    """One projection for every synapse of a chain."""
    lines = ["network: {name: ring, dt: 1.0}",
             "inputs: {stimulus: {size: 1, kind: spike_list, "
             "spikes: [[0, 0]]}}",
             f"populations: {{chain: {{size: {projections + 1}, model: if, "
             "params: {threshold: 1}}}",
             "projections:",
             "  - {from: stimulus, to: chain, "
             "connector: {list: [[0, 0, 5, 1]]}}"]
    lines += [f"  - {{name: c{i}, from: chain, to: chain, "
              f"connector: {{list: [[{i}, {i + 1}, 5, {1 + i % 3}]]}}}}"
              for i in range(projections)]
    return "\n".join(lines)


def random_network(neurons, probability):
    return f"""
network: {{name: large, dt: 1.0, seed: 1}}
inputs: {{x: {{size: 10}}}}
populations: {{p: {{size: {neurons}, model: lif, params: {{alpha: 0.9, threshold: 1.0}}}}}}
projections:
  - {{from: x, to: p, connector: all_to_all, weight: 1.0}}
  - {{from: p, to: p, connector: {{fixed_probability: {probability}}}, weight: 0.5}}
"""


class Scale(SnncTest):

    def bounded(self, *arguments):
        """snnc in two gigabytes of address space, of which it uses less than one."""
        command = " ".join(f"'{a}'" for a in (SNNC, *arguments))
        return subprocess.run(
            ["bash", "-c", f"ulimit -v {2 * GIGABYTE}; exec {command}"],
            cwd=self.folder, capture_output=True, text=True, timeout=3000)

    def test_many_projections_of_one_synapse(self):
        file = self.write("chain.yaml", chain(1500))
        self.snnc("check", file, "--plan")
        self.snnc("compile", file, "-o", "chain.s2x")
        chip = self.record(self.path("chain.s2x"),
                           ["--ticks", "400", "--record", "chain:spikes"])
        reference = self.record(file, ["--ticks", "400", "--record",
                                       "chain:spikes", "--backend",
                                       "reference"])
        self.assert_equal_runs(chip, reference)
        # Neuron i + 1 spikes 1 + i % 3 ticks after neuron i.
        self.assertEqual(int(chip["chain:spikes"].sum()), 200)

    def test_many_inputs_of_one_channel(self):
        lines = ["network: {name: fan, dt: 1.0}", "inputs:"]
        lines += [f"  i{k}: {{size: 1, kind: spike_list, spikes: [[{k % 50}, "
                  "0]]}" for k in range(300)]
        lines += ["populations: {p: {size: 3, model: i}}", "projections:"]
        lines += [f"  - {{from: i{k}, to: p, connector: all_to_all, weight: "
                  f"{1 + k % 2}}}" for k in range(300)]
        file = self.write("fan.yaml", "\n".join(lines))
        self.assert_equal_runs(
            self.record(file, ["--ticks", "60"]),
            self.record(file, ["--ticks", "60", "--backend", "reference"]))

    def test_rings_hold_the_stated_rates(self):
        for rate in (500, 3000, 20000):
            file = self.write("poisson.yaml", f"""
network: {{name: poisson, dt: 1.0e-3, seed: 7}}
inputs: {{noise: {{size: 12, kind: poisson, rate: {rate}}}}}
populations: {{pop: {{size: 2, model: i}}}}
projections:
  - {{from: noise, to: pop, connector: all_to_all, weight: 1.0, delay: 1}}
""")
            self.assert_equal_runs(
                self.record(file, ["--ticks", "300"]),
                self.record(file, ["--ticks", "300", "--backend",
                                   "reference"]))

    def test_rings_hold_the_spikes_of_lists_and_arrays(self):
        body = """
populations: {pop: {size: 2, model: i}}
projections:
  - {from: in, to: pop, connector: all_to_all, weight: 1.0, delay: 1}
"""
        listed = self.write(
            "listed.yaml", "network: {name: l, dt: 1.0}\n"
            "inputs: {in: {size: 2, kind: spike_list, spikes: ["
            + ", ".join(["[3, 1]"] * 90 + ["[4, 0]"] * 60) + "]}}" + body)
        given = self.write("given.yaml", "network: {name: g, dt: 1.0}\n"
                           "inputs: {in: {size: 2}}" + body)
        counts = np.zeros((8, 2), np.uint16)
        counts[3, 1], counts[4, 0] = 90, 60
        np.save(self.path("counts.npy"), counts)
        expected = None
        for file, options in ((listed, ["--ticks", "8"]),
                              (given, ["--input", self.path("counts.npy")])):
            for backend in ("reference", "emulator"):
                arrays = self.record(file, [*options, "--backend", backend])
                expected = expected or arrays
                self.assert_equal_runs(arrays, expected)
        # A bundle has no room for what it was not told of: the advice works.
        self.snnc("compile", given, "-o", "given.s2x")
        done = self.snnc("run", "given.s2x", "--input", "counts.npy", "-o",
                         "lost.npz", code=6)
        self.assertIn("[SNN0681]", done.stderr)
        self.assertIn("run the network file itself with this input",
                      done.stderr)

    def test_probes_hold_for_the_bundle(self):
        file = self.write("probes.yaml", """
network: {name: probes, dt: 1.0}
inputs: {x: {size: 1, kind: spike_list, spikes: [[0, 0]]}}
populations: {p: {size: 2, model: lif, params: {alpha: 0.9, threshold: 1.0}}}
projections: [{from: x, to: p, connector: all_to_all, weight: 2.0}]
probes: ["p:spikes"]
""")
        self.snnc("compile", file, "-o", "probes.s2x")
        direct = self.record(file, ["--ticks", "5"])
        self.assertEqual(list(direct), ["p:spikes"])
        self.assert_equal_runs(
            self.record(self.path("probes.s2x"), ["--ticks", "5"]), direct)

    def test_too_large_is_refused_before_anything_is_made(self):
        networks = {
            "synapses": "populations: {p: {size: 100000, model: lif, params: "
                        "{alpha: 0.9, threshold: 1.0}}}\nprojections: [{from: "
                        "x, to: p, connector: all_to_all}]",
            "neurons": "populations: {p: {size: 10000000, model: lif, params: "
                       "{alpha: 0.9, threshold: 1.0}}}\nprojections: [{from: "
                       "x, to: p, connector: one_to_one}]",
            # Dense rows would hold the sums; drawing takes minutes.
            "degrees": "populations: {p: {size: 40, model: lif, params: "
                       "{alpha: 0.9, threshold: 1.0}}}\nprojections: [{from: "
                       "x, to: p, connector: {fixed_outdegree: 16777216}}]",
            "total": "populations: {p: {size: 40, model: lif, params: "
                     "{alpha: 0.9, threshold: 1.0}}}\nprojections: [{from: "
                     "x, to: p, connector: {fixed_total_number: 10000000000}}]"}
        for name, text in networks.items():
            size = {"synapses": 100000, "neurons": 10000000,
                    "degrees": 400}.get(name, 8)
            file = self.write(
                f"{name}.yaml",
                f"network: {{name: n}}\ninputs: {{x: {{size: {size}}}}}\n"
                + text)
            for verb in (["check"], ["check", "--plan"], ["compile"]):
                with self.subTest(name, verb=verb):
                    done = self.bounded(verb[0], file, *verb[1:])
                    self.assertEqual(done.returncode, 3, done.stderr)
                    self.assertIn("[SNN0354]", done.stderr)
                    self.assertIn("--backend cpu", done.stderr)
                    self.assertNotRegex(done.stdout, r"(?m)^ok")

    def test_refusals_can_be_followed(self):
        # Too many synapses: the share that the help names fits, and the
        # reference runs all of them.
        file = self.write("p.yaml", random_network(5000, 0.9))
        machine = ["--machine", self.write("sram.yaml", SRAM_ONLY)]
        done = self.snnc("compile", file, *machine, code=3)
        self.assertIn("[SNN0354]", done.stderr)
        percent = float(re.search(r"help: ([\d.]+) %", done.stderr).group(1))
        fewer = self.write("fewer.yaml",
                           random_network(5000, round(0.9 * percent / 100, 4)))
        self.snnc("compile", fewer, *machine, "-o", "fewer.s2x")
        np.save(self.path("x.npy"), np.zeros((2, 10), np.uint8))
        self.snnc("run", file, "--backend", "reference", "--input", "x.npy",
                  "--record", "p:spikes", "-o", "o.npz")

    def test_a_short_ring_can_be_mended(self):
        # 25,000 sources into a core: two ticks of packets do not fit.
        def text(rate):
            return f"""
network: {{name: ring, dt: 1.0e-3}}
inputs: {{x: {{size: 25000{rate}}}}}
populations: {{p: {{size: 4, model: lif, params: {{alpha: 0.9, threshold: 1.0}}}}}}
projections: [{{from: x, to: p, connector: all_to_all, weight: 1.0}}]
"""
        done = self.snnc("compile", self.write("a.yaml", text("")),
                         "--paradigm", "serial", "-o", "a.s2x")
        self.assertIn("[SNN0355]", done.stderr)
        self.assertIn("state the `rate`", done.stderr)
        done = self.snnc(
            "compile", self.write("b.yaml", text(", kind: poisson, rate: 5")),
            "--paradigm", "serial", "-o", "b.s2x")
        self.assertNotIn("[SNN0355]", done.stderr)


if __name__ == "__main__":
    unittest.main()
