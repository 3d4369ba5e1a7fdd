"""The teacher's pack: every scene and every lesson has a handout and a key, and all links lead somewhere."""

import re

import pytest

from support.processes import ROOT

TEACHING = ROOT / "docs" / "teaching"
SCENES = {path.stem for path in (ROOT / "lab/static/lab/scenes").glob("*.js") if "\n  name:" in path.read_text()}
NAMES = {f"scene-{name}" for name in SCENES}
NAMES |= {f"lesson-{path.stem.replace('_', '-')}" for path in (ROOT / "notebooks").glob("*.ipynb")}
LINK = re.compile(r"\[[^]]+\]\(([^)#]*)(?:#([^)]+))?\)")
PARTS = {
    "handouts": ("## Predict, before anything is measured", "## Do", "## Measured", "## Explain"),
    "keys": ("## Answers", "## Timing", "## What students get wrong"),
}
PAGES = sorted(TEACHING.rglob("*.md"))


def test_there_are_nine_scenes_and_nine_lessons():
    assert len(SCENES) >= 9
    assert len(NAMES) >= 18


@pytest.mark.parametrize("kind", PARTS)
def test_every_scene_and_lesson_has_its_sheet_and_no_other_is_there(kind):
    assert {path.stem for path in (TEACHING / kind).glob("*.md")} == NAMES
    for path in (TEACHING / kind).glob("*.md"):
        places = [path.read_text().find(f"\n{part}\n") for part in PARTS[kind]]
        assert -1 not in places, path
        assert places == sorted(places), path


@pytest.mark.parametrize("name", sorted(NAMES))
def test_a_handout_tells_no_answer_and_its_key_fills_its_minutes(name):
    handout, key = ((TEACHING / kind / f"{name}.md").read_text() for kind in PARTS)
    for answer in re.findall(r"^- (.+)", key, re.MULTILINE):
        assert answer not in handout
    minutes = int(re.search(r"Time: (\d+) minutes", handout)[1])
    assert sum(map(int, re.findall(r"^\| (\d+) \|", key, re.MULTILINE))) == minutes


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.stem)
def test_links_lead_somewhere(path):
    for target, anchor in LINK.findall(path.read_text()):
        if target.startswith("http"):
            continue
        file = (path.parent / target) if target else path
        assert file.exists(), f"{path}: {target}"
        headings = re.findall(r"^#+ (.+)", file.read_text(), re.MULTILINE) if anchor else []
        assert not anchor or anchor in [re.sub(r"[^\w -]", "", each).lower().replace(" ", "-") for each in headings]


def test_the_outline_names_every_handout_and_key():
    outline = (TEACHING / "outline.md").read_text()
    for name in NAMES:
        assert f"(handouts/{name}.md)" in outline
        assert f"(keys/{name}.md)" in outline
