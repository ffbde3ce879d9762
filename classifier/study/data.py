"""Data sets of `snnc selector dataset`, split as `snnc selector` splits them."""

import csv

import numpy as np

# Files of classifier/Dataset.h: what stands beside the features.
IDENTITY = ("set", "index", "structure")
NOT_FEATURES = ("part_", "plan_", "label_")
OBJECTIVES = ("pes", "memory", "cycles", "energy")
SETS = ("grid", "wide")
SPLITS = 5


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
        self.parts = {seed: np.array([row[f"part_{seed}"] for row in rows])
                      for seed in range(1, SPLITS + 1)}
        self.label = np.array([row[f"label_{objective}"] == "parallel"
                               for row in rows], np.int8)
        self.names = [name for name in rows[0] if name not in IDENTITY
                      and not name.startswith(NOT_FEATURES)]
        self.features = np.array([[float(row[name]) for name in self.names]
                                  for row in rows], np.float32)
        self.costs = {
            what: np.array([[float(row[f"plan_{objective}_{side}_{what}"])
                             for side in ("serial", "parallel")]
                            for row in rows])
            for what in ("fits", "pes", "cycles")}
        self.objective = objective

    def split(self, seed):
        """Rows that train and rows that are held out. The rest calibrates the
        compiler's own models and is left alone here."""
        parts = self.parts[seed]
        return np.flatnonzero(parts == "train"), np.flatnonzero(
            parts == "heldout")

    def closed_form(self):
        """classifier/Features.cpp, closedFormChoice: the paradigm whose closed
        formulas come out better."""
        def column(name):
            return self.features[:, self.names.index(name)]
        by = {"pes": ("pes_difference", "cycles_ratio"),
              "memory": ("memory_pes_difference", "memory_bytes_ratio"),
              "cycles": (None, "fastest_ratio"),
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
