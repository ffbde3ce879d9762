"""The report as one sees it: screenshots against stored ones, and the names that
a screen reader says.

Letters and edges are a browser's and a computer's own, so that pictures are
compared at an eighth of their size. SNNC_WRITE_PICTURES=1 writes them anew, into
tests/python/pictures: look at them before they are committed.
"""

import os
import pathlib
import subprocess
import sys

import numpy as np
import pytest
from PIL import Image

sys.path.append(str(pathlib.Path(__file__).resolve().parents[1] / "e2e"))

from browser import Browser, need_browser # noqa: E402

PICTURES = pathlib.Path(__file__).parent / "pictures"
VIEWS = [(width, scheme) for width in (360, 1280, 2560) for scheme in ("light", "dark")]
EIGHTH = 8


def coarse(path):
    with Image.open(path) as picture:
        small = (picture.width // EIGHTH, picture.height // EIGHTH)
        return np.asarray(picture.convert("RGB").resize(small, Image.Resampling.BOX), int)


def alike(one, other):
    """The share of places whose colour is off by more than a tenth is small."""
    if one.shape != other.shape:
        return False
    return (np.abs(one - other).max(axis=2) > 25).mean() < 0.04


@pytest.fixture(scope="module")
def page(tmp_path_factory, command, models):
    folder = tmp_path_factory.mktemp("report")
    np.save(folder / "x.npy", np.load(models / "digits/test_inputs.npy")[:3])
    for words in (["compile", models / "digits/digits.nir", "-o", "d.s2x"],
                  ["run", "d.s2x", "-i", "x.npy", "-o", "d.npz"],
                  ["report", "d.s2x", "d.npz", "-o", "d.html"]):
        done = subprocess.run([command, *map(str, words)], cwd=folder, capture_output=True,
                              text=True)
        assert done.returncode == 0, done.stderr
    return folder / "d.html"


@pytest.fixture(scope="module")
def browser():
    need_browser()
    opened = Browser()
    yield opened
    opened.close()


@pytest.mark.parametrize("width,scheme", VIEWS)
def test_looks_as_it_did(page, browser, width, scheme):
    browser.view(width, 1200, scheme)
    browser.open(str(page))
    browser.run("scrollTo(0, 0)")
    name = f"report-{width}-{scheme}.png"
    shot = page.parent / name
    browser.picture(str(shot))
    assert browser.complaints() == []
    if os.environ.get("SNNC_WRITE_PICTURES"):
        PICTURES.mkdir(exist_ok=True)
        with Image.open(shot) as picture:
            picture.convert("RGB").quantize(128, dither=Image.Dither.NONE).save(
                PICTURES / name, optimize=True)
    assert alike(coarse(shot), coarse(PICTURES / name)), f"{shot} is not as {PICTURES / name}"


def test_what_is_not_alike_is_seen():
    """The comparison can fail: other colours, a chart that is missing, a page
    that slipped."""
    picture = coarse(PICTURES / "report-1280-light.png")
    assert alike(picture, picture)
    assert not alike(picture, coarse(PICTURES / "report-1280-dark.png"))
    assert not alike(picture, coarse(PICTURES / "report-360-light.png"))
    assert not alike(picture, np.roll(picture, 5, axis=0))
    empty = picture.copy()
    empty[len(empty) // 3:] = 255
    assert not alike(picture, empty)


def test_everything_one_can_reach_has_a_name(page, browser):
    browser.view(1280, 1200)
    browser.open(str(page))
    browser.run("scrollTo(0, document.body.scrollHeight)")
    tree = browser.driver.execute_cdp_cmd("Accessibility.getFullAXTree", {})["nodes"]
    reached = [node for node in tree if not node.get("ignored")
               and node["role"]["value"] != "RootWebArea"
               and any(p["name"] == "focusable" and p["value"]["value"]
                       for p in node.get("properties", []))]
    assert len(reached) > 10
    for node in reached:
        assert node.get("name", {}).get("value", "").strip(), node
