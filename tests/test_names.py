"""Section 1.3: the rules of names and texts, tried with whatever hypothesis can think of."""

import json
import string
import unicodedata

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from lab import message as rules
from lab.message import Refused

# Every code point there is, those included that cannot be encoded, and more of the odd ones than chance would give.
ODD = "\0\t\n\r\x0b\x0c\x1c\x1f\x7f\x85\xa0\u0301\u0345\u200b\u2028\u2029\u202e\u3000\ufeff\ud800\udfff\U000e0001"
characters = (
    st.characters() | st.characters(categories=["Cs", "Cc", "Mn", "Mc", "Zs", "Zl", "Zp"]) | st.sampled_from(ODD)
)
texts = st.text(characters, max_size=80) | st.text(characters).map(lambda text: text * 100)
values = st.none() | st.booleans() | st.integers() | st.floats() | texts | st.lists(st.integers()) | st.just({})
good_texts = st.text(st.characters(codec="utf-8", exclude_characters="\0"), min_size=1).filter(str.strip)
cleaners = [rules.clean_author, rules.clean_text, rules.clean_nonce, rules.clean_sent_at]


def cleaned(clean, value):
    """Return the cleaned value, or None where it is refused by a sentence; let any other exception fail the test."""
    try:
        return clean(value)
    except Refused as refused:
        told = (refused.status in (400, 404), str(refused).endswith("."), str(refused).isprintable())
    assert all(told)
    return None


@pytest.mark.parametrize("clean", cleaners)
@given(value=values)
def test_4_any_value_of_a_field_is_accepted_or_refused(clean, value):
    cleaned(clean, value)


@given(name=texts)
@example("a\u0301" * 64)
@example("\u0344" * 33)  # NFC makes it longer
@example(" \u0301a")
def test_1_3_a_room_is_nfc_bounded_and_stays_itself(name):
    room = cleaned(rules.clean_room, name)
    if room is None:
        return
    assert room == unicodedata.normalize("NFC", name).strip()
    assert room == unicodedata.normalize("NFC", room) == rules.clean_room(room)
    assert 1 <= len(room) <= 64
    assert all(char in "-_" or unicodedata.category(char)[0] in "LMN" for char in room)


@given(name=st.text(st.characters(categories=["L", "Nd"]) | st.sampled_from("-_"), min_size=1, max_size=64))
def test_1_3_letters_and_digits_of_any_script_make_a_room(name):
    assume(len(unicodedata.normalize("NFC", name)) <= 64)
    assert rules.clean_room(name)


@given(name=st.text(st.characters(categories=["L", "Nd"]), min_size=1, max_size=20))
def test_1_3_a_room_typed_in_two_ways_is_one_room(name):
    decomposed = unicodedata.normalize("NFD", name)
    assume(unicodedata.category(decomposed[0]) not in ("Mn", "Mc"))
    assert rules.clean_room(decomposed) == rules.clean_room(f" {name}\n")


@pytest.mark.parametrize(
    "name", [*sorted(set(string.printable) - set(string.ascii_letters + string.digits + "-_")), "", "a" * 65]
)
def test_1_3_other_characters_make_no_room(name):
    with pytest.raises(Refused) as refused:
        rules.clean_room(f"a{name}b" if len(name) == 1 else name)
    assert refused.value.status == 404


@given(name=texts)
@example("\u0344" * 21)
def test_1_3_an_author_is_nfc_bounded_and_stays_itself(name):
    author = cleaned(rules.clean_author, name)
    if author is None:
        return
    assert author == unicodedata.normalize("NFC", author) == rules.clean_author(author)
    assert author == author.strip()
    assert 1 <= len(author) <= 40
    assert not any(unicodedata.category(char) in ("Cc", "Cs") for char in author)
    author.encode()


@given(text=texts)
def test_1_3_a_text_is_untouched_and_bounded(text):
    if cleaned(rules.clean_text, text) is None:
        return
    assert rules.clean_text(text) is text
    assert 1 <= len(text) <= 4_000
    assert text.strip()
    text.encode()


@given(text=good_texts)
def test_1_3_every_text_that_can_be_stored_is_accepted(text):
    assert rules.clean_text(text) == text


@given(nonce=st.text(st.characters(min_codepoint=0x20, max_codepoint=0x7E), min_size=1, max_size=64))
def test_1_3_printable_ascii_makes_a_nonce(nonce):
    assert rules.clean_nonce(nonce) == nonce


@given(nonce=texts)
def test_1_3_nothing_else_makes_a_nonce(nonce):
    accepted = cleaned(rules.clean_nonce, nonce) is not None
    assert accepted == (1 <= len(nonce) <= 64 and nonce.isascii() and nonce.isprintable())


@given(number=st.integers(0, 2**63 - 1))
def test_2_1_every_id_is_an_after(number):
    assert rules.clean_after(str(number)) == number


@given(after=texts | st.integers().map(str) | st.text("0123456789 _+-.", max_size=25))
def test_4_an_after_is_an_id_or_refused(after):
    number = cleaned(rules.clean_after, after)
    if number is not None:
        assert 0 <= number < 2**63
        assert set(after) <= set(string.digits)


@given(sent_at=st.integers() | st.floats())
def test_1_1_a_clock_is_a_finite_number(sent_at):
    assert cleaned(rules.clean_sent_at, sent_at) == (float(sent_at) if abs(sent_at) < 1e300 else None)


@given(body=st.binary() | texts)
def test_4_any_body_is_an_object_or_refused(body):
    assert isinstance(cleaned(rules.parse, body), dict | None)


@given(
    value=st.recursive(
        values, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3), max_leaves=8
    )
)
def test_4_any_json_is_an_object_or_refused(value):
    try:
        json.dumps(value, allow_nan=False)
        good = isinstance(value, dict)
    except ValueError:  # NaN or Infinity is in it somewhere
        good = False
    assert cleaned(rules.parse, json.dumps(value)) == (value if good else None)


@given(fields=st.fixed_dictionaries({"author": values, "text": values}, optional={"nonce": values, "sent_at": values}))
def test_4_any_fields_make_a_draft_or_are_refused(fields):
    if draft := cleaned(lambda fields: rules.draft("lobby", fields), fields):
        assert (draft.room, draft.text) == ("lobby", fields["text"])


messages = st.builds(
    rules.Message,
    id=st.integers(1, 2**63 - 1),
    room=st.just("物理课"),
    author=good_texts,
    text=good_texts,
    nonce=st.just("n"),
    sent_at=st.none() | st.floats(-1e300, 1e300),
    published_at=st.floats(0, 1e15),
)


@given(message=messages)
def test_1_1_a_message_comes_back_from_its_json(message):
    assert json.loads(message.json) == message.as_dict()
    assert not set(message.json) & set(b"\r\n")
