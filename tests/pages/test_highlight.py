"""The highlighted source code on a stage's page: it is complete and escaped."""

import html
import re
from importlib import import_module
from pathlib import Path

from lab.pages.highlight import listing


def test_the_highlighted_code_keeps_every_character(technique):
    for file in Path(import_module(technique).__file__).parent.rglob("*.[pj][ys]"):
        source = file.read_text()
        shown = re.sub(r'<span class="\w+">|</span>|</?mark>', "", listing(source, file.suffix[1:]))
        assert html.unescape(shown) == source


def test_a_comment_that_says_what_is_to_blame_is_marked_with_the_line_after_it():
    marked = listing("a\n# To blame: <b>.\nb = c\nd\n", "py")
    assert marked == 'a\n<mark><span class="comment"># To blame: &lt;b&gt;.</span></mark>\n<mark>b = c</mark>\nd\n'


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
