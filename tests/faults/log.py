"""The log of a trial: who published and who received which message, and when. Times are seconds since the epoch."""

from dataclasses import dataclass, field


@dataclass
class Publish:
    """One message that a client tries to publish; `number` and `answered` are set by its acknowledgement."""

    author: str
    room: str
    nonce: str
    text: str
    sent_at: float | None  # ms since the epoch, by the author's own clock
    began: float
    number: int | None = None  # the message's id
    answered: float | None = None


@dataclass(frozen=True)
class Delivered:
    """A delivered message, without the fields that the server adds."""

    room: str
    number: int
    author: str
    text: str
    nonce: str
    sent_at: float | None

    @classmethod
    def of(cls, message):
        """Return the Delivered of a message's dict."""
        return cls(*(message[name] for name in ("room", "id", "author", "text", "nonce", "sent_at")))


@dataclass(slots=True)
class Arrival:
    """One message as one reader received it."""

    message: Delivered
    at: float
    connection: int  # number of the reader's connection, from 1; 0 if that is not certain
    had: int | None  # the `after` that the reader named when it opened that connection
    shown: bool  # the client counted it as a new one


@dataclass
class Reader:
    """One client: the room that it joined, with `after` 0, and the messages that it received."""

    name: str
    room: str
    joined: float = 0.0
    arrivals: list = field(default_factory=list)
    failure: str = ""  # the reason if it ended too early
    resets: int = 0  # how many resets it got
    reconnects: int = 0
    again: int = 0  # messages that its client received a second time

    @property
    def shown(self):
        """The arrivals that the client delivered to its application."""
        return [arrival for arrival in self.arrivals if arrival.shown]


@dataclass
class Log:
    """One crowd's part in a trial."""

    readers: list = field(default_factory=list)
    publishes: list = field(default_factory=list)
    history: dict = field(default_factory=dict)  # {room: [Delivered]}, read from the server at the end
    ends: list = field(default_factory=list)  # the end of each fault

    def acknowledged(self):
        """Return the publishes that the server acknowledged."""
        return [publish for publish in self.publishes if publish.number is not None]
