"""Compile once, carry the bundle away, answer requests with it.

    python serve_and_deploy.py

A bundle (.s2x) holds all that a chip is loaded with. Whoever opens it needs no
network file, no framework and no compiler run. Here a small HTTP server opens one
and classifies digits on the emulated chip, for several clients at once. No real
board can be reached yet; the emulator executes the very programs of the bundle.
"""

import concurrent.futures
import http.server
import json
import pathlib
import tempfile
import threading
import time
import urllib.request

import numpy as np

import figure
import snnc

MODEL = pathlib.Path(__file__).resolve().parents[2] / "models/digits"
images = np.load(MODEL / "test_inputs.npy")[:40]
labels = np.load(MODEL / "test_labels.npy")[:40]

# Where it is made.
folder = tempfile.TemporaryDirectory()
bundle = pathlib.Path(folder.name) / "digits.s2x"
snnc.load(MODEL / "digits.nir").compile("spinnaker2").save(bundle)
print(f"bundle: {bundle.stat().st_size:,} bytes")

# Where it is used. An artifact never changes: any thread may run it.
begin = time.perf_counter()
chip = snnc.load(bundle)
print(f"opened in {1e3 * (time.perf_counter() - begin):.0f} ms: {chip!r}")


class Digits(http.server.BaseHTTPRequestHandler):
    """POST a raster, 32 ticks x 64 pixels of uint8; the answer is JSON."""

    protocol_version = "HTTP/1.1"

    def do_POST(self):
        sent = self.rfile.read(int(self.headers["Content-Length"]))
        try:
            result = chip.run(np.frombuffer(sent, np.uint8).reshape(-1, 64),
                              record=["readout:spikes"])
            votes = result["readout"].sum(axis=0)
            self.answer(200, {"class": int(votes.argmax()), "votes": votes.tolist()})
        except (snnc.Error, ValueError) as error:
            self.answer(400, {"error": str(error)})

    def answer(self, status, what):
        body = json.dumps(what).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Digits)
threading.Thread(target=server.serve_forever, daemon=True).start()


def ask(raster):
    begin = time.perf_counter()
    address = "http://127.0.0.1:%d/" % server.server_port
    # No proxy stands between a computer and itself.
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    with opener.open(urllib.request.Request(address, raster.tobytes())) as reply:
        return json.load(reply)["class"], 1e3 * (time.perf_counter() - begin)


with concurrent.futures.ThreadPoolExecutor(4) as clients:
    answers = list(clients.map(ask, images))
classes, waited = (np.array(column) for column in zip(*answers))
print(f"{len(answers)} requests of 4 clients: {(classes == labels).mean():.0%} right, "
      f"median {np.median(waited):.0f} ms, slowest {waited.max():.0f} ms")
batch = chip.run(images)["readout"].sum(axis=1).argmax(axis=1)
print("as in one batch:", bool((batch == classes).all()))
try:
    ask(images[0][:, :63])
except urllib.error.HTTPError as refused:
    print(f"what does not fit: {refused.code} {json.load(refused)['error']}")
server.shutdown()

# What was changed on the way is not run.
damaged = bytearray(bundle.read_bytes())
damaged[len(damaged) // 2] ^= 1
bundle.write_bytes(damaged)
try:
    snnc.load(bundle)
except snnc.Error as error:
    print(f"a damaged bundle: {error.message} [{error.code}]")


def draw(page):
    axes = page.subplots()
    axes.hist(waited, 20)
    axes.set(title="time to an answer, four clients at once, emulated chip",
             xlabel="ms", ylabel="requests")


figure.save(__file__, draw, (6, 3), instead=classes)
