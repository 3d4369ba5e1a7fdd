"""What makes a run invalid: its ledger, and the bounds past which the generator measures itself."""

GENERATOR_CPU_MAX = 0.8  # of a core
LOOP_LAG_MAX = 50.0  # ms, 99th percentile: from there on the generator, not the server, sets the pace
OTHER_CPU = 0.3  # cores; from there on other programs are worth naming
OF_LATENCY = 0.2  # share of a latency from which the publisher's own lateness in it is worth a word
PUBLISHER_LAG_MAX = 50.0  # ms, 99th percentile, between the scheduled instant and the publishing


def losses(run):
    """Return in words what the ledger of a run has against it; an empty list for a clean one."""
    expected, delivered = run["expected"], run["delivered"]
    found = [
        (run["lost"], f"{run['lost']:,} of {expected:,} deliveries were lost"),
        (run["repeated"], f"{run['repeated']:,} deliveries were repeated"),
        (run["reordered"], f"{run['reordered']:,} deliveries came out of order"),
        (delivered > expected, f"{delivered:,} deliveries came where {expected:,} are possible"),
    ]
    return [words for true, words in found if true]


def bounds(run):
    """Return in words what else refuses a run; an empty list for a valid one."""
    cpu, loop, publisher = run["generator_cpu"], run["loop_lag_ms"]["p99"] or 0, run["publisher_lag_ms"]["p99"] or 0
    late = max(loop - LOOP_LAG_MAX, publisher - PUBLISHER_LAG_MAX) > 0
    found = [
        (run["silent"], "nothing was published"),
        (run["unanswered"], f"{run['unanswered']:,} publishes were not answered"),
        (run["early"], f"{run['early']:,} deliveries came before they were published: the clock was changed"),
        (run["failure"], f"a reader or publisher failed: {run['failure']}"),
        (cpu > GENERATOR_CPU_MAX, f"the generator used {cpu:.0%} of a core, over {GENERATOR_CPU_MAX:.0%}"),
        (loop > LOOP_LAG_MAX, f"the generator's loop was {loop:.0f} ms late at p99, over {LOOP_LAG_MAX:.0f}"),
        (
            publisher > PUBLISHER_LAG_MAX,
            f"publishing was {publisher:.0f} ms late at p99, over {PUBLISHER_LAG_MAX:.0f}",
        ),
        (late and run["other_cpu"] > OTHER_CPU, f"other programs kept {run['other_cpu']:.1f} cores busy"),
    ]
    return [words for true, words in found if true]


def remarks(run):
    """Return in words what a reader of a valid run should know."""
    publisher, latency = run["publisher_lag_ms"]["p99"] or 0, run["latency_ms"]["p99"] or 0
    share = publisher / latency if latency else 0
    words = f"publishing late, {publisher:.1f} ms at p99, is {share:.0%} of the latency's p99"
    return [words] if share > OF_LATENCY else []


def verdict(run, may_lose):
    """Return {"valid", "lossy", "flags"} of a run; where it `may_lose`, a loss is told and no reason to refuse."""
    lost, broken = losses(run), bounds(run)
    told = [f"{words}, by the design of this stage" for words in lost] if may_lose else lost
    valid = not broken and (may_lose or not lost)
    return {"valid": valid, "lossy": bool(lost), "flags": told + (broken or remarks(run))}
