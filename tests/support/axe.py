"""axe-core: checks the accessibility of the page in a browser window."""

from functools import cache

import pytest

from support.processes import ROOT

SOURCE = ROOT / "node_modules" / "axe-core" / "axe.min.js"
# All rules, also those that no law requires; each frame is a page and is checked separately.
RUN = """
const [part, done] = arguments;
axe.run(part, { iframes: false, resultTypes: ["violations"] }).then(
  ({ violations }) =>
    done(violations.flatMap(({ id, help, nodes }) => nodes.map(({ html }) => `${id}: ${help}: ${html}`))),
  (error) => done([String(error)]),
);
"""


@cache
def source():
    """Return axe-core's script; if it is missing, fail with a sentence that says how to install it."""
    if not SOURCE.exists():
        pytest.fail("axe-core is missing: tests/setup installs it.")
    return SOURCE.read_text(encoding="utf-8")


def check(window, part="html"):
    """Fail with axe-core's findings on the page or the frame that a window shows, or on a part of it."""
    if not window.driver.execute_script("return Boolean(window.axe)"):
        window.driver.execute_script(source())
    wrong = window.driver.execute_async_script(RUN, part)
    assert not wrong, "\n".join([f"{len(wrong)} found:", *wrong])
