"""The wall: the board in large letters, steered by keys, from the question to the results."""

import pytest

from lab.techniques import TECHNIQUES
from support.board import SCENES, choose, open_board, wait_for_results
from support.browsers import Keys, Window

SIZES = [(1024, 768), (1366, 768), (1920, 1080)]
SMALLEST = 22 / 1080  # of the height, px
VERDICT = 32 / 1080
# The font sizes of all texts in view, with the texts.
FONTS = """
const fonts = [];
const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
while (walker.nextNode()) {
  const { currentNode: { data, parentElement: element } } = walker;
  const { width, height, top } = element.getBoundingClientRect();
  if (!data.trim() || !element.checkVisibility() || element.closest(".hidden, .skip, script, style")) continue;
  if (width > 1 && height > 1 && top < innerHeight) fonts.push([parseFloat(getComputedStyle(element).fontSize), data]);
}
for (const canvas of document.querySelectorAll(".board canvas")) {
  const parent = canvas.closest("li") ?? canvas; // a canvas in the legend has no text of its own
  if (parent.checkVisibility()) fonts.push([parseFloat(getComputedStyle(parent).fontSize), "canvas"]);
}
return fonts;
"""
# Whether each lane is whole in view, and nothing that can be seen lies over it.
WHOLE = """
return Array.from(document.querySelectorAll(".lane canvas"), (canvas) => {
  const { left, right, top, bottom } = canvas.getBoundingClientRect();
  const points = [[left + 3, top + 3], [right - 3, top + 3], [left + 3, bottom - 3], [right - 3, bottom - 3]];
  const inView = left >= 0 && top >= 0 && right <= innerWidth + 0.5 && bottom <= innerHeight;
  return inView && points.every((point) => canvas.parentElement.contains(document.elementFromPoint(...point)));
});
"""
WHOLE_LANES = [True] * len(TECHNIQUES)


@pytest.fixture(scope="module")
def _window():
    window = Window()
    yield window
    window.close()


@pytest.fixture
def opened(_window, lab):
    """A wall with every pane open."""
    return open_board(_window, lab, "?wall=1")


@pytest.fixture
def wall(opened):
    """The same, with an empty console before and after."""
    opened.complaints()
    yield opened
    assert opened.complaints() == []


def press(window, *keys):
    for key in keys:
        window.driver.switch_to.active_element.send_keys(key)


def smallest(window):
    """Return the smallest font in view as a share of the height, with its text."""
    height = window.driver.execute_script("return innerHeight")
    size, text = min(window.driver.execute_script(FONTS))
    return round(size / height, 4), text


def check(window):
    """Check that the lanes are whole and that everything can be read, at each size."""
    for size in SIZES:
        with window.sized(*size):
            window.until(lambda: window.driver.execute_script(WHOLE) == WHOLE_LANES, f"the lanes are not whole: {size}")
            share, text = smallest(window)
            assert share >= round(SMALLEST, 4) - 0.0002, (size, text)


@pytest.mark.parametrize("scene", SCENES)
def test_a_scene_is_read_from_the_last_row_from_prediction_to_results(opened, scene):
    window = opened
    check(window)
    choose(window, scene, SCENES[scene][0])
    check(window)
    window.one(".option").click()
    window.driver.execute_script("document.activeElement.blur()")
    press(window, Keys.ENTER)
    window.until(lambda: window.one("[data-part=stop]").is_displayed(), "the scene does not start")
    check(window)
    wait_for_results(window)
    check(window)
    assert len(window.all(".result-bars .result")) == len(TECHNIQUES)
    assert not window.one(".results table").is_displayed()
    with window.sized(1920, 1080):
        script = "return parseFloat(getComputedStyle(document.querySelector('.verdict')).fontSize)"
        assert window.driver.execute_script(script) >= round(1080 * VERDICT) - 0.5
    window.complaints()  # those of a server that was restarted


def test_the_wall_is_steered_by_keys(wall):
    press(wall, "?")
    wall.until(lambda: wall.one("dialog[open] h2").text == "Keys", "the keys are not shown")
    press(wall, Keys.ESCAPE, "q")
    wall.until(lambda: wall.one("dialog[open] h2").text == "Open this page", "no address is shown")
    assert "compare/scenes-" in wall.one(".address").text
    script = "return document.querySelector('dialog[open] img').naturalWidth"
    wall.until(lambda: wall.driver.execute_script(script) > 100, "there is no QR code")
    assert wall.one("[data-part=loopback]").is_displayed()
    press(wall, Keys.ESCAPE, "2")
    wall.until(lambda: "last" in wall.one("[data-part=question]").text, "the second scene is not open")
    press(wall, Keys.ARROW_RIGHT)
    wait_for_results(wall)
    wall.until(lambda: wall.one("[data-part=next]").is_displayed(), "there is no next scene")
    press(wall, Keys.ARROW_RIGHT)
    wall.until(lambda: "fewest bytes" in wall.one("[data-part=question]").text, "the third scene is not open")
    wall.driver.execute_script("document.activeElement.blur()")
    press(wall, " ")
    wall.until(lambda: wall.one("[data-part=pause]").get_attribute("aria-pressed") == "true", "it is not paused")
    press(wall, " ", "w")
    wall.until(lambda: wall.one(".composer").is_displayed(), "the wall does not end")
    press(wall, Keys.ESCAPE)


def test_keys_do_nothing_while_somebody_types(wall):
    press(wall, "w")
    field = wall.one(".composer [name=text]")
    field.send_keys("wq? 2")
    assert field.get_property("value") == "wq? 2"
    assert not wall.all("dialog[open]")
    assert not wall.all("body.wall")


def test_one_message_is_followed_through_all_lanes_and_nothing_measured_changes(wall):
    press(wall, "2")
    wall.until(lambda: "last" in wall.one("[data-part=question]").text, "the second scene is not open")
    press(wall, Keys.ENTER)
    wait_for_results(wall)
    wall.until(lambda: wall.one("[data-part=next]").is_displayed(), "it is not over")
    before = wall.texts(".results td"), wall.texts(".strand [data-part=last]")
    press(wall, "f")
    wall.until(lambda: all(wall.texts(".said")), "no lane says where the message is")
    check(wall)
    said = {technique: set() for technique in TECHNIQUES}
    clocks = []
    for _ in range(12):
        press(wall, Keys.ARROW_RIGHT)
        clocks.append(wall.one("[data-part=clock]").text)
        for technique, text in zip(TECHNIQUES, wall.texts(".said"), strict=True):
            said[technique].add(text.split(" after ")[0])
    assert len(set(clocks)) >= 4
    assert {"already held: leaves at once", "shown"} <= said["longpoll"]
    assert {"pushed", "shown"} <= said["sse"] & said["websocket"]
    assert {"leaves with the response", "shown"} <= said["polling"]
    assert (wall.texts(".results td"), wall.texts(".strand [data-part=last]")) == before
    press(wall, "f")
    wall.until(lambda: not wall.one("[data-part=following]").is_displayed(), "it goes on")


def test_a_scene_plays_in_a_room_of_its_own_and_counts_from_zero(wall):
    press(wall, "2")
    wall.until(lambda: wall.one("[data-part=run]").is_displayed(), "no scene is open")
    press(wall, Keys.ENTER)
    wait_for_results(wall)
    frames = wall.driver.execute_script("return Array.from(document.querySelectorAll('iframe'), ({ src }) => src)")
    assert len({src.split("/")[4] for src in frames}) == 1
    assert all("/scene-one-" in src for src in frames)
    wall.driver.switch_to.frame(wall.one("iframe"))
    texts = wall.texts(".message .text")
    wall.driver.switch_to.default_content()
    assert texts == ["One message", "Here is the one message."]
    wall.driver.execute_script("document.querySelector('.scene [data-part=close]').click()")
    wall.until(
        lambda: "/scenes-" in wall.driver.execute_script("return document.querySelector('iframe').src"),
        "it stays in the room of the scene",
    )
    wall.until_state("OPEN 1")
