"""The advice in words, in the reader's language, for the page and the terminal: figures, verdict and reasons."""

from importlib import import_module
from math import floor, log10
from typing import Any

from django.utils.formats import number_format
from django.utils.text import get_text_list
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from benchmarks import model
from benchmarks.advice.advisor import RUNS_MIN
from lab.pages.margin import PER_CENT, worth_naming
from lab.techniques import TECHNIQUES
from lab.wire.relay.link import PROFILES

NETWORKS: dict[Any, dict[str, Any]] = {
    name: {"delay_ms": link.delay_ms, "jitter_ms": link.jitter_ms} for name, link in PROFILES.items()
}
DAY = 86_400  # seconds
GIGABYTE = 1e9  # bytes


def figures(advice):
    """Return [(label, [the figure of each option as text])]."""
    rows = [
        (_("fast enough"), lambda one: _("yes") if one.fits else _("no")),
        (_("mean latency, ms"), lambda one: milliseconds(one.mean_ms)),
        (_("latency of 99 in 100, ms"), lambda one: milliseconds(one.p99_ms)),
        (_("polling interval, s"), lambda one: "–" if one.interval is None else number(one.interval)),
        (_("requests a second"), lambda one: number(one.requests)),
        (_("network, kB/s"), lambda one: number(one.bytes / 1000)),
        (_("network, GB a day"), lambda one: number(one.bytes * DAY / GIGABYTE)),
        (_("server, cores"), cores),
        (_("cost, multiple of the best"), lambda one: number(one.score) if one.score else "–"),
    ]
    return [(label, [write(option) for option in advice.options]) for label, write in rows]


def cores(option):
    """Return the cores that an option keeps busy, or their upper bound, as text."""
    if option.cores is None:
        return "?" if option.cores_max is None else f"≤ {number(option.cores_max)}"
    return number(option.cores)


def verdict(advice):
    """Return the sentence that answers the question."""
    if not advice.fitting:
        return _("None is fast enough. With the fastest, %(titles)s, 99 in 100 messages arrive within %(ms)s ms.") % {
            "titles": get_text_list([title(one) for one in advice.fastest], _("or")),
            "ms": milliseconds(min(one.p99_ms for one in advice.fastest)),
        }
    names = get_text_list([title(one) for one in advice.close], _("and"))
    if len(advice.close) > 1:
        if any(worth_naming(1.0, one.score) for one in advice.close):
            return _("Too close to call: the runs do not show which of %(titles)s costs less.") % {"titles": names}
        return _("Too close to call: the costs of %(titles)s differ by at most %(margin)s.") % {
            "titles": names,
            "margin": PER_CENT,
        }
    return _("Use %(title)s.") % {"title": names}


def reasons(advice):
    """Yield the sentences that give the reasons."""
    best = advice.close[0] if advice.close else None
    for option in advice.options:
        words = {"title": title(option), "ms": milliseconds(option.p99_ms), "limit": number(advice.question.latency_ms)}
        if not option.fits:
            yield _("%(title)s is too slow: 99 in 100 messages take up to %(ms)s ms, more than %(limit)s.") % words
        elif best and option not in advice.close:
            words |= {
                "bytes": times(option.bytes, best.bytes),
                "best": title(best),
                "cores": times(option.cores, best.cores),
            }
            if option.cores and alike(option.bytes, best.bytes):
                yield _("%(title)s needs about as many bytes as %(best)s, and %(cores)s times the CPU.") % words
            elif option.cores and alike(option.cores, best.cores):
                yield _("%(title)s needs %(bytes)s times the bytes of %(best)s, and about as much CPU.") % words
            elif option.cores:
                yield _("%(title)s needs %(bytes)s times the bytes of %(best)s, and %(cores)s times the CPU.") % words
            else:
                yield _("%(title)s needs %(bytes)s times the bytes of %(best)s.") % words
    if best and best.interval:
        words = {"s": number(best.interval)}
        yield _("Polling every %(s)s s is just often enough, and one response carries many messages.") % words
    if best and best.processes and best.processes > 1:
        yield ngettext("It needs %(n)s server process.", "It needs %(n)s server processes.", best.processes) % {
            "n": number(best.processes)
        }
    yield from source(advice)
    if unknown := [name for name in TECHNIQUES if name not in model.MODELS]:
        titles = get_text_list([_(import_module(name).TITLE) for name in unknown], _("and"))
        yield _("The model has no formulas for %(titles)s, so this advice leaves it out.") % {"titles": titles}


def source(advice):
    """Yield the sentences on the origin of the server's costs."""
    measurements = advice.measurements
    if not measurements.costs:
        yield _("The server's CPU load is unknown: nothing was measured on this machine yet. Run `make compare` once.")
        return
    words = {"folders": ", ".join(measurements.folders), "n": measurements.runs}
    yield (
        ngettext(
            "The server's CPU load comes from measurements on this machine, at least %(n)s run of each technique: "
            "%(folders)s.",
            "The server's CPU load comes from measurements on this machine, at least %(n)s runs of each technique: "
            "%(folders)s.",
            measurements.runs,
        )
        % words
    )
    if any(option.cores is None for option in advice.options):
        yield (
            _(
                "Only rooms of at most %(readers)s readers were measured, so this is an upper bound. "
                "Bytes alone decide. "
                '`make compare ARGS="--scenario fan-out"` measures larger rooms in about five minutes.'
            )
            % {"readers": number(round(measurements.readers))}
        )
    elif measurements.runs < RUNS_MIN:
        yield _("So few runs do not show how much they scatter; three or more would make this advice surer.")


def title(option):
    """Return a technique's title in the reader's language."""
    return _(import_module(option.technique).TITLE)


def alike(value, other):
    """Return whether the difference between two figures is too small to name."""
    return bool(value and other) and not worth_naming(min(value, other), max(value, other))


def times(value, base):
    """Return a multiple as text."""
    return number(value / base) if value and base else "?"


def milliseconds(value):
    """Return a latency as text; below 1 ms the model is not accurate, so 0 would be wrong."""
    return "< 1" if value < 1 else number(value)


def number(value):
    """Return a figure as text with three significant digits, a small one with two."""
    size = abs(value)
    digits = 0 if size >= 100 else 1 if size >= 10 else 2 if size >= 0.1 or not size else 1 - floor(log10(size))
    text = number_format(round(value, digits), digits, use_l10n=True, force_grouping=True)
    return text.rstrip("0").rstrip(".") if "." in text else text
