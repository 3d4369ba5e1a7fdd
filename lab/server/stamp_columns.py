"""Address and columns of the messages' timestamps, for the server that gives them and the benchmark that reads them.

A row is a message: `received_ms` (its draft has reached the store), `committed_ms` (it is on disk), `announced_ms` (its
room has it), `writes` (how many readers it was written to) and `written_ms` (the mean time of these writes). Times are
ms since the epoch, by this machine's clock. A connection that publishes is no reader.
"""

PATH = "/message-stamps"
COLUMNS = "room", "id", "received_ms", "committed_ms", "announced_ms", "writes", "written_ms"
