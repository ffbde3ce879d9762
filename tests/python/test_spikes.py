"""Spikes as lists: against dense arrays, and of runs too large for these."""

import multiprocessing
import os
import resource
import signal
import threading
import time

import numpy as np
import pytest
import snnc


@pytest.fixture(params=[(7, 5), (3, 7, 5), (6, 1), (2, 4, 0), (4, 3)])
def pair(request):
    """A raster, and its list."""
    shape = request.param
    draw = np.random.default_rng(len(shape) + shape[-1])
    raster = (draw.random(shape) < 0.3).astype(np.uint8)
    if shape == (4, 3):
        raster[:] = 0
    return raster, snnc.Spikes.of(raster)


def test_reads_as_the_array(pair):
    raster, spikes = pair
    assert spikes.shape == raster.shape and spikes.ndim == raster.ndim
    assert spikes.dtype == raster.dtype and spikes.size == raster.size
    assert len(spikes) == len(raster) and spikes.count == raster.sum()
    np.testing.assert_array_equal(spikes.dense(), raster)
    np.testing.assert_array_equal(np.asarray(spikes), raster)
    np.testing.assert_array_equal(np.array(spikes, dtype=float), raster)
    np.testing.assert_array_equal(spikes.events(), np.argwhere(raster))
    assert spikes.events().dtype == np.int64
    every = [None, *range(-raster.ndim, raster.ndim), (0, 1), (-1, 0)]
    for axis in every:
        for name in ("sum", "mean", "any"):
            if raster.size == 0 and name == "mean":
                continue
            ours = getattr(spikes, name)(axis=axis)
            theirs = getattr(raster, name)(axis=axis)
            np.testing.assert_allclose(ours, theirs)
            assert np.asarray(ours).dtype == theirs.dtype, name
    if raster.size:
        assert spikes.max() == raster.max()
    assert spikes == snnc.Spikes.of(raster)


def test_an_index_gives_a_part(pair):
    raster, spikes = pair
    last = raster.shape[-1]
    keys = [slice(None), 0, -1, slice(1, 3), slice(None, None, -1), slice(3, 1),
            [0, 2, 2, 1], np.array([2, 0]), Ellipsis, (Ellipsis, slice(0, 2)),
            (slice(None), slice(1, None, 2)), (0, slice(None)), (1, 2),
            np.arange(raster.shape[0]) % 2 == 0]
    if last:
        keys += [(Ellipsis, 0), (Ellipsis, -1), (slice(1, 3), [last - 1, 0]),
                 (Ellipsis, np.arange(last) % 2 == 1)]
    for key in keys:
        try:
            expected = raster[key]
        except IndexError:
            with pytest.raises(IndexError):
                spikes[key]
            continue
        part = spikes[key]
        np.testing.assert_array_equal(part, expected, str(key))
        assert part.dtype == expected.dtype and part.shape == expected.shape
    for key in ((0,) * 4, None, ([0], [0]), 1000, 1.5):
        with pytest.raises(IndexError):
            spikes[key]


def test_what_it_is_not_says_what_to_do(pair):
    raster, spikes = pair
    with pytest.raises(AttributeError, match="dense()"):
        spikes.reshape(-1)
    with pytest.raises(AttributeError, match="no attribute 'colour'"):
        spikes.colour
    assert repr(spikes).startswith("<snnc.Spikes") and str(raster.sum()) in repr(spikes)
    with pytest.raises(ValueError, match="two or three axes"):
        snnc.Spikes.of(np.zeros(3))


def wide(neurons, driven, every, ticks):
    """`driven` of the neurons spike every so many ticks, the others never."""
    net = snnc.Network("wide", dt="1 ms")
    rows = [(t, n) for t in range(3, ticks, every) for n in range(driven)]
    pulses = net.input("pulses", driven, kind="spike_list", spikes=np.array(rows))
    cells = net.population("cells", neurons, "lif",
                           params={"alpha": 0.5, "threshold": 1.0})
    net.project(pulses, cells, {"list": [[n, 2 * n + 1] for n in range(driven)]},
                weight=2.0, delay=0)
    return net, np.array([(t, 2 * n + 1) for t, n in rows])


def peak():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


def of_a_long_run():
    """In a process of its own, whose peak is that of the run: bytes more than
    before, after running and after comparing."""
    net, expected = wide(20_000, 3, 100, 200_000)
    artifact = net.compile("cpu")
    artifact.run(ticks=100, record="cells:spikes")
    before = peak()
    result = artifact.run(ticks=200_000, record="cells:spikes")
    spikes = result["cells:spikes"]
    assert isinstance(spikes, snnc.Spikes) and spikes.shape == (200_000, 20_000)
    assert np.array_equal(result.events("cells"), expected)
    assert result.rates() == {"cells": len(expected) / 4e9}
    assert spikes[103, 1] == 1 and spikes[104].sum() == 0
    assert "200000x20000" in repr(result)
    page = result._repr_html_()
    assert "<svg" in page and f"<td>{len(expected)}</td>" in page
    after = peak()
    again = artifact.run(ticks=200_000, record="cells:spikes")
    assert snnc.verify(result, again)
    rows = expected.copy()
    assert snnc.verify(result, {"cells:spikes": rows})
    rows[4] = (500, 9)
    found = snnc.verify(result, {"cells:spikes": rows})
    assert (found.first.tick, found.first.neuron) == tuple(expected[4])
    assert (found.first.a, found.first.b) == (1, 0)
    return after - before, peak() - before


def test_memory_is_that_of_the_spikes():
    """4,000,000,000 bytes of raster, 6,000 spikes."""
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        run, compared = pool.apply(of_a_long_run)
    assert run < 150e6 and compared < 150e6


@pytest.mark.parametrize("backend", ["cpu", "reference", "emulator", "native"])
def test_lists_are_what_arrays_are(backend, small, spikes):
    """Of samples and of one, on every backend: what a limit of 0 bytes makes."""
    artifact = small.compile("spinnaker2")
    for inputs in (spikes, np.stack([spikes, spikes[::-1], 0 * spikes])):
        dense = artifact.run(inputs, backend=backend)
        program = artifact._program
        ran = program.run([f"--backend={backend}"], {"": inputs}, None, 0)
        shape, rows, ends = ran.take_lists()["cells:spikes"]
        listed = snnc.Spikes(shape, rows, ends)
        assert np.array_equal(listed.dense(), dense["cells:spikes"])
        assert np.array_equal(listed.events(), dense.events("cells"))
        assert set(ran.take_arrays()) == {"cells:v"}
        assert dense.spikes("cells") == listed
        raster = dense["cells:spikes"].copy()
        assert snnc.verify(dense, {"cells:spikes": listed})
        raster[..., 7, 1] ^= 1
        found = snnc.verify(dense, {"cells:spikes": snnc.Spikes.of(raster)})
        assert (found.first.tick, found.first.neuron) == (7, 1)
        with pytest.raises(snnc.Error, match="SNN0430"):
            snnc.verify(dense, {"cells:spikes": snnc.Spikes.of(raster[..., :-1, :])})
        upset = snnc.Spikes(shape, rows[::-1].copy(), ends)
        with pytest.raises(snnc.Error, match="SNN0911"):
            snnc.verify(dense, {"cells:spikes": upset})


def test_silence_and_saturation_are_seen_in_lists():
    """SNN0912 and SNN0913 of runs that are lists."""
    net, _ = wide(20_000, 3, 10, 20_000)
    calm = net.population("calm", 5, "lif", params={"alpha": 0.5, "threshold": 9.0})
    wild = net.population("wild", 5, "lif", params={
        "alpha": 0.5, "threshold": 1.0, "bias": [0, 0, 2.0, 2.0, 0]})
    net.project("cells", calm, {"list": [[1, 0], [3, 1]]}, weight=0.1)
    net.project("cells", wild, {"list": [[1, 0]]}, weight=0.1)
    with pytest.warns(snnc.Warning) as caught:
        result = net.run(ticks=20_000, record=["cells:spikes", "calm:spikes",
                                               "wild:spikes"])
    assert isinstance(result["calm"], snnc.Spikes)
    told = {w.message.code: str(w.message) for w in caught}
    assert "run(precision='float', target='cpu')" in told["SNN0912"]
    assert "6000 spikes of 'cells' reach" in told["SNN0912"]
    assert "2 of 5 neurons fire in every tick" in told["SNN0913"]
    assert "neuron 2 from tick 0 on" in told["SNN0913"]


def test_states_that_are_too_large_say_what_helps():
    net, _ = wide(20_000, 1, 100, 1000)
    with pytest.raises(snnc.Error, match="SNN0426") as caught:
        net.run(ticks=1_000_000)
    told = " ".join(caught.value.hints)
    assert "/10" in told and "--events" not in told


def test_interrupt_ends_a_run_of_lists():
    net, _ = wide(20_000, 3, 100, 200_000)
    artifact = net.compile("cpu")
    threading.Timer(0.5, os.kill, (os.getpid(), signal.SIGINT)).start()
    begin = time.monotonic()
    with pytest.raises(KeyboardInterrupt):
        artifact.run(ticks=100_000_000, record="cells:spikes")
    assert time.monotonic() - begin < 10
