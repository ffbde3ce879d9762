"""Samples per second of classifiers: many samples in one run of the CPU engine,
and the framework that trained the network, the same samples in one batch.

N-MNIST: the recording of the test data with its events moved by up to 3 pixels
and 20 ms, seeded, as often as there are samples: the data set itself is too
large to come with a repository. Peers: snnTorch for digits, Sinabs for N-MNIST.
Time is the difference of many samples and one, so that start-up does not count.
"""

import os
import statistics
import subprocess

import numpy as np

import networks
from processes import ROOT, has_module, peers_python, timed

HERE = os.path.dirname(os.path.abspath(__file__))
SAMPLES = 100


def moved(frames, samples, seed=1):
    """samples x ticks x 2 x 34 x 34."""
    random = np.random.default_rng(seed)
    made = np.zeros((samples, *frames.shape), np.uint8)
    for sample in made:
        y, x = random.integers(-3, 4, 2)
        late = random.integers(0, 21)
        shifted = np.roll(frames, (y, x), (2, 3))
        sample[late:] = shifted[:len(frames) - late]
    return made


def usage(bench, case, samples, threads, arguments):
    """Wall and CPU seconds, the medians of the runs."""
    taken = [timed(bench.snnc, "run", *arguments, "--input",
                   os.path.join(bench.folder, f"{case}-{samples}.npy"),
                   "--layout", "samples-first", "--threads", str(threads), "-o",
                   "out.npz", cwd=bench.folder) for _ in range(bench.runs)]
    return (statistics.median(t.wall for t in taken),
            statistics.median(t.cpu for t in taken))


def measure(bench, case, stimulus, arguments, peer=None):
    for count in (1, len(stimulus)):
        np.save(os.path.join(bench.folder, f"{case}-{count}.npy"),
                stimulus[:count])
    for threads in (1, 2):
        one = usage(bench, case, 1, threads, arguments)
        many = usage(bench, case, len(stimulus), threads, arguments)
        for what, a, b in zip(("wall", "CPU"), one, many):
            bench.row("batches", f"{case}, {len(stimulus)} samples",
                      f"samples per {what} second, {threads} thread"
                      + ("s" if threads > 1 else ""),
                      (len(stimulus) - 1) / (b - a), "1/s",
                      peer if (what, threads) == ("CPU", 1) else None)


def peer(bench, case, samples, module, network):
    """Samples per CPU second of a framework on one thread, and the classes that
    it votes for; None where it is not installed."""
    python = peers_python()
    if not has_module(python, module):
        print(f"batches: {module} is not installed (benchmarks/peers/install "
              "--sinabs); its column is left out")
        return None
    done = subprocess.run(
        [python, os.path.join(HERE, "peers", f"{module}_batch.py"),
         os.path.join(bench.folder, f"{case}-{samples}.npy"), network],
        check=True, capture_output=True, text=True)
    rate, *votes = done.stdout.split()
    return float(rate), np.array(list(map(int, votes)))


def gate(bench, case, samples, title, votes):
    """Both name the same classes."""
    with np.load(os.path.join(bench.folder, "out.npz")) as file:
        spikes, = [file[k] for k in file.files if k.endswith(":spikes")
                   and file[k].shape[-1] == 10]
    bench.row("batches", f"{case}, {samples} samples",
              f"classes that are {title}'s",
              np.mean(spikes.sum(1).argmax(1) == votes), "")


def compare(bench, case, stimulus, title, network, arguments):
    """snnc, and the framework that trained the network, on the same samples."""
    samples = len(stimulus)
    np.save(os.path.join(bench.folder, f"{case}-{samples}.npy"), stimulus)
    theirs = peer(bench, case, samples, title.lower(), network)
    measure(bench, case, stimulus, arguments,
            theirs and (f"{title}, 1 thread", theirs[0]))
    if theirs:
        gate(bench, case, samples, title, theirs[1])


def run(bench, data):
    digits = np.load(os.path.join(ROOT, "models", "digits", "test_inputs.npy"))
    # Its test set takes 20 ms, less than a measurement.
    digits = np.concatenate([digits] * 20)
    network = os.path.join(ROOT, "models", "digits", "digits.nir")
    compare(bench, "digits", digits, "snnTorch", network,
            [network, "--record", "readout:spikes"])
    frames = networks.nmnist_frames(os.path.join(data, "nir", "nmnist",
                                                 "sample_nmnist.bin"))
    network = os.path.join(data, "nir", "nmnist", "cnn_sinabs.nir")
    compare(bench, "nmnist", moved(frames, SAMPLES), "Sinabs", network,
            [network, "--dt", "1", "--reset", "subtract", "--record",
             "12:spikes"])
