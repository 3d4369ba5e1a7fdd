"""Django's place for the commands."""
