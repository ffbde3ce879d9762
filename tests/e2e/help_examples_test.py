"""The examples that `--help` shows, of every command, are run: each in a folder
of its own with files of the names that they use. What is too long for a test is
run with options that make it shorter (SHORTER), and what needs something that is
not here is listed with the reason (NOT_RUN).
"""

import os
import re
import shutil
import subprocess
import unittest

import numpy as np

from support import ROOT, SNNC, TIMEOUT, SnncTest, write_network

# Beginning of an example, and what is added to it.
SHORTER = {
    "snnc selector dataset": "--count 40",
    "snnc selector train": "--count 150",
    "snnc selector eval": "--count 150 --seeds 1",
}


def python_package():
    return subprocess.run(["python3", "-c", "import snnc"], check=False,
                          capture_output=True).returncode == 0


def not_run(line):
    """Why this example cannot be run here, or nothing."""
    if line.startswith("snnc convert") and ".py" in line and not python_package():
        return "the Python package is not installed (tests/python/test_pynn.py)"
    if "man -l" in line and not shutil.which("man"):
        return "no man here"
    return None


def examples(text):
    found = re.search(r"\nExamples?:\n(.*?)(?:\n\n|\nExit codes|\Z)", text, re.S)
    lines = found[1].replace("\\\n", " ").splitlines() if found else []
    return [" ".join(line.split()) for line in lines if line.startswith("  ")]


class HelpExamples(SnncTest):

    def commands(self):
        listed = re.findall(r"(?m)^  (\w+) {2,}\S", self.snnc("--help").stdout
                            .split("Subcommands:")[1])
        text = self.snnc("selector", "--help").stdout
        more = re.findall(r"(?m)^  (\w+) {2,}\S", text.split("Subcommands:")[1])
        self.assertGreater(len(listed), 12)
        return [[verb] for verb in listed if verb not in ("selector", "help")] + [
            ["selector", verb] for verb in more]

    def prepare(self):
        """The files that examples name, made with the tool."""
        folder = self.path("files")
        os.makedirs(os.path.join(folder, "bin"))
        for name in ("models", "docs"):
            os.symlink(os.path.join(ROOT, name), os.path.join(folder, name))
        os.symlink(SNNC, os.path.join(folder, "bin", "snnc"))
        for name in (".zfunc", ".config/fish/completions", ".local/share/man/man1",
                     "classifier"):
            os.makedirs(os.path.join(folder, name))
        ones = np.ones(3, np.float32)
        neuron = ("LIF", {"tau": 0.01 * ones, "r": 10 * ones, "v_leak": 0 * ones,
                          "v_threshold": ones, "v_reset": 0 * ones})
        weight = ("Linear", {"weight": np.full((3, 4), 0.5, np.float32)})
        square = ("Linear", {"weight": np.full((3, 3), 0.5, np.float32)})
        write_network(os.path.join(folder, "net.nir"), {
            "input": ("Input", {"shape": np.array([4])}), "fc1": weight,
            "lif1": neuron, "fc2": square, "hidden": neuron,
            "output": ("Output", {"shape": np.array([3])})},
                      [("input", "fc1"), ("fc1", "lif1"), ("lif1", "fc2"),
                       ("fc2", "hidden"), ("hidden", "output")])
        np.save(os.path.join(folder, "x.npy"), np.ones((20, 4), np.uint8))
        digits = os.path.join(ROOT, "models", "digits")
        inputs = np.load(os.path.join(digits, "test_inputs.npy"))[:5]
        np.save(os.path.join(folder, "inputs.npy"), inputs)
        make = os.path.join(folder, "make_network.py")
        with open(make, "w", encoding="utf-8") as file:
            file.write("#!/bin/sh\ncat models/yaml/starter.yaml\n")
        os.chmod(make, 0o755)
        self.snnc("init", "net.yaml", cwd=folder)
        self.snnc("compile", "models/digits/digits.nir", "-o", "digits.s2x",
                  cwd=folder)
        self.snnc("convert", "models/digits/digits.nir", "-o", "digits.yaml",
                  cwd=folder)
        self.snnc("run", "digits.s2x", "-i", "inputs.npy", "-o", "out.npz",
                  cwd=folder)
        self.snnc("compile", "net.nir", "--machine", "spinnaker2-48", "-o",
                  "net.s2x", cwd=folder)
        self.snnc("run", "net.nir", "-i", "x.npy", "--record", "lif1:spikes", "-o",
                  "raster.npz", "--backend", "reference", cwd=folder)
        with np.load(os.path.join(folder, "raster.npz")) as arrays:
            np.save(os.path.join(folder, "raster.npy"), arrays["lif1:spikes"])
        for name in ("old.s2x", "new.s2x"):
            shutil.copy(os.path.join(folder, "digits.s2x"),
                        os.path.join(folder, name))
        return folder

    def run_example(self, line, folder):
        for begin, more in SHORTER.items():
            if line.startswith(begin):
                line = line.replace(begin, f"{begin} {more}", 1)
        env = os.environ | {
            "HOME": folder, "PAGER": "cat", "XDG_CACHE_HOME": folder + "/cache",
            "PATH": os.path.join(folder, "bin") + ":" + os.environ["PATH"]}
        done = subprocess.run(
            ["bash", "-euo", "pipefail", "-c", line], cwd=folder, env=env,
            capture_output=True, text=True, errors="replace", timeout=TIMEOUT,
            check=False)
        self.assertEqual(done.returncode, 0,
                         f"{line}\n{done.stdout[-1000:]}\n{done.stderr[-3000:]}")

    def test_examples(self):
        files, count, left = self.prepare(), 0, []
        for words in self.commands():
            lines = examples(self.snnc(*words, "--help").stdout)
            self.assertTrue(lines, words)
            for line in lines:
                with self.subTest(line):
                    reason = not_run(line)
                    if reason:
                        left.append(f"{line}: {reason}")
                        continue
                    folder = self.path(f"example{count}")
                    count += 1
                    shutil.copytree(files, folder, symlinks=True)
                    if words == ["init"]: # which makes it
                        os.remove(os.path.join(folder, "net.yaml"))
                    self.run_example(line, folder)
                    shutil.rmtree(folder)
        print(f"{count} examples of --help were run; not run: {left}", flush=True)
        self.assertGreaterEqual(count, 38)


if __name__ == "__main__":
    unittest.main()
