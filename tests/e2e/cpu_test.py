"""`snnc run` of a network file: on this computer unless a chip is asked for."""

import json
import resource
import unittest

import numpy as np

from support import ROOT, SRAM_ONLY, SnncTest

DIGITS = f"{ROOT}/models/digits/digits.nir"
INPUTS = f"{ROOT}/models/digits/test_inputs.npy"

# Drawn synapses: a chip has memory for few, this computer does not care.
LARGE = """
network: {{name: large, dt: 1.0e-3, seed: 5}}
inputs: {{noise: {{size: 200, kind: poisson, rate: 40}}}}
populations:
  a: {{size: {neurons}, model: lif, params: {{tau: 20.0e-3, threshold: 20.0, reset: 10.0}},
       initial: {{v: {{dist: uniform, low: 0.0, high: 20.0}}}}}}
projections:
  - {{from: noise, to: a, connector: {{fixed_indegree: 40}}, weight: 1.0}}
  - {{from: a, to: a, connector: {{fixed_indegree: {degree}}}, weight: {{dist: normal, mean: 0.02, std: 0.1}},
     delay: {{dist: uniform_int, low: 1, high: 5}}}}
"""


class Cpu(SnncTest):
    def write_large(self, name, neurons, degree):
        path = self.path(name)
        with open(path, "w") as file:
            file.write(LARGE.format(neurons=neurons, degree=degree))
        return path

    def ran(self, *arguments, name="out.npz"):
        """Arrays, the backend that made them, and the messages."""
        done = self.snnc("run", *arguments, "-o", self.path(name))
        with np.load(self.path(name)) as file:
            meta = json.loads(bytes(file["meta"]))
            arrays = {key: file[key] for key in file.files if key != "meta"}
        return arrays, meta["backend"], done.stderr

    def test_what_runs_and_why(self):
        few = self.path("few.npy")
        np.save(few, np.load(INPUTS)[:4])
        run = [DIGITS, "--input", few]
        expected, backend, said = self.ran(*run, "--backend", "reference")
        self.assertEqual(backend, "reference")
        self.assertNotIn("SNN0961", said)
        self.snnc("compile", DIGITS, "-o", self.path("d.s2x"))
        for options, backend, reason in (
                ([DIGITS], "cpu", "no option asks for a chip"),
                ([DIGITS, "--paradigm", "serial"], "emulator",
                 "--paradigm asks for it"),
                ([DIGITS, "--backend", "emulator"], "emulator", None),
                ([DIGITS, "--backend", "host"], "native", None),  # its old name
                (["d.s2x"], "emulator", None),
                (["d.s2x", "--backend", "cpu"], "cpu", None)):
            with self.subTest(options):
                arrays, chosen, said = self.ran(*options, "--input", few)
                self.assertEqual(chosen, backend)
                self.assert_equal_runs(arrays, expected)
                if reason:
                    self.assertRegex(
                        said, rf"note: .*--backend {backend}: .*{reason}.* "
                        r"\[SNN0961\]")
                else:
                    self.assertNotIn("SNN0961", said)
        self.assertRegex(self.ran(*run)[2], r"\d+ synapses in .*B each")
        _, backend, said = self.ran(*run, "--backend", "cpu",
                                    "--explain-paradigm")
        self.assertEqual(backend, "cpu")
        self.assertRegex(said, r"group 0: \d+ synapses in \w+ rows, .*; by "
                         r"estimate index rows .* ns a synapse, .* dense rows ")
        self.assertNotIn("SNN0962", said)
        _, backend, said = self.ran(*run, "--explain-paradigm")
        self.assertEqual(backend, "emulator")

    def test_an_option_without_effect(self):
        for backend in ("cpu", "reference"):
            said = self.ran(DIGITS, "--input", INPUTS, "--backend", backend,
                            "--tick", "1e-3")[2]
            self.assertRegex(said, r"warning: --tick has no effect on "
                             rf"--backend {backend} \[SNN0962\]")

    def test_float(self):
        few = self.path("few.npy")
        np.save(few, np.load(INPUTS)[:8])
        run = [DIGITS, "--input", few, "--precision", "float"]
        expected = self.ran(*run, "--backend", "reference")[0]
        arrays, backend, _ = self.ran(*run)
        self.assertEqual(backend, "cpu")
        self.assert_equal_runs(arrays, expected)
        done = self.snnc("run", *run, "--backend", "emulator", code=1)
        self.assertRegex(done.stderr, r"error: .*float.* \[SNN0440\]")

    def test_larger_than_a_chip(self):
        path = self.write_large("large.yaml", 5000, 900)
        with open(self.path("sram.yaml"), "w", encoding="utf-8") as file:
            file.write(SRAM_ONLY)
        done = self.snnc("compile", path, "--machine", "sram.yaml", code=3)
        self.assertIn("SNN0354", done.stderr)
        run = [path, "--ticks", 12]
        expected = self.ran(*run, "--backend", "reference")[0]
        arrays, backend, _ = self.ran(*run)
        self.assertEqual(backend, "cpu")
        self.assert_equal_runs(arrays, expected)
        self.assertGreater(arrays["a:spikes"].sum(), 500)

    def test_larger_than_memory(self):
        path = self.write_large("huge.yaml", 4000000, 4000000)
        done = self.snnc("run", path, "--ticks", 1, code=1)
        self.assertRegex(done.stderr, r"error: .*takes about .*B of memory, .*"
                         r"B are .* \[SNN0960\]")
        self.assertRegex(done.stderr, r"help: make 'a_a' smaller")

    def test_larger_than_the_limit_on_memory(self):
        path = self.write_large("limited.yaml", 40000, 20000)
        done = self.run_snnc("run", path, "--ticks", 1,
                             limit=(resource.RLIMIT_AS, 1 << 30))
        self.assertEqual(done.returncode, 1, done.stderr)
        self.assertRegex(done.stderr, r"ulimit -v allows \[SNN0960\]")


if __name__ == "__main__":
    unittest.main()
