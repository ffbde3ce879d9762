"""Every script of docs/gallery runs and says what it says there."""

import ast
import json
import pathlib
import re
import subprocess
import sys

import pytest
from PIL import Image

GALLERY = pathlib.Path(__file__).resolve().parents[2] / "docs/gallery"


def output(script, *words):
    """What it prints; its figure is drawn, and of the size of the stored one."""
    done = subprocess.run([sys.executable, str(GALLERY / script), *words],
                          capture_output=True, text=True)
    if done.returncode == 77:
        pytest.skip(f"{script}: {done.stdout.strip()}")
    assert done.returncode == 0, done.stderr[-3000:]
    if "pynn/" not in script:
        drawn = re.search(r"^figure: (.*)$", done.stdout, re.M).group(1)
        stored = GALLERY / "figures" / pathlib.Path(drawn).name
        with Image.open(drawn) as ours, Image.open(stored) as theirs:
            assert ours.size == theirs.size
            assert len(ours.convert("L").getcolors(256)) > 10, "an empty figure"
        stored = json.loads((GALLERY / "figures/data.json").read_text(encoding="utf-8"))
        expected = stored[" ".join([script, *words])]
        # Spikes, states and plans: every bit the same everywhere, but for a network
        # that is trained anew.
        if script != "snntorch_digits.py" or done.stdout.startswith("NOT "):
            found = re.search(r"^its data: (.*)$", done.stdout, re.M).group(1)
            assert found == expected, (
                f"the figure of {script} shows other numbers; if they are right, draw it "
                f"anew, docs/gallery/figures, and write {found} to data.json there")
    return done.stdout


def skip_unless_made_here(text):
    """After all that the stored results show was checked."""
    first = text.splitlines()[0]
    if first.startswith("NOT "):
        pytest.skip(first)


def numbers(text):
    return [float(x) for x in re.findall(r"-?\d+\.?\d*", text)]


def test_all_are_tested_and_listed():
    told = json.loads((GALLERY / "figures/data.json").read_text(encoding="utf-8"))
    drawn = {p.stem for p in (GALLERY / "figures").glob("*.png")}
    assert {key.split(".py")[0] for key in told} == drawn
    scripts = {p.relative_to(GALLERY).as_posix() for p in GALLERY.rglob("*.py")}
    scripts -= {"figure.py", "notebooks.py"}
    own = pathlib.Path(__file__).read_text(encoding="utf-8")
    page = (GALLERY / "README.md").read_text(encoding="utf-8")
    for script in scripts:
        assert f'"{script}"' in own or "pynn/" in script
        assert f"({script})" in page
        if "pynn/" not in script:
            assert f"(figures/{script[:-3]}.png)" in page


def test_notebooks_are_the_scripts():
    sys.path.insert(0, str(GALLERY))
    import notebooks
    assert len(notebooks.SCRIPTS) >= 10
    for path in notebooks.SCRIPTS:
        text, start, *code = notebooks.notebook(path)["cells"]
        assert len(code) > 2 and len(text["source"]) > 100, path
        joined = ast.parse("\n".join(cell["source"] for cell in code))
        script = ast.parse(path.read_text(encoding="utf-8"))
        assert ast.dump(joined) == ast.dump(ast.Module(script.body[1:], [])), path


def test_a_notebook_shows_results_and_progress(tmp_path, monkeypatch):
    """A real one, in a kernel: text, figure, tables with rasters, progress bar."""
    sys.path.insert(0, str(GALLERY))
    import nbformat
    import notebooks
    from nbclient import NotebookClient
    monkeypatch.setenv("JUPYTER_PATH", str(tmp_path))
    monkeypatch.setenv("IPYTHONDIR", str(tmp_path))
    book = nbformat.from_dict(notebooks.notebook(GALLERY / "custom_equations.py"))
    first = len(book.cells)
    book.cells += [nbformat.v4.new_code_cell(code) for code in (
        "import snnc\nshown = snnc.load({'populations': {'a': {'size': 2, 'model': 'lif', "
        "'params': {'alpha': 0.5, 'threshold': 1, 'bias': 0.6}}}, "
        "'network': {'name': 'shown'}}).compile('cpu')\nshown",
        "shown.run(ticks=30)",
        # How often a run calls it depends on the time that it takes.
        "from snnc.display import ProgressBar\nbar = ProgressBar(always=True)\n"
        "for done in range(5):\n    bar(done, 4)\nbar.close()",
        "snnc.Network('x').run(ticks=3)")]
    outputs = []

    class Client(NotebookClient):
        def process_message(self, msg, cell, cell_index):
            if msg["msg_type"] in ("display_data", "update_display_data"):
                outputs.append((cell_index, msg["content"]["data"].get("text/html", "")))
            return super().process_message(msg, cell, cell_index)

    Client(book, timeout=120, allow_errors=True).execute()
    assert nbformat.validate(book) is None
    told = "".join(o.get("text", "") for c in book.cells[:first] for o in c.get("outputs", ()))
    assert "no divergence" in told
    kinds = [o.output_type for c in book.cells[:first] for o in c.get("outputs", ())]
    assert "error" not in kinds and "display_data" in kinds # the figure
    artifact, result, run, wrong = book.cells[first:]
    assert "<b>shown</b> on this computer" in artifact.outputs[0].data["text/html"]
    page = result.outputs[0].data["text/html"]
    assert "a:spikes" in page and "<svg" in page and "snnc.Result" in result.outputs[0].data["text/plain"]
    bars = [html for index, html in outputs if index == first + 2]
    shares = [float(x) for bar in bars for x in re.findall(r"value='([\d.]+)'", bar)]
    assert shares == [0, 0.25, 0.5, 0.75, 1]
    assert bars[-1] == "" # it goes with the run
    assert not any(o.output_type == "stream" for o in run.outputs)
    assert wrong.outputs[-1].ename == "Error" and "SNN" in wrong.outputs[-1].evalue


def test_snntorch_digits():
    text = output("snntorch_digits.py")
    assert "differ from snnTorch: hidden 0 of" in text and "readout 0 of" in text
    theirs, floats, integers = (float(x) for x in re.findall(r"([\d.]+)%", text)[:3])
    assert theirs > 90 and floats == theirs and abs(integers - theirs) < 4
    assert "no divergence" in text
    skip_unless_made_here(text)


def test_norse_lif():
    text = output("norse_lif.py")
    spikes = int(re.search(r"Norse: (\d+) spikes", text).group(1))
    differ = [int(n) for n in re.findall(r"(\d+) of 250 places", text)]
    assert spikes > 20 and len(differ) == 4
    assert differ[0] == 0 and max(differ[1:3]) < spikes / 2 and differ[3] > spikes / 2
    skip_unless_made_here(text)


def test_recurrent():
    text = output("recurrent.py")
    floats, int8, int16 = (numbers(line.split(maxsplit=1)[1])
                           for line in text.splitlines()[:3])
    assert min(floats[0], int8[0], int16[0]) > 95
    assert floats[2] == 100 and int8[2] > 70 and int16[2] >= int8[2]
    assert "no divergence" in text


def test_nmnist():
    text = output("nmnist.py")
    assert "-> 4\n" in text and "no divergence" in text


def test_microcircuit():
    lines = output("microcircuit.py", "0.05", "300").splitlines()[1:9]
    for line in lines: # of a twentieth, 200 ms
        name, _, rate, published = line.split()
        assert 0.05 * float(published) < float(rate) < 2 * float(published), name


def test_serve_and_deploy():
    text = output("serve_and_deploy.py")
    assert "100% right" in text and "as in one batch: True" in text
    assert "what does not fit: 400" in text and "[SNN05" in text


def test_custom_equations():
    text = output("custom_equations.py")
    plain, adapting = (numbers(line)[:2] for line in text.splitlines()[:2])
    assert adapting[1] < 0.7 * plain[1]
    assert "no divergence" in text


def test_fit_and_real_time():
    lines = output("fit_and_real_time.py").splitlines()
    assert all("PEs" in line for line in lines[:3])
    assert "rows in DRAM" in lines[2]
    assert re.search(r"cores .* 148 .*SNN0362", lines[3])
    assert any("help:" in line for line in lines[4:])


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


def rates(script, *words):
    pytest.importorskip("neo")
    return {label: float(rate) for label, rate in re.findall(
        r"^(.*): ([\d.]+) Hz", output(f"pynn/{script}", "snnc.pynn", *words), re.M)}


def test_chain_of_a_list():
    pytest.importorskip("neo")
    first, v, rate = output("pynn/chain_of_a_list.py").splitlines()
    # 20 ms a link: a delay of 17 and three until the threshold.
    assert numbers(first)[0] >= 99 and "in order: True" in first
    assert first.endswith("ms") and " or " not in first
    assert v.startswith("v of 200 cells: -70.0 to ")


# What PyNN on NEST gave (benchmarks/pynn_scripts.py): least and most of seeds.
@pytest.mark.parametrize("script, expected", [
    ("two_populations.py", {"exc": (17.8, 18.6),
        "inh": (45.81, 47.14)}),
    ("driven_cells.py", {"at 100 Hz": (0.0, 0.06),
        "at 200 Hz": (1.69, 3.74),
        "at 400 Hz": (20.5, 29.24),
        "at 800 Hz": (73.05, 85.41),
        "at 1600 Hz": (150.79, 165.85)}),
    ("distances.py", {"exc": (33.91, 37.13),
        "inh": (25.05, 26.34)}),
    ("izhikevich.py", {"regular, 0.005 nA": (11.0, 11.0),
        "regular, 0.010 nA": (23.0, 23.0),
        "regular, 0.015 nA": (34.0, 34.0),
        "fast": (21.91, 26.55)}),
    ("views_and_runs.py", {"left after 500 ms": (25.2, 25.2),
        "right": (50.0, 50.0),
        "both, segment 0": (34.5, 34.5),
        "both, segment 1": (45.88, 45.88)})])
def test_pynn_scripts_have_the_rates_of_nest(script, expected):
    found = rates(script)
    assert found.keys() == expected.keys()
    for label, (least, most) in expected.items():
        room = 0.1 * most + 0.5
        assert least - room <= found[label] <= most + room, label
