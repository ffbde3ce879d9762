"""Every numeric key of a YAML network with the extremes that a user can write:
each verb ends in a documented exit code within bounded memory and time. A
sample: `check` of every third, compile and run of every twelfth
(SNNC_ALL_EXTREMES=1: all). A wrong key, and a value that float32 cannot hold, is refused."""

import os
import resource
import unittest

from support import SnncTest

VALUES = ["0", "-0.0", "-1", "1.5", "1e-45", "1e-300", "3.4e38", "3.5e38", "1e308", ".inf", "nan",
          "65536", "2147483648", "9223372036854775808", "1e400", "''", "[]", "{}"]
DOCUMENTED = {0, 1, 3, 4, 5, 6}
NET = {
    "network": "{name: n, dt: 1.0e-3, seed: 1}",
    "models": "{m: {states: {v: 0.5}, params: {k: 0.9}, equations: ['v = v * k + input'], "
              "spike: 'v > 1', reset: ['v = 0']}}",
    "inputs": "{x: {size: 2}, z: {size: 2, kind: poisson, rate: 10, seed: 1}, "
              "l: {size: 2, kind: spike_list, spikes: [[1, 1]]}}",
    "populations": "{p: {size: 2, model: lif, params: {alpha: 0.9, threshold: 1.0}}, "
                   "q: {shape: [1, 2, 2], model: m}, r: {shape: [1, 2, 2], model: m}}",
    "projections": "[{from: x, to: p, connector: all_to_all, weight: 0.5}]",
}
PROJECTION = "[{from: z, to: p, #}]"
POPULATION = ("{p: {size: 2, model: lif, params: {alpha: 0.9, threshold: 1.0}}, "
              "q: {shape: [1, 2, 2], model: m}, r: {shape: [1, 2, 2], model: m}, o: {#}}")
DRAWN = "connector: {fixed_indegree: 1}, weight: {dist: #}"
INPUTS = NET["inputs"]
#: Section and its text, @ the value.
KEYS = [
    ("network", "{name: n, dt: @}"), ("network", "{name: n, seed: @}"),
    ("models", "{m: {states: {v: @}, equations: ['v = v + input'], spike: 'v > 1'}}"),
    ("models", "{m: {states: [v], params: {k: @}, equations: ['v = v * k + input'], "
               "spike: 'v > 1'}}"),
    ("models", "{m: {states: [v], equations: ['v = v * @ + input'], spike: 'v > 1'}}"),
    ("models", "{m: {states: [v], equations: ['v = pow(v, @) + input'], spike: 'v > 1'}}"),
    *(("inputs", INPUTS.replace(old, new)) for old, new in (
        ("10", "@"), ("seed: 1", "seed: @"), ("[1, 1]", "[@, 1]"), ("[1, 1]", "[1, @]"),
        ("x: {size: 2", "x: {size: @"))),
    *(("populations", POPULATION.replace("#", text)) for text in (
        "size: @, model: m", "shape: [1, @], model: m", "size: 2, model: m, rate: @",
        "size: 2, model: m, rate: {per_tick: @}", "size: 2, model: m, params: {k: @}",
        "size: 2, model: m, params: {k: [1, @]}", "size: 2, model: m, initial: {v: @}",
        "size: 2, model: lif, params: {tau: @, threshold: 1}",
        "size: 2, model: lif, params: {alpha: 0.5, threshold: @}",
        "size: 2, model: m, params: {k: {dist: normal, mean: 1, std: @}}")),
    *(("projections", PROJECTION.replace("#", text)) for text in (
        "connector: all_to_all, weight: @", "connector: all_to_all, weight: [[1, @], [1, 1]]",
        "connector: one_to_one, weight: [@, 1]", "connector: all_to_all, delay: @",
        "connector: all_to_all, delay: {dist: uniform_int, low: 1, high: @}",
        "connector: all_to_all, seed: @", "connector: all_to_all, autapses: @",
        "connector: all_to_all, multapses: @", "connector: {fixed_probability: @}",
        "connector: {fixed_indegree: @}", "connector: {fixed_outdegree: @}",
        "connector: {list: [[@, 0, 1, 1]]}", "connector: {list: [[0, 0, @, 1]]}",
        "connector: {list: [[0, 0, 1, @]]}",
        DRAWN.replace("#", "uniform, low: @, high: 1"),
        DRAWN.replace("#", "uniform, low: 0, high: @"),
        DRAWN.replace("#", "normal, mean: @, std: 1"),
        DRAWN.replace("#", "lognormal, mean: @, std: 1"),
        DRAWN.replace("#", "lognormal, mean: 0, std: @"),
        DRAWN.replace("#", "normal, mean: 0, std: 1, max: @"))),
    *(("projections", "[{from: q, to: r, delay: 1, connector: {conv2d: {#}}}]".replace("#", text))
      for text in ("kernel: [[[[@]]]]", "kernel: [[[[1]]]], stride: @",
                   "kernel: [[[[1]]]], padding: @", "kernel: [[[[1]]]], dilation: @",
                   "kernel: [[[[1]]]], groups: @")),
]


class YamlExtremes(SnncTest):

    def test_every_key(self):
        everything = os.environ.get("SNNC_ALL_EXTREMES") == "1"
        wrong, turn, accepted = [], 0, 0
        for section, template in KEYS:
            for value in VALUES:
                parts = NET | {section: template.replace("@", value)}
                path = self.path("net.yaml")
                with open(path, "w", encoding="utf-8") as file:
                    file.write("".join(f"{key}: {text}\n" for key, text in parts.items()))
                turn += 1
                verbs = []
                if everything or turn % 3 == 0:
                    verbs += [["check", path]]
                if everything or turn % 12 == 0:
                    verbs += [["compile", path, "-o", self.path("n.s2x")]]
                if everything or turn % 12 == 7:
                    verbs += [["run", path, "--ticks", 2, "--backend", "reference", "-i",
                               f"x={self.path('x.npy')}", "-o", self.path("o.npz")]]
                for verb in verbs:
                    done = self.run_snnc(*verb, limit=(resource.RLIMIT_AS, 4 << 30))
                    accepted += done.returncode == 0
                    if done.returncode not in DOCUMENTED or (
                            done.returncode and "SNN" not in done.stderr):
                        wrong.append(f"{verb[0]}: {section}: {parts[section]}: exit "
                                     f"{done.returncode} {done.stderr[:200]}")
                    elif verb[0] == "check" and value in ("nan", ".inf", "1e308") and (
                            done.returncode == 0):
                        wrong.append(f"accepted: {section}: {parts[section]}")
        self.assertEqual(wrong, [], "\n".join(wrong))
        self.assertGreater(accepted, len(KEYS) // 2)

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        import numpy as np
        np.save(os.path.join(cls.folder, "x.npy"), np.ones((2, 2), np.uint8))


if __name__ == "__main__":
    unittest.main()
