"""The first page, the board and the error pages, in a real browser."""

import re
from importlib import import_module

import pytest

from lab.settings import TECHNIQUES
from support.browsers import Keys, Window

LATENCY = re.compile(r"[\d.,]+ m?s")


def test_one_message_appears_in_all_panes_with_its_latency(server, window, room):
    window.chat(server, "compare", room)
    window.say("to all")
    for technique in TECHNIQUES:
        pane = f"section[data-technique={technique}]"
        window.until_texts("to all", pane=pane)
        (latency,) = window.texts(f"{pane} .message .latency")
        assert LATENCY.fullmatch(latency)
        assert LATENCY.fullmatch(window.one(f"{pane} [data-part=mean]").text)
    window.until(lambda: window.one(".status").text.startswith("Delivered:"), "its delivery is not shown")


def test_each_technique_can_publish_for_all(server, window, room):
    window.chat(server, "compare", room)
    for technique in TECHNIQUES:
        window.one(f".composer option[value={technique}]").click()
        window.say(f"by {technique}")
        for each in TECHNIQUES:
            pane = f"section[data-technique={each}]"
            window.until(lambda: window.texts(f"{pane} .text")[-1:] == [f"by {technique}"], f"{each} did not deliver")  # noqa: B023


def test_each_technique_has_its_colour(server, window, room):
    window.chat(server, "compare", room)
    for technique in TECHNIQUES:
        red, green, blue, *_alpha = map(
            int,
            re.findall(
                r"\d+", window.one(f"section[data-technique={technique}]").value_of_css_property("border-top-color")
            ),
        )
        assert f"#{red:02X}{green:02X}{blue:02X}" == import_module(technique).COLOUR


def test_the_first_page_leads_to_a_room(server, window, room):
    window.open(server)
    window.one("#room").clear()
    window.one("#room").send_keys(f"{room}-物理课", Keys.ENTER)
    window.until_state("OPEN 1")
    assert window.one("h1").get_property("textContent").startswith(f"{room}-物理课")
    assert len(window.all(".panel")) == len(TECHNIQUES)


def test_the_first_page_says_which_room_names_are_valid(server, window):
    window.open(server)
    window.one("#room").clear()
    window.one("#room").send_keys("no room!", Keys.ENTER)
    window.until(lambda: window.one("#rule").get_attribute("data-broken") is not None, "the rule is not shown")
    assert window.driver.current_url == f"{server.url}/"


def test_an_invalid_room_name_gets_a_helpful_page(server, window, technique):
    window.open(server, technique, "no room!")
    assert "1 to 64 letters and digits" in window.one("main").text
    assert window.complaints(re.compile(r"404 \(Not Found\)")) == []


def test_the_language_can_be_switched(server, window, room):
    window.open(server, "compare", room)
    assert window.one("html").get_attribute("lang") == "en"
    window.one("[name=language][value=zh-hans]").click()
    window.until(lambda: window.one("html").get_attribute("lang") == "zh-hans", "the language stays")
    window.until_state("OPEN 1")
    assert window.one(".composer .primary").text == "发布"
    assert window.texts("[data-part=toggle]") == ["关闭"] * len(TECHNIQUES), "the scripts use the language, too"
    window.one("[name=language][value=en]").click()
    window.until(lambda: window.one("html").get_attribute("lang") == "en", "the language stays")


@pytest.mark.browser
def test_the_browsers_language_is_used(server):
    window = Window("zh-CN")
    try:
        window.open(server)
        assert window.one("html").get_attribute("lang") == "zh-hans"
        assert "聊天室" in window.one("h1").text
    finally:
        window.close()


def test_everything_can_be_reached_by_the_keyboard(server, window, room):
    window.chat(server, "compare", room)
    window.driver.execute_script("document.activeElement.blur()")
    seen = set()
    for _ in range(60):
        window.driver.switch_to.active_element.send_keys(Keys.TAB)
        focused = window.driver.switch_to.active_element
        seen.add(focused.get_attribute("name") or focused.get_attribute("data-part") or focused.get_attribute("role"))
    assert {"text", "author", "by", "toggle", "log", "language"} <= seen


@pytest.mark.parametrize("size", [(1920, 1080), (390, 844)])
def test_no_page_is_wider_than_its_screen(server, window, room, size):
    width, height = size
    window.driver.execute_cdp_cmd(
        "Emulation.setDeviceMetricsOverride",
        {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": False},
    )
    try:
        for parts in (
            [],
            ["compare", room],
            [TECHNIQUES[0], room],
            [TECHNIQUES[0], "stages", import_module(TECHNIQUES[0]).STAGES[0], room],
        ):
            window.open(server, *parts)
            assert window.driver.execute_script("return document.documentElement.scrollWidth") <= width
    finally:
        window.driver.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})
