"""snnc report: the page's data, and the page in a browser."""

import base64
import hashlib
import json
import os
import re
import time

import numpy as np

import boards
from browser import Browser, need_browser
from support import (ROOT, SnncTest, fix_digest, read_bundle, write_bundle)

DIGITS = os.path.join(ROOT, "models", "digits")
HOSTILE = "</script><script>document.title='owned'</script><img src=x onerror=alert(1)>&\"'"


def data_of(page):
    text = re.search(r'<script type="application/json" id="data">(.*?)</script>',
                     page, re.S).group(1)
    return json.loads(text)


class Pages(SnncTest):
    """Bundles, results and pages that the tests below look at."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        for name, text in ("board.yaml", boards.NETWORK), ("few.json", boards.MACHINE):
            with open(os.path.join(cls.folder, name), "w") as file:
                file.write(text)
        np.save(os.path.join(cls.folder, "few.npy"),
                np.load(os.path.join(DIGITS, "test_inputs.npy"))[:3])
        for command in (
                ["compile", os.path.join(DIGITS, "digits.nir"), "-o", "d.s2x"],
                ["run", "d.s2x", "-i", "few.npy", "-o", "d.npz"],
                ["compile", os.path.join(DIGITS, "digits.nir"), "-o", "e.s2x",
                 "--weights", "int16", "--paradigm", "serial"],
                ["compile", "board.yaml", "--machine", "few.json", "--paradigm",
                 "serial", "-o", "b.s2x"],
                ["run", "b.s2x", "--ticks", "60", "-o", "b.npz"],
                ["report", "d.s2x", "d.npz", "-o", "d.html"],
                ["report", "b.s2x", "b.npz", "-o", "b.html"],
                ["report", "d.s2x", "d.npz", "--compare", "e.s2x", "-o",
                 "de.html"]):
            done = cls.run_snnc(*command)
            if done.returncode:
                raise AssertionError(f"{command}: {done.stderr}")
        cls.hostile("d.s2x", "h.s2x")
        done = cls.run_snnc("report", "h.s2x", "-o", "h.html")
        if done.returncode:
            raise AssertionError(done.stderr)

    @classmethod
    def hostile(cls, source, target):
        """The bundle, with a layer whose name is markup, as an attacker would."""
        entries = read_bundle(os.path.join(cls.folder, source))
        report = json.loads(entries["report.json"])
        for layer in report["layers"]:
            layer["model"] = HOSTILE
        report["layers"].append({**report["layers"][0], "name": HOSTILE})
        entries["report.json"] = json.dumps(report).encode()
        fix_digest(entries, "report.json")
        manifest = json.loads(entries["manifest.json"])
        manifest["network"] = HOSTILE
        entries["manifest.json"] = json.dumps(manifest).encode()
        write_bundle(os.path.join(cls.folder, target), entries)

    def page(self, name):
        with open(self.path(name), encoding="utf-8") as file:
            return file.read()


class Files(Pages):

    def test_numbers_are_those_of_inspect_and_run(self):
        page = data_of(self.page("d.html"))["subjects"][0]
        layers = json.loads(self.snnc("inspect", "d.s2x", "--layer", "--json").stdout)
        for shown, layer in zip(page["layers"], layers, strict=True):
            for key in ("name", "pes", "bytes", "cycles_worst", "paradigm"):
                self.assertEqual(shown[key], layer[key])
            self.assertEqual(sum(shown["histogram"]["before"]),
                             layer["synapses"] + layer["quantization"]["underflow"])
            self.assertEqual(sum(shown["histogram"]["after"]),
                             sum(shown["histogram"]["before"]))
        pes = json.loads(self.snnc("inspect", "d.s2x", "--pe", "--json").stdout)
        for i, pe in enumerate(pes):
            uses = sum(use[i] for use in page["cores"]["uses"])
            self.assertEqual(uses + page["cores"]["record"][i],
                             sum(b["bytes"] for b in pe["buffers"]))
            self.assertEqual(page["cores"]["used"][i], pe["used"])
        with np.load(self.path("d.npz")) as arrays:
            for population in page["results"]["populations"]:
                spikes = arrays[population["name"] + ":spikes"]
                self.assertEqual(population["spikes"], spikes.sum())
                for sample, raster in enumerate(population["rasters"]):
                    np.testing.assert_array_equal(
                        np.argwhere(spikes[sample]),
                        np.column_stack((raster["tick"], raster["neuron"])))
                rate = spikes.mean(axis=(0, 2)) / page["dt_seconds"]
                np.testing.assert_allclose(population["rates"], rate, rtol=1e-9)
            v = arrays["hidden:v"]
            trace = next(t for t in page["results"]["traces"]
                         if t["name"] == "hidden:v")
            for i, neuron in enumerate(trace["neurons"]):
                np.testing.assert_allclose(trace["values"][1][i],
                                           v[1][:, neuron], rtol=1e-4)

    def test_packets_on_links_are_those_of_the_emulator(self):
        page = data_of(self.page("b.html"))["subjects"][0]
        self.assertGreater(len(page["chips"]), 1)
        self.assertGreater(len(page["routes"]["links"]), 0)
        chip = page["results"]["meta"]["chip"]
        self.assertEqual(chip["verdict"]["unrouted"], 0)
        at = {tuple(c[:2]): i for i, c in enumerate(page["chips"])}
        planned = {(c, l) for c, l, _ in page["routes"]["links"]}
        for x, y, link, packets, most in chip["links"]:
            self.assertIn((at[x, y], link), planned)
            self.assertGreater(packets, 0)
            self.assertLessEqual(most, packets)
        # Every source once: each link carries no more than there are.
        sources = 20 + 300 + 200
        self.assertTrue(all(0 < n <= sources for *_, n in page["routes"]["links"]))

    maxDiff = 1000

    def test_page_is_one_file_that_names_cannot_leave(self):
        for name in "d.html", "b.html", "de.html", "h.html":
            page = self.page(name)
            policy = re.search(r'Content-Security-Policy" content="([^"]*)"',
                               page).group(1)
            self.assertIn("default-src 'none'", policy)
            scripts = re.findall(r"<script>(.*?)</script>", page, re.S)
            self.assertGreater(len(scripts), 5)
            for script in scripts:
                digest = hashlib.sha256(script.encode()).digest()
                self.assertIn(base64.b64encode(digest).decode(), policy)
            self.assertEqual(re.findall(r'<[a-z]+ [^>]*(?:src|href)="(?!data:|#)[^"]*"', page), [])
            self.assertEqual(len(re.findall("<script", page)), len(scripts) + 1)
        self.assertEqual(data_of(self.page("h.html"))["subjects"][0]["network"],
                         HOSTILE)

    def test_same_bundle_same_page(self):
        self.snnc("report", "d.s2x", "d.npz", "-o", "again.html")
        self.assertEqual(self.page("again.html"), self.page("d.html"))

    def test_results_of_another_bundle_are_refused(self):
        done = self.snnc("report", "d.s2x", "b.npz", "-o", "none.html", code=1)
        self.assertIn("SNN0449", done.stderr)
        done = self.snnc("report", "board.yaml", "-o", "none.html", code=1)
        self.assertIn("snnc compile board.yaml", done.stderr)
        self.assertFalse(os.path.exists(self.path("none.html")))

    def test_some_neurons_every_few_ticks(self):
        self.snnc("run", "d.s2x", "-i", "few.npy", "--record", "hidden:spikes",
                  "--record", "hidden:v[3-5,17]/2", "-o", "part.npz")
        self.snnc("report", "d.s2x", "part.npz", "-o", "part.html")
        results = data_of(self.page("part.html"))["subjects"][0]["results"]
        self.assertEqual(results["left_out"], [])
        trace, = results["traces"]
        self.assertEqual((trace["neurons"], trace["every"]), ([3, 4, 5, 17], 2))
        with np.load(self.path("d.npz")) as whole:
            kept = np.array(trace["values"])  # samples x neurons x rows
            np.testing.assert_allclose(
                kept[1].T, whole["hidden:v"][1][::2, [3, 4, 5, 17]], rtol=1e-4)

    def test_nir_data_and_lists_of_spikes(self):
        want = data_of(self.page("b.html"))["subjects"][0]["results"]
        for name, more in ("b.h5", []), ("list.npz", ["--events"]):
            self.snnc("run", "b.s2x", "--ticks", "60", *more, "-o", name)
            self.snnc("report", "b.s2x", name, "-o", "x.html")
            got = data_of(self.page("x.html"))["subjects"][0]["results"]
            for a, b in zip(got["populations"], want["populations"], strict=True):
                self.assertEqual(a["rasters"], b["rasters"], name)


class InBrowser(Pages):

    @classmethod
    def setUpClass(cls):
        need_browser()
        super().setUpClass()
        cls.browser = Browser()

    @classmethod
    def tearDownClass(cls):
        cls.browser.close()
        super().tearDownClass()

    def visit(self, name, width=1280, height=900, scheme="light"):
        self.browser.view(width, height, scheme)
        self.browser.open(self.path(name))

    def see_all(self):
        """Scrolls through the page, so that every chart is drawn."""
        high = self.browser.run("return document.body.scrollHeight")
        for y in range(0, high + 1, 500):
            self.browser.run("scrollTo(0, arguments[0])", y)
            time.sleep(0.05)
        charts = 0
        for _ in range(100):
            charts = self.browser.run("return page.charts.filter(c => !c.graph).length")
            if charts == 0:
                return
            time.sleep(0.05)
        self.fail(f"{charts} charts were not drawn")

    def test_all_sizes_and_colours_without_a_complaint(self):
        all_ = [(w, s) for w in (360, 1280, 2560) for s in ("light", "dark")]
        for name, views in (("d.html", all_), ("b.html", all_[1::2]),
                            ("de.html", all_[:1]), ("h.html", all_[:1])):
            for width, scheme in views:
                with self.subTest(name, width=width, scheme=scheme):
                    self.visit(name, width, 900, scheme)
                    self.see_all()
                    self.assertEqual(self.browser.complaints(), [])
                    self.assertEqual(self.browser.requests(), [])
                    self.assertLessEqual(self.browser.run(
                        "return document.documentElement.scrollWidth"), width)
                    back = self.browser.run(
                        "return getComputedStyle(document.body).backgroundColor")
                    self.assertEqual(back == "rgb(255, 255, 255)", scheme == "light")

    def test_what_stands_on_the_page(self):
        self.visit("d.html")
        text = self.browser.run("return document.body.innerText")
        with np.load(self.path("d.npz")) as arrays:
            mean = max(json.loads(bytes(arrays["meta"]))["chip"]["pes"]["mean"])
        for part in ("in time", "none lost", "hidden", "readout", "Floorplan",
                     "Cycles of each PE, planned and measured",
                     f"cycles of a tick planned, {mean:,.0f} measured",
                     "Weights before and after rounding", "Serial or parallel"):
            self.assertIn(part, text)
        # Coloured by layer: as many colours as layers, the idle, the back.
        colours = self.browser.run("""
          const c = document.getElementById('plan'), seen = new Set();
          const d = c.getContext('2d').getImageData(0, 0, c.width, c.height).data;
          for (let i = 0; i < d.length; i += 4) seen.add(`${d[i]},${d[i+1]},${d[i+2]}`);
          return [...seen]""")
        for colour in "0,114,178", "230,159,0":
            self.assertIn(colour, colours)

    def test_names_are_text(self):
        self.visit("h.html")
        self.see_all()
        self.assertNotEqual(self.browser.run("return document.title"), "owned")
        self.assertEqual(self.browser.run("return document.querySelectorAll('img').length"), 0)
        self.assertEqual(self.browser.run("return document.querySelector('h1').textContent"),
                         HOSTILE)

    def test_keys(self):
        from selenium.webdriver.common.keys import Keys
        self.visit("b.html")
        say = "return document.getElementById('plan-readout').textContent"
        self.browser.run("document.getElementById('plan').focus()")
        before = self.browser.run(say)
        self.assertIn("layer", before)
        for key, back in (Keys.ARROW_RIGHT, Keys.ARROW_LEFT), (Keys.ARROW_UP, Keys.ARROW_DOWN):
            self.browser.keys(key)
            self.assertNotEqual(self.browser.run(say), before)
            self.browser.keys(back)
            self.assertEqual(self.browser.run(say), before)
        self.browser.keys(Keys.ENTER)
        self.assertEqual(self.browser.run("return page.plan.only"), 0)
        self.browser.keys(Keys.ESCAPE)
        self.assertIsNone(self.browser.run("return page.plan.only"))
        # Tab comes by every control in the order of the page.
        self.visit("b.html")
        seen = []
        for _ in range(40):
            self.browser.keys(Keys.TAB)
            seen.append(self.browser.run(
                "return document.activeElement.getBoundingClientRect().top + scrollY"))
            if self.browser.run("return document.activeElement.id") == "plan":
                break
        else:
            self.fail("Tab does not come to the floorplan")
        self.assertEqual(seen, sorted(seen))

    def test_zoom_is_shared_and_undone(self):
        self.visit("d.html")
        self.see_all()
        ranges = "return page.charts.filter(c => /ime/.test(c.settings.xlabel)).map(c => c.graph.xAxisRange())"
        all_ = self.browser.run(ranges)
        self.browser.run("page.charts.find(c => /Raster/.test(c.box.getAttribute('aria-label'))).box.focus()")
        self.browser.keys("+")
        zoomed = self.browser.run(ranges)
        for (a, b), (c, d) in zip(all_, zoomed, strict=True):
            self.assertAlmostEqual((d - c) / (b - a), 0.5, places=3)
        self.browser.keys("0")
        self.assertEqual(self.browser.run(ranges), all_)

    def test_two_bundles(self):
        self.visit("de.html")
        text = self.browser.run("return document.getElementById('compare').innerText")
        self.assertIn("parallel | serial", text)
        self.assertIn("8 | 16", text)
        self.browser.run("document.getElementById('subject-1').click()")
        self.assertIn("serial", self.browser.run(
            "return document.getElementById('summary').innerText"))
        self.assertEqual(self.browser.complaints(), [])
