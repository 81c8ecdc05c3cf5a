"""Marks a sentence for translation without needing Django; the edge translates it."""


def gettext_noop(message: str) -> str:
    """The sentence itself; its translation is looked up where it is shown."""
    return message
