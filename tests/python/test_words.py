"""Findings in the words of the package: what a hint says works as it stands."""

import copy
import re

import numpy as np
import pytest
import snnc
from snnc.words import spoken


@pytest.mark.parametrize("theirs, ours", [
    ("use --weights int16, or leave --weights out",
     'use weights="int16", or leave weights out'),
    ("--layout channels-first reads it as channels x ticks",
     'layout="channels-first" reads it as channels x ticks'),
    ("with an encoder: --encode rate, --encode latency or --encode delta",
     'with an encoder: encode="rate", encode="latency" or encode="delta"'),
    ("--tick 0.0025 (seconds)", "tick=0.0025 (seconds)"),
    ("give the chip more time with --tick, or a longer --dt",
     "give the chip more time with tick, or a longer dt"),
    ("--ticks N", "ticks=N"), ("(--tick 2e-05)", "(tick=2e-05)"),
    ("--relax-timing adds it; --no-reset-late", "relax_timing=True adds it; reset_late=False"),
    ("use --backend cpu or --backend reference",
     'use target="cpu" or backend="reference"'),
    ("`--backend cpu` loses none", '`target="cpu"` loses none'),
    ("or --machine spinnaker2-48", 'or target="spinnaker2-48"'),
    ("--machine takes a name", "target takes a name"),
    ("--weights in the file", "weights in the file"),
    ("give it one: -i pixels=FILE", "give it one: inputs={'pixels': array}"),
    ("`snnc verify a.nir --against float` shows it", "`snnc verify a.nir --against float` shows it"),
    ("the file my--own is 3 - 2 -- no option", "the file my--own is 3 - 2 -- no option"),
])
def test_words(theirs, ours):
    assert spoken(theirs) == ours


def applied(hint, arguments):
    """The keyword arguments with what the line says; None: it says nothing of
    them."""
    changed = dict(arguments)
    pairs = re.findall(r'(\w+)=("[^"]*"|[\w.+-]+)', hint)[:1]
    changed.update((name, eval(value, {"N": 5})) for name, value in pairs)
    for name in re.findall(r"leave (\w+) out", hint)[:1]:
        del changed[name]
    for near in re.findall(r"did you mean '([\w-]+)'", hint):
        for name, value in arguments.items():
            if isinstance(value, str) and value in ("tick-first", "lattency"):
                changed[name] = near
            if name == "wieghts":
                changed[near] = changed.pop(name)
    return None if repr(changed) == repr(arguments) else changed


@pytest.mark.parametrize("code, arguments", [
    ("SNN0411", {"inputs": np.ones((3, 40))}),
    ("SNN0412", {"inputs": np.full((40, 3), 0.5)}),
    ("SNN0092", {"ticks": 10.0}),
    ("SNN0092", {"inputs": np.ones((4, 5, 3)), "layout": "tick-first"}),
    ("SNN0092", {"inputs": np.ones((40, 3)), "encode": "lattency", "ticks": 9}),
    ("SNN0384", {"threshold": 0.5}),
    ("SNN0091", {"wieghts": "int8"})])
def test_hints_work_as_they_stand(code, arguments, small, spikes):
    arguments = {"inputs": spikes, **arguments}
    with pytest.raises(snnc.Error) as caught:
        small.run(**arguments)
    error = caught.value
    assert error.code == code and "--" not in str(error), str(error)
    followed = 0
    for hint in error.hints:
        assert hint in str(error)
        change = applied(hint, arguments)
        if change is not None:
            small.run(**change)
            followed += 1
    assert followed, error.hints


def test_keywords_find_their_call(small, spikes):
    """run() of a network hands each to the call that has it."""
    result = small.run(spikes, target="spinnaker2", tick=2e-3, weights="int16",
                       record="cells:spikes")
    report = result.artifact.report
    assert {layer["quantization"]["bits"] for layer in report["layers"]} == {16}
    assert list(result) == ["cells:spikes"]


def test_samples_need_an_axis(small, spikes):
    """The first ticks are no samples."""
    with pytest.raises(ValueError, match="no axis of samples"):
        small.run(spikes, samples=3)
    three = np.stack([spikes] * 3)
    assert small.run(three, samples=2).samples == 2
    assert small.run(three.swapaxes(0, 1), samples=2, layout="ticks-first").samples == 2
    trials = np.full((4, 3), 0.5)
    assert small.run(trials, samples=2, encode="latency", ticks=9).samples == 2
    with pytest.raises(ValueError, match="one or more"):
        small.run(three, samples=0)
    with pytest.raises(TypeError):
        small.run(three, samples=1.5)


def test_what_is_wrong_in_python_is_said_in_python(small, spikes):
    result = small.run(spikes)
    for call, kind, words in (
            (lambda: result.events("cells:v"), ValueError, "is a state"),
            (lambda: snnc.verify(result, None), TypeError, "NoneType"),
            (lambda: snnc.verify({}, result), TypeError, "found dict"),
            (lambda: snnc.load(3), TypeError, "found int"),
            (lambda: small.run("x.npy"), TypeError, "numpy.load"),
            (lambda: small.run(spikes, progress="x"), TypeError, "function"),
            (lambda: snnc.explain("SNN9999"), ValueError, "no code")):
        with pytest.raises(kind, match=words):
            call()
    assert snnc.explain("snn0411") == snnc.explain("SNN0411")
    by_name = small.synapses("pixels_cells")
    by_part = small.synapses(small.projections[0])
    assert np.array_equal(by_name["weight"], by_part["weight"])
    for model in (small, small.compile("cpu")):
        runs = list(snnc.sweep(model, [{"ticks": 10}, {"ticks": 20}], {"inputs": spikes}))
        assert [r.ticks for _, r in runs] == [10, 20]


def test_a_bundle_has_its_options(small, spikes, tmp_path):
    """What was settled when it was compiled is not taken in silence."""
    small.compile("spinnaker2").save(tmp_path / "a.s2x")
    with pytest.raises(snnc.Error, match="weights has no effect on a bundle"):
        snnc.load(tmp_path / "a.s2x", weights="int8")


def test_copies_keep_what_ran(small, spikes):
    result = small.run(spikes)
    for same in (copy.copy(result), copy.deepcopy(result)):
        assert same.artifact is result.artifact and snnc.verify(same, result)
    deep = copy.deepcopy(result)
    deep["cells"][0, 0] ^= 1
    assert not snnc.verify(deep, result)
    assert copy.deepcopy(result.artifact) is result.artifact
    # Numbers as objects, as pandas' nullable columns are.
    assert snnc.verify(result, small.run(spikes.astype(object)))
    with pytest.raises(TypeError, match="the input: an array of numbers"):
        small.run(np.array([[None, 1, 2]]))
