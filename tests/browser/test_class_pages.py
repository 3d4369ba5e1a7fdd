"""A class in real browsers: four phones through a whole vote, the wall, the teacher's page, and the board."""

import re
import time

import pytest

from lab.techniques import TECHNIQUES
from support.axe import check
from support.board import choose, wait_for_results
from support.browsers import Window
from support.phones import HOST, KEY, Member, running
from support.processes import demo

PHONE, WALL = (390, 844), (1920, 1080)
MIN = 22  # px at a height of 1080: nothing on the wall is smaller
SMALL = """
const small = [];
for (const each of document.querySelectorAll("main *")) {
  const own = [...each.childNodes].some(({ nodeType, data }) => nodeType === 3 && data.trim());
  const hidden = !each.getClientRects().length || each.closest(".hidden");
  if (own && !hidden && parseFloat(getComputedStyle(each).fontSize) < arguments[0]) small.push(each.outerHTML);
}
return small;
"""
PRESS = """
const buttons = [...document.querySelectorAll("[data-part=steps] button")];
const found = buttons.find(({ textContent }) => textContent === arguments[0]);
found?.click();
return Boolean(found);
"""


@pytest.fixture
def lesson(tmp_path):
    """A class without a browser yet."""
    with running(tmp_path / "data") as (server, teacher):
        yield server, teacher


@pytest.fixture
def crowd(windows):
    """Four windows, each a phone."""
    more = [Window(), Window()]
    yield [*windows, *more]
    complaints = [complaint for window in more for complaint in window.complaints()]
    for window in more:
        window.close()
    assert complaints == []


def become_teacher(window, server, teacher):
    """Give a window the cookie of a teacher, and open the teacher's page."""
    window.driver.get(f"{server.url}/wall/")
    name, _equals, value = teacher.cookie.partition("=")
    window.driver.add_cookie({"name": name, "value": value, "path": "/class/"})
    window.driver.get(f"{server.url}/class/")
    return window


def join(window, server, name=""):
    """Open the short address with a phone, and join."""
    window.driver.get(f"{server.url}/")
    assert window.driver.current_url == f"{server.url}/join/"
    window.one("[name=name]").send_keys(name)
    window.one("form.joining .primary").click()
    window.until(lambda: window.one("[data-part=joined]").is_displayed(), "it does not join")


def vote(window, place):
    """Press a button; wait until the vote is in."""
    window.until(lambda: window.all(".choice:enabled"), "no vote is open")
    window.all(".choice")[place].click()
    window.until(lambda: window.all(".choice[aria-pressed=true]"), "the vote is not in")


def shows(window, selector, text):
    window.until(lambda: text in " ".join(window.texts(selector)), f"{text!r} is not in {window.texts(selector)}")


def publish(teacher):
    """Publish as the teacher; return the message's id in an object."""
    return teacher.do("publish", author="Teacher", text="hi", sent_at=time.time() * 1_000)


def step(window, text):
    """Press a button of the teacher's page, which makes its buttons anew at each step."""
    window.until(lambda: window.driver.execute_script(PRESS, text), f"there is no button {text}")


def test_four_phones_predict_discuss_vote_again_and_see_the_results(lesson, crowd):
    server, teacher = lesson
    for window, name in zip(crowd, ("", "Ann", "Bob", "=1+1"), strict=True):
        join(window, server, name)
        shows(window, "[data-part=question]", "Wait for the first question.")
    first = crowd[0]
    phone = first.driver.current_window_handle
    first.driver.switch_to.new_window("tab")
    desk = first.driver.current_window_handle
    become_teacher(first, server, teacher)
    shows(first, "[data-part=count]", "4 phones")
    first.until(lambda: first.all("[data-part=scenes] button"), "no scene is offered")
    first.all("[data-part=scenes] button")[0].click()
    shows(first, "[data-part=voted]", "First vote: 0 of 4 phones have answered")
    first.driver.switch_to.new_window("tab")
    wall = first.driver.current_window_handle
    first.driver.get(f"{server.url}/class/wall/")
    first.driver.switch_to.window(phone)
    for window, place in zip(crowd, (0, 0, 1, 2), strict=True):
        vote(window, place)
    first.driver.switch_to.window(wall)
    shows(first, "[data-part=voted]", "First vote: 4 of 4 phones have answered")
    assert not first.all(".distributions")
    first.driver.switch_to.window(desk)
    step(first, "Close the vote, discuss")
    for window in crowd[1:]:
        window.until(lambda: window.all(".choice:disabled"), "the vote is still open")  # noqa: B023
        shows(window, "[data-part=hint]", "Talk to the people beside you")
    step(first, "Second vote")
    first.driver.switch_to.window(phone)
    for window in crowd:
        vote(window, 0)
    first.driver.switch_to.window(desk)
    step(first, "Close the vote")
    for window in crowd[1:]:
        shows(window, "[data-part=hint]", "The vote is over")
        assert not window.all(".distributions")
    step(first, "Open the votes")
    expected = ["2 (50 %)", "4 (100 %)", "1 (25 %)", "0 (0 %)", "1 (25 %)", "0 (0 %)", "0 (0 %)", "0 (0 %)"]
    first.driver.switch_to.window(wall)
    for window in crowd:
        window.until(lambda: window.texts(".distributions .votes") == expected, "the votes are not open")  # noqa: B023
    for handle in (wall, desk):
        first.driver.switch_to.window(handle)
        first.driver.close()
    first.driver.switch_to.window(phone)


def test_every_phone_reads_and_the_wall_shows_when_a_message_came(lesson, windows):
    server, teacher = lesson
    wall, phone = windows
    others = [Member(server).join() for _ in range(len(TECHNIQUES) - 1)]
    join(phone, server)
    phone.until_state("OPEN 1")
    shows(phone, "[data-part=clock]", "clock ±")
    wall.driver.get(f"{server.url}/wall/")
    wall.until(lambda: len(wall.all(".phone-dot")) == len(TECHNIQUES), "the phones are not shown")
    message = publish(teacher)["id"]
    shows(phone, "[data-part=received]", f"Message {message}: ")
    wall.until(lambda: wall.texts(".phone-dot.lit")[:1], "no dot lights up")
    (lit,) = wall.all(".phone-dot.lit")
    assert lit.text.startswith(str(len(TECHNIQUES)))
    assert lit.get_attribute("data-status") == "here"
    others[0].post("/join/report.json", {"received": [{"id": message, "ms": 9_000, "bound": 2}]})
    wall.until(lambda: wall.all(".phone-dot.back"), "a phone that came back is not shown as such")
    phone.driver.switch_to.new_window("tab")
    wall.until(lambda: wall.all(".phone-dot.lit[data-status=hidden]"), "a hidden page is not shown as such")
    phone.driver.close()
    phone.driver.switch_to.window(phone.driver.window_handles[0])
    phone.driver.get("about:blank")
    wall.until(lambda: wall.all(".phone-dot.lit[data-status=away]"), "a phone that left is not shown as such")


QUESTION = {"text": "Which one is cheapest?", "options": ["one", "two", "three", "four", "five"], "right": ["two"]}
STAGES = ("first", "discuss", "closed", "shown")


@pytest.fixture(params=["en", "zh-hans"])
def speaking(request, lesson, windows):
    """Two windows in which the pages of the class use this language."""
    server, _teacher = lesson
    for window in windows:
        window.driver.get(f"{server.url}/wall/")
        window.driver.add_cookie({"name": "django_language", "value": request.param})
    return windows


def test_axe_accepts_the_pages_of_a_class_and_they_fit_their_screens(lesson, speaking):
    server, teacher = lesson
    desk, phone = speaking
    phone.driver.get(f"{server.url}/join/")
    with phone.sized(*PHONE):
        check(phone)
    become_teacher(desk, server, teacher)
    join(phone, server, "Ann")
    teacher.do("keep", **QUESTION)
    teacher.do("ask", **QUESTION)
    vote(phone, 1)
    message = publish(teacher)["id"]
    phone.until(lambda: phone.texts("[data-part=received] li"), f"message {message} does not come")
    for details in desk.all("details:not([open]) > summary"):
        details.click()
    for stage in STAGES:
        if stage != "first":
            teacher.do("step", stage=stage)
        pressed = ".distributions" if stage == "shown" else ".choice"
        phone.until(lambda: phone.all(pressed), "the question is not shown")  # noqa: B023
        with phone.sized(*PHONE):
            check_themes(phone)
            assert phone.driver.execute_script("return document.documentElement.scrollWidth") <= PHONE[0]
        for size in (WALL, PHONE):
            with desk.sized(*size):
                check_themes(desk)
                assert desk.driver.execute_script("return document.documentElement.scrollWidth") <= size[0]
    for path in ("/class/wall/", "/wall/"):
        desk.driver.get(f"{server.url}{path}")
        desk.until(lambda: desk.all(".distributions"), "the wall shows no votes")
        check_wall(desk)
    publish(teacher)
    desk.until(lambda: desk.all(".phone-dot.lit"), "the wall shows no readers")
    check_wall(desk)
    teacher.do("ask", **QUESTION)
    desk.until(lambda: desk.all(".choices li"), "the wall asks nothing")
    check_wall(desk)


def check_themes(window):
    """Check a page in the light theme and in the dark one."""
    for theme in ("light", "dark"):
        with window.preferring(color_scheme=theme):
            check(window)


def check_wall(window):
    """Check the wall on screens of three sizes: it is accessible, whole, and can be read from the last row."""
    for width, height in ((1024, 768), (1366, 768), WALL):
        with window.sized(width, height):
            check_themes(window)
            page = window.driver.execute_script(
                "return [document.documentElement.scrollWidth, document.documentElement.scrollHeight]"
            )
            assert page[0] <= width
            assert page[1] <= height, f"the wall is {page[1]} px high on a screen of {height}"
            assert window.driver.execute_script(SMALL, MIN * height / 1080) == []


def test_axe_accepts_the_pages_for_strangers(server, window):
    for path in ("join/", "wall/", "class/"):
        window.driver.get(f"{server.url}/{path}")
        check(window)
    assert window.complaints(re.compile(r"404 \(Not Found\)")) == []


@pytest.mark.browser
def test_the_votes_stand_beside_the_measurement_on_the_board(tmp_path, monkeypatch, window):
    monkeypatch.setenv("LAB_DATA", str(tmp_path / "data"))
    for name in ("DISPLAY", "WAYLAND_DISPLAY"):
        monkeypatch.delenv(name, raising=False)
    with demo("--port", "0", "--lan", HOST) as process:
        printed = ""
        while not KEY.search(printed):
            printed += process.stdout.readline()
        window.driver.get(KEY.search(printed)[1])
        page, port = re.match(r"(http://127\.0\.0\.1:(\d+))/class/", window.driver.current_url).groups()

        class Phones:
            url = f"http://{HOST}:{port}"

        phones = [Member(Phones).join() for _ in range(3)]
        window.until(lambda: window.all("[data-part=scenes] button"), "no scene is offered")
        names = window.texts("[data-part=scenes] li span")
        place = next(number for number, name in enumerate(names) if name.startswith("One message"))
        window.all("[data-part=scenes] button")[place].click()
        shows(window, "[data-part=voted]", "0 of 3")
        assert [phone.vote(TECHNIQUES[0]) for phone in phones] == [200] * 3
        window.driver.get(f"{page}/compare/class/")
        window.until(
            lambda: window.texts("[data-row] [data-part=state]") == ["OPEN 1"] * len(TECHNIQUES),
            "the panes do not open",
        )
        choose(window, "one", 2)
        window.one(".scenes [data-part=run]").click()
        wait_for_results(window)
        window.until(lambda: window.texts(".class-votes .votes")[:1] == ["3 (100 %)"], "the votes are not beside it")
        check(window, ".class-votes")
        opened = phones[0].state("/join/state.events")["round"]
        assert opened["stage"] == "shown"
        assert opened["right"], "what was measured is right"
        window.driver.get("about:blank")
