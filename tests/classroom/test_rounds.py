"""A round, a phone and a cell without a server: who may vote when, what is shown to whom."""

import pytest

from classroom.export import cell
from classroom.phones import Phone
from classroom.questions import Question
from classroom.rounds import STAGES, Round
from lab.messages.errors import Refused

QUESTION = Question("Who?", {"a": "Ann", "b": "Bob"}, ("b",))


def voted(stage="first"):
    one = Round(1, QUESTION, stage=stage)
    one.votes = {1: {1: "a", 2: "b", 3: "a"}, 2: {1: "b", 2: "b"}}
    return one


@pytest.mark.parametrize("stage", STAGES)
def test_votes_and_right_options_are_shown_in_the_last_stage_alone(stage):
    shown = voted(stage).for_all()
    hidden = {"first", "second", "right"}
    assert hidden <= shown.keys() if stage == "shown" else not hidden & shown.keys()


def test_the_tally_has_the_votes_of_each_option():
    assert voted().tally() == {"first": [2, 1], "second": [0, 2]}
    assert voted().counts() == [3, 2]
    assert voted().right_counts() == [1, 2]


@pytest.mark.parametrize(("stage", "ballot"), [("first", 1), ("second", 2)])
def test_a_vote_counts_while_its_ballot_is_open(stage, ballot):
    assert voted(stage).check_vote(1, "a") == (ballot, "a")


@pytest.mark.parametrize(("stage", "number", "option", "status"), [
    ("discuss", 1, "a", 409), ("closed", 1, "a", 409), ("shown", 1, "a", 409), ("first", 2, "a", 409),
    ("first", None, "a", 409), ("first", 1, "x", 400), ("first", 1, None, 400), ("first", 1, ["a"], 400),
])  # fmt: skip
def test_any_other_vote_is_refused(stage, number, option, status):
    with pytest.raises(Refused) as refused:
        voted(stage).check_vote(number, option)
    assert refused.value.status == status


def test_no_stage_follows_the_last_one():
    with pytest.raises(Refused, match="ask the question again"):
        voted("shown").check_stage("second")
    with pytest.raises(Refused, match="one of first, discuss"):
        voted().check_stage("third")


def test_a_message_that_comes_to_a_phone_after_its_return_is_marked():
    phone = Phone("key", 1, "", "address", "sse")
    phone.published(7, [])
    assert phone.status == "away"
    phone.streams = 1
    phone.report({"received": [{"id": 7, "ms": 9_000, "bound": 2}, {"id": 8, "ms": 3, "bound": 2}]}, [7])
    assert phone.status == "here"
    assert phone.for_wall(7)["receipt"] == {"ms": 9_000, "bound": 2, "back": True}
    assert phone.for_wall(8)["receipt"] is None, "only the teacher's messages count"
    phone.report({"hidden": True}, [7])
    assert phone.status == "hidden"
    phone.report({"late": True}, [7])
    assert phone.status == "late"


@pytest.mark.parametrize("fields", [
    {"hidden": 1}, {"late": "no"}, {"received": {}}, {"received": [3]}, {"received": [{"id": "7", "ms": 1}]},
    {"received": [{"id": 7, "ms": -1, "bound": 1}]}, {"received": [{"id": 7, "ms": 1}]}, {"received": [{}] * 51},
])  # fmt: skip
def test_a_bad_report_is_refused(fields):
    with pytest.raises(Refused):
        Phone("key", 1, "", "address", "sse").report(fields, [7])


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", " =1", "\r=1"])
def test_no_cell_is_a_formula(text):
    assert cell(text) == f"'{text}"
    assert cell("a=1") == "a=1"
    assert cell(None) == ""
