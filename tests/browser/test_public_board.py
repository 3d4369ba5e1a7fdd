"""The board at public origins, as behind a proxy: every pane at a host of its own."""

import os
import re
import subprocess
import sys
from types import SimpleNamespace

import pytest

from lab.techniques import TECHNIQUES
from support.board import lines
from support.processes import PATIENCE, ROOT


@pytest.fixture(scope="module")
def demo(tmp_path_factory):
    """A demo whose page, wires and control have hosts of their own; browsers find *.localhost on this machine."""
    environment = os.environ | {"LAB_DATA": str(tmp_path_factory.mktemp("data")), "DISPLAY": "", "WAYLAND_DISPLAY": ""}
    environment["LAB_PUBLIC_ORIGIN"] = "http://{name}.localhost:{port}"
    command = [sys.executable, "manage.py", "demo", "--port", "0"]
    with subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True) as process:
        url = re.search(r"http://\S+?/", process.stdout.readline()).group().rstrip("/")
        yield SimpleNamespace(url=url)
        process.terminate()
        process.communicate(timeout=PATIENCE)


def test_a_message_reaches_every_pane_and_is_seen_in_every_lane(demo, window, room):
    window.open(demo, "compare", room)
    opened = ".strand [data-part=state]"
    window.until(lambda: window.texts(opened).count("OPEN 1") == len(TECHNIQUES), "not every pane is open")
    hosts = [frame.get_property("src").split("/")[2].split(":")[0] for frame in window.all("iframe[data-frame]")]
    assert hosts == [f"{technique}.localhost" for technique in TECHNIQUES]
    window.say("to all")
    for technique in TECHNIQUES:
        window.driver.switch_to.frame(window.one(f"iframe[data-technique={technique}]"))
        window.until_texts("to all")
        window.driver.switch_to.default_content()
    assert any("message 1" in line for line in lines(window, "websocket", "frame"))
