"""Decides whether a run is valid, by its ledger and by the bounds beyond which the generator measures itself."""

GENERATOR_CPU_MAX = 0.8  # of a core
LOOP_LAG_MAX = 50.0  # ms, 99th percentile; above it the generator limits the rate, not the server
OTHER_CPU = 0.3  # cores used by other programs, from which on they are mentioned
LATENCY_SHARE = 0.2  # share of a latency from which on the publisher's lag in it is mentioned
PUBLISHER_LAG_MAX = 50.0  # ms, 99th percentile, from the scheduled instant to publishing


def losses(run):
    """Return what is wrong in the ledger of a run, one phrase each."""
    expected, delivered = run["expected"], run["delivered"]
    checks = [
        (run["lost"], f"{run['lost']:,} of {expected:,} deliveries were lost"),
        (run["repeated"], f"{run['repeated']:,} deliveries were repeated"),
        (run["reordered"], f"{run['reordered']:,} deliveries came out of order"),
        (delivered > expected, f"{delivered:,} deliveries came although only {expected:,} were expected"),
    ]
    return [phrase for failed, phrase in checks if failed]


def exceeded_bounds(run):
    """Return the other reasons to refuse a run, one phrase each."""
    cpu, loop, publisher = run["generator_cpu"], run["loop_lag_ms"]["p99"] or 0, run["publisher_lag_ms"]["p99"] or 0
    late = max(loop - LOOP_LAG_MAX, publisher - PUBLISHER_LAG_MAX) > 0
    checks = [
        (run["silent"], "nothing was published"),
        (run["unanswered"], f"{run['unanswered']:,} publishes were not acknowledged"),
        (run["early"], f"{run['early']:,} deliveries came before they were published: the clock was changed"),
        (run["failure"], f"a reader or publisher failed: {run['failure']}"),
        (cpu > GENERATOR_CPU_MAX, f"the generator used {cpu:.0%} of a core, over {GENERATOR_CPU_MAX:.0%}"),
        (loop > LOOP_LAG_MAX, f"the generator's loop was {loop:.0f} ms late at p99, over {LOOP_LAG_MAX:.0f}"),
        (
            publisher > PUBLISHER_LAG_MAX,
            f"publishing was {publisher:.0f} ms late at p99, over {PUBLISHER_LAG_MAX:.0f}",
        ),
        (late and run["other_cpu"] > OTHER_CPU, f"other programs used {run['other_cpu']:.1f} cores"),
    ]
    return [phrase for failed, phrase in checks if failed]


def notes(run):
    """Return what to know about a valid run, one phrase each."""
    publisher, latency = run["publisher_lag_ms"]["p99"] or 0, run["latency_ms"]["p99"] or 0
    share = publisher / latency if latency else 0
    phrase = f"publishing was {publisher:.1f} ms late at p99, which is {share:.0%} of the latency's p99"
    return [phrase] if share > LATENCY_SHARE else []


def judge(run, may_lose):
    """Return {"valid", "lossy", "flags"} of a run; if it `may_lose`, a loss is flagged but the run stays valid."""
    lost, exceeded = losses(run), exceeded_bounds(run)
    lost_flags = [f"{phrase}, by the design of this stage" for phrase in lost] if may_lose else lost
    valid = not exceeded and (may_lose or not lost)
    return {"valid": valid, "lossy": bool(lost), "flags": lost_flags + (exceeded or notes(run))}
