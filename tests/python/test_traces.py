"""Traces of runs and compilations in Perfetto's own trace processor."""

import json
import subprocess

import numpy as np
import pytest

from trace_processor import TraceProcessor # knows tests/e2e

from boards import MACHINE, NETWORK # noqa: E402

CLOCK = 0.3 # cycles a nanosecond


@pytest.fixture(scope="module")
def processor():
    opened = TraceProcessor()
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    made = tmp_path_factory.mktemp("traces")
    (made / "net.yaml").write_text(NETWORK)
    (made / "few.json").write_text(MACHINE)
    return made


@pytest.fixture
def traced(folder, command, processor):
    """Compiles, runs with --trace, opens; gives the report and what the chip
    counted."""
    def make(network, compile_words, run_words):
        def snnc(*words):
            done = subprocess.run([command, *map(str, words)], cwd=folder, capture_output=True,
                                  text=True)
            assert done.returncode == 0, done.stderr
            return done.stdout
        snnc("compile", network, *compile_words, "-o", "n.s2x", "--trace-compile", "c.pftrace")
        report = json.loads(snnc("run", "n.s2x", *run_words, "-o", "n.npz", "--trace",
                                 "n.pftrace", "--report", "json"))
        processor.open(folder / "n.pftrace")
        with np.load(folder / "n.npz") as arrays:
            return report, json.loads(bytes(arrays["meta"]))["chip"]
    return make


def agrees(processor, report, chip):
    """What the trace processor sums up is what the run counted."""
    problems = processor.query("select name, value from stats where severity in "
                               "('error', 'data_loss') and value > 0")
    assert problems == []
    (ticks,), = processor.query("select count(*) from slice where name = 'tick'")
    assert ticks == chip["ticks"]
    pes = processor.query("""
      select track.name as pe, sum(dur) as busy, sum(slice.name = 'receive') as times,
             min(slice.depth) as top, max(slice.depth) as bottom
      from slice join track on slice.track_id = track.id
      where slice.name in ('receive', 'rows', 'neurons') group by track.id""")
    assert len(pes) == len(chip["pes"]["mean"]) == sum(l["pes"] for l in report["layers"])
    busy = sorted(row[1] * CLOCK / ticks for row in pes)
    np.testing.assert_allclose(busy, sorted(chip["pes"]["mean"]), atol=2)
    for _, _, times, top, bottom in pes:
        assert times == ticks and top == bottom == 0 # one after the other, none lost
    # The layer's figure of the report: its busiest PE, over the ticks.
    for layer in report["layers"]:
        own = [row[1] * CLOCK / ticks for row in pes if f" {layer['name']} [" in row[0]]
        assert len(own) == layer["pes"]
        assert abs(max(own) - layer["cycles_per_tick"]) <= 3
    sent, = processor.query("""select sum(args.int_value) as n from slice join args using(arg_set_id)
                               where slice.name = 'send' and args.key = 'debug.packets'""")
    assert sent[0] == sum(chip["pes"]["sent"])
    routed, = processor.query("""select sum(value) as n from counter join counter_track as t
                                 on counter.track_id = t.id where t.name = 'packets of a tick'""")
    assert routed[0] == chip["packets"]
    queues = processor.query("""select p.name as pe, max(value) as most from counter
      join track as t on counter.track_id = t.id join track as p on t.parent_id = p.id
      where t.name = 'keys waiting' group by t.id""")
    assert {row[0] for row in queues} == {row[0] for row in pes}
    assert max(row[1] for row in queues) == max(chip["pes"]["waiting"])
    return pes


def test_serial_on_several_chips(traced, processor):
    report, chip = traced("net.yaml", ["--machine", "few.json", "--paradigm", "serial"],
                          ["--ticks", "50"])
    agrees(processor, report, chip)
    links = processor.query("""select t.name as link, max(value) as most from counter
      join counter_track as t on counter.track_id = t.id where t.name like '%link%'
      group by t.id""")
    assert len(links) == len(chip["links"]) > 0
    assert sorted(most for _, most in links) == sorted(l[4] for l in chip["links"])


def test_products_are_below_their_pe(traced, processor, models):
    report, chip = traced(models / "digits/digits.nir", ["--paradigm", "parallel"],
                          ["-i", models / "digits/test_inputs.npy"])
    pes = agrees(processor, report, chip)
    products = processor.query("""select p.name as pe, count(*) as n, min(dur) as least
      from slice join track as t on slice.track_id = t.id join track as p on t.parent_id = p.id
      where slice.name = 'MAC' group by p.id""")
    assert {row[0] for row in products} == {row[0] for row in pes}
    assert all(n > 0 and least > 0 for _, n, least in products)


def test_compilation(traced, processor, folder):
    traced("net.yaml", [], ["--ticks", "5"])
    processor.open(folder / "c.pftrace")
    passes = processor.query("select name, count(*) as n, sum(dur) as ns from slice group by name")
    names = {row[0].split(":")[0] for row in passes}
    assert {"snn-quantize", "snn-select-paradigm", "fabric-place"} <= names
    assert all(ns > 0 for _, _, ns in passes)


def test_every_field_is_known(traced, folder):
    trace_pb2 = pytest.importorskip("perfetto.protos.perfetto.trace.perfetto_trace_pb2")
    traced("net.yaml", [], ["--ticks", "5"])
    for name in "n.pftrace", "c.pftrace":
        data = (folder / name).read_bytes()
        known = trace_pb2.Trace.FromString(data)
        known.DiscardUnknownFields()
        assert len(known.packet) > 0 and known.ByteSize() == len(data)
