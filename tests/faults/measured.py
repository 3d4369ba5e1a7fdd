"""Promises that are figures, as rules over what was measured: each yields a sentence where it does not hold."""

import statistics

SLOWER = 1.2  # times their p99 before: what the others may wait while some read slowly
NOISE = 5.0  # ms by which the p99 of two windows differs by itself on a machine that others use too
WINDOW = 10.0  # seconds of a window from which on its p99 is judged
GROWN = 1.1  # times what servers held at first: what they may hold in the end
FEW = 2  # by which any count may grow; a tenth of a few is less than one
LONG = 60.0  # seconds between two readings from which on they are judged


def missed(strikes, asked, unit):
    """A fault strikes as often as it was asked to."""
    if strikes < asked:
        yield f"only {strikes:,} of {asked:,} {unit}"


def slowed(log, rounds):
    """While some read slowly, the others' p99 stays within a fifth of what it was, in the median over the rounds.

    A round is (began, slowed, ended), in seconds since the epoch.
    """
    if not telling(rounds):
        return
    before, meanwhile = map(statistics.median, zip(*pairs(log, rounds), strict=True))
    if meanwhile > SLOWER * before and meanwhile - before >= NOISE:
        yield f"the others' p99 went from {before:.1f} to {meanwhile:.1f} ms"


def telling(rounds):
    """Tell whether all windows are long enough for their p99 to say something."""
    return all(min(slow - began, ended - slow) >= WINDOW for began, slow, ended in rounds)


def pairs(log, rounds):
    """Return the others' p99 of each round, in ms: (before, meanwhile)."""
    return [(p99(log, began, slow), p99(log, slow, ended)) for began, slow, ended in rounds]


def p99(log, began, ended):
    """Return the 99th percentile, in ms, of the delays of messages published between two instants.

    From the publishing to the arrival at those who publish themselves: slow readers do not.
    """
    begun = {publish.nonce: publish.began for publish in log.publishes if began <= publish.began < ended}
    authors = {publish.author for publish in log.publishes}
    arrivals = [arrival for reader in log.readers if reader.name in authors for arrival in reader.shown]
    delays = [1000 * (a.at - begun[a.said.nonce]) for a in arrivals if a.said.nonce in begun]
    return statistics.quantiles(delays, n=100)[98] if len(delays) > 1 else float("inf")


def grown(before, after, seconds):
    """What servers hold, {what: how much}, stays within a tenth of what they held so many seconds before."""
    if seconds < LONG:
        return
    for name, held in before.items():
        if after[name] > GROWN * held and after[name] - held > FEW:
            yield f"{name} grew from {held:,} to {after[name]:,}"
