"""The style sheets of the pages: every colour is a variable, and has a value for each theme."""

import re

from support.processes import ROOT

SHEETS = sorted((ROOT / "lab/static/lab").glob("*.css"))
COLOUR = re.compile(r"#[0-9a-fA-F]{3,8}\b")
VARIABLE = re.compile(r"^\s*--([\w-]+): #[0-9a-fA-F]{3,8};", re.MULTILINE)
DARK = "@media screen and (prefers-color-scheme: dark)"
MIXED = re.compile(r"^\s*--(written|tint): color-mix\(.*$", re.MULTILINE)


def test_every_colour_of_the_light_theme_has_one_in_the_dark_theme():
    light, dark = (ROOT / "lab/static/lab/style.css").read_text().split(DARK)
    names = VARIABLE.findall(light)
    assert len(names) > 10
    assert names == VARIABLE.findall(dark)
    assert MIXED.findall(light) == MIXED.findall(dark) == ["written", "tint"]


def test_no_other_rule_names_a_colour():
    for sheet in SHEETS:
        text = MIXED.sub("", VARIABLE.sub("", re.sub(r"/\*.*?\*/", "", sheet.read_text(), flags=re.DOTALL)))
        assert COLOUR.findall(text) == [], sheet.name
