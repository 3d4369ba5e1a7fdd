"""The quiz on a capture, in a real browser, with the traffic of a real board."""

import json

import pytest

from support import axe
from support.board import open_board
from support.browsers import Keys

SIZES = [(1920, 1080), (390, 844)]
KINDS = {"mask", "length", "opcode", "request", "overhead", "added", "technique", "held", "lastEvent"}
COUNT = 18  # questions: two of each kind
# Right answers of the question that is shown, from the same code and the same capture.
QUESTIONS = """
const [seed, count, done] = arguments;
Promise.all([import("/static/teaching/quiz/capture.js"), import("/static/teaching/quiz/questions.js")]).then(
  ([{ Capture }, { questionsOf }]) => {
    const titles = JSON.parse(document.querySelector("[data-quiz]").dataset.titles);
    const capture = new Capture(JSON.parse(sessionStorage.getItem("quiz capture")), Object.keys(titles));
    done(questionsOf(capture, seed, count, titles));
  },
);
"""
KEPT = """
const create = URL.createObjectURL;
URL.createObjectURL = (blob) => {
  blob.text().then((text) => (window.saved = text));
  return create(blob);
};
"""


@pytest.fixture(scope="module")
def captured(lab, _windows):
    """The capture of a board on which messages were published, as a file would hold it."""
    window = _windows[0]
    open_board(window, lab).say("one", "two", "three")
    window.until(lambda: "Delivered" in window.one(".composer").text, "a pane does not show the message")
    window.driver.get(f"{lab}/quiz/")
    taken = "return sessionStorage.getItem('quiz capture')"

    def complete():
        window.one("[data-part=take]").click()
        window.until(lambda: window.one("[data-part=start]").is_enabled(), "no capture is taken")
        exchanges = json.loads(window.driver.execute_script(taken))["exchanges"]
        carrying = {each["wire"] for each in exchanges if each["direction"] == "down" and each["messages"]}
        return len(carrying) == 4

    window.until(complete, "the capture never has a message of each technique")
    return window.driver.execute_script(taken)


@pytest.fixture
def quiz(captured, lab, window):
    """A function that opens the quiz with a seed and the capture, and begins."""

    def opened(seed="7", count=COUNT, language="en"):
        window.driver.get(f"{lab}/quiz/?seed={seed}&questions={count}")
        window.driver.add_cookie({"name": "django_language", "value": language})
        window.driver.execute_script("sessionStorage.setItem('quiz capture', arguments[0])", captured)
        window.driver.refresh()
        window.one("[data-part=start]").click()
        return window.until(lambda: window.one("[data-part=asking]").is_displayed(), "nothing is asked")

    return opened


def questions(window, seed="7", count=COUNT):
    """Return the questions for a seed."""
    return window.driver.execute_async_script(QUESTIONS, seed, count)


def answer(window, values):
    """Answer the shown question; return the feedback's text."""
    (field, *_others) = fields = window.all("[data-part=inputs] input")
    if field.get_attribute("type") == "number":
        field.send_keys(values[0])
    for box in fields:
        if box.get_attribute("type") != "number" and box.get_attribute("value") in values:
            box.click()
    window.one("[data-part=submit]").click()
    return window.one("[data-part=feedback]").text


def test_right_answers_get_all_points_and_wrong_ones_get_feedback(quiz):
    window = quiz()
    asked = questions(window)
    assert {question["kind"] for question in asked} == KINDS
    assert len({(question["kind"], question["about"]) for question in asked}) == len(asked)
    for place, question in enumerate(asked):
        assert window.one("[data-part=prompt]").text == question["prompt"]
        if place == 0:
            wrong = [choice["value"] for choice in question.get("choices", [])] or ["-1"]
            wrong = [value for value in wrong if value not in question["right"]][:1] or wrong[:1]
            said = answer(window, wrong)
            assert said.startswith("Not quite. The answer is: ")
        else:
            said = answer(window, question["right"])
            assert said.startswith("Right.")
        assert question["because"] in said
        window.one("[data-part=submit]").click()
    total = len(asked)
    assert window.one("[data-part=score]").text.startswith(f"{total - 1} of {total} right")
    assert len(window.all("[data-part=review] > li")) == total
    window.driver.execute_script(KEPT)
    window.one("[data-part=export]").click()
    window.until(lambda: window.driver.execute_script("return window.saved"), "nothing is saved")
    saved = json.loads(window.driver.execute_script("return window.saved"))
    assert (saved["seed"], saved["score"], saved["max_score"]) == ("7", total - 1, total)
    assert [question["correct"] for question in saved["questions"]] == [False] + [True] * (total - 1)


def test_the_same_seed_and_capture_give_the_same_questions_and_another_seed_others(quiz):
    window = quiz("7")
    first, again, other = questions(window, "7"), questions(window, "7"), questions(window, "8")
    assert first == again != other
    assert "seed=7" in window.driver.current_url
    assert "capture=" in window.driver.current_url
    assert window.one("[data-part=prompt]").text == first[0]["prompt"]


def test_what_is_asked_is_not_shown(quiz):
    window = quiz()
    for question in questions(window):
        kind = window.one("[data-part=asking]").get_attribute("data-kind")
        shown = window.one("[data-part=shown]").text
        if kind in ("mask", "length"):
            assert "?" in shown
        if kind == "lastEvent":
            assert f"id: {question['right'][0]}\n" not in shown
            assert "id: ?" in shown
        answer(window, question["right"])
        window.one("[data-part=submit]").click()


def test_the_quiz_can_be_answered_by_keyboard(quiz):
    window = quiz("5", 3)
    for place in range(3):
        window.driver.switch_to.active_element.send_keys(Keys.TAB)
        while window.driver.switch_to.active_element.get_attribute("name") != "answer":
            window.driver.switch_to.active_element.send_keys(Keys.TAB)
        field = window.driver.switch_to.active_element
        field.send_keys("1" if field.get_attribute("type") == "number" else Keys.SPACE)
        window.driver.switch_to.active_element.send_keys(Keys.ENTER)
        window.until(lambda: window.one("[data-part=feedback]").text, "no feedback")
        window.driver.switch_to.active_element.send_keys(Keys.ENTER)
        assert window.one("[data-part=ended]").is_displayed() == (place == 2)


def test_a_question_needs_an_answer(quiz):
    window = quiz()
    window.one("[data-part=submit]").click()
    if questions(window)[0]["input"] != "several":
        assert window.one("[data-part=feedback]").text == "Choose or write an answer first."
        assert window.one("[data-part=progress]").text == f"Question 1 of {COUNT}"


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        ("{", "This is not a capture that the quiz has saved."),
        ('{"exchanges": [{"id": "<b>"}]}', "This is not a capture that the quiz has saved."),
        ('{"exchanges": []}', "The capture has no message: publish some on the board, then take it again."),
    ],
)
def test_a_file_that_is_no_capture_is_refused(lab, window, tmp_path, content, sentence):
    file = tmp_path / "capture.json"
    file.write_text(content)
    window.driver.get(f"{lab}/quiz/")
    window.driver.execute_script("sessionStorage.clear()")
    window.driver.refresh()
    window.one("[data-part=file]").send_keys(str(file))
    window.until(lambda: window.one("[data-part=notice]").text == sentence, "the file is not refused")
    assert not window.one("[data-part=start]").is_enabled()


def test_a_saved_capture_can_be_opened_without_wires(server, captured, window, tmp_path):
    file = tmp_path / "capture.json"
    file.write_text(captured)
    window.driver.get(f"{server.url}/quiz/?seed=7")
    window.driver.execute_script("sessionStorage.clear()")
    window.driver.refresh()
    assert not window.one("[data-part=take]").is_displayed()
    window.one("[data-part=file]").send_keys(str(file))
    window.until(lambda: window.one("[data-part=start]").is_enabled(), "the capture is not opened")
    window.one("[data-part=start]").click()
    assert window.one("[data-part=prompt]").text == questions(window, "7", 8)[0]["prompt"]


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_axe_accepts_the_quiz_at_every_size_and_nothing_is_cut_off(quiz, language):
    window = quiz("3", 9, language)
    window.one("[data-part=submit]").click()
    for _ in range(9):
        for width, height in SIZES:
            with window.sized(width, height):
                axe.check(window)
                assert window.driver.execute_script("return document.documentElement.scrollWidth <= innerWidth")
        answer(window, [window.one("[data-part=inputs] input").get_attribute("value") or "1"])
        window.one("[data-part=submit]").click()
    for width, height in SIZES:
        with window.sized(width, height):
            axe.check(window)
            assert window.driver.execute_script("return document.documentElement.scrollWidth <= innerWidth")
    assert ("答对" in window.one("[data-part=score]").text) == (language == "zh-hans")
