"""A recording is one file that plays back from the disk, with the network off."""

import json
import re

import pytest

from lab.techniques import TECHNIQUES
from support import axe
from support.board import open_board
from support.browsers import Keys
from support.processes import run_command

pytestmark = pytest.mark.browser
SIZES = [(1920, 1080), (390, 844)]
OFFLINE = {"offline": True, "latency": 0, "downloadThroughput": -1, "uploadThroughput": -1}
# The px by which the ends of the lanes are apart from those of the axis below them, at most.
APART = """
const inner = document.querySelector(".scale").getBoundingClientRect();
return Math.max(...Array.from(document.querySelectorAll(".tracks .lane canvas"), (canvas) => {
  const { left, right } = canvas.getBoundingClientRect();
  return Math.max(Math.abs(left - inner.left), Math.abs(right - inner.right));
}));
"""
# How many colours a canvas has in its right half: 1 if nothing is drawn there.
COLOURS = """
const canvas = document.querySelector(`[data-technique=${arguments[0]}] canvas`);
const half = Math.floor(canvas.width / 2);
const { data } = canvas.getContext("2d").getImageData(half, 0, half, canvas.height);
return new Set(new Uint32Array(data.buffer)).size;
"""


@pytest.fixture(scope="module")
def scene(tmp_path_factory):
    """The recording of a scene."""
    folder = tmp_path_factory.mktemp("scene")
    file = folder / "one.html"
    arguments = ("--scene", "one", "--seconds", "2", "--output", str(file))
    done = run_command("record", *arguments, data=folder / "data")
    assert done.returncode == 0, done.stderr
    assert "Open it in a browser; it needs no server." in done.stdout
    return file


@pytest.fixture
def offline(window):
    """A window whose network is off."""
    window.driver.execute_cdp_cmd("Network.enable", {})
    window.driver.execute_cdp_cmd("Network.emulateNetworkConditions", OFFLINE)
    yield window
    window.driver.get("about:blank")
    window.driver.execute_cdp_cmd("Network.emulateNetworkConditions", OFFLINE | {"offline": False})


def seek(window, place):
    """Move the recording to a place, from 0 to 1000."""
    script = "const [p] = arguments; p.value = arguments[1]; p.dispatchEvent(new Event('input'))"
    window.driver.execute_script(script, window.one("[data-part=place]"), place)


def test_a_recording_names_no_other_file_and_no_cookie(scene):
    text = scene.read_text()
    assert not re.search(r'(?:src|href)="(?!data:|#)', text)
    assert "default-src 'none'" in text
    assert not re.search(r"url\((?!data:)", text)
    recording = json.loads(re.search(r'id="recording">(.*?)</script>', text, re.DOTALL)[1])
    assert {each["wire"] for each in recording["exchanges"]} == set(TECHNIQUES)
    changes = [change["what"] for wire in recording["state"]["wires"] for change in wire["changes"]]
    assert changes.count("link") >= len(TECHNIQUES), "the scene sets a delay on each wire"
    cookies = [part for each in recording["exchanges"] for part in each["parts"] if part["name"].lower() == "cookie"]
    assert all(set(part["value"]) == {"x"} for part in cookies)


def test_a_scene_plays_back_from_the_disk_until_its_results(scene, offline):
    offline.driver.get(scene.as_uri())
    assert offline.one("h1").text == "One message"
    assert "Which pane will show it last?" in offline.one("main").text
    assert not offline.one("[data-part=results]").is_displayed()
    before = offline.one("[data-part=clock]").text
    offline.one("[data-part=play]").click()
    offline.until(lambda: offline.one("[data-part=clock]").text != before, "it does not play")
    offline.until(lambda: offline.one("[data-part=results]").is_displayed(), "the results never come")
    assert "Measured: " in offline.one("[data-part=results]").text
    assert len(offline.all("[data-part=table] tr")) == 1 + len(TECHNIQUES)
    for cells in offline.driver.execute_script(
        "return [...document.querySelectorAll('[data-part=table] tr')].slice(1).map((row) => row.cells[1].textContent)"
    ):
        assert int(cells) >= 1


def test_the_lanes_are_drawn_and_the_inspector_explains_the_bytes(scene, offline):
    offline.driver.get(scene.as_uri())
    seek(offline, 1000)
    for technique in TECHNIQUES:
        offline.until(lambda: offline.driver.execute_script(COLOURS, technique) > 2, "the lane is empty")  # noqa: B023
        lane = offline.one(f".tracks [data-technique={technique}] .lane")
        lane.send_keys(Keys.ARROW_RIGHT)
        while "bytes" not in offline.one("[data-part=caption]").text:  # a connection that opens has none
            lane.send_keys(Keys.ARROW_RIGHT)
        lane.send_keys(Keys.ENTER)
        offline.until(lambda: offline.all(".inspector[open] table.parts tr"), "nothing is explained")
        offline.one(".inspector [data-part=close]").click()


def test_a_session_of_a_running_demo_can_be_recorded(lab, offline, tmp_path):
    offline.driver.execute_cdp_cmd("Network.emulateNetworkConditions", OFFLINE | {"offline": False})
    open_board(offline, lab).say("hello")
    offline.until(lambda: "Delivered" in offline.one(".composer").text, "nothing is delivered")
    file = tmp_path / "session.html"
    arguments = ("--url", f"{lab}/", "--seconds", "30", "--output", str(file), "--language", "zh-hans")
    done = run_command("record", *arguments, data=tmp_path / "data")
    assert done.returncode == 0, done.stderr
    offline.driver.get("about:blank")  # the board would miss its server
    offline.driver.execute_cdp_cmd("Network.emulateNetworkConditions", OFFLINE)
    offline.driver.get(file.as_uri())
    assert offline.one("h1").text == "录制的会话"
    assert offline.one("[data-part=play]").text == "播放"
    offline.one("[data-part=reveal]").click()
    assert offline.one("[data-part=results]").is_displayed()


def test_axe_accepts_a_recording_at_every_size_and_nothing_is_cut_off(scene, offline):
    offline.driver.get(scene.as_uri())
    offline.one("[data-part=reveal]").click()
    for width, height in SIZES:
        with offline.sized(width, height):
            axe.check(offline)
            assert offline.driver.execute_script("return document.documentElement.scrollWidth <= innerWidth")
            assert offline.driver.execute_script(APART) < 3
