"""The teacher's questions: a file in TOML is loaded, or refused in one sentence that says what is wrong with it."""

import pytest

from classroom import bounds, questions
from classroom.questions import Question
from lab.messages.errors import Refused

GOOD = """
[[question]]
text = "What  is\\ta poll?"
options = ["a request", "2", "3"]
right = "2"

[[question]]
text = "Who waits?"
options = { client = "the client", server = "the server" }
right = ["server", "the client"]
[question.twin]
text = "Who asks?"
options = ["the client", "the server"]
"""
ONE = '[[question]]\ntext = "Who?"\noptions = ["Ann", "Bob"]\n'


def test_a_file_holds_questions_with_options_right_ones_and_twins():
    first, second = questions.from_toml(GOOD)
    assert first == Question("What is a poll?", {"1": "a request", "2": "2", "3": "3"}, ("2",))
    assert second.options == {"client": "the client", "server": "the server"}
    assert second.right == ("server", "client")
    assert second.twin == Question("Who asks?", {"1": "the client", "2": "the server"})


def test_a_text_wins_over_a_key_of_the_same_name():
    question = questions.clean({"text": "How many?", "options": ["2", "3", "1"], "right": "2"})
    assert question.right == ("1",)


def test_a_stored_question_is_the_same():
    for question in questions.from_toml(GOOD):
        assert questions.from_dict(question.as_dict()) == question


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "file: one or more tables [[question]] are expected, and nothing else."),
        ("x = 1", "file: one or more tables [[question]] are expected, and nothing else."),
        ("question = 3", "file: one or more tables [[question]] are expected, and nothing else."),
        ("question = []", "file: one or more tables [[question]] are expected, and nothing else."),
        ("[[question", "file: not TOML: Expected ']]' at the end of an array declaration (at end of document)."),
        ("[[question]]", "question 1, text: a text is expected."),
        ("question = [1]", "question 1: text and options are expected."),
        (f"{ONE}colour = 'red'", "question 1: 'colour' is unknown; a question has text, options, right and twin."),
        (f"{ONE}right = 'Eve'", "question 1, right: one of the options is expected, or a list of some."),
        (f"{ONE}right = [1]", "question 1, right: one of the options is expected, or a list of some."),
        (f"{ONE}[[question]]\ntext = ''", "question 2, text: 1 to 300 characters."),
        (f"{ONE}[[question]]\ntext = '{'x' * 301}'", "question 2, text: 1 to 300 characters."),
        (ONE.replace('"Who?"', '"a\\u202eb"'), "question 1, text: no control characters, and none that are invisible."),
        (ONE.replace('"Bob"', '"Ann"'), "question 1, options: two are the same."),
        (ONE.replace(', "Bob"', ""), "question 1, options: 2 to 8 texts are expected."),
        (ONE.replace('"Bob"', "3"), "question 1, options: a text is expected."),
        (ONE.replace('["Ann", "Bob"]', '"Ann"'), "question 1, options: 2 to 8 texts are expected."),
        (ONE.replace("Bob", "x" * 81), "question 1, options: 1 to 80 characters."),
        (f"{ONE}[question.twin]\ntext = 'x'", "question 1, twin, options: 2 to 8 texts are expected."),
        ("#" * (bounds.FILE_MAX + 1), "file: at most 32,768 bytes."),
        ("x = " + "[" * 5_000, "file: not TOML"),
    ],
)  # fmt: skip
def test_a_bad_file_is_refused_in_one_sentence(text, sentence):
    with pytest.raises(Refused) as refused:
        questions.from_toml(text)
    assert str(refused.value).startswith(sentence)
    assert str(refused.value).endswith(".")
    assert "\n" not in str(refused.value)


def test_a_twin_has_no_twin():
    one = {"text": "Who?", "options": ["Ann", "Bob"]}
    with pytest.raises(Refused, match=r"question, twin, twin: a twin has no twin\."):
        questions.clean(one | {"twin": one | {"twin": one}})
