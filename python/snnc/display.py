"""How things look on terminals and in notebooks."""

from __future__ import annotations

import html
import sys
import time

import numpy as np

from .spikes import Spikes

#: Neurons and ticks that a raster shows at most.
ROWS, COLUMNS = 64, 400


def _in_notebook():
    try:
        from IPython import get_ipython
    except ImportError:
        return False
    shell = get_ipython()
    return shell is not None and hasattr(shell, "kernel")


class ProgressBar:
    """Of one run: shown after a second, on terminals and in notebooks."""

    def __init__(self, always=False):
        self._start = time.monotonic()
        self._always = always
        self._display = None
        self._drawn = False
        self._notebook = None

    def __call__(self, done, total):
        now = time.monotonic() - self._start
        if now < 1 and not self._always:
            return
        if self._notebook is None:
            self._notebook = _in_notebook()
        left = now * (total - done) / done if done else 0
        text = f"{done}/{total} ticks, {left:.0f} s left"
        if self._notebook:
            self._draw_html(done / total, text)
        elif self._always or sys.stderr.isatty():
            filled = 30 * done // total
            sys.stderr.write(f"\rrun [{'#' * filled}{'.' * (30 - filled)}] {text}"
                             "\033[K")
            sys.stderr.flush()
            self._drawn = True

    def _draw_html(self, share, text):
        from IPython.display import HTML, display
        bar = HTML(f"<progress value='{share:.4f}' max='1' aria-label='run'>"
                   f"</progress> {html.escape(text)}")
        if self._display is None:
            self._display = display(bar, display_id=True)
        else:
            self._display.update(bar)

    def close(self):
        if self._drawn:
            sys.stderr.write("\r\033[K")
            sys.stderr.flush()
        if self._display is not None:
            from IPython.display import HTML
            self._display.update(HTML(""))
        self._drawn, self._display = False, None


def table(head, rows):
    def cells(row, tag):
        return "".join(f"<{tag} scope='col'>{html.escape(str(c))}</{tag}>"
                       if tag == "th" else f"<td>{html.escape(str(c))}</td>"
                       for c in row)
    return ("<table><thead><tr>" + cells(head, "th") + "</tr></thead><tbody>"
            + "".join(f"<tr>{cells(row, 'td')}</tr>" for row in rows)
            + "</tbody></table>")


def raster_svg(raster, title):
    """A raster, ticks to the right and neurons upwards, as one SVG. What has
    more rows or columns than fit is shown as whether any of a block spiked."""
    ticks, neurons = raster.shape[-2:]
    by_tick = max(1, -(-ticks // COLUMNS))
    by_neuron = max(1, -(-neurons // ROWS))
    width, height = -(-ticks // by_tick), -(-neurons // by_neuron)
    if isinstance(raster, Spikes):
        events = raster.events()
        if raster.ndim > 2:
            events = events[events[:, 0] == 0, 1:]
    else:
        events = np.argwhere(raster.reshape((-1,) + raster.shape[-2:])[0])
    blocks = np.zeros((width, height), bool)
    blocks[events[:, 0] // by_tick, events[:, 1] // by_neuron] = True
    marks = np.argwhere(blocks)
    path = "".join(f"M{t} {height - 1 - n}h1v1h-1z" for t, n in marks)
    drawn = max(4 * height, 24)
    return (f"<figure style='margin:0.5em 0'><figcaption>{html.escape(title)}"
            f"</figcaption><svg role='img' aria-label='{html.escape(title)}' "
            f"viewBox='0 0 {width} {height}' preserveAspectRatio='none' "
            f"style='width:100%;max-width:60em;height:{drawn}px;"
            "border:1px solid currentColor'>"
            f"<path d='{path}' fill='currentColor'/></svg></figure>")


def artifact_html(artifact):
    report = artifact.report
    rows = [(p["name"], p["neurons"], ", ".join(p["variables"]), p["latency"])
            for p in artifact.populations.values()]
    text = table(("population", "neurons", "variables", "latency"), rows)
    where = f"{artifact.cores} PE(s)" if report else "this computer"
    return f"<p><b>{html.escape(artifact.name)}</b> on {where}</p>{text}"


def result_html(result):
    rows = []
    for name, array in result.items():
        if name.endswith(":spikes"):
            rows.append((name, "x".join(map(str, array.shape)), int(array.sum()),
                         f"{array.mean():.4g}"))
        else:
            rows.append((name, "x".join(map(str, array.shape)), "",
                         f"{np.mean(array):.4g}"))
    text = table(("recorded", "shape", "spikes", "mean"), rows)
    for name, array in result.items():
        if name.endswith(":spikes") and array.size:
            text += raster_svg(array, f"{name}: {array.shape[-1]} neurons, "
                                      f"{array.shape[-2]} ticks")
    return text
