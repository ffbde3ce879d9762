"""Lists whose numbering hides a band or groups: neurons stand by what they
share, the map shrinks, and no spike changes."""

import json
import unittest

import numpy as np

from support import SnncTest

SOURCES, TARGETS = 400, 320

NETWORK = """network: {name: hidden, seed: 3}
inputs: {in: {size: %d}}
populations:
  layer: {size: %d, model: lif, params: {alpha: 0.9, threshold: 60.0}}
  next: {size: 10, model: if, params: {threshold: 20.0}}
projections:
  - {from: in, to: layer, connector: {list: {file: list.npy}}}
  - {from: layer, to: next, connector: all_to_all, weight: {dist: uniform, low: 0, high: 9}}
""" % (SOURCES, TARGETS)


def band(draw):
    """Every target listens to some of 40 neighbouring sources."""
    for target in range(TARGETS):
        for source in range(SOURCES):
            centre = target * SOURCES / TARGETS
            if abs(source - centre) <= 20 and draw.random() < 0.5:
                yield source, target


def groups(draw):
    """Eight groups with synapses inside and a few across."""
    for target in range(TARGETS):
        for source in range(SOURCES):
            same = source * 8 // SOURCES == target * 8 // TARGETS
            if draw.random() < (0.4 if same else 0.002):
                yield source, target


class Order(SnncTest):

    def layer(self, pairs, weights, run):
        rows = np.array([(s, t, w, 1 + (s + t) % 2)
                         for (s, t), w in zip(pairs, weights)], float)
        np.save(self.path("list.npy"), rows)
        with open(self.path("net.yaml"), "w", encoding="utf-8") as file:
            file.write(NETWORK)
        self.snnc("compile", "net.yaml", "--paradigm", "parallel", "--tick",
                  "0.1", "-o", "net.s2x")
        layer = json.loads(self.snnc("inspect", "net.s2x", "--layer", "layer",
                                     "--json").stdout)
        if run:
            draw = np.random.default_rng(8)
            np.save(self.path("in.npy"),
                    (draw.random((30, SOURCES)) < 0.1).astype(np.uint8))
            result = self.snnc("verify", "net.s2x", "--input", "in.npy",
                               "--against", "reference")
            self.assertIn("no divergence", result.stdout + result.stderr)
        return layer["bytes_by_structure"]["weights"]

    def test_hidden_order_is_found(self):
        for structure in (band, groups):
            with self.subTest(structure.__name__):
                draw = np.random.default_rng(4)
                pairs = list(structure(draw))
                weights = draw.integers(1, 100, len(pairs))
                plain = self.layer(pairs, weights, run=False)
                sources = draw.permutation(SOURCES)
                targets = draw.permutation(TARGETS)
                hidden = [(sources[s], targets[t]) for s, t in pairs]
                found = self.layer(hidden, weights, run=True)
                # Rows that no order would spare: every source in every tile.
                self.assertLess(found, 1.15 * plain)
                worst = SOURCES * 2 * TARGETS
                self.assertLess(found, 0.5 * worst)


if __name__ == "__main__":
    unittest.main()
