"""What a type checker says of a script that uses the package as the docs do."""

import os
import pathlib
import subprocess
import sys

import snnc

SCRIPT = """
import numpy as np
import snnc

net = snnc.Network("demo", dt="1 ms", seed=7)
pixels = net.input("pixels", 64)
cells = net.population("cells", 80, "lif", params={"tau": "20 ms"})
net.project(pixels, cells, {"fixed_probability": 0.2}, weight=0.3)
spikes = np.random.default_rng(1).random((200, 64)) < 0.05
result = net.run(spikes, record=["cells:spikes"])
rate: float = result.rates("Hz")["cells"]
first = int(result.events("cells")[0, 1])
chip = snnc.load(net).compile("spinnaker2", tick=1e-3)
assert snnc.verify(result, chip.run({"pixels": spikes}, progress=True))
for value, swept in snnc.sweep(lambda w: net, [1.0, 2.0], {"inputs": spikes}):
    print(value, swept["cells"].sum(), swept.info["verdict"])
try:
    snnc.load("a.nir").compile()
except snnc.Error as error:
    print(error.code, error.hints, [f.line for f in error.findings])
"""


def check(script, tmp_path):
    (tmp_path / "script.py").write_text(script)
    # As where it is installed: errors are those of the script.
    (tmp_path / "mypy.ini").write_text("[mypy]\n[mypy-snnc.*]\nignore_errors = True\n")
    site = str(pathlib.Path(snnc.__file__).parents[1])
    ended = subprocess.run(
        [sys.executable, "-m", "mypy", "--strict", "script.py"], cwd=tmp_path,
        capture_output=True, text=True,
        env={**os.environ, "MYPYPATH": site, "PYTHONPATH": ""})
    return ended.stdout + ended.stderr


def test_a_script_is_typed(tmp_path):
    assert check(SCRIPT, tmp_path).startswith("Success")


def test_mistakes_are_found(tmp_path):
    found = check(SCRIPT + """
wrong: str = result.rates()
snnc.load(net).compile(target=3)
result.events()
""", tmp_path)
    assert found.count("error:") == 3 and "Found 3 errors" in found
