"""The latencies in HdrHistogram's formats, for its plotters. Its package is optional: some machines have no wheel."""

try:
    from hdrh.histogram import HdrHistogram
    from hdrh.log import HistogramLogWriter
except ModuleNotFoundError:
    HdrHistogram = None

LONGEST = 3_600_000_000  # µs that a histogram can hold: an hour
DIGITS = 3  # significant digits


def write(folder, records):
    """Write percentiles (.hgrm), and a log second by second (.hlog), if the package is there."""
    if not HdrHistogram:
        return
    with (folder / "latency.hgrm").open("wb") as file:
        counts(records.latencies()).output_percentile_distribution(file, 1000)
    seconds: dict[int, list[float]] = {}
    for *_key, scheduled, arrived in records.deliveries:
        seconds.setdefault(int(scheduled // 1000), []).append(arrived - scheduled)
    with (folder / "latency.hlog").open("w") as file:
        log = HistogramLogWriter(file)
        log.output_log_format_version()
        log.output_legend()
        for second, latencies in sorted(seconds.items()):
            interval = counts(latencies)
            interval.set_start_time_stamp(second * 1000)
            interval.set_end_time_stamp((second + 1) * 1000)
            log.output_interval_histogram(interval, second, second + 1)


def counts(latencies):
    """Return the HdrHistogram of latencies, in ms."""
    histogram = HdrHistogram(1, LONGEST, DIGITS)
    for latency in latencies:
        histogram.record_value(min(LONGEST, max(0, round(latency * 1000))))
    return histogram


def durations(encoded):
    """Yield the durations, in µs, of an encoded HdrHistogram, as results of older versions contain it.

    Raise ValueError without the package.
    """
    if not HdrHistogram:
        raise ValueError("results of an older version: their histograms need the package hdrhistogram")
    for step in HdrHistogram.decode(encoded).get_recorded_iterator():
        yield from [step.value_iterated_to] * step.count_added_in_this_iter_step
