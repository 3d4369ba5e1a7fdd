"""A browser without a window, driven by the DevTools protocol: it plays a scene on the board."""

import contextlib
import json
import os
import re
import shutil
import subprocess
import time
from collections.abc import Iterator
from itertools import count
from pathlib import Path
from typing import Any

from websockets.sync.client import ClientConnection, connect

from lab.net import orphans
from teaching.recording.traffic import RecordError

PROGRAMS = (
    *("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome", "microsoft-edge"),
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
)
FLAGS = ("--headless=new", "--no-first-run", "--disable-gpu", "--disable-background-networking", "--disable-sync")
SIZE = "--window-size=1600,1000"
# The results as HTML that stands alone: without links to the lab, buttons, and names that the page itself may have.
RESULTS = """(() => {
  const results = document.querySelector(".results").cloneNode(true);
  for (const link of results.querySelectorAll("a, button")) link.remove();
  for (const each of results.querySelectorAll("[data-part]")) each.removeAttribute("data-part");
  return results.innerHTML;
})()"""
PATIENCE = 60.0  # seconds that the browser, and then the board, may take


class Browser:
    """A page in a browser."""

    def __init__(self, connection: ClientConnection) -> None:
        self.connection, self.numbers = connection, count(1)
        self.session: str | None = None
        target = self.call("Target.createTarget", url="about:blank")["targetId"]
        self.session = self.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]

    def call(self, method: str, **parameters: object) -> dict[str, Any]:
        """Call a method of the protocol; return its result. Raises RecordError."""
        number = next(self.numbers)
        fields = {"id": number, "method": method, "params": parameters}
        self.connection.send(json.dumps(fields | ({"sessionId": self.session} if self.session else {})))
        while True:
            reply = json.loads(self.connection.recv(PATIENCE))
            if reply.get("id") == number:
                if "error" in reply:
                    raise RecordError(f"The browser refuses {method}: {reply['error']['message']}.")
                result: dict[str, Any] = reply["result"]
                return result

    def evaluate(self, expression: str) -> Any:
        """Return the value of an expression in the page. Raises RecordError."""
        result = self.call("Runtime.evaluate", expression=expression, awaitPromise=True, returnByValue=True)
        if "exceptionDetails" in result:
            raise RecordError(f"The page fails: {result['exceptionDetails']['text']} in {expression[:80]}.")
        return result["result"].get("value")

    def until(self, expression: str, sentence: str, seconds: float = PATIENCE) -> Any:
        """Wait until an expression is true, and return its value. Raises RecordError with the sentence."""
        end = time.monotonic() + seconds
        while not (value := self.evaluate(expression)):
            if time.monotonic() > end:
                raise RecordError(sentence)
            time.sleep(0.1)
        return value


@contextlib.contextmanager
def browser(language: str) -> Iterator[Browser]:
    """Start a browser; yield its page. Raises RecordError if there is none."""
    program = next(filter(None, map(shutil.which, PROGRAMS)), None)
    if program is None:
        raise RecordError("A scene is recorded with Chromium or Chrome, and neither is installed here.")
    flags = [*FLAGS, SIZE, f"--accept-lang={language}", "--remote-debugging-port=0"]
    flags += ["--no-sandbox"] if os.geteuid() == 0 else []  # Chromium has no sandbox for root
    with orphans.temporary_folder("lab-browser-") as profile:
        command = [program, *flags, f"--user-data-dir={profile}", "about:blank"]
        quiet = subprocess.DEVNULL
        with subprocess.Popen(command, stdin=quiet, stdout=quiet, stderr=quiet) as process:
            orphans.adopt(process.pid)
            try:
                with connect(_address(profile, process), max_size=None, compression=None, proxy=None) as connection:
                    yield Browser(connection)
            finally:
                process.terminate()


def _address(profile: Path, process: "subprocess.Popen[bytes]") -> str:
    """Return the address of the protocol, which the browser writes into its profile."""
    file, end = profile / "DevToolsActivePort", time.monotonic() + PATIENCE
    while time.monotonic() < end and process.poll() is None:
        with contextlib.suppress(OSError):
            if found := re.fullmatch(r"(\d+)\n(/\S+)\s*", file.read_text()):
                return f"ws://127.0.0.1:{found[1]}{found[2]}"
        time.sleep(0.05)
    raise RecordError("The browser does not start.")


def play(page: Browser, url: str, scene: str, seconds: float | None) -> dict[str, Any]:
    """Play a scene on the board of a demo; return its title, question and results, and when it began and ended, ms."""
    anchor = f"#scene={scene}" + (f"&seconds={seconds:g}" if seconds else "")
    page.call("Page.navigate", url=f"{url}compare/recording-{int(time.time())}/{anchor}")
    states = "[...document.querySelectorAll('[data-row] [data-part=state]')].map((each) => each.dataset.state)"
    ready = f"location.hash && {states}.length && {states}.every((state) => state === 'open')"
    page.until(ready, "The board's panes do not connect.")
    shown = "document.querySelector('.scenes [data-part={}]')"
    page.until(f"!{shown.format('scene')}.hidden", f"There is no scene {scene}.", 5)
    begin = page.evaluate(f"({shown.format('run')}.click(), Date.now())")
    page.until(
        "Boolean(document.querySelector('.results:not([hidden]) .verdict'))", "The scene does not end.", 3 * PATIENCE
    )
    texts = {name: page.evaluate(f"{shown.format(name)}.textContent") for name in ("title", "question")}
    results = page.evaluate(RESULTS)
    return texts | {"results": results, "begin": begin, "end": page.evaluate("Date.now()")}
