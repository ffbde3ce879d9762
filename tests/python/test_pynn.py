"""PyNN's part of the package."""

import os
import subprocess
import sys
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


def test_seeds_by_pynns_names():
    def spikes(**seed):
        sim.setup(timestep=1.0, **seed)
        cells = relay(20)
        sim.Projection(sim.Population(20, sim.SpikeSourcePoisson(rate=80.0)), cells,
                       sim.OneToOneConnector(), sim.StaticSynapse(20.0, 1.0))
        sim.run(100.0)
        return times_of(cells)
    assert spikes(seed=7) == spikes(rng_seed=7) == spikes(rng_seeds=[7])
    assert spikes(seed=7) != spikes(rng_seed=8)


def test_numbers_of_cells():
    first, second = relay(3), relay(4)
    assert list(second[1:3].all_cells) == list(second.all_cells[1:3]) == [4, 5]
    assert second.id_to_index(second.local_cells[2]) == 2
    assert list((first + second).all_cells) == list(range(7))


def test_izhikevich_of_pynn_and_of_spynnaker():
    """A current of 10 is 0.01 nA in PyNN, 10 on sPyNNaker: whoever gives the
    other one is told, and what is told works."""
    def spikes(**parameters):
        sim.setup(timestep=0.1)
        cells = sim.Population(2, sim.Izhikevich(d=8.0, **parameters))
        cells.record("spikes")
        sim.run(300.0)
        return cells.get_spike_counts()[0]
    with warnings.catch_warnings():
        warnings.simplefilter("error", UserWarning)
        assert 5 < spikes(i_offset=0.01) < 15
        assert 5 < spikes(i_offset=10.0, tau_syn_E=5.0) < 15
    with pytest.warns(UserWarning, match="give tau_syn_E=5.0") as told:
        spikes(i_offset=10.0)
    assert "i_offset 10 nA" in str(told[0].message)
    with pytest.warns(UserWarning, match="leave these out"):
        assert spikes(i_offset=0.01, tau_syn_I=5.0) == 0
    sim.setup(timestep=0.1)
    cells = sim.Population(2, sim.Izhikevich())
    with pytest.raises(ValueError, match="no parameter 'tau_syn_E'"):
        cells.set(tau_syn_E=3.0)


def test_izhikevich_weights_are_steps():
    """Of v in mV, the tick after they arrive; currents where tau_syn_E is given."""
    def v(**more):
        sim.setup(timestep=0.1)
        cells = sim.Population(1, sim.Izhikevich(**more),
                               initial_values={"v": -70.0, "u": -14.0})
        cells.record("v")
        for receptor, times in (("excitatory", [1.0]), ("inhibitory", [3.0])):
            sim.Projection(source(1, times), cells, sim.OneToOneConnector(),
                           sim.StaticSynapse(2.0, 1.0), receptor_type=receptor)
        sim.run(6.0)
        return cells.get_data("v").segments[0].analogsignals[0].magnitude[:, 0]
    steps = np.diff(v())
    assert steps[19] == pytest.approx(2.0, abs=0.05)
    assert steps[39] == pytest.approx(-2.0, abs=0.1)
    assert np.abs(np.delete(steps, [19, 39])).max() < 0.2
    assert np.abs(np.diff(v(tau_syn_E=5.0))).max() < 0.3


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


def fired(cells):
    return {i for i, train in enumerate(times_of(cells)) if train}


def test_views():
    """Of parameters, states, recordings, and as ends of projections."""
    cells = sim.Population(6, sim.IF_curr_delta(tau_refrac=0.0, v_thresh=-50.0))
    cells[1:3].set(v_thresh=-40.0)
    cells[[5]].initialize(v=-60.0)
    assert list(cells.get("v_thresh")) == [-50, -40, -40, -50, -50, -50]
    assert cells.get("v_rest") == -65.0 and cells[0:2].get("tau_m") == 20.0
    cells[[0, 1, 2, 5]].record(["spikes", "v"])
    sim.Projection(source(3, [[2.0], [4.0], []])[0:2], cells[0:2],
                   sim.AllToAllConnector(), sim.StaticSynapse(20.0, 1.0))
    sim.run(10.0)
    segment = cells.get_data().segments[0]
    assert [t.annotations["source_index"] for t in segment.spiketrains] == [0, 1, 2, 5]
    v = segment.filter(name="v")[0]
    assert v.shape == (10, 4) and list(v.annotations["channel_index"]) == [0, 1, 2, 5]
    assert v[0, 3] > v[0, 2]  # cell 5 started higher
    # The first pulse takes cell 1 to -45 mV, below its threshold.
    assert cells[0:2].get_spike_counts() == {0: 2, 1: 1}
    only = cells[[5, 1]].get_data("v").segments[0].analogsignals[0]
    assert list(only.annotations["channel_index"]) == [5, 1]
    np.testing.assert_array_equal(only.magnitude, v.magnitude[:, [3, 1]])
    assert [len(view) for view in cells] == [1] * 6
    assert int(cells[3]) == cells.ids[3] and cells.id_to_index(cells[3]) == 3
    assert len(cells.sample(4, rng=sim.NumpyRNG(seed=1))) == 4
    view = cells[2:6][np.array([True, False, False, True])]
    assert list(view.ids - cells.first_id) == [2, 5]
    with pytest.raises(IndexError):
        cells[6]
    with pytest.raises(ValueError, match="no cell"):
        cells[6:]


def test_assemblies():
    """As targets and as sources; rules go over all of their cells."""
    a, b = relay(2), relay(3)
    both = a + b
    assert both.size == 5 and both.get_population("cells") is a
    sim.Projection(source(5, [[float(i)] for i in range(1, 6)]), both,
                   sim.OneToOneConnector(), sim.StaticSynapse(20.0, 1.0))
    last = relay(1)
    end = sim.Projection(both, last, sim.AllToAllConnector(),
                         sim.StaticSynapse(20.0, 1.0))
    sim.run(12.0)
    assert times_of(a) == [[2.0], [3.0]] and times_of(b) == [[4.0], [5.0], [6.0]]
    assert times_of(last) == [[3.0, 4.0, 5.0, 6.0, 7.0]]
    assert both.get_spike_counts() == {i: 1 for i in range(5)}
    assert len(both.get_data("spikes").segments[0].spiketrains) == 5
    assert end.get(["weight"], "list") == [(i, 0, 20.0) for i in range(5)]
    rows = both.spinnaker_get_data("spikes")
    assert sorted(map(tuple, rows)) == [(i, i + 2.0) for i in range(5)]


def test_distances():
    grid = sim.Population(16, sim.IF_curr_delta(tau_refrac=0.0),
                          structure=sim.Grid2D(dx=1.0, dy=1.0))
    grid.record("spikes")
    assert grid.positions.shape == (3, 16)
    one = sim.Population(1, sim.SpikeSourceArray(spike_times=[1.0]),
                         structure=sim.Line())
    near = sim.Projection(
        one, grid, sim.DistanceDependentProbabilityConnector("d < 1.1"),
        sim.StaticSynapse(20.0, "1.0 + d"))
    sim.run(10.0)
    # The corner and its two neighbours; their delay grows with the distance.
    assert fired(grid) == {0, 1, 4}
    assert near.get("delay", "list") == [(0, 0, 1.0), (0, 1, 2.0), (0, 4, 2.0)]
    ring = sim.Space(axes="x", periodic_boundaries=((0.0, 10.0), None, None))
    assert ring.distances(np.array([1.0, 0, 0]), np.array([9.0, 5, 0])) == 2.0
    with pytest.raises(ValueError, match="columns"):
        sim.Grid2D().positions(7, None)
    with pytest.raises(ValueError, match="expression of d"):
        sim.DistanceDependentProbabilityConnector("exp(-x)")


@pytest.mark.parametrize("connector", [
    sim.FixedProbabilityConnector(0.3, allow_self_connections=False),
    sim.FixedNumberPreConnector(7, allow_self_connections=False),
    sim.FixedNumberPostConnector(7), sim.FixedTotalNumberConnector(90),
    sim.FixedTotalNumberConnector(90, with_replacement=False),
    sim.FixedNumberPreConnector(sim.RandomDistribution("uniform_int", (2, 9)))])
@pytest.mark.parametrize("whole", [True, False])
def test_drawn_synapses_are_those_that_run(connector, whole):
    """get() tells them, drawn by a rule (whole populations) or here."""
    cells = relay(30)
    pulse = source(30, [[1.0]] + [[]] * 29)
    weight = sim.RandomDistribution("uniform", (16.0, 30.0))
    ends = (pulse, cells) if whole else (pulse[0:30], cells[0:30])
    made = sim.Projection(*ends, connector, sim.StaticSynapse(weight, 2.0))
    rows = made.get(["weight", "delay"], "list")
    assert len(rows) == len(made) and {d for *_, d in rows} == {2.0}
    assert all(16 <= w <= 30 for _, _, w, _ in rows)
    if hasattr(connector, "n") and not isinstance(connector.n, int):
        assert 60 <= len(rows) <= 270
    elif isinstance(connector, sim.FixedTotalNumberConnector):
        assert len(rows) == 90
    elif isinstance(connector, sim.FixedProbabilityConnector):
        assert 200 < len(rows) < 340
    else:
        assert len(rows) == 210
    matrix = made.get("weight", "array")
    assert matrix.shape == (30, 30)
    assert np.isfinite(matrix).sum() == len({(s, t) for s, t, *_ in rows})
    np.testing.assert_allclose(np.nansum(matrix), sum(w for *_, w, _ in rows))
    sim.run(6.0)
    assert fired(cells) == {t for s, t, *_ in rows if s == 0}
    assert made.get(["weight", "delay"], "list") == rows


def test_loops_are_left_out():
    cells = sim.Population(20, sim.IF_curr_exp())
    for ends in ((cells, cells), (cells[0:10], cells[5:15])):
        for connector in (sim.AllToAllConnector, sim.FixedProbabilityConnector):
            chance = [1.0] if connector is sim.FixedProbabilityConnector else []
            made = sim.Projection(*ends, connector(
                *chance, allow_self_connections=False), sim.StaticSynapse(0.1))
            ids = [end.ids for end in ends]
            pairs = [(ids[0][s], ids[1][t]) for s, t, _ in made.get("weight")]
            assert all(a != b for a, b in pairs)
            assert len(pairs) == len(ids[0]) * len(ids[1]) - len(
                np.intersect1d(*ids))


def test_weights_are_told_and_changed():
    """In nA, negative where they inhibit; not while a segment goes on."""
    cells = sim.Population(2, sim.IF_curr_exp())
    made = sim.Projection(source(2, [[1.0], []]), cells, sim.FromListConnector(
        [(0, 0, 0.5, 2.0), (1, 1, 0.25, 3.0)]), receptor_type="inhibitory")
    assert made.get(["weight", "delay"], "list") == [(0, 0, -0.5, 2.0),
                                                     (1, 1, -0.25, 3.0)]
    assert made.get_delays() == [2.0, 3.0]
    made.set(weight=0.125)
    assert made.get_weights() == [-0.125, -0.125]
    cells.record("v")
    sim.run(10.0)
    v = cells.get_data("v").segments[0].analogsignals[0].magnitude
    assert v[:, 0].min() < -65.0 and v[:, 1].min() == -65.0
    with pytest.raises(NotImplementedError, match="reset"):
        made.set(weight=1.0)
    with pytest.raises(ValueError, match="weight, delay"):
        made.get("U", "list")


def test_constant_currents():
    cells = sim.Population(3, sim.IF_curr_exp(i_offset=0.1))
    source_of_current = sim.DCSource(amplitude=1.0)
    cells[0:2].inject(source_of_current)
    source_of_current.inject_into([cells[1]])
    assert list(cells.get("i_offset")) == [1.1, 2.1, 0.1]
    cells.record("spikes")
    sim.run(100.0)
    counts = cells.get_spike_counts()
    assert counts[1] > counts[0] > counts[2] == 0
    with pytest.raises(NotImplementedError, match="SpikeSourceArray"):
        sim.DCSource(amplitude=1.0, start=50.0)


def test_noisy_currents():
    """Into the membrane: each cell and step its own number, on any target."""
    spikes = {}
    for target in ("cpu", "spinnaker2"):
        sim.setup(timestep=1.0, seed=5, target=target)
        cells = sim.Population(60, sim.IF_curr_exp(tau_m=10.0, tau_refrac=1.0))
        bare = sim.Population(2, sim.Izhikevich())
        cells[0:50].inject(sim.NoisyCurrentSource(mean=1.0, stdev=2.0))
        sim.NoisyCurrentSource(stdev=8.0, dt=1.0, stop=1e12).inject_into([bare])
        cells.record(["spikes", "v"])
        bare.record("spikes")
        sim.run(200.0)
        v = cells.get_data("v").segments[0].analogsignals[0].magnitude
        counts = cells.get_spike_counts()
        assert sum(counts[n] for n in range(50)) > 50
        assert sum(counts[n] for n in range(50, 60)) == 0
        assert (v[1:, 0] != v[1:, 1]).any() and (v[:, 55] == -65.0).all()
        spikes[target] = times_of(cells), times_of(bare)
    assert spikes["cpu"] == spikes["spinnaker2"]
    # A step of the Ornstein-Uhlenbeck process that no threshold cuts:
    # deviation (1 - e^(-dt/tau)) R stdev / sqrt(1 - e^(-2 dt/tau)).
    sim.setup(timestep=1.0, seed=5)
    cells = sim.Population(500, sim.IF_curr_exp(tau_m=10.0, v_thresh=1e6))
    cells.inject(sim.NoisyCurrentSource(mean=0.5, stdev=0.7))
    cells.record("v")
    sim.run(400.0)
    v = cells.get_data("v").segments[0].analogsignals[0].magnitude[100:]
    kept = np.exp(-0.1)
    expected = (1 - kept) * 10.0 * 0.7 / np.sqrt(1 - kept ** 2)
    assert abs(v.mean() - (-65.0 + 5.0)) < 0.1
    assert abs(v.std() / expected - 1) < 0.05
    for arguments, hint in (({"start": 5.0}, "SpikeSourcePoisson"),
                            ({"dt": 5.0}, "leave dt out"),
                            ({"rng": sim.NumpyRNG(1)}, "setup")):
        with pytest.raises(NotImplementedError, match=hint):
            sim.NoisyCurrentSource(stdev=1.0, **arguments)
    sim.setup(timestep=1.0, seed=5)
    with pytest.raises(ValueError, match="no current"):
        sim.Population(1, sim.SpikeSourcePoisson()).inject(
            sim.NoisyCurrentSource())


def test_random_parameters_stay():
    """A second run() simulates the same cells, a window of a source or not."""
    drawn = sim.RandomDistribution("uniform", (0.9, 1.5))
    cells = sim.Population(40, sim.IF_curr_exp(i_offset=drawn))
    noise = sim.Population(40, sim.SpikeSourcePoisson(rate=50.0, start=20.0,
                                                      duration=1000.0))
    sim.Projection(noise, cells, sim.FixedProbabilityConnector(0.1),
                   sim.StaticSynapse(0.1, 1.0))
    cells.record("spikes")
    sim.run(100.0)
    first = times_of(cells)
    sim.run(50.0)
    assert [[t for t in train if t < 100.0] for train in times_of(cells)] == first


def test_what_is_missing_says_what_to_do():
    cells = relay(4)
    for call, hint in ((lambda: sim.Population(4, int), "IF_curr_exp"),
                       (lambda: cells.record("v", to_file="x"), "write_data"),
                       (lambda: sim.setup(structure=1), "leave it out")):
        with pytest.raises(NotImplementedError, match=hint):
            call()
    for name, hint in (("STDPMechanism", "train elsewhere"),
                       ("StepCurrentSource", "DCSource"),
                       ("SmallWorldConnector", "FromListConnector"),
                       ("extra_models", "equations"), ("HH_cond_exp", "IF_curr_exp")):
        with pytest.raises(AttributeError, match=hint):
            getattr(sim, name)
    with pytest.raises(ValueError, match="tau_x"):
        sim.IF_curr_exp(tau_x=3)
    with pytest.raises(ValueError, match="nothing has run"):
        cells.get_data("spikes")
    sim.end()
    with pytest.raises(RuntimeError, match="setup"):
        sim.Population(2, sim.IF_curr_exp())


SCRIPT = """
import pyNN.nest as sim
import sys
sim.setup(timestep=0.5)
cells = sim.Population(3000, sim.IF_curr_exp(i_offset=sim.RandomDistribution(
    "uniform", low=0.0, high=float(sys.argv[1]))), label="the cells")
other = sim.Population(50, sim.IF_cond_exp(), label="other")
noise = sim.Population(60, sim.SpikeSourcePoisson(rate=40.0), label="noise")
kicks = sim.Population(5, sim.SpikeSourceArray(
    spike_times=[[1.0, 20.0 + i] for i in range(5)]), label="kicks")
sim.Projection(noise, cells, sim.FixedProbabilityConnector(0.2),
               sim.StaticSynapse(weight=0.8, delay=sim.RandomDistribution(
                   "uniform", low=0.5, high=4.0)))
sim.Projection(cells, other, sim.FixedNumberPreConnector(9),
               sim.StaticSynapse(weight=0.02, delay=1.0))
sim.Projection(kicks, other, sim.FromListConnector(
    [[i, 10 * i + j, 0.5, 1.5] for i in range(5) for j in range(10)]))
cells.record("spikes")
other.record(["spikes", "v"])
sim.run(60.0)
raise SystemExit("the rest of the script is not run")
"""


def command(*words, cwd):
    done = subprocess.run([sys.executable, "-m", *map(str, words)], cwd=cwd,
                          capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_a_script_becomes_yaml(tmp_path):
    """Its network gives the spikes and states of the script's own run()."""
    (tmp_path / "net.py").write_text(SCRIPT)
    said = command("snnc.pynn", "net.py", "-o", "net.yaml", "0.9", cwd=tmp_path)
    assert said == "snnc run net.yaml --ticks 120 -o results.npz\n"
    text = (tmp_path / "net.yaml").read_text()
    assert "fixed_indegree: 9" in text and "iaf_cond_exp" in text
    command(*said.replace("run", "run -q", 1).split(), cwd=tmp_path)
    whole = command("snnc.pynn", "net.py", "-o", "-", "0.9", cwd=tmp_path)
    assert whole.startswith("network:") and ".arrays" not in whole
    (tmp_path / "whole.yaml").write_text(whole)
    command("snnc", "check", "whole.yaml", "-q", cwd=tmp_path)
    own = tmp_path / "own.py"
    own.write_text(SCRIPT.replace("pyNN.nest", "snnc.pynn").split("raise")[0] + """
import numpy
result = sim.current.now.results[-1][1]
numpy.savez("own.npz", **{name: result[name] for name in (
    "the_cells:spikes", "other:spikes", "other:v")})
""")
    done = subprocess.run([sys.executable, own, "0.9"], cwd=tmp_path)
    assert done.returncode == 0
    mine, theirs = (np.load(tmp_path / name) for name in ("own.npz", "results.npz"))
    for name in mine.files:
        assert mine[name].sum() != 0, name
        np.testing.assert_array_equal(mine[name], theirs[name], name)


def test_a_script_without_a_network(tmp_path):
    (tmp_path / "net.py").write_text("import snnc.pynn as sim\nsim.setup()\n")
    done = subprocess.run([sys.executable, "-m", "snnc.pynn", "net.py"],
                          cwd=tmp_path, capture_output=True, text=True)
    assert done.returncode == 1 and "add run(TIME)" in done.stderr
    assert os.listdir(tmp_path) == ["net.py"]


def test_stretches_of_a_run():
    """run_until, run_for, and a hint in place of callbacks."""
    cells = relay(1)
    sim.Projection(source(1, [[2.0, 12.0, 22.0]]), cells, sim.OneToOneConnector(),
                   sim.StaticSynapse(20.0, 1.0))
    assert sim.run_until(10.0) == 10.0 and times_of(cells) == [[3.0]]
    assert sim.run_for(10.0) == 20.0 and times_of(cells) == [[3.0, 13.0]]
    with pytest.raises(NotImplementedError, match="run\\(\\) for each stretch"):
        sim.run(10.0, callbacks=[lambda t: t + 5.0])
    with pytest.raises(ValueError, match="0 ms or more"):
        sim.run_until(5.0)
    assert sim.run_until(30.0) == 30.0 and times_of(cells) == [[3.0, 13.0, 23.0]]
