"""The statistics: intervals and differences, tested with distributions whose median is known."""

import random
from itertools import product
from math import comb

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks.analysis import statistics

values = st.floats(-1e9, 1e9)
DRAWS = 4000


def coverage(runs, draw, truth, seed=1):
    """Return how often the interval of `runs` runs holds the true median."""
    rng = random.Random(seed)
    held = 0
    for _ in range(DRAWS):
        low, high = statistics.interval([draw(rng) for _ in range(runs)])
        held += low <= truth <= high
    return held / DRAWS


@pytest.mark.parametrize("runs", [0, 1, 2])
def test_one_run_or_two_have_no_interval(runs):
    assert statistics.interval(range(runs)) is None
    assert statistics.ratio_interval([(1, 2)] * runs) is None
    assert not statistics.differs(range(runs), [100, 101, 102])


@pytest.mark.parametrize("runs", [3, 4, 5])
@pytest.mark.parametrize(
    ("draw", "truth"),
    [(lambda rng: rng.normalvariate(7, 2), 7), (lambda rng: rng.lognormvariate(1, 1.5), 2.718281828)],
    ids=["normal", "skewed"],
)
def test_the_interval_of_few_runs_holds_the_median_as_often_as_it_says(runs, draw, truth):
    """The tolerance, 2 %, is three standard errors of the simulation."""
    assert coverage(runs, draw, truth) == pytest.approx(statistics.coverage(runs), abs=0.021)


@pytest.mark.parametrize("runs", [6, 7, 9, 15, 25])
def test_the_interval_of_more_runs_holds_the_median_about_as_often_as_its_level(runs):
    assert 0.86 <= coverage(runs, lambda rng: rng.expovariate(1), 0.693147) <= 0.975


@pytest.mark.parametrize("runs", [3, 4, 5, 6])
def test_the_exact_bootstrap_is_that_of_all_resamples(runs):
    sample = [2.0**rank for rank in range(runs)]
    counted = {}
    for resample in product(sample, repeat=runs):
        middle = statistics.median(resample)
        counted[middle] = counted.get(middle, 0) + runs**-runs
    assert dict(statistics.exact_medians(sample)) == pytest.approx(counted)


@pytest.mark.parametrize("runs", [20, 41])
def test_the_drawn_bootstrap_agrees_with_the_exact_one_and_with_itself(runs):
    rng = random.Random(runs)
    sample = sorted(rng.normalvariate(0, 1) for _ in range(runs))
    drawn = statistics.sampled_medians(sample, 1)
    for share in (0.1, 0.5, 0.9):
        near = [statistics.quantile(statistics.exact_medians(sample), share + off) for off in (-0.02, 0.02)]
        assert near[0] <= statistics.quantile(drawn, share) <= near[1]
    assert drawn == statistics.sampled_medians(sample, 1)
    assert drawn != statistics.sampled_medians(sample, 2)


def test_resamples_of_many_runs_depend_on_the_seed():
    rng = random.Random(5)
    sample = [rng.normalvariate(0, 1) for _ in range(statistics.EXACT + 1)]
    low, high = statistics.interval(sample, seed=3)
    assert (low, high) == statistics.interval(sample, seed=3)
    assert low <= statistics.median(sample) <= high


@settings(deadline=None, max_examples=60)
@given(st.lists(values, min_size=3, max_size=20), st.randoms())
def test_an_interval_holds_its_own_median_and_no_order_matters(sample, rng):
    low, high = statistics.interval(sample)
    assert min(sample) <= low <= statistics.median(sample) <= high <= max(sample)
    shuffled = rng.sample(sample, len(sample))
    assert statistics.interval(shuffled) == (low, high)


@pytest.mark.parametrize(("runs", "others"), [(3, 3), (4, 4), (3, 5)])
def test_equal_samples_are_seldom_called_different(runs, others):
    rng = random.Random(2)
    said = sum(
        statistics.differs(
            [rng.normalvariate(0, 1) for _ in range(runs)], [rng.normalvariate(0, 1) for _ in range(others)]
        )
        for _ in range(DRAWS)
    )
    assert statistics.false_difference(runs, others) == 2 / comb(runs + others, runs)
    assert said / DRAWS == pytest.approx(statistics.false_difference(runs, others), abs=0.016)


def test_different_samples_are_found():
    assert statistics.differs([1.0, 1.1, 1.2], [2.0, 2.1, 2.2])
    assert statistics.differs([2.0, 2.1, 2.2], [1.0, 1.1, 1.2])
    assert not statistics.differs([1.0, 1.1, 2.05], [2.0, 2.1, 2.2])


def test_pairs_cancel_disturbances_of_a_whole_repetition():
    pairs = [(1.0, 2.0), (10.0, 20.5), (100.0, 190.0)]
    assert not statistics.differs(*zip(*pairs, strict=True))
    low, high = statistics.ratio_interval(pairs)
    assert 0.48 < low < high < 0.53


def test_a_pair_without_a_second_value_is_none():
    assert statistics.ratio_interval([(1, 0), (1, 2), (1, 2)]) is None
