"""PyNN's part of the package."""

import warnings

import numpy as np
import pytest

import snnc.pynn as sim

pytest.importorskip("neo")
CELLS = [sim.IF_curr_exp, sim.IF_curr_alpha, sim.IF_curr_delta, sim.IF_cond_exp,
         sim.EIF_cond_exp_isfa_ista, sim.Izhikevich]


@pytest.fixture(autouse=True)
def one_millisecond():
    sim.setup(timestep=1.0)
    yield
    sim.end()


def relay(size, **parameters):
    """Cells that fire in the tick in which a weight of 20 arrives."""
    cells = sim.Population(size, sim.IF_curr_delta(tau_refrac=0.0, **parameters),
                           label="cells")
    cells.record("spikes")
    return cells


def source(size, times):
    return sim.Population(size, sim.SpikeSourceArray(spike_times=times))


def times_of(population):
    trains = population.get_data("spikes").segments[-1].spiketrains
    return [[float(t) for t in train] for train in trains]


def test_times_and_delays():
    cells = relay(3)
    sim.Projection(source(3, [[2.0], [], [5.0, 30.0]]), cells,
                   sim.OneToOneConnector(), sim.StaticSynapse(20.0, 4.0))
    sim.run(50.0)
    assert times_of(cells) == [[6.0], [], [9.0, 34.0]]
    assert cells.get_spike_counts() == {0: 1, 1: 0, 2: 2}
    assert cells.mean_spike_count() == 1.0


@pytest.mark.parametrize("connector, reached", [
    (sim.AllToAllConnector(), {0, 1, 2, 3}),
    (sim.OneToOneConnector(), {1}),
    (sim.FromListConnector([(1, 2), (1, 3), (0, 0)]), {2, 3}),
    (sim.ArrayConnector(np.eye(4, k=1)), {2}),
    (sim.FixedNumberPostConnector(2), 2),
    (sim.FixedProbabilityConnector(0.0), set()),
    (sim.FixedProbabilityConnector(1.0), {0, 1, 2, 3}),
    (sim.FixedNumberPreConnector(4), {0, 1, 2, 3})])
def test_connectors(connector, reached):
    cells = relay(4)
    sim.Projection(source(4, [[], [3.0], [], []]), cells, connector,
                   sim.StaticSynapse(20.0, 1.0))
    sim.run(10.0)
    fired = {i for i, train in enumerate(times_of(cells)) if train}
    assert len(fired) == reached if isinstance(reached, int) else fired == reached


def test_columns_of_a_list():
    cells = relay(2)
    sim.Projection(source(1, [[1.0]]), cells, sim.FromListConnector(
        [(0, 0, 7.0, 20.0), (0, 1, 3.0, 1.0)],
        column_names=["delay", "weight"]), sim.StaticSynapse(0.0, 1.0))
    sim.run(20.0)
    assert times_of(cells) == [[8.0], []]


@pytest.mark.parametrize("cell", CELLS)
def test_cells(cell):
    """They fire when driven, less with inhibition, the same on the chip."""
    def spikes(inhibition, target="cpu"):
        sim.setup(timestep=0.5, target=target)
        cells = sim.Population(5, cell(), label="cells")
        cells.record(["spikes", "v"])
        drive = sim.Population(20, sim.SpikeSourcePoisson(rate=100.0))
        weight = {"IF_curr_delta": 5.0, "Izhikevich": 5.0, "IF_cond_exp": 0.005,
                  "EIF_cond_exp_isfa_ista": 0.005}.get(cell.__name__, 1.0)
        sim.Projection(drive, cells, sim.AllToAllConnector(),
                       sim.StaticSynapse(weight, 1.0))
        sim.Projection(drive, cells, sim.AllToAllConnector(),
                       sim.StaticSynapse(weight * inhibition, 1.0),
                       receptor_type="inhibitory")
        sim.run(200.0)
        segment = cells.get_data().segments[0]
        v = segment.filter(name="v")[0]
        assert v.shape == (400, 5) and str(v.units.dimensionality) == "mV"
        assert np.isfinite(v.magnitude).all()
        return np.concatenate([t.magnitude for t in segment.spiketrains])
    with warnings.catch_warnings(): # where all are silenced
        warnings.simplefilter("ignore")
        silenced = spikes(3.0)
    driven = spikes(0.0)
    assert len(driven) > 20
    assert len(silenced) < len(driven)
    np.testing.assert_array_equal(spikes(0.5, "spinnaker2"), spikes(0.5))


def test_runs_and_segments():
    cells = sim.Population(50, sim.IF_curr_exp(i_offset=1.0), label="cells",
                           initial_values={"v": sim.RandomDistribution(
                               "uniform", (-65.0, -50.0),
                               rng=sim.NumpyRNG(seed=4))})
    cells.record("spikes")
    sim.run(100.0)
    first = times_of(cells)
    sim.run(100.0)
    assert sim.get_current_time() == 200.0
    again = times_of(cells)
    assert [[t for t in train if t < 100.0] for train in again] == first
    assert sum(map(len, again)) > sum(map(len, first))
    sim.reset()
    sim.run(50.0)
    block = cells.get_data("spikes")
    assert [float(s.spiketrains[0].t_stop) for s in block.segments] == [200, 50]
    with pytest.raises(NotImplementedError, match="reset"):
        cells.set(i_offset=2.0)


def test_poisson_sources():
    quiet = sim.Population(100, sim.SpikeSourcePoisson(
        rate=100.0, start=50.0, duration=100.0), label="noise")
    quiet.record("spikes")
    cells = relay(100)
    sim.Projection(quiet, cells, sim.OneToOneConnector(),
                   sim.StaticSynapse(20.0, 1.0))
    sim.run(300.0)
    times = np.concatenate([t for t in times_of(quiet) if t])
    assert times.min() >= 50.0 and times.max() < 150.0
    assert 800 < len(times) < 1200
    assert abs(cells.mean_spike_count() - quiet.mean_spike_count()) < 0.1


def test_drawn_weights():
    """Weights in nA, negative or not where they inhibit."""
    v = {}
    for sign in (1, -1):
        sim.setup(timestep=1.0)
        cells = sim.Population(200, sim.IF_curr_exp())
        cells.record("v")
        weight = sim.RandomDistribution("normal", mu=sign * 0.5, sigma=0.05)
        sim.Projection(source(1, [[1.0]]), cells, sim.AllToAllConnector(
            rng=sim.NumpyRNG(seed=2)), sim.StaticSynapse(weight, 1.0),
            receptor_type="inhibitory")
        sim.run(20.0)
        v[sign] = cells.get_data("v").segments[0].analogsignals[0].magnitude
        assert v[sign].min() < -65.5 and v[sign].max() <= -65.0
        assert len(np.unique(v[sign][10])) > 20
    assert abs(v[1].mean() - v[-1].mean()) < 0.01


def test_what_is_missing_says_what_to_do():
    cells = relay(4)
    for call, hint in ((lambda: cells[0:2], "FromListConnector"),
                       (lambda: cells.inject(None), "i_offset"),
                       (lambda: cells + cells, "each of its populations"),
                       (lambda: sim.setup(structure=1), "leave it out")):
        with pytest.raises(NotImplementedError, match=hint):
            call()
    with pytest.raises(AttributeError, match="changes weights"):
        sim.STDPMechanism
    with pytest.raises(ValueError, match="tau_x"):
        sim.IF_curr_exp(tau_x=3)
    with pytest.raises(ValueError, match="nothing has run"):
        cells.get_data("spikes")
    sim.end()
    with pytest.raises(RuntimeError, match="setup"):
        sim.Population(2, sim.IF_curr_exp())
