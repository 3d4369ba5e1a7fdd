"""The board's scenes, controls and scoreboard, in a real browser and with real wires."""

import re

import pytest

from lab.settings import TECHNIQUES
from support.board import SCENES, choose, open_board, wait_for_results
from support.browsers import Keys, Window
from support.captures import fields_of

FAULTS = (
    *(f"[data-fault={name}]" for name in ("cut", "reset", "freeze", "refuse", "trickle", "cut_every")),
    "[data-part=restart]",
)
NOTICED = {f"[data-fault={name}]" for name in ("cut", "reset", "cut_every")} | {"[data-part=restart]"}
# {scene: for each row, slowest technique first, whether the model predicts it}; other scenes: all rows.
MODELLED = {
    "tunnel": [False] * 4,
    "restart": [False] * 4,
    "seventh": [False] * 4,
    "slow": [True, False, False, False],
    "phase": [True, False, False, False],
}
SLOWEST = {"one": ["at most 1.1 s", "at most 154 ms", "model: 50 ms", "model: 50 ms"]}  # the model's texts on latency
HOLDS = "sse"  # a technique whose connections stay open, by HTTP/1.1
# The messages in the browser's console when a connection ends.
ENDED = re.compile(
    r"(ERR_CONNECTION_(REFUSED|RESET|CLOSED)|ERR_EMPTY_RESPONSE|ERR_INCOMPLETE_CHUNKED_ENCODING"
    r"|ERR_SOCKET_NOT_CONNECTED)$"
)


@pytest.fixture(scope="module")
def _window():
    window = Window()
    yield window
    window.close()


@pytest.fixture(scope="module")
def page(lab, _window):
    """The board with every pane open, shared by the tests of this module."""
    return open_board(_window, lab)


@pytest.fixture
def board(page):
    """The shared board, with an empty console before and after."""
    page.complaints()
    yield page
    assert page.complaints() == []


def table(window, selector):
    """Return a table's rows as texts."""
    script = """return Array.from(document.querySelectorAll(arguments[0] + " tbody tr"),
        (row) => Array.from(row.cells, (cell) => cell.textContent.trim()))"""
    return window.driver.execute_script(script, selector)


@pytest.mark.parametrize("scene", SCENES)
def test_a_scene_takes_predictions_runs_and_shows_results(page, scene):
    seconds, ends = SCENES[scene]
    page.complaints()
    choose(page, scene, seconds)
    page.one("[name=who]").send_keys("Ann")
    page.one(".option").click()
    page.one(".scenes [data-part=run]").click()
    wait_for_results(page)
    assert re.search(r"Measured: .+\. [01] of 1 answer was right(: \u2068Ann\u2069)?\.", page.one(".verdict").text)
    assert page.one(".why").text
    rows = table(page, ".results")
    assert len(rows) == len(TECHNIQUES)
    assert all(cell for row in rows for cell in row)
    heads = page.texts(".results thead th")
    for counted in {"lost", "repeated"} & set(heads):
        assert [row[heads.index(counted)] for row in rows] == ["0"] * len(rows)
    assert page.complaints(ENDED if ends else None) == []
    models = [" ".join(re.findall(r"model: [^|]*", "|".join(row))) for row in rows]
    assert not re.search(r"model: (at most )?0 (m?s|B)", " ".join(models))
    assert [bool(text) for text in models] == MODELLED.get(scene, [True] * len(TECHNIQUES))
    for text, words in zip(models, SLOWEST.get(scene, [""] * len(models)), strict=True):
        assert words in text


def test_every_scene_is_in_the_menu(board):
    hashes = board.driver.execute_script("return Array.from(document.querySelectorAll('.scenes nav a'), (a) => a.hash)")
    assert hashes == [f"#scene={name}" for name in SCENES]


@pytest.mark.parametrize("inside", [False, True], ids=["page", "pane"])
def test_escape_ends_a_scene_and_restores_the_controls(board, inside):
    """Wherever the focus is, also in a pane's frame, which is another page."""
    choose(board, "far", 20)
    board.one(".scenes [data-part=run]").click()
    board.until(lambda: "satellite" in board.one("[data-part=gist]").text, "the scene sets no link")
    if inside:
        board.driver.switch_to.frame(board.one("iframe[data-frame]"))
        board.one(".scroll").send_keys(Keys.ESCAPE)
        board.driver.switch_to.default_content()
    else:
        board.driver.switch_to.active_element.send_keys(Keys.ESCAPE)
    board.until(lambda: board.one(".scenes [data-part=status]").text == "Stopped.", "it goes on")
    board.until(lambda: board.one("[data-part=gist]").text == "", "the link stays")
    assert not board.one("[data-part=results]").is_displayed()


def test_a_scene_can_be_played_by_the_keyboard_alone_and_run_again(board):
    board.one(".scenes nav a").send_keys(Keys.ENTER)
    board.until(lambda: board.driver.switch_to.active_element.get_attribute("data-part") == "title", "focus is lost")
    choose(board, "one", 1)
    seen = []
    for _ in range(10):
        board.driver.switch_to.active_element.send_keys(Keys.TAB)
        focused = board.driver.switch_to.active_element
        if focused.get_attribute("data-option") == TECHNIQUES[0]:
            focused.send_keys(Keys.ENTER)
        seen.append(focused.get_attribute("data-option") or focused.get_attribute("data-part"))
        if seen[-1] == "run":
            break
    assert set(TECHNIQUES) <= set(seen)
    for words in ("Start", "Run again"):
        assert board.driver.switch_to.active_element.text == words
        board.driver.switch_to.active_element.send_keys(Keys.ENTER)
        wait_for_results(board)
        board.until(lambda: board.one(".scenes [data-part=run]").is_displayed(), "it cannot be run again")
    assert "of 1 answer" in board.one(".verdict").text


@pytest.mark.parametrize("button", FAULTS)
def test_a_fault_by_button_shows_who_was_away_and_that_nothing_is_lost(page, button):
    """3.2: every pane reconnects, and nothing is lost or repeated."""
    page.complaints()
    for name, seconds in (("seconds", 0.5), ("every", 0.3)):
        page.driver.execute_script(f"document.querySelector('[data-part=faults] [name={name}]').value = {seconds}")
    title = page.one(button).text
    page.one(button).click()
    page.until(lambda: page.texts(".outcome h3") == [title], "the fault does not begin")
    status = ".outcome [role=status]"
    page.until(lambda: page.texts(status) == ["Nothing was lost, nothing was repeated."], "the fault has no end")
    assert page.texts("[data-row] [data-part=state]") == ["OPEN 1"] * len(TECHNIQUES)
    rows = table(page, ".outcome")
    assert len(rows) == len(TECHNIQUES)
    aways = [away for _title, away, *_rest in rows]
    assert all(re.fullmatch(r"[\d.,]+ m?s|never disconnected", away) for away in aways)
    assert any(away != "never disconnected" for away in aways) == (button in NOTICED)
    assert [row[-2:] for row in rows] == [["0", "0"]] * len(rows)
    page.until(lambda: len({str(listed(page, technique)) for technique in TECHNIQUES}) == 1, "the panes differ")
    ids = listed(page, TECHNIQUES[0])
    assert ids == list(range(ids[0], ids[-1] + 1))
    assert page.complaints(ENDED) == []


def listed(window, technique):
    """Return the ids of the messages that a pane shows."""
    window.driver.switch_to.frame(window.one(f"iframe[data-technique={technique}]"))
    script = "return Array.from(document.querySelectorAll('.message'), ({ dataset }) => Number(dataset.id))"
    ids = window.driver.execute_script(script)
    window.driver.switch_to.default_content()
    return ids


@pytest.mark.services
def test_the_capture_of_the_pages_button_holds_its_messages(board, tmp_path):
    """tshark reads the same messages from the file that the button downloads."""
    board.one(".composer option[value=websocket]").click()
    board.say("to be captured")
    board.until(lambda: board.one(".composer .status").text.startswith("Delivered:"), "it is not delivered")
    for technique in ("longpoll", "websocket"):
        board.one(f"[data-part=captured] option[value={technique}]").click()
        path = tmp_path / technique / "capture.pcapng"
        where = {"behavior": "allow", "downloadPath": str(path.parent)}
        board.driver.execute_cdp_cmd("Browser.setDownloadBehavior", where)
        board.one("[data-part=download]").click()
        board.until(path.exists, "nothing is downloaded")
        shown = "websocket.payload.text" if technique == "websocket" else "http.file_data"
        payloads = "".join(row[0] for row in fields_of(path, shown, only=shown)).replace("\\", "")
        assert '"text":"to be captured"' in payloads, technique
        for number in listed(board, technique):
            assert f'"id":{number},' in payloads, (technique, number)


def test_the_link_of_one_pane_is_set_and_shown(board):
    board.one(f"[data-part=link] [name=of] option[value={TECHNIQUES[0]}]").click()
    board.until(lambda: board.all("[name=profile] option[value='3G']"), "no profiles are offered")
    board.one("[data-part=link] [name=profile] option[value='3G']").click()
    board.until(lambda: re.fullmatch(r"[^·]+: 3G", board.one("[data-part=gist]").text), "the link is not shown")
    assert board.one("[name=delay_ms]").get_property("valueAsNumber") == 150
    board.one("[data-part=link] [name=of] option[value=all]").click()
    board.one("[data-part=link] [name=profile] option[value=local]").click()
    board.until(lambda: board.one("[data-part=gist]").text == "", "the link stays")


def test_seven_streams_show_the_browsers_limit(board):
    """A browser opens six HTTP/1.1 connections to one origin; held requests and streams use them up."""

    def connections():
        match = re.search(r"clients 8, connections open (\d+)", board.one("[data-part=opened]").text)
        return match and int(match.group(1))

    board.one(f"[name=pane] option[value={HOLDS}]").click()
    board.one("[data-part=streams]").click()
    board.until(lambda: connections() == 6, "the limit does not show")
    board.one("[data-part=streams]").click()
    board.until(lambda: board.one("[data-part=opened]").text == "", "the streams stay")


def test_the_scoreboards_arithmetic_equals_its_inputs(board):
    board.one("[data-part=once]").click()
    seconds = "return Number(document.querySelector('[data-part=sums] li')?.dataset.seconds)"
    board.until(lambda: (board.driver.execute_script(seconds) or 0) > 1, "no scores")
    assert len(table(board, "[data-part=scores]")) == len(TECHNIQUES)
    board.one("[data-part=hold]").click()
    for place in (0, 6):
        board.driver.execute_script(
            """const slider = document.querySelector("[name=clients]");
            slider.value = arguments[0];
            slider.dispatchEvent(new Event("input"));""",
            place,
        )
        sums = board.driver.execute_script(
            "return Array.from(document.querySelectorAll('[data-part=sums] li'), (li) => ({...li.dataset}))"
        )
        assert len(sums) == len(TECHNIQUES)
        for each in sums:
            measured, seconds, clients, day = (float(each[name]) for name in ("bytes", "seconds", "clients", "day"))
            assert clients == 10**place
            assert day == pytest.approx(measured / seconds * 86_400 * clients)
        days = [row[1] for row in table(board, "[data-part=day]")]
        for shown, each in zip(days, sums, strict=True):
            figure, unit = shown.replace(",", "").split()
            scale = 1_000 ** " kMGTPE".index(unit[:-1] or " ")
            assert float(figure) * scale == pytest.approx(float(each["day"]), rel=0.01, abs=0.51)
    board.one("[data-part=hold]").click()


def test_a_link_opens_its_scene(lab, page):
    open_board(page, lab, "#scene=tunnel&seconds=5")
    page.until(lambda: page.one("[data-part=title]").text == "The tunnel", "the scene is not open")
    assert "for 2 seconds" in page.one("[data-part=explain]").text
    assert page.complaints() == []


@pytest.mark.parametrize("size", [(1920, 1080), (1280, 720), (390, 844)])
def test_the_instruments_fit_their_screen(page, size):
    width, height = size
    metrics = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": False}
    page.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)
    try:
        for details in page.all("details.instrument:not([open]) > summary"):
            details.click()
        too_wide = """const wide = (each) => each.scrollWidth > each.clientWidth + 1;
            const out = (each) => each.getBoundingClientRect().right > innerWidth;
            const all = document.querySelectorAll(".instrument, .instrument .group, .results, .halves > *");
            return Array.from(all).filter((each) => wide(each) || out(each)).map((each) => each.outerHTML)"""
        assert page.driver.execute_script(too_wide) == []
    finally:
        page.driver.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})
