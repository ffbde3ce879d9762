"""Paths and small networks that the tests share."""

import atexit
import ctypes
import gc
import os
import pathlib
import sys

import numpy as np
import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]


@pytest.fixture(scope="session")
def models():
    return ROOT / "models"


@pytest.fixture(scope="session")
def command():
    return os.environ["SNNC"]


@pytest.fixture
def spikes():
    """40 ticks x 3 channels."""
    return (np.random.default_rng(1).random((40, 3)) < 0.4).astype(np.uint8)


WEIGHTS = np.array([[0.5, 0.25, 0.75], [0.125, 1.0, -0.5]], np.float32)


@pytest.fixture
def small():
    """Three channels, two neurons, no draw."""
    import snnc
    net = snnc.Network("small", dt="1 ms")
    pixels = net.input("pixels", 3)
    cells = net.population("cells", 2, "lif",
                           params={"alpha": 0.9, "threshold": 1.0})
    net.project(pixels, cells, weight=WEIGHTS, delay=0)
    return net


@pytest.fixture
def busy():
    """Draws its own spikes; a run takes as long as it has ticks."""
    import snnc
    net = snnc.Network("busy", dt="1 ms", seed=3)
    noise = net.input("noise", 400, kind="poisson", rate="20 Hz")
    cells = net.population("cells", 2000, "lif",
                           params={"tau": "20 ms", "threshold": 1.0})
    net.project(noise, cells, {"fixed_indegree": 40}, weight=0.3)
    net.project(cells, cells, {"fixed_indegree": 80}, weight=-0.02)
    cells.record("spikes")
    return net


@atexit.register
def look_for_leaks():
    """Where the sanitizer looks for them (scripts/python-test asan). All that the
    interpreter holds is still reachable; no function runs any more, whose variables
    Python keeps in pages of its own that the sanitizer does not see. Registered
    before snnc is imported: called after it has joined its threads."""
    if not os.environ.get("SNNC_LEAKS"):
        return
    gc.collect()
    leaked = ctypes.CDLL(None).__lsan_do_recoverable_leak_check()
    print("leaks:", "found" if leaked else "none", flush=True)
    if leaked:
        sys.stderr.flush()
        os._exit(3)
