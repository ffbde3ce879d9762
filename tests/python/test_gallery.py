"""Every script of docs/gallery runs and says what it says there."""

import pathlib
import re
import subprocess
import sys

import pytest

GALLERY = pathlib.Path(__file__).resolve().parents[2] / "docs/gallery"


def output(script, *words):
    done = subprocess.run([sys.executable, str(GALLERY / script), *words],
                          capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-3000:]
    return done.stdout


def numbers(text):
    return [float(x) for x in re.findall(r"-?\d+\.?\d*", text)]


def test_all_are_tested_and_listed():
    scripts = {p.relative_to(GALLERY).as_posix() for p in GALLERY.rglob("*.py")}
    own = pathlib.Path(__file__).read_text(encoding="utf-8")
    page = (GALLERY / "README.md").read_text(encoding="utf-8")
    for script in scripts:
        assert f'"{script}"' in own or "pynn/" in script
        assert script in page


def test_custom_equations():
    text = output("custom_equations.py")
    plain, adapting = (numbers(line)[:2] for line in text.splitlines()[:2])
    assert adapting[1] < 0.7 * plain[1]
    assert "no divergence" in text


def test_fit_and_real_time():
    lines = output("fit_and_real_time.py").splitlines()
    assert all("PEs" in line for line in lines[:3])
    assert "SNN0354" in lines[3] and any("help:" in line for line in lines[4:])


def test_paradigms():
    text = output("paradigms.py")
    assert "serial    2 PEs; dense: serial" in text
    assert "parallel  2 PEs; dense: parallel" in text
    assert text.count("no divergence") == 2


def test_brunel():
    lines = output("brunel.py", "200").splitlines()
    exc, inh = numbers(lines[0])
    assert 30 < exc < 45 and 30 < inh < 45


def test_classifier():
    text = output("classifier.py")
    float_, integer = numbers(text)[0], numbers(text)[2]
    assert float_ > 98 and integer > 98
    assert "[8, 2, 9, 2, 2, 8, 1, 8, 6, 6]" in text


@pytest.mark.parametrize("kind", ["current", "conductance"])
def test_balanced_networks(kind):
    pytest.importorskip("neo")
    exc, inh = numbers(output("pynn/balanced_network.py", "snnc.pynn", kind))
    assert 3 < exc < 40 and 3 < inh < 40


def test_synfire_chain():
    pytest.importorskip("neo")
    lines = output("pynn/synfire_chain.py").splitlines()
    assert len(lines) == 10
    for i, line in enumerate(lines): # the volley comes by every 10 links
        times = numbers(line.split(" at ")[1])
        assert len(times) > 3 and times[0] >= 10 * i
        assert len({b - a for a, b in zip(times, times[1:])}) == 1
