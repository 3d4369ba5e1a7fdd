"""Why a figure is not the model's: what chance may do to polling, and where it does more."""

import pytest

from benchmarks.analysis.series import Figure
from benchmarks.findings import explanation

EVERY_SECOND = {"arrivals": "regular", "pacing": "rate", "rate": 1.0, "interval": 1.0}


@pytest.mark.parametrize(
    ("changed", "keeps"),
    [
        ({}, True),
        ({"interval": 0.25}, True),  # four polls between two messages
        ({"interval": 0.3}, False),
        ({"rate": 4.0}, False),  # four messages between two polls
        ({"arrivals": "poisson"}, False),
        ({"pacing": "pause"}, False),
        ({"rate": 0.0}, False),
    ],
)
def test_a_message_keeps_its_place_in_the_interval(changed, keeps):
    assert explanation.keeps_phase(EVERY_SECOND | changed) is keeps


class Runs:
    """A series of one run with ten readers."""

    def by_run(self, function):
        return Figure.of([function({"delivered": 1000, "clients": 10})])


def test_chance_counts_the_readers_where_each_waits_as_long_every_time():
    assert explanation.phase_error(Runs()) == pytest.approx(1.83, abs=0.01)
    assert explanation.phase_error(Runs(), "clients") == pytest.approx(18.3, abs=0.1)
