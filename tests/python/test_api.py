"""The package against the command, NumPy and itself."""

import gc
import os
import pathlib
import pickle
import subprocess
import types
import warnings

import numpy as np
import pytest
import snnc

from conftest import WEIGHTS


def bundle_bytes(model, path, **options):
    model.compile("spinnaker2", **options).save(path)
    return path.read_bytes()


def test_run_is_what_the_command_computes(models, command, tmp_path):
    file, inputs = models / "digits/digits.nir", models / "digits/test_inputs.npy"
    subprocess.run([command, "run", file, "--input", inputs, "--record",
                    "readout:spikes", "-q", "-o", tmp_path / "out.npz"],
                   check=True)
    result = snnc.load(file).run(np.load(inputs), record="readout:spikes")
    expected = np.load(tmp_path / "out.npz")["readout:spikes"]
    assert result["readout:spikes"].dtype == np.uint8
    assert np.array_equal(result["readout:spikes"], expected)
    assert result["readout:spikes"].sum() > 1000
    assert result.samples == 360 and result.ticks == 32


def test_bundle_is_what_the_command_writes(models, command, tmp_path):
    file = models / "digits/digits.nir"
    subprocess.run([command, "compile", file, "-q", "-o", tmp_path / "a.s2x"],
                   check=True)
    ours = bundle_bytes(snnc.load(file), tmp_path / "b.s2x")
    assert ours == (tmp_path / "a.s2x").read_bytes()


def test_three_ways_give_the_same_bytes(small, tmp_path):
    import nir
    (tmp_path / "small").write_text(small_yaml())
    by_builder = bundle_bytes(snnc.load(small), tmp_path / "1.s2x")
    by_yaml = bundle_bytes(snnc.load(tmp_path / "small"), tmp_path / "2.s2x")
    by_dict = bundle_bytes(snnc.load(small.to_dict()), tmp_path / "3.s2x")
    assert by_builder == by_yaml == by_dict
    # tau = 10 ticks of 1e-3 gives alpha = 0.9, r = 10 a gain of 1.
    two = np.ones(2)
    graph = nir.NIRGraph(
        nodes={"pixels": nir.Input({"input": np.array([3])}),
               "pixels_cells": nir.Linear(WEIGHTS),
               "cells": nir.LIF(tau=two * 1e-2, r=two * 10, v_leak=two * 0,
                                v_threshold=two, v_reset=two * 0),
               "output": nir.Output({"output": np.array([2])})},
        edges=[("pixels", "pixels_cells"), ("pixels_cells", "cells"),
               ("cells", "output")])
    nir.write(tmp_path / "small.nir", graph)
    rules = dict(dt=1e-3, framework="none")
    by_nir = bundle_bytes(snnc.load(tmp_path / "small.nir", **rules),
                          tmp_path / "4.s2x")
    by_graph = bundle_bytes(snnc.load(graph, name="small", **rules),
                            tmp_path / "5.s2x")
    assert by_builder == by_nir == by_graph


def test_order_and_names_of_numbers_do_not_matter(tmp_path):
    """A network of four populations, three of them recurrent, written in two
    orders, beside a file that states no name of its own."""
    draw = np.random.default_rng(5)
    parts = {"b": 5, "a": 4, "c": 3, "out": 2}
    paths = [("in", "b"), ("in", "a"), ("b", "c"), ("c", "a"), ("a", "out"),
             ("c", "out")]
    sizes = {**parts, "in": 6}
    weights = {p: draw.normal(0, 0.5, (sizes[p[1]], sizes[p[0]])).round(3)
               for p in paths}
    bundles = []
    for direction in (1, -1):
        net = snnc.Network("four", dt="1 ms")
        net.input("in", 6)
        for name in list(parts)[::direction]:
            net.population(name, parts[name], "lif", params={
                "alpha": 0.9, "threshold": np.linspace(1, 2, parts[name])})
        for source, target in paths[::direction]:
            net.project(source, target, weight=weights[source, target], delay=1)
        bundles.append(bundle_bytes(snnc.load(net), tmp_path / "b.s2x"))
    assert bundles[0] == bundles[1]


@pytest.mark.parametrize("model", ["digits/digits", "motion/motion",
                                   "shapes/shapes"])
def test_what_convert_writes_gives_the_same_bytes(model, models, command,
                                                  tmp_path):
    file = models / f"{model}.nir"
    yaml = tmp_path / f"{file.stem}.yaml"
    subprocess.run([command, "convert", "-q", file, "-o", yaml], check=True)
    by_nir = bundle_bytes(snnc.load(file), tmp_path / "1.s2x")
    assert by_nir == bundle_bytes(snnc.load(yaml), tmp_path / "2.s2x")


def small_yaml():
    rows = [[float(w) for w in row] for row in WEIGHTS]
    return f"""
network: {{name: small, dt: 1 ms}}
inputs: {{pixels: {{size: 3}}}}
populations:
  cells: {{size: 2, model: lif, params: {{alpha: 0.9, threshold: 1.0}}}}
projections:
  - {{from: pixels, to: cells, connector: all_to_all, weight: {rows}, delay: 0}}
"""


def test_values_by_hand(small, spikes):
    result = small.run(spikes)
    v, expected = np.zeros(2), []
    for row in spikes:
        v = v * 0.9 + WEIGHTS @ row
        fired = v > 1
        expected.append(fired)
        v[fired] = 0
    assert np.array_equal(result["cells:spikes"], np.array(expected))
    assert np.array_equal(result["cells"], result["cells:spikes"])
    events = result.events("cells")
    assert np.array_equal(events, np.argwhere(expected)) and len(events) > 5
    assert result.rates() == {"cells": np.mean(expected)}
    assert result.rates("Hz")["cells"] == pytest.approx(np.mean(expected) * 1000)


def test_backends_agree_and_verify_says_where_not(small, spikes):
    artifact = small.compile("spinnaker2")
    chip = artifact.run(spikes)
    assert chip.info["backend"] == "emulator" and chip.info["verdict"]["clean"]
    for backend in ("cpu", "native", "reference"):
        assert snnc.verify(chip, artifact.run(spikes, backend=backend))
    other = dict(chip.items())
    raster = other["cells:spikes"].copy()
    raster[7, 1] ^= 1
    found = snnc.verify(chip, {"cells:spikes": raster})
    assert not found and found.arrays == 1
    assert (found.first.tick, found.first.neuron) == (7, 1)
    assert "tick 7" in str(found)


def test_samples_repeat_and_several_inputs(small, spikes):
    samples = np.stack([spikes, spikes[::-1], spikes * 0])
    result = small.run(samples)
    assert result["cells:spikes"].shape == (3, 40, 2)
    assert np.array_equal(result["cells:spikes"][0], small.run(spikes)["cells"])
    assert small.run(samples, samples=2)["cells"].shape == (2, 40, 2)
    assert small.run({"pixels": spikes}, ticks=50)["cells"].shape == (50, 2)
    analog = np.full(3, 0.5)
    trials = small.run(analog, encode="rate", ticks=60, repeat=4, seed=5)
    assert trials["cells"].shape == (4, 60, 2)
    assert not np.array_equal(trials["cells"][0], trials["cells"][1])


def test_repeats_draw_anew(busy):
    artifact = busy.compile("cpu")
    one = artifact.run(ticks=50, seed=4)
    trials = artifact.run(ticks=50, repeat=3, seed=4)
    assert trials.samples == 3 and trials["cells"].shape == (3, 50, 2000)
    assert np.array_equal(trials["cells"][0], one["cells"])
    assert one["cells"].any()
    assert not np.array_equal(trials["cells"][1], trials["cells"][0])
    assert not np.array_equal(trials["cells"][2], trials["cells"][1])
    again = artifact.run(ticks=50, repeat=3, seed=4)
    assert snnc.verify(again, trials)
    with pytest.raises(snnc.Error) as caught:
        artifact.run(ticks=50, repeat=0)
    assert caught.value.code and caught.value.message


def test_events_of_samples(small, spikes):
    result = small.run(np.stack([spikes, spikes * 0, spikes[::-1]]))
    events = result.events("cells")
    assert events.dtype == np.int64 and events.shape[1] == 3 and len(events)
    dense = np.zeros(result["cells"].shape, np.uint8)
    dense[tuple(events.T)] = 1
    assert np.array_equal(dense, result["cells"])
    assert np.array_equal(events, events[np.lexsort(events.T[::-1])])
    assert snnc.verify(result, {"cells:spikes": dense})


def test_results_are_not_copied(busy):
    """NumPy sees the bytes of the run, which live as long as one looks."""
    def resident():
        with open("/proc/self/statm", encoding="ascii") as file:
            return int(file.read().split()[1]) * os.sysconf("SC_PAGESIZE")

    artifact = busy.compile("cpu")
    artifact.run(ticks=10, record="cells:spikes") # what a first run loads stays
    gc.collect()
    before = resident()
    result = artifact.run(ticks=20_000, record="cells:spikes")
    array = result["cells"]
    assert array.nbytes == 40_000_000 and resident() - before < 1.8 * array.nbytes
    assert not array.flags.owndata and array.base is not None
    assert array.flags.writeable and array is result["cells:spikes"]
    kept, row = array.copy(), array[-1]
    del result, artifact, array
    gc.collect()
    other = busy.compile("cpu").run(ticks=20_000, record="cells:spikes")["cells"]
    assert not np.shares_memory(row, other)
    assert np.array_equal(row, kept[-1]) # a view keeps its owner
    other[:] = 9
    assert np.array_equal(row, kept[-1])


def test_inputs_may_change_while_it_runs(small, spikes):
    given = np.tile(spikes, (20_000, 1))
    expected = small.run(given.copy())["cells"]
    seen = []

    def clear(done, total):
        seen.append(done)
        given[:] = 0

    result = small.compile("cpu").run(given, progress=clear)
    assert seen and not given.any() and expected.any()
    assert np.array_equal(result["cells"], expected)


def test_inputs_of_every_type(small, spikes):
    expected = small.run(spikes)["cells"]
    for dtype in ("bool", "int8", "uint16", "int32", "int64", "float16",
                  "float32", "float64", ">i4"):
        assert np.array_equal(small.run(spikes.astype(dtype))["cells"], expected)
    assert np.array_equal(small.run(np.asfortranarray(spikes))["cells"], expected)
    assert np.array_equal(small.run(spikes.tolist())["cells"], expected)
    with pytest.raises(TypeError, match="array of numbers"):
        small.run(np.array([["a", "b", "c"]]))
    with pytest.raises(snnc.Error) as caught:
        small.run(spikes.astype(float) + 0.5)
    assert caught.value.code == "SNN0412"


def test_errors_have_parts(tmp_path):
    network = {"populations": {"a": {"size": 3, "model": "lif", "params":
                                     {"tau": 20, "treshold": 1}}}}
    with pytest.raises(snnc.Error) as caught:
        snnc.load(network, name="mine").compile()
    error = caught.value
    assert (error.code, error.file, error.line) == ("SNN1008", "mine", 2)
    assert "treshold" in error.message and "threshold" in error.hints[0]
    assert snnc.explain(error.code).startswith("SNN1008: ")
    assert pickle.loads(pickle.dumps(error)).hints == error.hints
    with pytest.raises(snnc.Error) as caught:
        snnc.load(tmp_path / "missing.nir").compile()
    assert caught.value.code == "SNN0001"
    with pytest.raises(snnc.Error) as caught:
        snnc.load(network).compile(wieghts="int8")
    assert caught.value.exit_code == 2 and "weights" in str(caught.value)


def test_what_does_not_fit_says_so(busy):
    net = snnc.Network("large")
    net.population("a", 4_000_000, "lif", params={"tau": 20, "threshold": 1})
    with pytest.raises(snnc.Error) as caught:
        net.compile("spinnaker2")
    assert caught.value.exit_code == 3 and caught.value.hints


def test_damaged_file(models, tmp_path):
    (tmp_path / "half.nir").write_bytes(
        (models / "shapes/shapes.nir").read_bytes()[:4000])
    with pytest.raises(snnc.Error) as caught:
        snnc.load(tmp_path / "half.nir").compile()
    assert caught.value.code.startswith("SNN02")


def test_warnings(small):
    silent = np.zeros((40, 3))
    silent[:, 0] = 1
    net = snnc.Network("weak")
    pixels = net.input("pixels", 3)
    cells = net.population("cells", 2, "lif",
                           params={"alpha": 0.5, "threshold": 10.0})
    net.project(pixels, cells, weight=0.1)
    with pytest.warns(snnc.Warning, match="SNN0912") as caught:
        net.run(silent)
    assert caught[0].message.finding.node == "cells"
    assert caught[0].filename == __file__
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        small.run(silent)


def test_check(small, models):
    check = small.check(plan=True)
    assert check and check.ok
    assert [layer["name"] for layer in check.layers] == \
        ["pixels", "cells", "pixels_cells"]
    assert check.plan["total"]["pes"] == 1
    bad = snnc.load({"populations": {"a": {"size": 3, "model": "lfi"}}}).check()
    assert not bad and bad.findings[0].severity == "error"


def test_text_is_a_network(models, tmp_path):
    text = (models / "yaml" / "starter.yaml").read_text(encoding="utf-8")
    loaded, named = snnc.load(text), snnc.load(text, name="mine")
    assert repr(named) == "<snnc.Model mine>" and loaded.check().ok
    place = tmp_path / "same.yaml"
    place.write_text(text, encoding="utf-8")
    expected = snnc.load(place).run(ticks=50)
    assert snnc.verify(loaded.run(ticks=50), expected)
    with pytest.raises(snnc.Error) as caught:
        snnc.load("network: {dt: 1 ms}\npopulations: [").compile("cpu")
    assert caught.value.code.startswith("SNN10")


def test_options_of_load_and_compile(models):
    digits = snnc.load(models / "digits/digits.nir", weights="int16")
    def widths(model):
        return {layer["quantization"]["bits"]
                for layer in model.compile().report["layers"]}
    assert widths(digits) == {16}
    assert widths(digits.replace(weights="int8")) == {8}


def test_float_precision(small, spikes):
    exact = small.run(spikes, precision="float")
    assert exact["cells:v"].dtype == np.float32
    with pytest.raises(snnc.Error):
        small.compile("spinnaker2", precision="float")


def test_large_arrays_and_dicts(tmp_path):
    rng = np.random.default_rng(0)
    weights = rng.normal(0, 0.2, (300, 200)).astype(np.float32)
    network = {"network": {"name": "wide", "dt": "1 ms"},
               "inputs": {"x": {"size": 200}},
               "populations": {"y": {"size": 300, "model": "lif", "params":
                                     {"tau": "20 ms",
                                      "threshold": rng.random(300)}}},
               "projections": [{"from": "x", "to": "y", "weight": weights,
                                "connector": "all_to_all"}]}
    model = snnc.load(network)
    assert ".npy" in model.text and len(model.text) < 10000
    x = (rng.random((50, 200)) < 0.1)
    assert model.run(x)["y"].sum() > 100
    folder = pathlib.Path(model._file).parent
    assert folder.exists()
    del model
    assert not folder.exists()


def test_bundle_files(small, spikes, tmp_path):
    path = tmp_path / "small.s2x"
    artifact = small.compile().save(path)
    again = snnc.load(path)
    assert isinstance(again, snnc.Artifact) and again.name == "small"
    assert snnc.verify(artifact.run(spikes), again.run(spikes))
    with pytest.raises(snnc.Error):
        small.compile("cpu").save(tmp_path / "no.s2x")
    assert not (tmp_path / "no.s2x").exists()


def test_sweep(busy, spikes, small):
    def network(weight):
        net = snnc.Network("one", dt="1 ms")
        pixels = net.input("pixels", 3)
        cells = net.population("cells", 2, "lif",
                               params={"alpha": 0.9, "threshold": 1.0})
        net.project(pixels, cells, weight=weight)
        return net
    rates = [result.rates()["cells"] for weight, result in
             snnc.sweep(network, [0.1, 0.3, 1.2], {"inputs": spikes})]
    assert rates[0] < rates[1] < rates[2]
    # What is kept from value to value changes nothing.
    def drawn(weight):
        net = snnc.Network("drawn", dt="1 ms", seed=4)
        cells = net.population("cells", 300, "lif", initial={"v": 2.0},
                               params={"alpha": 0.9, "threshold": 1.0})
        net.project(cells, cells, {"fixed_probability": 0.05}, weight=weight)
        return net
    for target in ("cpu", "spinnaker2"):
        for weight, result in snnc.sweep(drawn, [0.1, 0.2, 0.1], {"ticks": 30},
                                         target=target):
            alone = drawn(weight).compile(target).run(ticks=30)
            assert result["cells"].any() and snnc.verify(result, alone)
    runs = list(snnc.sweep(snnc.load(busy), [{"seed": s} for s in range(3)],
                           {"ticks": 50}))
    assert len({r["cells"].sum() for _, r in runs}) == 3


def test_synapses_of_a_projection(small):
    found = snnc.load(small).synapses("pixels_cells")
    matrix = np.zeros((3, 2), np.float32)
    matrix[found["source"], found["target"]] = found["weight"]
    assert np.array_equal(matrix, WEIGHTS.T) and not found["delay"].any()
    net = snnc.Network("drawn", seed=2)
    cells = net.population("cells", 50, "lif",
                           params={"alpha": 0.9, "threshold": 1.0})
    net.project(cells, cells, {"fixed_indegree": 7}, weight=0.5, name="loop",
                delay={"dist": "uniform_int", "low": 2, "high": 4})
    found = snnc.load(net).synapses("loop")
    assert np.array_equal(np.bincount(found["target"]), np.full(50, 7))
    assert set(found["delay"]) == {2, 3, 4} and set(found["weight"]) == {0.5}
    assert np.all(np.diff(found["source"].astype(int)) >= 0)
    with pytest.raises(snnc.Error, match="SNN0443") as caught:
        snnc.load(net).synapses("lop")
    assert "loop" in caught.value.hints[0]


def test_notebook_views(small, spikes):
    result = small.run(spikes)
    text = result._repr_html_()
    assert "<table>" in text and "<svg" in text and "cells:spikes" in text
    ones = int(result["cells"].any()) and text.count("h1v1h-1z")
    assert ones == result["cells"].sum()
    assert "1 PE" in small.compile()._repr_html_()


def test_stub_has_the_module():
    stub = pathlib.Path(snnc._snnc.__file__).parent / "_snnc.pyi"
    text = stub.read_text()
    assert "class Program" in text and "def open(" in text
    compile(text, str(stub), "exec")


def test_weights_of_zero_are_told():
    """A frequent fault: trained weights that were cast to integers."""
    net = snnc.Network("zero")
    net.input("x", 3)
    net.population("a", 2, "lif", params={"alpha": 0.9, "threshold": 1.0})
    trained = np.array([[0.5, 0.25, 0.75], [0.125, 0.9, -0.5]])
    net.project("x", "a", weight=trained.astype(int))
    found = [f for f in net.check().findings if f.code == "SNN0346"]
    assert len(found) == 1 and "'x_a'" in found[0].message
    assert found[0].line and "`weight: 1.0`" in found[0].hints[0]
    with pytest.warns(snnc.Warning, match="SNN0346"):
        net.compile("cpu")
    net.projections[0].fields["weight"] = trained
    assert not net.check().findings
    for connector, weight in (({"list": np.zeros((0, 2), int)}, 1.0),
                              ({"fixed_probability": 0.0}, 1.0)):
        net.projections[0].fields.update(connector=connector, weight=weight)
        assert "SNN0346" not in [f.code for f in net.check().findings]
    for connector in ("all_to_all", {"fixed_probability": 0.5}, {"list": [[0, 1]]}):
        net.projections[0].fields.update(connector=connector, weight=0)
        assert "SNN0346" in [f.code for f in net.check().findings], connector


def test_values_of_every_kind(small, spikes):
    """What NumPy, pandas and SciPy hand over."""
    class Frame:  # as pandas' has it
        def __init__(self, values):
            self.values = np.asarray(values)

        def __array__(self, dtype=None, copy=None):
            return np.asarray(self.values, dtype)

    class Sparse:
        def __init__(self, values):
            self.values = values

        def toarray(self):
            return self.values

        tocoo = None

    expected = small.run(spikes)
    for inputs in (Frame(spikes), Sparse(spikes), {"pixels": Frame(spikes)},
                   types.MappingProxyType({"pixels": spikes}),
                   snnc.Spikes.of(spikes)):
        assert snnc.verify(expected, small.run(inputs))
    assert snnc.verify(expected, small.run(spikes, ticks=np.int64(40)))
    small.projections[0].fields["weight"] = Frame(WEIGHTS)
    assert snnc.verify(expected, small.run(spikes))
    small.projections[0].fields["weight"] = Sparse(WEIGHTS)
    with pytest.raises(TypeError, match="toarray"):
        small.run(spikes)
    small.projections[0].fields["weight"] = WEIGHTS.astype(complex)
    with pytest.raises(TypeError, match="complex"):
        small.run(spikes)
    small.projections[0].fields["weight"] = WEIGHTS
    with pytest.raises(ValueError, match="record"):
        snnc.load(small.to_dict()).run(spikes, record=[])


def test_wrong_names_are_answered(small, spikes):
    result = small.run(spikes)
    with pytest.raises(KeyError, match="did you mean 'cells'"):
        result["cell"]
    with pytest.raises(KeyError, match="did you mean 'cells:spikes'"):
        result["cells:spike"]
    with pytest.raises(snnc.Error, match="did you mean 'spinnaker2'"):
        small.compile("spinaker2")


def test_pickles(small, spikes):
    """Results, and models with the files that they keep."""
    result = small.run(spikes)
    again = pickle.loads(pickle.dumps(result))
    assert again.rates("Hz") == result.rates("Hz") and again.info == result.info
    assert np.array_equal(again["cells"], result["cells"])
    assert snnc.verify(result, again) and snnc.verify(again, result)
    with pytest.raises(ValueError, match="pickle"):
        again.artifact
    wide = np.random.default_rng(0).normal(0, 0.5, (100, 100))
    net = snnc.Network("wide", dt="1 ms")
    cells = net.population("cells", 100, "lif", initial={"v": 2.0},
                           params={"alpha": 0.9, "threshold": 1.0})
    net.project(cells, cells, weight=wide)
    model = snnc.load(net)
    copy = pickle.loads(pickle.dumps(model))
    twice = pickle.loads(pickle.dumps(copy))
    expected = model.run(ticks=20)
    del model
    assert ".npy" in copy.text
    assert snnc.verify(expected, copy.run(ticks=20))
    assert snnc.verify(expected, twice.run(ticks=20))
    with pytest.raises(TypeError, match="save\\(\\)"):
        pickle.dumps(small.compile("cpu"))
