"""What a YAML network may say: names, rates, draws, headers of number files.
Every key is obeyed or refused with its place, and nothing ends in exit 70."""

import unittest

import numpy as np

from support import YamlTest


class YamlInputs(YamlTest):

    def test_names_are_shared(self):
        model = ('{states: [v], equations: ["v = v * 0.5 + input"], '
                 'spike: "v > 1", reset: ["v = 0"]}')
        for name in ("p0", "chip", "network", "izhikevich", "lif", "a-b"):
            own = "" if name == "izhikevich" else f"models: {{{name}: {model}}}\n"
            params = ("{a: 0.02, b: 0.2, c: -65, d: 8, h: 0.5}" if not own else "{}")
            path = self.network(
                own + f"projections: [{{name: {name}, from: in, to: {name}, "
                "connector: all_to_all}]\n", network=f"{{name: {name}}}",
                populations=f"{{{name}: {{size: 2, model: {name}, params: {params}}}}}")
            with self.subTest(name):
                bundle = self.path("n.s2x")
                self.snnc("compile", path, "-o", bundle)
                np.save(self.path("x.npy"), np.ones((6, 2), np.uint8))
                given = ["--input", self.path("x.npy")]
                self.assert_equal_runs(self.record(bundle, given),
                                       self.record(path, given + ["--backend", "reference"]))

    def test_an_input_is_called_like_a_population(self):
        """The same network as with names of their own, wherever it runs."""
        def text(pixels, noise, source):
            return (f"""
inputs: {{{noise}: {{size: 3}}, {pixels}: {{size: 5}}}}
populations:
  noise: {{size: 4, model: lif, params: {{tau: 9, threshold: 1}}}}
  n: {{size: 7, model: lif, params: {{tau: 9, threshold: 1}}}}
projections:
  - {{name: n, from: {source(pixels)}, to: n, connector: all_to_all, weight: 0.4}}
  - {{from: {{population: n}}, to: n, connector: {{fixed_probability: 0.5}}, weight: -0.1}}
  - {{name: a, from: {source(noise)}, to: noise, connector: all_to_all, weight: 0.6}}
  - {{name: b, from: {source(noise)}, to: n, connector: all_to_all, weight: 0.1}}
probes: ["n:spikes", "n:v", "noise:v"]
""")
        head = "network: {name: n, dt: 1.0, seed: 3}"
        draw = np.random.default_rng(1).random
        given = [draw((40, size)) < 0.3 for size in (5, 3)]
        runs = {}
        for kind, names, source in (
                ("apart", ("x", "y"), str),
                ("shared", ("n", "noise"), lambda name: f"{{input: {name}}}"),
                ("bare", ("n", "noise"), str)):
            path = self.write("net.yaml", head + text(*names, source))
            inputs = [part for name, array in zip(names, given) for part in
                      ("-i", f"{name}={self.path(name + '.npy')}")]
            for name, array in zip(names, given):
                np.save(self.path(name + ".npy"), array.astype(np.uint8))
            bundle = self.path("n.s2x")
            done = self.snnc("compile", path, "-o", bundle)
            self.assertEqual(done.stderr.count("SNN0970"), 3 * (kind == "bare"))
            runs[kind] = self.record(bundle, inputs)
            self.assertGreater(runs[kind]["n:spikes"].sum(), 10)
            self.assert_equal_runs(runs["apart"], runs[kind])
            for backend in ("cpu", "native", "reference"):
                self.assert_equal_runs(runs["apart"], self.record(
                    path, inputs + ["--backend", backend]))

    def test_arrays_and_their_options_are_obeyed_or_refused(self):
        path = self.network("projections: [{from: in, to: pop, connector: one_to_one}]\n",
                            inputs="{in: {size: 2}, other: {size: 2}}")
        x, both = self.path("x.npy"), self.path("both.npz")
        np.save(x, np.ones((3, 2), np.uint8))
        np.savez(both, **{"in": np.ones((3, 2)), "other": np.zeros((3, 2))})
        for options, code, words in (
                ([f"-i=in={x}", f"-i=in={x}"], "SNN0410", "two arrays for one input"),
                ([f"-i=in={both}", f"-i={both}"], "SNN0410", "two arrays for one input"),
                ([f"-i=inn={both}"], "SNN0410", "it has: in, other"),
                ([f"-i={both}", "--threshold=0.5"], "SNN0384", "--encode delta"),
                (["--ticks=3", "--encode=rate"], "SNN0384", "--encode has no effect"),
                (["--ticks=3", "--layout=ticks-first"], "SNN0384", "--layout has no effect")):
            with self.subTest(options):
                done = self.run_snnc("run", path, *options, "-o", self.path("o.npz"))
                self.assertEqual(done.returncode, 1 if code == "SNN0410" else 2)
                self.assertIn(f"[{code}]", done.stderr)
                self.assertIn(words, done.stderr)
        # NAME=FILE takes the array of that name alone.
        self.assert_equal_runs(
            self.record(path, [f"-i=in={both}", f"-i=other={both}"]),
            self.record(path, [f"-i={both}"]))

    def test_names_that_cannot_be(self):
        for states, words in (("[spikes]", "are recorded"), ("[not]", "operator")):
            self.refused(self.network(
                f"models: {{m: {{states: {states}, equations: []}}}}\n"), "SNN1005", words)
        # The parameter that quantisation adds gives way to the user's.
        path = self.network(
            "models: {m: {receptors: [input_scale], states: [v], "
            'equations: ["v = v * v * 0.1 + input_scale"]}}\n'
            "projections: [{from: in, to: pop, connector: all_to_all}]\n",
            populations="{pop: {size: 2, model: m}}")
        self.snnc("compile", path, "-o", self.path("n.s2x"))

    def test_a_rate_per_channel_and_over_time(self):
        project = "projections: [{from: in, to: pop, connector: one_to_one, delay: 0}]\n"
        rate = "{{size: 2, kind: poisson, rate: {}}}"
        counts = lambda text, *more: np.diff(self.values(self.network(
            project, inputs="{in: " + rate.format(text) + "}"), *more),
            axis=0, prepend=0)
        each = counts("[0, 0.5]", "--ticks", 4000)
        np.testing.assert_array_equal(each[:, 0], 0)
        self.assertAlmostEqual(each[:, 1].mean(), 0.5, delta=5 * (0.5 / 4000) ** 0.5)
        # The same draws as one rate for all.
        np.testing.assert_array_equal(each[:, 1], counts("0.5", "--ticks", 4000)[:, 1])
        table = np.zeros((300, 2))
        table[100:200, 0] = 2
        np.save(self.path("rates.npy"), table)
        moving = counts("{file: rates.npy}")
        self.assertEqual(moving.shape, (300, 2))
        self.assertEqual(moving[:100].sum() + moving[200:].sum() + moving[:, 1].sum(), 0)
        self.assertAlmostEqual(moving[100:200, 0].mean(), 2, delta=5 * (2 / 100) ** 0.5)
        longer = counts("{per_tick: {file: rates.npy}}", "--ticks", 500)
        np.testing.assert_array_equal(longer[:300], moving)
        self.assertEqual(longer[300:].sum(), 0)
        for text, code, words in (("[1, 2, 3]", "SNN1014", "needs 2 (channels)"),
                                  ("[1, -2]", "SNN1006", "channel 1"),
                                  ("[[1, 2], [1, 200]]", "SNN1006", "tick 1, channel 1")):
            self.refused(self.network(project, inputs="{in: " + rate.format(text) + "}"),
                         code, words)
        # The most that is drawn right: mean and variance are the rate.
        most = counts("{per_tick: 100}", "--ticks", 2000)[1:]
        self.assertAlmostEqual(most.mean(), 100, delta=5 * (100 / most.size) ** 0.5)
        self.assertAlmostEqual(most.var(), 100, delta=5 * 100 * (2 / most.size) ** 0.5)
        for text, help in (("{per_tick: 745}", "8 channels"), ("100.5", "2 channels")):
            path = self.network(project, inputs="{in: " + rate.format(text) + "}")
            self.refused(path, "SNN1006", help)
        # A bundle keeps the table.
        np.save(self.path("rates.npy"), table / 10)
        bundle = self.path("n.s2x")
        path = self.network(project, inputs="{in: " + rate.format("{file: rates.npy}") + "}")
        self.snnc("compile", path, "-o", bundle)
        self.assert_equal_runs(self.record(bundle, []), self.record(path, ["--backend", "reference"]))

    def test_two_encoded_inputs_draw_apart(self):
        path = self.network(
            "projections:\n - {from: x, to: p, connector: one_to_one, delay: 0}\n"
            " - {from: y, to: q, connector: one_to_one, delay: 0}\n",
            inputs="{x: {size: 4}, y: {size: 4}}",
            populations="{p: {size: 4, model: i}, q: {size: 4, model: i}}")
        np.save(self.path("half.npy"), np.full((100, 4), 0.5))
        given = [f"--input={name}={self.path('half.npy')}" for name in "xy"]
        out = self.record(path, ["--backend", "reference", "--encode", "rate", *given])
        same = np.diff(out["p:v"], axis=0) == np.diff(out["q:v"], axis=0)
        self.assertLess(abs(same.mean() - 0.5), 0.15)

    def test_no_autapses_and_no_rows(self):
        np.save(self.path("x.npy"), np.array([[1, 0]] + [[0, 0]] * 3, np.uint8))
        for connector in ("one_to_one, autapses: false", "{list: []}"):
            path = self.network(
                "projections:\n - {from: in, to: pop, connector: one_to_one}\n"
                f" - {{from: pop, to: pop, connector: {connector}}}\n",
                populations="{pop: {size: 2, model: if, params: {threshold: 0.5}}}")
            for backend in ("reference", "emulator"):
                spikes = self.record(path, ["--input", self.path("x.npy"),
                                            "--backend", backend])["pop:spikes"]
                self.assertEqual(spikes.sum(), 1, connector)

    def test_numbers_that_float32_cannot_hold(self):
        for weight, words in (("3.5e38", "3.5e38"),
                              ("{dist: lognormal, mean: 0, std: 1000}", "max"),
                              ("[[1, 1e39], [1, 1]]", "1e39")):
            path = self.network(f"projections: [{{from: in, to: pop, connector: "
                                f"all_to_all, weight: {weight}}}]\n")
            self.refused(path, "SNN1006", words)
        path = self.network("", populations="{pop: {size: 2, model: i, rate: -0.0}}")
        self.snnc("compile", path, "-o", self.path("n.s2x"))

    def test_columns_by_name(self):
        rows = [(0, 1, 1.5, 2), (1, 0, -3, 5), (0, 0, 2, 1)]
        names = {"source": 0, "target": 1, "weight": 2, "delay": 3}
        project = "projections: [{from: in, to: pop, connector: {list: {file: FILE}}}]\n"
        spikes = "{in: {size: 2, kind: spike_list, spikes: [[0, 0], [1, 1]]}}"

        def run(name, text=None):
            if text is not None:
                self.write(name, text)
            return self.values(self.network(project.replace("FILE", name), inputs=spikes),
                               "--ticks", 9)

        def table(header, order, separator=","):
            return header + "\n" + "\n".join(
                separator.join(f"{row[names[column]]:g}" for column in order)
                for row in rows) + "\n"
        plain = run("plain.txt", table("", ["source", "target", "weight", "delay"], " "))
        self.assertGreater(np.abs(plain).sum(), 0)
        swapped = ["delay", "target", "source", "weight"]
        for name, text in {
                "a.csv": table("delay,target,source,weight", swapped),
                "b.csv": "\ufeff" + table('"Delay";"Post_idx";"PRE_IDX";"syn_weight"', swapped, ";"),
                "c.txt": table("delay j i w", swapped, "\t"),
                "d.txt": table('# columns = ["delay", "j", "i", "weight"]', swapped, " "),
                "e.txt": table("# delay target source weight", swapped, " "),
                "f.csv": table("# made by hand\ndelay_ticks,post,pre,weight", swapped)}.items():
            with self.subTest(name):
                np.testing.assert_array_equal(run(name, text), plain)
        np.savez(self.path("g.npz"), **{name: np.array([row[c] for row in rows])
                                        for name, c in names.items()})
        np.testing.assert_array_equal(run("g.npz"), plain)
        # A column may be left out anywhere.
        no_weight = run("h.csv", table("source,target,delay", ["source", "target", "delay"]))
        np.testing.assert_array_equal(
            no_weight, run("i.csv", "source,target,weight,delay\n0,1,1,2\n1,0,1,5\n0,0,1,1\n"))
        for name, text, code, words in (
                ("j.csv", "source,target,colour\n0,1,2\n", "SNN1017", "'colour'"),
                ("k.csv", "source,weight\n0,1\n", "SNN1017", "no column 'target'"),
                ("l.csv", "source,pre\n0,1\n", "SNN1017", "both are the source"),
                ("m.csv", "source,target\n0,1,2\n", "SNN1017", "2 columns"),
                ("n.csv", "0,1,,2\n", "SNN1013", "line 1, column 3 is empty"),
                ("o.csv", "0,1,1,2\n1,0,2,\n", "SNN1013", "line 2, column 4 is empty"),
                ("p.csv", "0;1;0,5;1\n", "SNN1013", "point"),
                ("s.csv", ",source,target\n0,0,1\n", "SNN1017", "index=False"),
                ("q.csv", "0,1,1\n0,1,nan\n", "SNN1006", "row 1 of the list: weight nan"),
                ("r.csv", "0,1,1,0.5\n", "SNN1006", "not a whole number")):
            with self.subTest(name):
                self.write(name, text)
                self.refused(self.network(project.replace("FILE", name)), code, words)
        self.refused(self.network(project.replace("FILE", "a.csv, key: x")), "SNN1013", "'key'")

    def test_other_languages_operators(self):
        """Each hint, applied as printed, is an equation that works."""
        def network(equation, quote="'"):
            return self.network(
                f"models: {{m: {{states: {{v: 0.5}}, equations: [{quote}{equation}{quote}]}}}}\n"
                "projections: [{from: in, to: pop, connector: all_to_all}]\n",
                populations="{pop: {size: 2, model: m}}")
        for wrong, right in (
                ("v = v^2 + input", "pow(v, 2)"), ("v = (v+1)**-2 + input", "pow((v+1), -2)"),
                ("v = input^v", "exp((v) * log(input))"), ("v += input", "'v = v + (input)'"),
                ("dv/dt = (input - v) / 20", "'v = v + 1 * ((input - v) / 20)'"),
                ("v = ln(v + 1) + input", "log(v + 1)"), ("v = clip(v, 0, 1)", "min(max(x"),
                ("v = v > 0 && input > 0 ? 0 : v", "'and'"), ("v = !v > 0 ? 1 : 0", "'not'"),
                ("v = heaviside(v)", "where(v > 0, 1, 0)"), ("v = v * ms", "no units"),
                ("v = np.exp(v)", "without 'np.'"), ("v = v ‰ 2", "'‰'")):
            with self.subTest(wrong):
                self.refused(network(wrong), "SNN10(09|10)", right)
        for right in ("v = pow(v, 2) + input", "v = pow((v+1), -2) + input",
                      "v = exp((v) * log(input))", "v = v + (input)",
                      "v = v + 1 * ((input - v) / 20)", "v = log(v + 1) + input"):
            self.snnc("check", network(right))
        self.refused(network("v = v > 0 ? 0 : v", ""), "SNN1001", "needs quotes: 'v = ")
        self.refused(self.network(
            "models:\n  m:\n    states: [v]\n    equations:\n      - v = v > 0 ? 0 : v\n",
            populations="{pop: {size: 2, model: m}}"), "SNN1005", "quotes: 'v = v > 0 ? 0 : v'")
        self.refused(network("v = max(v, 0)", ""), "SNN1009", "quotes")

    def test_long_equations_and_huge_sizes(self):
        import resource

        def limited(path, *verb, code):
            done = self.run_snnc(*verb, path, limit=(resource.RLIMIT_AS, 1 << 30))
            self.assertEqual(done.returncode, code, done.stderr[-500:])
        terms = "+".join(["input"] * 10000)
        chain = ", ".join(f"'h{i} = input + {i}'" for i in range(5000))
        for equations in (f"'v = {terms}'", f"{chain}, 'v = h1 + h4999'"):
            path = self.network(
                f"models: {{m: {{states: [v], equations: [{equations}]}}}}\n"
                "projections: [{from: in, to: pop, connector: all_to_all}]\n",
                populations="{pop: {size: 2, model: m}}")
            limited(path, "check", code=0)
        for size in (1 << 31, 1 << 25):
            limited(self.network("", populations=f"{{pop: {{size: {size}, model: lif, params: {{"
                                 "alpha: 0.9, threshold: {dist: uniform, low: 0, high: 1}}}}"),
                    "check", code=1)
            limited(self.network("", inputs=f"{{in: {{size: {size}}}}}"), "check", code=1)
        limited(self.network("projections: [{from: in, to: pop, connector: all_to_all}]\n",
                             inputs="{in: {size: 2, kind: spike_list, spikes: [[999999999, 0]]}}"),
                "run", "--backend", "reference", code=1)

    def test_seed_and_trials(self):
        """--seed reaches every draw; trials differ, and are the same again."""
        path = self.network(
            "projections: [{from: in, to: pop, connector: {fixed_probability: 0.5}, "
            "weight: {dist: uniform, low: 0, high: 1}, delay: 1}]\n",
            inputs="{in: {size: 30, kind: poisson, rate: 0.3, seed: 9}}",
            populations="{pop: {size: 5, model: i, initial: {v: {dist: normal, mean: 0, std: 1}}}}")

        def imported(seed):
            return self.snnc("compile", path, "--emit", "imported", "--seed", seed).stdout
        first = self.values(path, "--ticks", 20)
        again = self.values(path, "--ticks", 20, "--seed", 4)
        self.assertFalse(np.array_equal(first[0], again[0]))  # initial values
        self.assertEqual(imported(4).count("seed = 4"), 2)    # synapses, input
        np.testing.assert_array_equal(again, self.values(path, "--ticks", 20, "--seed", 4))
        trials = self.values(path, "--ticks", 20, "--repeat", 3)
        self.assertEqual(trials.shape, (3, 20, 5))
        np.testing.assert_array_equal(trials[0], first)
        self.assertFalse(np.array_equal(trials[0], trials[1]))
        np.testing.assert_array_equal(trials, self.values(path, "--ticks", 20, "--repeat", 3))
        bundle = self.path("trials.s2x")
        self.snnc("compile", path, "-o", bundle)
        runs = [self.record(bundle, ["--backend", "reference", "--ticks", 20, "--seed", seed])
                for seed in (1, 2)]
        self.assertFalse(np.array_equal(runs[0]["pop:v"], runs[1]["pop:v"]))
        # Encoders.
        path = self.network("projections: [{from: in, to: pop, connector: one_to_one, delay: 0}]\n")
        np.save(self.path("half.npy"), np.full((40, 2), 0.5))
        encoded = self.values(path, "--input", self.path("half.npy"), "--encode", "rate",
                              "--repeat", 2)
        self.assertEqual(encoded.shape, (2, 40, 2))
        self.assertFalse(np.array_equal(encoded[0], encoded[1]))
        np.testing.assert_array_equal(encoded[0], self.values(
            path, "--input", self.path("half.npy"), "--encode", "rate"))
        np.save(self.path("one.npy"), np.ones((4, 2), np.uint8))
        same = self.snnc("run", path, "--input", self.path("one.npy"), "--repeat", 2, "-o",
                         self.path("same.npz"))
        self.assertIn("all trials are the same [SNN0661]", same.stderr)
        np.save(self.path("many.npy"), np.zeros((2, 4, 2), np.uint8))
        done = self.snnc("run", path, "--input", self.path("many.npy"), "--repeat", 2,
                         "--backend", "reference", code=1)
        self.assertIn("SNN1040", done.stderr)

    def test_delays_that_are_not_whole(self):
        project = "projections: [{from: in, to: pop, connector: all_to_all, delay: DELAY}]\n"
        self.refused(self.network(project.replace("DELAY", "1.5")), "SNN1005", "write 1 or 2")
        self.snnc("check", self.network(project.replace("DELAY", "2.0")))

    def test_merge_keys(self):
        plain = self.network("projections: [{from: in, to: pop, connector: all_to_all, weight: 2}]\n",
                             populations="{pop: {size: 2, model: i}, two: {size: 3, model: i}}")
        want = self.snnc("compile", plain, "--emit", "imported").stdout
        merged = self.network(
            "projections: [{<<: *syn, weight: 2}]\n",
            populations="{pop: &base {size: 2, model: i}, two: {<<: [*base, {size: 5}], size: 3}}",
            inputs="{in: {size: 2}}\n.synapse: &syn {from: in, to: pop, connector: all_to_all, weight: 1}")
        self.assertEqual(self.snnc("compile", merged, "--emit", "imported").stdout, want)
        self.refused(self.network("", populations="{pop: {<<: 3, size: 2, model: i}}"),
                     "SNN1005", "'<<'")

    def test_all_findings_at_once(self):
        path = self.write("net.yaml", """network: {dt: 1.0, nane: x}
models:
  m: {states: [v], equations: ['v = v + inptu', 'h = g * 2', 'v = v + h + k'], spike: 'v'}
inputs: {in: {size: 0}, good: {size: 2}}
populations: {a: {size: 2, model: lif}, b: {size: 2, model: m}, c: {size: 2, model: i, rate: x}}
projections:
  - {from: in, to: c, connector: all_to_al}
  - {from: good, to: c, connector: all_to_al, delay: -1}
  - {from: good, to: c, connector: {fixed_indegree: 9}, multapses: false}
  - {from: nobody, to: c, connector: all_to_all}
  - {from: a, to: b, connector: all_to_all, weight: {dist: norml}}
probes: ["c:w"]
""")
        found = self.snnc("check", path, code=1).stderr
        places = [line.split(": error")[0].split("net.yaml:")[1]
                  for line in found.splitlines() if ": error: " in line]
        # What hangs on a broken input, population or helper is not reported again.
        self.assertEqual([place.split(":")[0] for place in places],
                         ["1", "3", "3", "3", "3", "4", "5", "5", "5", "8", "8", "9", "10", "12"],
                         found)
        many = "".join(f"  - {{from: q{i}, to: p, connector: all_to_all}}\n" for i in range(200))
        found = self.snnc("check", self.network("projections:\n" + many), code=1).stderr
        self.assertEqual(found.count(": error: "), 50)
        self.assertIn("SNN1041", found)

    def test_keys_are_obeyed_or_refused(self):
        """Every connector with every other key: it changes the network, says
        that it has no effect, is refused, or holds already."""
        connectors = {"all_to_all": "all_to_all", "one_to_one": "one_to_one",
                      "probability": "{fixed_probability: 0.5}", "in": "{fixed_indegree: 3}",
                      "out": "{fixed_outdegree: 3}", "list": "{list: [[0, 0], [1, 0], [1, 0]]}",
                      "rows": "{list: [[0, 1, 2, 3]]}", "matrix": "all_to_all, weight: [[1, 2], [3, 4]]"}
        keys = {"weight": "7.0", "weight ": "{dist: uniform, low: 0, high: 1}", "delay": "9",
                "delay ": "{dist: uniform_int, low: 2, high: 5}", "receptor": "other", "seed": "11",
                "autapses": "false", "multapses": "false", "name": "mine"}
        holds = {(c, "multapses") for c in ("all_to_all", "one_to_one", "probability")}
        for connector, text in connectors.items():
            def imported(extra=""):
                done = self.run_snnc("compile", self.network(
                    "models: {m: {receptors: [input, other], states: [v], "
                    "equations: ['v = input + other'], spike: 'v > 1'}}\n"
                    f"projections: [{{from: pop, to: pop, connector: {text}{extra}}}]\n",
                    populations="{pop: {size: 2, model: m}}"), "--emit", "imported")
                projection = [line for line in done.stdout.splitlines() if "snn.projection" in line]
                return done.returncode, projection, done.stderr
            plain = imported()
            self.assertEqual(plain[0], 0, plain[2])
            for key, value in keys.items():
                if key.strip() == "weight" and "weight" in text:
                    continue
                with self.subTest(connector=connector, key=key):
                    code, projection, said = imported(f", {key.strip()}: {value}")
                    if code == 1:
                        self.assertRegex(said, r"net.yaml:\d+:\d+: error: ")
                    elif "no effect" not in said and (connector, key) not in holds:
                        self.assertNotEqual(projection, plain[1])


if __name__ == "__main__":
    unittest.main()
