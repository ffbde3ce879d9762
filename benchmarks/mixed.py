"""Seeded networks of 20 to 50 layers of all kinds, as YAML.

The chain of layers takes each layer's kind, size, density, delays and rate from
one generator, so a seed is a network. Nothing here knows what either paradigm
is good at: kinds and sizes are drawn, not chosen.
"""

import json
import math
import random

KINDS = ("dense", "sparse", "delayed", "recurrent", "conv")
# Few synapses a source, many rows of one length.
FEW = ("one_to_one", "fixed_outdegree", "fixed_indegree")
MODELS = {
    "lif": {"tau": 20.0e-3, "threshold": 1.0},
    "lif_subtract": {"alpha": 0.9, "threshold": 1.0, "drop": 1.0},
    "cuba_lif": {"tau": 20.0e-3, "tau_syn": 5.0e-3, "threshold": 1.0},
}
CHANNELS = (2, 4, 8)


def log_uniform(draw, low, high):
    return math.exp(draw.uniform(math.log(low), math.log(high)))


class Network:
    """`network(seed)` as the YAML importer's tree; JSON is YAML."""

    def __init__(self, seed, least=20, most=50, largest=1200,
                 kinds=KINDS):
        self.draw = random.Random(f"snnc mixed network {seed}")
        self.largest = largest
        self.kinds = kinds
        self.tree = {"network": {"name": f"mixed{seed}", "dt": 1.0e-3,
                                 "seed": seed},
                     "inputs": {}, "populations": {}, "projections": []}
        self.sizes = {}
        self.shapes = {}
        self.add_input()
        for number in range(self.draw.randint(least, most)):
            self.add_layer(f"layer{number}")

    def add_input(self):
        size = 4 * self.draw.randint(8, self.largest // 8)
        self.tree["inputs"]["input"] = {
            "size": size, "kind": "poisson",
            "rate": {"per_tick": round(log_uniform(self.draw, 0.005, 0.3), 4)}}
        self.sizes["input"] = size
        self.last = "input"

    def add_layer(self, name):
        kind = self.draw.choice(self.kinds)
        if kind == "conv":
            self.add_convolution(name)
        elif kind in FEW:
            size = round(log_uniform(self.draw, 32, self.largest))
            if kind == "one_to_one":
                size = self.sizes[self.last]
            self.add_population(name, {"size": size})
            self.connect_few(self.last, name, kind)
        else:
            self.add_population(
                name, {"size": round(log_uniform(self.draw, 32, self.largest))})
            self.connect(self.source(), name, kind)
            if kind == "recurrent":
                self.connect(name, name, "delayed")
        self.last = name

    def add_population(self, name, extent):
        model = self.draw.choice(sorted(MODELS))
        self.tree["populations"][name] = extent | {
            "model": model, "params": MODELS[model],
            "rate": {"per_tick": round(log_uniform(self.draw, 1e-4, 0.5), 6)}}
        size = extent.get("size") or math.prod(extent["shape"])
        self.sizes[name] = size

    def source(self):
        """The layer before, one time in five an earlier one."""
        if self.draw.random() < 0.8:
            return self.last
        return self.draw.choice(sorted(self.sizes))

    def connect(self, source, target, kind):
        density = {"dense": 1.0, "sparse": log_uniform(self.draw, 0.01, 0.5),
                   "delayed": log_uniform(self.draw, 0.03, 1.0),
                   "recurrent": log_uniform(self.draw, 0.05, 1.0)}[kind]
        longest = self.draw.choice((2, 4, 8, 16, 32))
        edge = {"from": source, "to": target,
                "connector": {"fixed_probability": round(density, 4)},
                "weight": {"dist": "normal", "mean": 0.02, "std": 0.05}}
        if kind == "dense":
            edge["connector"] = "all_to_all"
        if kind == "delayed":
            edge["delay"] = {"dist": "uniform_int", "low": 1, "high": longest}
        self.tree["projections"].append(edge)

    def connect_few(self, source, target, kind):
        most = min(20, self.sizes[source], self.sizes[target])
        degree = round(log_uniform(self.draw, 1, most))
        edge = {"from": source, "to": target, "connector": {kind: degree},
                "weight": {"dist": "normal", "mean": 0.02, "std": 0.01}}
        if kind == "one_to_one":
            edge["connector"] = kind
        if self.draw.random() < 0.4:
            edge["delay"] = {"dist": "uniform_int", "low": 1,
                             "high": self.draw.choice((2, 4, 8, 16))}
        self.tree["projections"].append(edge)

    def add_convolution(self, name):
        """Where the layer before has no shape, a one-to-one copy gets one."""
        if self.last not in self.shapes:
            side = self.draw.randint(6, 16)
            shape = [self.draw.choice(CHANNELS), side, side]
            self.add_population(f"{name}_in", {"shape": shape})
            self.connect(self.last, f"{name}_in", "sparse")
            self.shapes[f"{name}_in"] = shape
            self.last = f"{name}_in"
        channels, height, width = self.shapes[self.last]
        out, kernel = self.draw.choice(CHANNELS), self.draw.choice((1, 3))
        pad = kernel // 2
        shape = [out, height, width]
        self.add_population(name, {"shape": shape})
        self.shapes[name] = shape
        weights = [[[[round(self.draw.gauss(0.05, 0.2), 3)
                      for _ in range(kernel)] for _ in range(kernel)]
                    for _ in range(channels)] for _ in range(out)]
        self.tree["projections"].append({
            "from": self.last, "to": name,
            "connector": {"conv2d": {"kernel": weights, "padding": pad}}})


def write(path, seed, **options):
    """Writes network `seed`; returns its number of populations."""
    tree = Network(seed, **options).tree
    with open(path, "w", encoding="utf-8") as file:
        json.dump(tree, file, indent=1)
        file.write("\n")
    return len(tree["populations"])
