"""The names of the techniques; each is a folder. A further one is one more word here."""

import os

TECHNIQUES = os.environ.get("LAB_TECHNIQUES", "polling,longpoll,sse,websocket").split(",")
