"""The promises about figures, as rules over measurements: each rule yields a sentence for each violation."""

import statistics

SLOWER = 1.2  # factor by which the others' p99 may grow while some clients read slowly
NOISE = 5.0  # ms by which the p99 of two windows may differ on a machine that runs other programs, too
WINDOW = 10.0  # seconds that a window must last for its p99 to count
GROWN = 1.1  # factor by which the servers' resources may grow
FEW = 2  # number by which any count may grow; a tenth of a small count is less than one
LONG = 60.0  # seconds between two readings that count


def missed(strikes, planned, unit):
    """A fault strikes as often as it should."""
    if strikes < planned:
        yield f"only {strikes:,} of {planned:,} {unit}"


def slowed(log, rounds):
    """While some clients read slowly, the p99 of the others grows by at most a fifth, in the median over the rounds.

    A round is (began, slowed, ended), in seconds since the epoch.
    """
    if not telling(rounds):
        return
    before, meanwhile = map(statistics.median, zip(*pairs(log, rounds), strict=True))
    if meanwhile > SLOWER * before and meanwhile - before >= NOISE:
        yield f"the others' p99 went from {before:.1f} to {meanwhile:.1f} ms"


def telling(rounds):
    """Return whether all windows are long enough for their p99 to count."""
    return all(min(slow - began, ended - slow) >= WINDOW for began, slow, ended in rounds)


def pairs(log, rounds):
    """Return the p99 of the other clients in each round, in ms: (before, meanwhile)."""
    return [(p99(log, began, slow), p99(log, slow, ended)) for began, slow, ended in rounds]


def p99(log, began, ended):
    """Return the 99th percentile, in ms, of the delays of messages published between two instants.

    A delay lasts until the arrival at a client that publishes itself; slow readers do not.
    """
    begun = {publish.nonce: publish.began for publish in log.publishes if began <= publish.began < ended}
    authors = {publish.author for publish in log.publishes}
    arrivals = [arrival for reader in log.readers if reader.name in authors for arrival in reader.shown]
    delays = [1000 * (a.at - begun[a.message.nonce]) for a in arrivals if a.message.nonce in begun]
    return statistics.quantiles(delays, n=100)[98] if len(delays) > 1 else float("inf")


def grown(before, after, seconds):
    """The servers' resources, {name: amount}, grow by at most a tenth in `seconds`."""
    if seconds < LONG:
        return
    for name, held in before.items():
        if after[name] > GROWN * held and after[name] - held > FEW:
            yield f"{name} grew from {held:,} to {after[name]:,}"
