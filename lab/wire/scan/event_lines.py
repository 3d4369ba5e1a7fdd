"""Parser for the lines of an event stream (HTML §9.2.6) that works piece by piece."""

import re

LINE_END = re.compile(rb"[\r\n]")
NAME_MAX = 16  # bytes kept of a field's name; longer ones mean nothing
VALUE_MAX = 64  # bytes kept of a field's value
CR, LF = 13, 10

LINE = "line"  # a line has ended, with LF or CR
LINE_FEED = "line feed"  # the LF of a CRLF, whose CR has ended the line


class EventLineParser:
    """Splits an event stream into lines, and a line into name and value, wherever the stream is cut into pieces."""

    def __init__(self):
        self.after_cr = False  # an LF that comes next belongs to the line before
        self.name, self.value = bytearray(), bytearray()  # the first bytes of them
        self.begin_line()

    def begin_line(self):
        """Forget the line before."""
        self.name.clear()
        self.value.clear()
        self.name_size = self.value_size = 0
        self.has_colon = self.has_space = False  # the one space after the colon belongs to the field

    @property
    def field_size(self):
        """Bytes before the value: name, colon and space."""
        return self.name_size + self.has_colon + self.has_space

    def step(self, data, place, end):
        """Read from `place`, before `end`, to the end of the line; return (LINE, LINE_FEED or None, where that is).

        None: the line goes on after `end`. The caller uses a line and then calls `begin_line`.
        """
        if self.after_cr:
            self.after_cr = False
            if data[place] == LF:
                return LINE_FEED, place + 1
        line_end = LINE_END.search(data, place, end)
        stop = line_end.start() if line_end else end
        self.read(data, place, stop)
        if not line_end:
            return None, stop
        self.after_cr = data[stop] == CR
        return LINE, stop + 1

    def read(self, data, place, stop):
        """Read some of a line, without its end."""
        if not self.has_colon:
            colon = data.find(b":", place, stop)
            until = stop if colon < 0 else colon
            self.name += data[place : min(until, place + NAME_MAX + 1 - len(self.name))]
            self.name_size += until - place
            if colon < 0:
                return
            self.has_colon = True
            place = colon + 1
        if place < stop and not (self.value_size or self.has_space) and data[place : place + 1] == b" ":
            self.has_space = True
            place += 1
        self.value += data[place : min(stop, place + VALUE_MAX - len(self.value))]
        self.value_size += stop - place
