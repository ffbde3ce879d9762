"""snnc run --trace and snnc compile --trace-compile: files in Perfetto's format.

Decoded here by the field numbers of perfetto_trace.proto; in Perfetto's own trace
processor they are opened by tests/python/test_traces.py.
"""

import collections
import json
import os

import numpy as np

import boards
from support import ROOT, SnncTest

DIGITS = os.path.join(ROOT, "models", "digits")


def fields(data):
    """(field, number or bytes) of a protobuf message."""
    at = 0

    def varint():
        nonlocal at
        value = shift = 0
        while True:
            byte = data[at]
            at += 1
            value |= (byte & 0x7F) << shift
            shift += 7
            if byte < 0x80:
                return value
    while at < len(data):
        tag = varint()
        if tag & 7 == 0:
            yield tag >> 3, varint()
        elif tag & 7 == 2:
            size = varint()
            yield tag >> 3, data[at:at + size]
            at += size
        else:
            raise AssertionError(f"wire type {tag & 7}")


Slice = collections.namedtuple("Slice", "begin end name notes")


class Trace:
    """Tracks by name ("parent/child"): slices, and values of counters."""

    def __init__(self, path):
        with open(path, "rb") as file:
            self.packets = [value for field, value in fields(file.read())
                            if field == 1]
        names, notes, tracks = {}, {}, {}
        events = collections.defaultdict(list)
        for order, packet in enumerate(self.packets):
            parts = dict(fields(packet))
            assert parts[10] == 1 and parts[13] == (2 if order else 1)
            if 12 in parts:
                for field, entry in fields(parts[12]):
                    entry = dict(fields(entry))
                    {2: names, 3: notes}[field][entry[1]] = entry[2].decode()
            if 60 in parts:
                track = dict(fields(parts[60]))
                parent = tracks[track[5]] + "/" if 5 in track else ""
                tracks[track[1]] = parent + track[2].decode()
            if 11 in parts:
                event = dict(fields(parts[11]))
                events[tracks[event[11]]].append((parts[8], order, event))
        self.slices, self.counters = {}, {}
        for name, all_ in events.items():
            all_.sort(key=lambda e: e[:2])
            done, open_ = [], []
            for when, _, event in all_:
                if event[9] == 1:
                    note = dict(fields(event[4])) if 4 in event else {}
                    open_.append((when, names[event[10]],
                                  {notes[note[1]]: note.get(3, 0)} if note else {}))
                elif event[9] == 2:
                    begin, what, note = open_.pop()
                    done.append(Slice(begin, when, what, note))
                else:
                    self.counters.setdefault(name, []).append((when, event[30]))
            assert not open_, f"{name}: {open_} never end"
            if done:
                self.slices[name] = sorted(done)


class Traces(SnncTest):

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        for name, text in ("net.yaml", boards.NETWORK), ("few.json", boards.MACHINE):
            with open(os.path.join(cls.folder, name), "w") as file:
                file.write(text)
        np.save(os.path.join(cls.folder, "x.npy"),
                np.load(os.path.join(DIGITS, "test_inputs.npy"))[:2])

    def check_cycles(self, trace, out):
        """The phases of all PEs add up to what the run counted."""
        with np.load(self.path(out)) as arrays:
            chip = json.loads(bytes(arrays["meta"]))["chip"]
        clock = 0.3  # cycles a nanosecond
        pes = [name for name in trace.slices if name.split("/")[-1].startswith("PE")]
        self.assertEqual(len(pes), len(chip["pes"]["mean"]))
        order = sorted(chip["pes"]["mean"])
        sums = sorted(sum(s.end - s.begin for s in trace.slices[pe]) * clock
                      for pe in pes)
        for mean, cycles in zip(order, sums, strict=True):
            self.assertAlmostEqual(mean, cycles / chip["ticks"], delta=2)
        self.assertEqual(len(trace.slices["ticks"]), chip["ticks"])
        sent = sum(s.notes["packets"] for name, all_ in trace.slices.items()
                   if name.endswith("/send") for s in all_)
        self.assertEqual(sent, sum(chip["pes"]["sent"]))
        self.assertEqual(sum(v for _, v in trace.counters["packets of a tick"]),
                         chip["packets"])
        for pe in pes:
            for before, after in zip(trace.slices[pe], trace.slices[pe][1:]):
                self.assertLessEqual(before.end, after.begin)
        return chip

    def test_serial_on_several_chips(self):
        self.snnc("compile", "net.yaml", "--machine", "few.json", "--paradigm",
                  "serial", "-o", "net.s2x")
        self.snnc("run", "net.s2x", "--ticks", "50", "-o", "n.npz", "--trace",
                  "n.pftrace")
        trace = Trace(self.path("n.pftrace"))
        chip = self.check_cycles(trace, "n.npz")
        names = {s.name for all_ in trace.slices.values() for s in all_}
        self.assertEqual(names, {"tick", "receive", "rows", "neurons", "send"})
        waited = sum(s.notes["packets"] for all_ in trace.slices.values()
                     for s in all_ if s.name == "rows")
        received = sum(chip["pes"]["received"])
        self.assertTrue(0 < waited <= received, (waited, received))
        # Rows take time where packets waited.
        for all_ in trace.slices.values():
            busy = [s.end - s.begin for s in all_ if s.name == "rows" and s.notes["packets"]]
            idle = [s.end - s.begin for s in all_ if s.name == "rows" and not s.notes["packets"]]
            if busy and idle:
                self.assertGreater(min(busy), max(idle))
        links = {n: sum(v for _, v in all_) for n, all_ in trace.counters.items() if "link" in n}
        self.assertEqual(len(links), len(chip["links"]))
        for name, values in trace.counters.items():
            if "link" in name:
                self.assertIn(max(v for _, v in values), [l[4] for l in chip["links"]])

    def test_parallel_has_its_array(self):
        digits = os.path.join(DIGITS, "digits.nir")
        self.snnc("compile", digits, "--paradigm", "parallel", "-o", "d.s2x",
                  "--trace-compile", "c.pftrace")
        self.snnc("run", "d.s2x", "-i", "x.npy", "-o", "d.npz", "--trace", "d.pftrace")
        trace = Trace(self.path("d.pftrace"))
        self.check_cycles(trace, "d.npz")
        products = [s for name, all_ in trace.slices.items()
                    if name.endswith("/MAC") for s in all_]
        self.assertGreater(len(products), 0)
        passes = {s.name.split(":")[0] for all_ in Trace(self.path("c.pftrace")).slices.values()
                  for s in all_}
        for name in "snn-quantize", "snn-select-paradigm", "fabric-place":
            self.assertIn(name, passes)

    def test_no_change_and_same_bytes(self):
        self.snnc("compile", "net.yaml", "-o", "s.s2x", "--paradigm", "serial")
        for name, more in (("1", ["--threads", "1"]), ("2", ["--threads", "2"])):
            self.snnc("run", "s.s2x", "--ticks", "20", "-o", f"{name}.npz", *more,
                      "--trace", f"{name}.pftrace")
        self.snnc("run", "s.s2x", "--ticks", "20", "-o", "3.npz")
        files = [open(self.path(n), "rb").read() for n in
                 ("1.npz", "2.npz", "3.npz", "1.pftrace", "2.pftrace")]
        self.assertEqual(files[0], files[1])
        self.assertEqual(files[0], files[2])
        self.assertEqual(files[3], files[4])

    def test_refused_where_there_is_no_chip(self):
        done = self.snnc("run", "net.yaml", "--ticks", "5", "-o", "x.npz",
                         "--backend", "cpu", "--trace", "x.pftrace", code=1)
        self.assertIn("SNN0450", done.stderr)
        self.assertFalse(os.path.exists(self.path("x.npz")))
