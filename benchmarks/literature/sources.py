"""The sources of published figures, and one such figure."""

from dataclasses import dataclass

SOURCES = {
    "lubbers": "P. Lubbers, F. Greco: HTML5 WebSocket: A Quantum Leap in Scalability for the Web, 2010",
    "pimentel": "V. Pimentel, B. G. Nickerson: Communicating and Displaying Real-Time Data with WebSocket, "
    "IEEE Internet Computing 16(4):45–53, 2012, doi 10.1109/MIC.2012.64",
    "grigorik": "I. Grigorik: High Performance Browser Networking, 2013, chapters XHR, SSE and WebSocket",
    "abril": "Abril: HAR files of the repository Aquilio/09-23-17-real-time-methods, 2017",
    "appelqvist": "Appelqvist, Örnmyr: thesis, Blekinge Institute of Technology, 2017",
    "bozdag": "E. Bozdag, A. Mesbah, A. van Deursen: A Comparison of Push and Pull Techniques for AJAX, 2007, "
    "arXiv 0706.3984",
    "vyvere": "B. Van de Vyvere et al.: a comparison of polling and push for open data interfaces, ICWE 2020",
    "rfc6202": "RFC 6202: Known Issues and Best Practices for the Use of Long Polling and Streaming in Bidirectional "
    "HTTP, 2011, section 2.2",
}


@dataclass(frozen=True)
class Row:
    """One published figure; None for what is unknown."""

    source: str
    what: str
    unit: str
    published: float | None = None
    recomputed: float | None = None
    measured: float | None = None
    note: str = ""  # what the figure means, or a possible reason for a difference

    def difference(self, figure):
        """Return by how many per cent a figure differs from the published one; None if one of them is unknown."""
        return 100 * (figure / self.published - 1) if figure is not None and self.published else None
