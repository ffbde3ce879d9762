"""Threads, forks and signals."""

import gc
import multiprocessing
import os
import random
import signal
import subprocess
import sys
import textwrap
import threading
import time

import numpy as np
import pytest
import snnc


#: Of each of eight threads; 125 make a thousand.
CALLS = int(os.environ.get("SNNC_CALLS", "30"))


def stop_after(seconds):
    threading.Timer(seconds, os.kill, (os.getpid(), signal.SIGINT)).start()


def test_interrupt_ends_a_run(busy):
    artifact = busy.compile("cpu")
    artifact.run(ticks=10)
    stop_after(0.3)
    begin = time.monotonic()
    with pytest.raises(KeyboardInterrupt):
        artifact.run(ticks=3_000_000, record="cells:v[0]/10")
    assert time.monotonic() - begin < 5
    # Nothing is left over of it.
    assert artifact.run(ticks=10)["cells"].shape == (10, 2000)


def large(indegree=400):
    """Takes seconds to compile for the chip."""
    net = snnc.Network("large", dt="1 ms", seed=1)
    cells = net.population("cells", 12000, "lif",
                           params={"tau": "20 ms", "threshold": 1.0})
    net.project(cells, cells, {"fixed_indegree": indegree}, weight=0.01)
    return snnc.load(net)


LARGE = dict(target="spinnaker2-48", tick=1)


def test_interrupt_ends_a_compilation(small, spikes):
    model = large()
    stop_after(0.3)
    begin = time.monotonic()
    with pytest.raises(KeyboardInterrupt):
        model.compile(**LARGE)
    assert time.monotonic() - begin < 5
    # The next call works, with the same code too, and so does what was left.
    assert small.run(spikes)["cells"].shape == (40, 2)
    assert model.check().ok
    snnc._snnc.join_leftovers()
    assert model.compile("cpu").run(ticks=3)["cells"].shape == (3, 12000)


def test_interrupt_ends_a_check():
    """And what it did goes on no further than its pass."""
    model = large(indegree=2000)
    threads = threading.active_count()
    stop_after(0.3)
    begin = time.monotonic()
    with pytest.raises(KeyboardInterrupt):
        model.check(machine="spinnaker2-48", tick=1)
    assert time.monotonic() - begin < 5
    assert snnc._snnc.join_leftovers(60)
    assert threading.active_count() == threads
    stop_after(0.3)
    with pytest.raises(KeyboardInterrupt):
        for _ in range(1000):
            large(indegree=4000).synapses("cells_cells")
    assert snnc._snnc.join_leftovers(60)


def of_a_model(model, seed):
    return model.run(ticks=30, seed=seed)


def test_processes_hand_models_and_results_over(busy):
    """multiprocessing, by fork and by spawn."""
    model = snnc.load(busy)
    expected = [model.run(ticks=30, seed=seed) for seed in range(3)]
    assert not snnc.verify(*expected[:2])
    for method in ("fork", "spawn"):
        with multiprocessing.get_context(method).Pool(2) as pool:
            found = pool.starmap(of_a_model, [(model, s) for s in range(3)])
        for mine, theirs in zip(expected, found):
            assert snnc.verify(mine, theirs) and theirs["cells"].any()


def test_interrupt_leaves_no_file_half_written(busy, tmp_path):
    """At many moments of compiling and saving."""
    model = snnc.load(busy)
    whole = model.compile("spinnaker2").save(tmp_path / "whole.s2x")
    expected = (tmp_path / "whole.s2x").read_bytes()
    folder = tmp_path / "interrupted"
    folder.mkdir()
    interrupted = 0
    for delay in np.linspace(0.001, 0.4, 16):
        timer = threading.Timer(delay, os.kill, (os.getpid(), signal.SIGINT))
        try:
            timer.start()
            snnc.load(busy).compile("spinnaker2").save(folder / "a.s2x")
            timer.join()
            time.sleep(0.01)
        except KeyboardInterrupt:
            interrupted += 1
        assert os.listdir(folder) in ([], ["a.s2x"])
        if os.listdir(folder):
            assert (folder / "a.s2x").read_bytes() == expected
            os.remove(folder / "a.s2x")
    assert interrupted == 16
    again = snnc.load(tmp_path / "whole.s2x")
    assert snnc.verify(whole.run(ticks=20), again.run(ticks=20))


def test_a_script_that_is_interrupted_while_it_compiles():
    """Ends by the signal, as Python does, and does not wait for what goes on
    behind: called after snnc's, the first function still finds it at work."""
    script = ("import atexit, sys; sys.path.insert(0, sys.argv[1])\n"
              "atexit.register(lambda: print('finished:',\n"
              "    sys.modules['snnc']._snnc.join_leftovers(0), flush=True))\n"
              "from test_process import large, LARGE\n"
              "model = large(indegree=2000)\nprint('begin', flush=True)\n"
              "model.compile(**LARGE)\n")
    child = subprocess.Popen(
        [sys.executable, "-c", script, os.path.dirname(__file__)],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert child.stdout.readline() == "begin\n"
    time.sleep(0.3)
    child.send_signal(signal.SIGINT)
    printed, words = child.communicate(timeout=120)
    assert child.returncode == -signal.SIGINT, words
    assert words.rstrip().endswith("KeyboardInterrupt")
    if printed == "finished: True\n":
        pytest.skip("the pass that was interrupted ended before the script did")
    assert printed == "finished: False\n"


def test_progress_is_called_and_may_end_a_run(busy):
    seen = []

    def progress(done, total):
        seen.append((done, total))
        if len(seen) == 3:
            raise RuntimeError("enough")

    artifact = busy.compile("cpu")
    with pytest.raises(RuntimeError, match="enough"):
        artifact.run(ticks=1_000_000, record="cells:v[0]/10",
                     progress=progress)
    assert len(seen) == 3 and seen[0][0] <= seen[2][0] <= 1_000_000
    assert {total for _, total in seen} == {1_000_000}


def test_the_interpreter_goes_on_meanwhile(busy):
    artifact = busy.compile("cpu")
    thread = threading.Thread(target=artifact.run, kwargs={"ticks": 3000})
    thread.start()
    count = 0
    while thread.is_alive():
        count += 1
        time.sleep(0.001)
    assert count > 20


def calls(small, models, folder):
    """One random call each; what it returned, to be compared."""
    digits = snnc.load(models / "digits/digits.nir")
    images = np.load(models / "digits/test_inputs.npy")[:3]
    artifact, chip = small.compile("cpu"), small.compile("spinnaker2")
    path = folder / "small.s2x"
    chip.save(path)
    spikes = (np.random.default_rng(1).random((40, 3)) < 0.4)

    def bad():
        with pytest.raises(snnc.Error) as caught:
            snnc.load({"populations": {"a": {"size": 1, "model": "x"}}}).compile()
        return caught.value.code

    return [
        lambda: artifact.run(spikes)["cells"].tobytes(),
        lambda: chip.run(spikes)["cells"].tobytes(),
        lambda: artifact.run(spikes, backend="reference")["cells"].tobytes(),
        lambda: chip.run(spikes, backend="native")["cells"].tobytes(),
        lambda: small.run(spikes)["cells"].tobytes(),
        lambda: small.compile("spinnaker2").name,
        lambda: digits.run(images, record="readout:spikes")["readout"].tobytes(),
        lambda: digits.check().ok,
        lambda: snnc.load(path).run(spikes)["cells"].tobytes(),
        lambda: bool(snnc.verify(artifact.run(spikes), chip.run(spikes))),
        bad,
        lambda: artifact._repr_html_(),
    ]


def test_random_calls_from_eight_threads(small, models, tmp_path):
    some = calls(small, models, tmp_path)
    expected = [call() for call in some]
    failures, forked = [], []
    stop = threading.Event()

    def work(seed):
        draw = random.Random(seed)
        try:
            for _ in range(CALLS):
                which = draw.randrange(len(some))
                if some[which]() != expected[which]:
                    failures.append(which)
        except BaseException as error:  # reported below, in the main thread
            failures.append(error)

    threads = [threading.Thread(target=work, args=(seed,)) for seed in range(8)]
    for thread in threads:
        thread.start()
    handled = []
    before = signal.signal(signal.SIGUSR1, lambda *_: handled.append(1))
    draw = random.Random(99)
    try:
        while any(thread.is_alive() for thread in threads):
            os.kill(os.getpid(), signal.SIGUSR1)
            if len(forked) < 20:
                which = draw.randrange(len(some))
                child = os.fork()
                if child == 0:
                    code = 1
                    try:
                        signal.alarm(60)  # a deadlock ends in SIGALRM
                        code = 0 if some[which]() == expected[which] else 2
                    finally:
                        os._exit(code)
                forked.append((which, os.waitpid(child, 0)[1]))
            time.sleep(0.02)
    finally:
        signal.signal(signal.SIGUSR1, before)
    for thread in threads:
        thread.join()
    assert not failures
    assert forked and all(status == 0 for _, status in forked), forked
    assert handled


def test_multiprocessing_by_fork(small):
    spikes = (np.random.default_rng(1).random((40, 3)) < 0.4)
    artifact = small.compile("cpu")
    expected = artifact.run(spikes)["cells"]
    with multiprocessing.get_context("fork").Pool(3) as pool:
        got = pool.map(_run_in_child, [spikes] * 9)
    assert all(np.array_equal(g, expected) for g in got)


def _run_in_child(spikes):
    net = snnc.Network("small", dt="1 ms")
    pixels = net.input("pixels", 3)
    cells = net.population("cells", 2, "lif",
                           params={"alpha": 0.9, "threshold": 1.0})
    from conftest import WEIGHTS
    net.project(pixels, cells, weight=WEIGHTS, delay=0)
    return net.run(spikes)["cells"]


def resident():
    with open("/proc/self/statm") as file:
        return int(file.read().split()[1]) * os.sysconf("SC_PAGESIZE")


@pytest.mark.skipif("SNNC_LEAKS" in os.environ,
                    reason="sanitizers keep freed memory, and look for leaks")
def test_memory_does_not_grow(small, models):
    spikes = np.eye(3, dtype=np.uint8).repeat(10, axis=0)

    def some(count):
        for _ in range(count):
            small.compile("spinnaker2").run(spikes)
            small.compile("cpu").run(spikes)
            with pytest.raises(snnc.Error):
                small.run(np.ones((5, 7)))
        gc.collect()
        return resident()

    first = some(15)
    assert some(30) - first < 16 << 20


def test_import_is_quiet_and_leaves_signals_alone():
    script = textwrap.dedent("""
        import signal
        before = [signal.getsignal(n) for n in (signal.SIGINT, signal.SIGTERM,
                                                 signal.SIGPIPE, signal.SIGSEGV)]
        import snnc
        net = snnc.load({"populations": {"a": {"size": 2, "model": "lif",
                         "params": {"alpha": 0.5, "threshold": 1}}}})
        net.compile("spinnaker2", paradigm="serial"), net.run(ticks=3)
        after = [signal.getsignal(n) for n in (signal.SIGINT, signal.SIGTERM,
                                                signal.SIGPIPE, signal.SIGSEGV)]
        assert before == after
    """)
    ended = subprocess.run([sys.executable, "-c", script], capture_output=True)
    assert (ended.returncode, ended.stdout, ended.stderr) == (0, b"", b"")


def test_the_command_comes_along(models, tmp_path):
    ended = subprocess.run(
        [sys.executable, "-m", "snnc", "compile", models / "yaml/starter.yaml",
         "-o", tmp_path / "a.s2x"], capture_output=True, text=True)
    assert ended.returncode == 0, ended.stderr
    assert (tmp_path / "a.s2x").stat().st_size > 1000
    ended = subprocess.run([sys.executable, "-m", "snnc", "run", tmp_path / "no"],
                           capture_output=True, text=True)
    assert ended.returncode == 1 and "SNN" in ended.stderr
