"""What a trial notes down: who published what, and who was given what, when. Times are seconds since the epoch."""

from dataclasses import dataclass, field


@dataclass
class Publish:
    """One message that somebody tries to publish; `number` and `answered` come with its acknowledgement."""

    author: str
    room: str
    nonce: str
    text: str
    sent_at: float | None  # ms since the epoch, by the author's own clock
    began: float
    number: int | None = None  # the message's id
    answered: float | None = None


@dataclass(frozen=True)
class Said:
    """A message as it was delivered, less what only the server knows beforehand."""

    room: str
    number: int
    author: str
    text: str
    nonce: str
    sent_at: float | None

    @classmethod
    def of(cls, message):
        """Return what a message's dict says."""
        return cls(*(message[name] for name in ("room", "id", "author", "text", "nonce", "sent_at")))


@dataclass(slots=True)
class Arrival:
    """One message as the wire brought it to one reader."""

    said: Said
    at: float
    connection: int  # which of the reader's connections, counted from 1; 0 where that is not certain
    had: int | None  # the `after` that the reader named when it opened that connection
    shown: bool  # the client took it for a new one


@dataclass
class Reader:
    """One client: the room it joined, with `after` 0, and what it was given."""

    name: str
    room: str
    joined: float = 0.0
    arrivals: list = field(default_factory=list)
    failure: str = ""  # what ended it too early
    resets: int = 0  # how often it was told to start anew
    reconnects: int = 0
    again: int = 0  # messages that its client read a second time, whether or not it kept them

    @property
    def shown(self):
        """The arrivals that the application saw."""
        return [arrival for arrival in self.arrivals if arrival.shown]


@dataclass
class Log:
    """One crowd's part in a trial."""

    readers: list = field(default_factory=list)
    publishes: list = field(default_factory=list)
    history: dict = field(default_factory=dict)  # room: [Said], read from the server when all was over
    ends: list = field(default_factory=list)  # the end of each fault

    def acknowledged(self):
        """Return the publishes that the server acknowledged."""
        return [publish for publish in self.publishes if publish.number is not None]
