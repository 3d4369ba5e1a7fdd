"""The printed handouts: each is one sheet of paper, on A4 and on Letter."""

import base64
import re
import subprocess
import sys

import pytest

from support import axe
from support.processes import COMMAND, ROOT

PAPERS = {"A4": (210 / 25.4, 297 / 25.4), "Letter": (8.5, 11)}  # inches


@pytest.fixture(scope="module")
def printed(tmp_path_factory):
    """The folder with the pages to print."""
    folder = tmp_path_factory.mktemp("printed")
    command = [sys.executable, "notebooks/handouts.py", str(folder)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=COMMAND)
    assert done.returncode == 0, done.stderr
    return folder


def sheets(window, page, paper):
    """Return how many sheets of a paper a page takes."""
    width, height = PAPERS[paper]
    window.driver.get(page.as_uri())
    options = {"paperWidth": width, "paperHeight": height, "preferCSSPageSize": False, "printBackground": False}
    pdf = base64.b64decode(window.driver.execute_cdp_cmd("Page.printToPDF", options)["data"])
    return len(re.findall(rb"/Type\s*/Page\b(?!s)", pdf))


@pytest.mark.parametrize("kind", ["handouts", "keys"])
@pytest.mark.parametrize("paper", PAPERS)
def test_every_handout_and_every_key_is_one_sheet(window, printed, kind, paper):
    pages = sorted((printed / kind).glob("*.html"))
    assert len(pages) == len(list((ROOT / "docs/teaching" / kind).glob("*.md"))) >= 18
    found = {page.stem: sheets(window, page, paper) for page in pages}
    assert set(found.values()) == {1}, found
    assert sheets(window, printed / f"{kind}.html", paper) == len(pages)


def test_axe_accepts_the_printed_pages(window, printed):
    for page in [*printed.glob("handouts/*-08-*.html"), *printed.glob("keys/scene-one.html")]:
        window.driver.get(page.as_uri())
        axe.check(window)
