"""Django's description of this app."""

from django.apps import AppConfig


class ClassroomConfig(AppConfig):
    """The class; what it keeps of a room is forgotten with the room."""

    name = "classroom"

    def ready(self) -> None:
        """Listen for rooms that are forgotten."""
        from classroom import records
        from classroom.lesson import ROOM
        from lab.signals import forgotten

        def forget(room: str, **_more: object) -> bool:
            return room == ROOM and records.forget()

        forgotten.connect(forget, weak=False)
