"""The same network on one chip and over several, with dead PEs, links and chips:
every spike as on this computer."""

import json
import os
import random
import re
import unittest

from support import SnncTest, read_bundle, write_bundle

NETWORK = """network: {name: multi, dt: 1 ms, seed: 3}
populations:
  a: &cells
    size: 600
    model: iaf_psc_exp
    params: {C_m: 20 pF, tau_m: 20 ms, tau_syn_ex: 5 ms, tau_syn_in: 10 ms, t_ref: 5 ms, E_L: -49 mV, V_reset: -60 mV, V_th: -50 mV}
    initial: {v: {dist: uniform, low: -60 mV, high: -50 mV}}
    rate: 6 Hz
  b: {<<: *cells, size: 500}
  d: {<<: *cells, size: 400}
projections:
  - &from_a {from: a, to: b, connector: {fixed_probability: 0.02}, weight: 1.62 pA}
  - {<<: *from_a, to: d}
  - {<<: *from_a, to: a}
  - {<<: *from_a, from: b, to: a, weight: -9 pA}
  - {<<: *from_a, from: d, to: b}
probes: ["a:spikes", "b:spikes", "d:spikes"]
"""
TICKS = ["--ticks", "120"]


LINKS = ["E", "NE", "N", "W", "SW", "S"]
STEPS = [(1, 0), (1, 1), (0, 1), (-1, 0), (-1, -1), (0, -1)]


def machine(own, boards=1, torus=False, link=None, **dead):
    """`own`: the PEs of each chip; `link`: packets a second of its links."""
    file = {"schema": 1, "base": "spinnaker2-48", "name": "few",
            "pes": {"list": own}, "boards": boards, "torus": torus,
            "dead": dead}
    if link:
        file["link"] = {"bitsPerSecond": link * 96, "packetBits": 96}
    return json.dumps(file)


def walk(manifest, key, chip):
    """The links that a packet takes by the routes of a manifest."""
    taken, work = [], [chip]
    for x, y in work:
        for wanted, mask, _, *rest in manifest["routes"]:
            at = tuple(rest[0]) if rest and isinstance(rest[0], list) else (0, 0)
            if at == (x, y) and key & mask == wanted:
                links = rest[-1] if rest and isinstance(rest[-1], int) else 0
                for link, (dx, dy) in enumerate(STEPS):
                    if links >> link & 1:
                        taken.append(f"{x}.{y}/{LINKS[link]}")
                        work.append((x + dx, y + dy))
                break
    return taken


class Chips(SnncTest):

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.write("net.yaml", NETWORK)

    @classmethod
    def write(cls, name, text):
        with open(os.path.join(cls.folder, name), "w", encoding="utf-8") as file:
            file.write(text)

    def compile(self, text):
        self.write("machine.json", text)
        self.snnc("compile", "net.yaml", "--paradigm", "serial", "--machine",
                  "machine.json", "-o", "net.s2x")
        return json.loads(read_bundle(self.path("net.s2x"))["manifest.json"])

    def chips(self, manifest):
        return {tuple(core.get("chip", (0, 0))) for core in manifest["cores"]}

    def test_spikes_are_those_of_this_computer(self):
        cpu = self.record("net.yaml", TICKS)
        self.assertGreater(cpu["b:spikes"].sum(), 100)
        one = self.compile(machine([[7, 6, p] for p in range(3)]))
        self.assertEqual(len(self.chips(one)), 1)
        self.assert_equal_runs(cpu, self.record("net.s2x", TICKS))
        draw = random.Random(5)
        for boards, torus in (1, False), (3, True):
            manifest = self.compile(machine(
                [[7, 6, 0]], boards, torus,
                chips=[[0, 0], [draw.randrange(1, 4), 1]],
                links=[[2, 2, draw.randrange(6)], [1, 2, draw.randrange(6)]],
                pes=[[0, 2, 7, 6, 0]]))
            self.assertEqual(len(self.chips(manifest)), 3)
            for backend in "emulator", "native":
                self.assert_equal_runs(cpu, self.record(
                    "net.s2x", TICKS + ["--backend", backend]))

    def test_a_wrong_table_loses_packets(self):
        manifest = self.compile(machine([[7, 6, 0]]))
        self.assertTrue(any(len(r) == 5 for r in manifest["routes"]))
        entries = read_bundle(self.path("net.s2x"))
        text = entries["manifest.json"].decode()
        at = [i for i, r in enumerate(manifest["routes"])
              if len(r) == 4 and r[2]][-1]  # the last chip's
        route = json.dumps(manifest["routes"][at], separators=(",", ":"))
        wrong = [0xFFFF0000, 0xFFFFFFFF] + manifest["routes"][at][2:]
        self.assertIn(route, text)
        entries["manifest.json"] = text.replace(
            route, json.dumps(wrong, separators=(",", ":"))).encode()
        write_bundle(self.path("wrong.s2x"), entries)
        done = self.snnc("run", "wrong.s2x", *TICKS, "--backend", "emulator", code=6)
        self.assertIn("SNN0682", done.stderr)

    def test_bundles_that_do_not_fit_their_links(self):
        manifest = self.compile(machine([[7, 6, 0]]))
        entries = read_bundle(self.path("net.s2x"))
        text = entries["manifest.json"].decode()
        for links, code in (63, "SNN0511"), (64, "SNN0508"), (-1, "SNN0508"):
            at = next(r for r in manifest["routes"] if len(r) == 5)
            route = json.dumps(at, separators=(",", ":"))
            entries["manifest.json"] = text.replace(
                route, re.sub(r",\d+\]$", f",{links}]", route)).encode()
            write_bundle(self.path("bad.s2x"), entries)
            done = self.snnc("run", "bad.s2x", *TICKS, code=1)
            self.assertIn(code, done.stderr)

    def test_links_and_chips_are_shown(self):
        manifest = self.compile(machine([[7, 6, 0]], chips=[[1, 1]]))
        show = lambda *words: self.snnc("inspect", "net.s2x", *words).stdout
        links = json.loads(show("--link", "--json"))
        pes = json.loads(show("--pe", "--json"))
        wanted = {}
        for pe, core in zip(pes, manifest["cores"]):
            for i in range(pe["key_count"]):
                for link in walk(manifest, pe["key_first"] + i,
                                 tuple(core.get("chip", (0, 0)))):
                    wanted[link] = wanted.get(link, 0) + 1
        self.assertTrue(wanted)
        self.assertEqual({link["link"]: link["worst"] for link in links}, wanted)
        for link in links:
            self.assertAlmostEqual(link["expected"], 0.006 * link["worst"])
            self.assertAlmostEqual(link["room"], 62500)
            self.assertEqual(sum(f["keys"] for f in link["flows"]), link["worst"])
        name = links[0]["link"]
        x, y, direction = re.match(r"(\d+)\.(\d+)/(\w+)", name).groups()
        for text in (name, f"{x},{y},{direction.lower()}",
                     f"{x},{y},{LINKS.index(direction)}"):
            self.assertEqual(json.loads(show("--link", text, "--json")), links[0])
        self.assertIn(links[0]["flows"][0]["from"], show("--link", name))
        chips = json.loads(show("--chip", "--json"))
        self.assertEqual(sum(c["pes"] for c in chips), len(pes))
        self.assertEqual(sum(c["entries"] for c in chips), len(manifest["routes"]))
        self.assertEqual(sum(c["bytes"] for c in chips), sum(p["used"] for p in pes))
        self.assertEqual([l for c in chips for l in c["links"]],
                         [{k: v for k, v in l.items() if k != "flows"} for l in links])
        one = next(c for c in chips if c["chip"] == f"{x}.{y}")
        self.assertEqual(json.loads(show("--chip", f"{x},{y}", "--json")), one)
        self.assertIn("table entries", show("--chip", f"{x}.{y}"))
        for option, wrong in ("--link", "0,0,Q"), ("--chip", "99,0"):
            done = self.snnc("inspect", "net.s2x", option, wrong, code=1)
            self.assertIn("SNN0443", done.stderr)

    def test_links_have_budgets(self):
        self.write("machine.json", machine([[7, 6, 0]], link=1000))
        words = ["compile", "net.yaml", "--paradigm", "serial", "--machine",
                 "machine.json", "-o", "net.s2x"]
        done = self.snnc(*words)
        self.assertRegex(done.stderr, r"SNN0366.*|link \w+ of chip")
        done = self.snnc(*words, "--tick", "0.001", code=3)
        self.assertRegex(done.stderr, r"link [NESW]+ of chip \d+\.\d+ gets \d packets in a "
                                      r"tick at the expected rates, it carries 1 in 1 ms")
        self.assertIn("SNN0365", done.stderr)
        tick = re.search(r"--tick ([\d.e-]+)", done.stderr).group(1)
        self.snnc(*words, "--tick", tick)
        self.compile(machine([[7, 6, 0]], link=1000))
        done = self.snnc("run", "net.s2x", *TICKS, "--backend", "emulator",
                         "--report", "json", code=6)
        self.assertRegex(done.stderr, r"SNN0684|tick\(s\) of a link had more packets")
        report = json.loads(done.stdout)
        self.assertEqual(report["link_packets"], 1)
        self.assertEqual(sum(link["packets"] for link in report["links"]) +
                         report["packets"],
                         sum(chip["packets"] for chip in report["routers"]))
        for link in report["links"]:
            self.assertEqual(link["full_ticks"] > 0, link["most_in_tick"] > 1)
        enough = re.search(r"--tick ([\d.e-]+) \(", done.stderr).group(1)
        done = self.snnc("run", "net.yaml", *TICKS, "--backend", "emulator", "--machine",
                         "machine.json", "--paradigm", "serial", "--tick", enough,
                         "--report", "table")
        self.assertIn("busiest link", done.stdout)
        self.assertNotIn("SNN0684", done.stderr)

    def test_cores_are_pinned(self):
        own = [[7, 6, p] for p in range(4)]
        self.write("machine.json", machine(own))
        pin = lambda cores: self.write("pinned.yaml", NETWORK.replace(
            "  b: {<<: *cells, size: 500}",
            f"  b: {{<<: *cells, size: 500, cores: {cores}}}"))
        words = ["compile", "pinned.yaml", "--paradigm", "serial", "--machine",
                 "machine.json", "-o", "pinned.s2x"]
        for core in "7.6.3", "3.4/7.6.2":
            pin(f"[{core}]")
            self.snnc(*words)
            layer = json.loads(self.snnc("inspect", "pinned.s2x", "--layer", "b",
                                         "--json").stdout)
            self.assertEqual([s["pe"] for s in layer["slices"]], [core])
            self.assert_equal_runs(self.record("net.yaml", TICKS),
                                   self.record("pinned.s2x", TICKS))
        for cores, code, words_of in (
                ("[7.6.0, 7.6.1, 7.6.2]", "SNN0358", "pinned to 3 cores, it takes 1"),
                ("[7.5.0]", "SNN0358", "which this machine does not have"),
                ("[7.6]", "SNN1005", "a PE is written x.y.p"),
                ("7.6.0", "SNN1005", "cores is a list of PEs")):
            pin(cores)
            done = self.snnc(*words, code=1)
            self.assertIn(code, done.stderr)
            self.assertIn(words_of, done.stderr)

    def test_too_big_names_what_would_do(self):
        self.write("one.json", json.dumps(
            {"schema": 1, "base": "spinnaker2", "name": "one",
             "pes": {"list": [[7, 6, 0]]}}))
        done = self.snnc("compile", "net.yaml", "--machine", "one.json",
                         "--paradigm", "serial", "-o", "x.s2x", code=3)
        self.assertIn("SNN0354", done.stderr)
        # 160 populations: a core each at least.
        cells = "".join(f"  p{i}: {{size: 4, model: lif, params: {{alpha: 0.9, threshold: 9}}}}\n"
                        for i in range(160))
        wires = "".join(f"  - {{from: p{i}, to: p{(i + 1) % 160}, weight: 1.0, "
                        "connector: all_to_all}\n" for i in range(160))
        self.write("many.yaml", "network: {name: many}\npopulations:\n" + cells +
                   "projections:\n" + wires)
        compile = ["compile", "many.yaml", "--paradigm", "serial", "-o", "m.s2x"]
        done = self.snnc(*compile, code=3)
        self.assertIn("use --machine spinnaker2-48,", done.stderr)
        self.snnc(*compile, "--machine", "spinnaker2-48")
        self.assertGreater(len(self.chips(json.loads(read_bundle(
            self.path("m.s2x"))["manifest.json"]))), 1)


if __name__ == "__main__":
    unittest.main()
