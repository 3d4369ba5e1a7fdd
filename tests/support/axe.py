"""axe-core in a page: the rules by which everybody can use it, whatever they see it with."""

from functools import cache

import pytest

from support.processes import ROOT

SOURCE = ROOT / "node_modules" / "axe-core" / "axe.min.js"
# All rules, also those that no law asks for; each frame is a page of its own and is checked as one.
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
    """Return axe-core's script, or fail with a sentence that says where it comes from."""
    if not SOURCE.exists():
        pytest.fail("axe-core is missing: tests/setup installs it.")
    return SOURCE.read_text(encoding="utf-8")


def check(window, part="html"):
    """Fail with what axe-core finds wrong with the page, or the frame, that a window shows, or with a part of it."""
    if not window.driver.execute_script("return Boolean(window.axe)"):
        window.driver.execute_script(source())
    wrong = window.driver.execute_async_script(RUN, part)
    assert not wrong, "\n".join([f"{len(wrong)} found:", *wrong])
