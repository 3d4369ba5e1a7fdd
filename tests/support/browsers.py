"""Chromium, driven by Selenium: a browser window with helpers for the lab's pages."""

import contextlib
import re
from pathlib import Path
from unittest.mock import patch
from urllib.parse import quote

import websocket
from lab.net import orphans
from support.processes import PATIENCE

# Selenium takes one name from the package websocket-client, whose import name is our technique's. Only its BiDi
# protocol needs it, which these tests do not speak.
with patch.object(websocket, "WebSocketApp", None, create=True):
    from selenium import webdriver
    from selenium.common.exceptions import StaleElementReferenceException
    from selenium.webdriver.common.by import By
    from selenium.webdriver.common.keys import Keys
    from selenium.webdriver.remote.webdriver import WebDriver  # noqa: F401  (the module that takes it)
    from selenium.webdriver.support.wait import WebDriverWait

FLAGS = (
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--window-size=1600,1000",
)
DRIVER = Path("/usr/bin/chromedriver")  # where Debian puts it; elsewhere Selenium finds or fetches one
# The messages in the browser's console when a server is unavailable.
AWAY = re.compile(
    r"ERR_CONNECTION_REFUSED|ERR_CONNECTION_RESET|ERR_EMPTY_RESPONSE|ERR_INCOMPLETE_CHUNKED_ENCODING"
    r"|ERR_SOCKET_NOT_CONNECTED"
)
CHECK_INTERVAL = 0.02  # seconds between checks of a page

BROKEN = """
const broken = [];
for (const root of document.querySelectorAll(arguments[0])) {
  const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    for (const { 0: word, index } of walker.currentNode.data.matchAll(/[\\p{L}\\d_]+/gu)) {
      const range = document.createRange();
      range.setStart(walker.currentNode, index);
      range.setEnd(walker.currentNode, index + word.length);
      const tops = new Set(Array.from(range.getClientRects(), ({ top }) => Math.round(top)));
      if (word.length < 25 && tops.size > 1) broken.push(word);
    }
  }
}
return broken;
"""


class Sized:
    """A block in which the screen has another size."""

    def __init__(self, driver, width, height):
        self.driver = driver
        self.metrics = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": False}

    def __enter__(self):
        self.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", self.metrics)

    def __exit__(self, *exc_info):
        self.driver.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})


class Media:
    """A block in which the system prefers something else, such as a dark theme, or in which the page is printed."""

    def __init__(self, driver, media, features):
        self.driver = driver
        named = [{"name": f"prefers-{name.replace('_', '-')}", "value": value} for name, value in features.items()]
        self.settings = {"media": media, "features": named}

    def __enter__(self):
        self.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", self.settings)

    def __exit__(self, *exc_info):
        self.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": "", "features": []})


class Window:
    """One browser with a profile of its own."""

    def __init__(self, language="en", flags=()):
        options = webdriver.ChromeOptions()
        self.kept = contextlib.ExitStack()
        profile = self.kept.enter_context(orphans.temporary_folder("lab-browser-"))
        for flag in (*FLAGS, *flags, f"--user-data-dir={profile}", f"--accept-lang={language}"):
            options.add_argument(flag)
        # Hidden pages must have slow timers, as everywhere; the driver would disable that.
        options.add_experimental_option("excludeSwitches", ["disable-background-timer-throttling"])
        options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
        service = webdriver.ChromeService(str(DRIVER) if DRIVER.exists() else None)
        self.driver = webdriver.Chrome(options=options, service=service)
        orphans.adopt(service.process.pid)
        self.driver.set_page_load_timeout(2 * PATIENCE)  # less than the 120 s of the connection to the driver
        self.driver.set_script_timeout(2 * PATIENCE)

    def close(self):
        self.driver.quit()
        self.kept.close()

    def open(self, server, *parts):
        """Open a page."""
        self.driver.get(f"{server.url}/{''.join(quote(part) + '/' for part in parts)}")
        return self

    def chat(self, server, technique, room):
        """Open the chat, wait until every pane is connected, and set the shortest polling interval."""
        self.open(server, technique, room)
        self.until_state("OPEN 1")
        for shortest in self.all("[data-part=interval]:not([hidden]) option:first-child"):
            shortest.click()
        return self

    def all(self, selector):
        return self.driver.find_elements(By.CSS_SELECTOR, selector)

    def one(self, selector):
        return self.driver.find_element(By.CSS_SELECTOR, selector)

    def texts(self, selector):
        """Return the texts of all elements, read at the same moment."""
        script = "return Array.from(document.querySelectorAll(arguments[0]), (element) => element.textContent)"
        return self.driver.execute_script(script, selector)

    def until(self, true, otherwise):
        """Wait until `true()` returns a true value."""
        WebDriverWait(self.driver, PATIENCE, CHECK_INTERVAL, [StaleElementReferenceException]).until(
            lambda _: true(), otherwise
        )
        return self

    def until_state(self, *states, pane=""):
        """Wait until every pane shows one of these readyStates."""
        selector = f"{pane} [data-part=state]"
        return self.until(lambda: set(self.texts(selector)) <= set(states), f"the state is not {states}")

    def until_texts(self, *texts, pane=""):
        """Wait until the messages of a pane are exactly these."""
        selector = f"{pane} .message .text"
        self.until(
            lambda: self.texts(selector) == list(texts), f"the messages are not {texts}, but {self.texts(selector)}"
        )
        return self

    def sized(self, width, height):
        """Return a block in which the screen has this size, px."""
        return Sized(self.driver, width, height)

    def preferring(self, media="", **features):
        """Return a block with preferences such as color_scheme="dark"; `media` "print" shows the page on paper."""
        return Media(self.driver, media, features)

    def broken_words(self, selector):
        """Return the words of up to 24 letters, in any such element, that stand in two lines."""
        return self.driver.execute_script(BROKEN, selector)

    def say(self, *texts):
        """Type into the composer."""
        for text in texts:
            self.one(".composer [name=text]").send_keys(text, Keys.ENTER)
        return self

    def complaints(self, expected=None):
        """Return the errors in the browser's console since the last call, without expected ones."""
        entries = [entry["message"] for entry in self.driver.get_log("browser") if entry["level"] == "SEVERE"]
        return [entry for entry in entries if not (expected and expected.search(entry))]
