"""The checker finds each broken promise in a log that breaks only this one, and nothing in a good log."""

import re
from dataclasses import replace
from pathlib import Path

import pytest

from faults import checker
from faults.log import Arrival, Delivered, Log, Publish, Reader
from faults.recovery import recoveries

ROOM, AUTHOR = "room", "Ann"


def good():
    """Return a log of three messages and two readers; one reader reconnected after the first message."""
    log = Log(ends=[2.5])
    for number in (1, 2, 3):
        log.publishes.append(Publish(AUTHOR, ROOM, f"n{number}", f"text {number}", None, number, number, number + 0.1))
    delivered = [Delivered(p.room, p.number, p.author, p.text, p.nonce, p.sent_at) for p in log.publishes]
    log.history[ROOM] = delivered
    for name, connections in (("Bob", (1, 1, 1)), ("Cem", (1, 2, 2))):
        had = {1: 0, 2: 1}
        arrivals = [
            Arrival(each, each.number + 0.2, connection, had[connection], True)
            for each, connection in zip(delivered, connections, strict=True)
        ]
        log.readers.append(Reader(name, ROOM, 0.0, arrivals))
    return log


def broken(log):
    """Return the names of the rules that are broken."""
    return set(checker.check(log))


def test_a_good_log_breaks_no_rule():
    assert checker.check(good()) == {}


def drop(log):
    del log.readers[0].arrivals[1]


def drop_unacknowledged(log):
    log.publishes[1] = replace(log.publishes[1], number=None, answered=None)
    del log.readers[0].arrivals[1]


def repeat(log):
    log.readers[0].arrivals.insert(2, log.readers[0].arrivals[1])


def repeat_under_another_id(log):
    again = replace(log.history[ROOM][2], number=4)
    log.history[ROOM].append(again)
    for reader in log.readers:
        reader.arrivals.append(Arrival(again, 3.4, 3, 3, True))


def repeat_on_the_wire(log):
    log.readers[0].arrivals.insert(2, replace(log.readers[0].arrivals[1], shown=False))


def give_again_what_a_reader_had(log):
    log.readers[1].arrivals.insert(1, replace(log.readers[1].arrivals[0], connection=2, had=1, shown=False))


def skip_an_id(log):
    log.publishes[2] = replace(log.publishes[2], number=5)
    log.history[ROOM][2] = five = replace(log.history[ROOM][2], number=5)
    for reader in log.readers:
        reader.arrivals[2] = replace(reader.arrivals[2], message=five)


def deliver_another_message_under_an_id(log):
    log.readers[0].arrivals[1] = replace(log.readers[0].arrivals[1], message=replace(log.history[ROOM][0], number=2))


def change_a_text(log):
    log.readers[0].arrivals[1] = replace(
        log.readers[0].arrivals[1], message=replace(log.history[ROOM][1], text="other")
    )


def acknowledge_a_repeat_anew(log):
    log.publishes.append(replace(log.publishes[2], number=4, began=3.5, answered=3.6))


def acknowledge_out_of_turn(log):
    log.publishes[1], log.publishes[2] = (
        replace(log.publishes[1], began=3),
        replace(log.publishes[2], began=2),
    )


def deliver_into_another_room(log):
    log.publishes.append(Publish(AUTHOR, "next door", "n9", "text", None, 1, 4, 1.1))
    log.readers[0].arrivals.append(Arrival(Delivered("next door", 4, AUTHOR, "text", "n9", None), 4, 1, 0, True))


def give_up(log):
    log.readers[0].failure = "Refused: no."


def start_anew(log):
    log.readers[0].resets = 1


def never_answer(log):
    log.publishes[2] = replace(log.publishes[2], number=None, answered=None)


def come_back_late(log):
    log.readers[0].arrivals[2] = replace(log.readers[0].arrivals[2], at=40)


def never_come_back(log):
    log.ends.append(10)


@pytest.mark.parametrize(
    ("spoil", "rule"),
    [
        (drop, "lost"),
        (drop_unacknowledged, "lost"),
        (repeat, "repeated"),
        (repeat_under_another_id, "repeated"),
        (repeat_under_another_id, "renumbered"),
        (repeat_on_the_wire, "unordered"),
        (give_again_what_a_reader_had, "unordered"),
        (skip_an_id, "gaps"),
        (deliver_another_message_under_an_id, "disagreeing"),
        (change_a_text, "invented"),
        (acknowledge_a_repeat_anew, "renumbered"),
        (acknowledge_out_of_turn, "falling"),
        (deliver_into_another_room, "foreign"),
        (give_up, "failed"),
        (start_anew, "failed"),
        (never_answer, "unanswered"),
        (come_back_late, "late"),
        (never_come_back, "late"),
    ],
)
def test_the_checker_finds_the_broken_promise(spoil, rule):
    log = good()
    spoil(log)
    assert rule in broken(log)


def test_every_rule_has_a_broken_log():
    (marker,) = test_the_checker_finds_the_broken_promise.pytestmark
    assert {rule for _spoil, rule in marker.args[1]} == set(checker.RULES)


def test_the_checker_imports_only_logs():
    imported = re.findall(r"^(?:from|import) (\S+)", Path(checker.__file__).read_text(), re.MULTILINE)
    assert set(imported) == {"bisect", "collections", "itertools", "faults.recovery"}


def test_a_reader_is_back_with_the_first_message_after_the_fault():
    assert [round(seconds, 3) for _end, _name, seconds in recoveries(good())] == [0.7, 0.7]


def test_only_the_first_of_many_sentences_are_kept():
    log = good()
    for reader in log.readers:
        reader.arrivals.clear()
    assert checker.check(log)["lost"][-1] == "and 3 more"
