"""The highlighted source code on a stage's page: it is complete and escaped."""

import html
import re
from importlib import import_module
from pathlib import Path

from lab.pages.highlight import listing


def test_the_highlighted_code_keeps_every_character(technique):
    for file in Path(import_module(technique).__file__).parent.rglob("*.[pj][ys]"):
        source = file.read_text()
        assert html.unescape(re.sub(r'<span class="\w+">|</span>', "", listing(source, file.suffix[1:]))) == source


def test_the_highlighted_code_is_escaped():
    assert listing('x = "<script>" < 1  # <b>\n', "py") == (
        'x = <span class="text">&quot;&lt;script&gt;&quot;</span> &lt; <span class="number">1</span>'
        '  <span class="comment"># &lt;b&gt;</span>\n'
    )


def test_javascript_is_highlighted_too():
    assert listing("return `<b>` + 1_000; // <i>\n", "js") == (
        '<span class="word">return</span> <span class="text">`&lt;b&gt;`</span> + <span class="number">1_000</span>;'
        ' <span class="comment">// &lt;i&gt;</span>\n'
    )
