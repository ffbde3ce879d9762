"""Makes models/motion: which way does a bump move over a row of sensors?
Writes the network, the test data, the expected spikes and the figures beside
itself. See README.md."""

import os
import sys

# One thread: the order of float additions, hence the result, is then fixed.
os.environ.setdefault("OMP_NUM_THREADS", "1")
sys.dont_write_bytecode = True
HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, os.pardir))

import numpy as np

import readout
from simulate import simulate

SENSORS, TICKS, HIDDEN, CLASSES = 12, 40, 64, 3
TRAIN, TEST, CANDIDATES = 1500, 90, 24
SEED = 7


def recordings(rng, count):
    """Spikes (count x ticks x sensors) and labels: 0 up, 1 down, 2 to and fro.
    The start is random and the row is a ring, so that neither one tick nor the
    spike counts of the sensors tell the class."""
    labels = rng.integers(0, CLASSES, count)
    start = rng.integers(0, SENSORS, count)
    pace = rng.choice([2, 3, 4], count)
    step = np.arange(TICKS)[None, :] // pace[:, None]
    fro = np.abs((step + 3) % 6 - 3)
    place = np.select([labels[:, None] == 0, labels[:, None] == 1],
                      [step, -step], fro) + start[:, None]
    near = np.arange(SENSORS)[None, None, :] == place[:, :, None] % SENSORS
    chance = np.where(near, 0.85, 0.02)
    return (rng.random(chance.shape) < chance).astype(np.uint8), labels


def candidate(rng):
    """Random input and recurrent weights, as in a liquid state machine. Neurons
    see a few neighbours on the ring; the recurrent ones are mostly inhibitory,
    so that a neuron's answer depends on who fired before."""
    gain, spread, mean = rng.uniform([0.4, 0.1, -0.3], [1.2, 0.6, 0.0])
    away = (np.arange(SENSORS) - rng.integers(0, SENSORS, HIDDEN)[:, None])
    near = np.minimum(away % SENSORS, -away % SENSORS) <= 1
    into = gain * near * rng.uniform(0.3, 1.0, near.shape)
    back = rng.normal(mean, spread, (HIDDEN, HIDDEN)) * (
        rng.random((HIDDEN, HIDDEN)) < 0.3)
    return readout.on_grid(into), readout.on_grid(back)


def fit(layers, inputs, labels):
    """All four layers, and the accuracy on the last third, which the readout
    has not seen."""
    none = np.zeros((CLASSES, HIDDEN), np.float32), np.zeros(CLASSES)
    hidden, _ = simulate((*layers, *none), inputs)
    seen = len(inputs) * 2 // 3
    weight, bias = readout.train(hidden[:seen].sum(1), labels[:seen], CLASSES,
                                 30.0)
    bias = readout.on_grid(bias / TICKS)
    potentials = readout.integrate(hidden[seen:], weight, bias)
    return ((*layers, weight, bias),
            readout.accuracy(potentials, labels[seen:]))


def nodes(into, back, weight, bias):
    def neurons(value):
        return np.full(HIDDEN, value, np.float32)

    dt = readout.DT
    return {
        "input": ("Input", {"shape": np.array([SENSORS])}),
        "fc": ("Linear", {"weight": into}),
        "recurrent": ("Linear", {"weight": back}),
        # 1 - dt/tau: 0.75 and 0.875; a weighted spike adds its weight.
        "hidden": ("CubaLIF", {
            "tau_syn": neurons(4 * dt), "w_in": neurons(4),
            "tau_mem": neurons(8 * dt), "r": neurons(8), "v_leak": neurons(0),
            "v_threshold": neurons(2), "v_reset": neurons(0)}),
        "fc_out": ("Affine", {"weight": weight, "bias": bias}),
        "readout": ("I", {"r": np.full(CLASSES, 1 / dt, np.float32)}),
        "output": ("Output", {"shape": np.array([CLASSES])})}


EDGES = [("input", "fc"), ("fc", "hidden"), ("hidden", "recurrent"),
         ("recurrent", "hidden"), ("hidden", "fc_out"), ("fc_out", "readout"),
         ("readout", "output")]


def main():
    rng = np.random.default_rng(SEED)
    inputs, labels = recordings(rng, TRAIN)
    test_inputs, test_labels = recordings(rng, TEST)
    layers, seen = max((fit(candidate(rng), inputs, labels)
                        for _ in range(CANDIDATES)), key=lambda best: best[1])
    readout.write(os.path.join(HERE, "motion.nir"), nodes(*layers), EDGES)
    hidden, potentials = simulate(layers, test_inputs)
    figures = {"float_accuracy": readout.accuracy(potentials, test_labels),
               "validation_accuracy": seen, "samples": TEST,
               "training_samples": TRAIN, "ticks": TICKS, "seed": SEED,
               "spike_rate": {"input": float(test_inputs.mean()),
                              "hidden": float(hidden.mean())}}
    readout.save(HERE, test_inputs, test_labels, hidden, potentials, figures)
    print(figures)


if __name__ == "__main__":
    main()
