"""Data sets of `snnc selector dataset`, split as `snnc selector` splits them."""

import csv

import numpy as np

# Files of classifier/Dataset.h: what stands beside the features.
IDENTITY = ("set", "index", "structure")
NOT_FEATURES = ("serial_plan_", "parallel_plan_", "serial_untimed_",
                "parallel_untimed_", "label_")
OBJECTIVES = ("pes", "memory", "cycles", "energy")
SETS = ("grid", "wide")

# compiler/Support/Random.h; numpy wraps around in silence on arrays.
M0, M1 = np.uint64(0xD2511F53), np.uint64(0xCD9E8D57)
W0, W1 = 0x9E3779B9, 0xBB67AE85
MASK = np.uint64(0xFFFFFFFF)


def philox4x32(counter, key):
    """Ten rounds; `counter` is four arrays of uint64 below 2^32."""
    c = [np.asarray(word, np.uint64) for word in counter]
    for turn in range(10):
        k0 = np.uint64((key[0] + turn * W0) & 0xFFFFFFFF)
        k1 = np.uint64((key[1] + turn * W1) & 0xFFFFFFFF)
        a, b = M0 * c[0], M1 * c[2]
        c = [(b >> np.uint64(32)) ^ c[1] ^ k0, b & MASK,
             (a >> np.uint64(32)) ^ c[3] ^ k1, a & MASK]
    return c


def stream_key(seed, stream):
    words = philox4x32((stream & 0xFFFFFFFF, stream >> 32, 0x736E6E63, 0),
                       (seed & 0xFFFFFFFF, seed >> 32))
    return int(words[0]), int(words[1])


def stream_of(name):
    value = 0xCBF29CE484222325
    for byte in name.encode():
        value = (value ^ byte) * 0x100000001B3 % 2**64
    return value


def places(indices, which, seed):
    """Where in [0, 1) the split of classifier/Training.cpp puts each layer."""
    stream = (stream_of("split") + SETS.index(which)) % 2**64
    indices = np.asarray(indices, np.uint64)
    zero = np.zeros_like(indices)
    low, high, _, _ = philox4x32(
        (indices & MASK, indices >> np.uint64(32), zero, zero),
        stream_key(seed, stream))
    bits = (high << np.uint64(32) | low) >> np.uint64(11)
    return bits.astype(np.float64) * 2.0**-53


class Layers:
    """The layers of one set that leave a choice, under one objective."""

    def __init__(self, path, which, objective):
        with open(path, newline="", encoding="utf-8") as file:
            self.head = file.readline().strip()
            rows = list(csv.DictReader(file))
        rows = [row for row in rows if row["set"] == which
                and row[f"label_{objective}"] != "none"]
        if not rows:
            raise ValueError(f"{path}: no layers of the set '{which}'")
        self.which = which
        self.index = [int(row["index"]) for row in rows]
        self.label = np.array([row[f"label_{objective}"] == "parallel"
                               for row in rows], np.int8)
        self.names = [name for name in rows[0] if name not in IDENTITY
                      and not name.startswith(NOT_FEATURES)]
        self.features = np.array([[float(row[name]) for name in self.names]
                                  for row in rows], np.float32)
        plan = "untimed" if objective == "memory" else "plan"
        self.costs = {
            what: np.array([[float(row[f"{side}_{plan}_{what}"])
                             for side in ("serial", "parallel")]
                            for row in rows])
            for what in ("fits", "pes", "cycles")}
        self.objective = objective

    def split(self, seed):
        """Rows that train and rows that are held out; what lies between them
        calibrates the compiler's own models and is left alone here."""
        place = places(self.index, self.which, seed)
        return np.flatnonzero(place < 0.72), np.flatnonzero(place >= 0.8)

    def closed_form(self):
        """classifier/Features.cpp, closedFormChoice: the paradigm whose closed
        formulas come out better."""
        def column(name):
            return self.features[:, self.names.index(name)]
        by = {"pes": ("pes_difference", "cycles_ratio"),
              "memory": ("memory_pes_difference", "memory_bytes_ratio"),
              "cycles": (None, "cycles_ratio"),
              "energy": (None, "energy_ratio")}
        difference, ratio = by[self.objective]
        better = column(ratio) > 1
        if difference:
            better = np.where(column(difference) != 0, column(difference) > 0,
                              better)
        fits = column("serial_fits"), column("parallel_fits")
        return np.where(fits[0] != fits[1], fits[1] != 0,
                        better).astype(np.int8)

    def regret(self, rows, chosen, what):
        """Extra share over the oracle. A choice that does not fit is vetoed:
        the compiler takes the other one, which costs nothing more."""
        fits, cost = self.costs["fits"][rows], self.costs[what][rows]
        every = np.arange(len(rows))
        best = cost[every, self.label[rows]]
        taken = np.where(fits[every, chosen] > 0, cost[every, chosen], best)
        return float((taken.sum() - best.sum()) / best.sum())
