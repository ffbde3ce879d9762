"""Convolutions whose kernel a core keeps once: every backend, slices that begin
inside a channel, strides, padding, pools."""

import json
import unittest

import numpy as np

from support import SnncTest


def network(shape, kernel, stride, padding, groups, seed):
    rng = np.random.default_rng(seed)
    weights = rng.integers(-20, 40, kernel) / 16
    height = (shape[1] + 2 * padding - kernel[2]) // stride + 1
    width = (shape[2] + 2 * padding - kernel[3]) // stride + 1
    return f"""
network: {{name: conv}}
inputs:
  picture: {{shape: {list(shape)}}}
populations:
  map:
    shape: [{kernel[0]}, {height}, {width}]
    model: if
    params: {{threshold: 3.0}}
  map2:
    shape: [{kernel[0]}, {height}, {width}]
    model: if
    params: {{threshold: 1.0}}
projections:
  - from: picture
    to: map
    connector: {{conv2d: {{kernel: {weights.tolist()}, stride: {stride}, padding: {padding}, groups: {groups}}}}}
  - {{from: map, to: map2, connector: one_to_one, weight: 1.0, delay: 3}}
"""


class Convolution(SnncTest):

    def test_backends_agree(self):
        cases = [((2, 34, 34), (12, 2, 5, 5), 1, 0, 1),
                 ((3, 17, 19), (6, 3, 3, 3), 2, 1, 1),
                 ((4, 20, 20), (8, 2, 5, 5), 3, 2, 2),
                 ((16, 20, 20), (64, 16, 3, 3), 1, 1, 1)]
        for seed, case in enumerate(cases):
            with self.subTest(case):
                with open(self.path("c.yaml"), "w", encoding="utf-8") as file:
                    file.write(network(*case, seed))
                shape = case[0]
                rng = np.random.default_rng(seed)
                spikes = (rng.random((12, int(np.prod(shape)))) < 0.1)
                np.save(self.path("x.npy"), spikes.astype(np.uint8))
                self.snnc("compile", "c.yaml", "--paradigm", "serial", "--tick", "0.1",
                          "-o", "c.s2x")
                cores = json.loads(self.snnc(
                    "inspect", "c.s2x", "--memory", "--json").stdout)
                encodings = {e for core in cores if core["population"] == "map"
                             for e in core["encodings"]}
                self.assertEqual(encodings, {"conv<8>"})
                for other in ("reference", "native", "cpu"):
                    done = self.snnc("verify", "c.s2x", "--input", "x.npy",
                                     "--against", other)
                    self.assertIn("no divergence", done.stdout)


if __name__ == "__main__":
    unittest.main()
