"""Invisible characters: whether a text shows anything, and which of them a name needs."""

import re
import unicodedata

from idna import valid_contextj

# Unicode's Default_Ignorable_Code_Point, which includes what turns the direction of writing, and what only looks empty.
CHARACTERS = (
    "\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\u2800\u3164"
    "\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb\U00016fe4\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff"
)
INVISIBLE = re.compile(f"[{CHARACTERS}]")
BLANK = re.compile(rf"[\s\x01-\x1f\x7f-\x9f{CHARACTERS}]*")
# What ends a line somewhere, moves a terminal's cursor, turns the direction of writing, or cannot be seen.
UNPRINTABLE = re.compile(f"[\0-\x1f\x7f-\x9f\u2028\u2029{CHARACTERS}]")
JOINERS = "\u200c\u200d"
EMOJI_STYLE = "\ufe0e\ufe0f"  # variation selectors: shown as text, shown as a picture
FLAG = re.compile("\U0001f3f4[\U000e0030-\U000e0039\U000e0061-\U000e007a]{2,6}\U000e007f")  # a region's, in tags
KEYCAP = "\u20e3"
SIGNS = "\u203c\u2049\u2139\u3030"  # emoji that are no symbols by their category
SKIN_TONES = "\U0001f3fb\U0001f3fc\U0001f3fd\U0001f3fe\U0001f3ff"


def is_blank(text):
    """Return whether a text is empty, or of white space, controls and invisible characters alone; NUL is none."""
    return BLANK.fullmatch(text) is not None


def escaped(text):
    r"""Return the text with \n for a line end, and so on: what a terminal or a log may show."""
    return UNPRINTABLE.sub(lambda found: found[0].encode("unicode_escape").decode(), text)


def hides_something(name):
    """Return whether a name has an invisible character that neither its script nor an emoji needs where it stands."""
    name = FLAG.sub("\U0001f3f4", name)
    return any(not _is_needed(name, found.start()) for found in INVISIBLE.finditer(name))


def _is_needed(name, at):
    char, before, after = name[at], name[:at][-1:], name[at + 1 :][:1]
    if char in JOINERS:
        return joins(name, at) or (char == "\u200d" and _is_emoji(before, *EMOJI_STYLE) and _is_emoji(after))
    if char in EMOJI_STYLE:
        return _is_emoji(before) or (after == KEYCAP and before in tuple("0123456789#*"))
    if "\U000e0100" <= char <= "\U000e01ef":  # which variant of an ideograph
        return _is_named(before, "CJK ")
    return "\u180b" <= char <= "\u180f" and _is_named(before, "MONGOLIAN LETTER ")  # variants, and a vowel set apart


def joins(name, at):
    """Return whether a joiner changes how the letters beside it are written (RFC 5892, appendices A.1 and A.2)."""
    try:
        return valid_contextj(name, at)
    except ValueError:  # beside it is a code point without a name
        return False


def _is_emoji(char, *more):
    if not char or char.isascii():
        return False
    return unicodedata.category(char) in ("So", "Sm") or char in (*SIGNS, *SKIN_TONES, *more)


def _is_named(char, prefix):
    return bool(char) and unicodedata.name(char, "").startswith(prefix)
