"""Keys with ids: seal, mac, sign, index, and the lists they are written in."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from idp.crypto import (
    KeyListError,
    Keyring,
    Unsealable,
    b64decode,
    b64encode,
    digest,
    new_secret,
    parse_keys,
)

OLD, NEW, OTHER = (b64encode(bytes([byte]) * 32) for byte in (1, 2, 3))


def keyring(keys: str) -> Keyring:
    return Keyring(keys, keys, keys)


OURS = keyring(f"old:{OLD}")
ROTATED = keyring(f"new:{NEW},old:{OLD}")
STRANGER = keyring(f"old:{OTHER}")


@given(st.binary(max_size=100))
def test_base64url_is_read_back(data: bytes) -> None:
    assert b64decode(b64encode(data)) == data


@pytest.mark.parametrize(
    "text", ["YQ==", "YR", "Y", "a b", "a\nb", "+/+/", "é", "YQ=", "=", "YQ\n"]
)
def test_base64url_has_one_spelling(text: str) -> None:
    with pytest.raises(ValueError, match=r"base64url|ASCII"):
        b64decode(text)


def test_a_secret_has_256_random_bits() -> None:
    assert len(b64decode(new_secret())) == 32
    assert new_secret() != new_secret()


def test_a_digest_takes_any_text() -> None:
    assert len(digest("")) == len(digest("é\udcff")) == 32


def test_a_list_of_keys_is_newest_first() -> None:
    assert list(parse_keys(f" new:{NEW} , old:{OLD} ")) == ["new", "old"]


@pytest.mark.parametrize(
    "text",
    ["", ":", "a", f":{OLD}", f"a b:{OLD}", f"ninechars:{OLD}", "a:%", "a:YQ", f"a:{OLD},a:{NEW}",
     f"a:{OLD},", f"a:{OLD}="],
)  # fmt: skip
def test_a_list_that_is_none_is_refused_without_telling_keys(text: str) -> None:
    with pytest.raises(KeyListError) as refused:
        parse_keys(text)
    assert OLD not in str(refused.value)


@given(st.binary(max_size=100))
def test_what_was_sealed_opens(data: bytes) -> None:
    assert OURS.open(OURS.seal(data, "a.b"), "a.b") == data


def test_the_same_is_never_sealed_twice_alike() -> None:
    assert OURS.seal(b"x", "a.b") != OURS.seal(b"x", "a.b")


def test_what_was_sealed_opens_in_its_place_alone() -> None:
    with pytest.raises(Unsealable):
        OURS.open(OURS.seal(b"x", "holder.nir"), "holder.address")


def test_no_byte_of_what_is_sealed_can_be_altered() -> None:
    sealed = OURS.seal(b"text", "a.b")
    for position in range(len(sealed)):
        altered = bytearray(sealed)
        altered[position] ^= 1
        with pytest.raises(Unsealable):
            OURS.open(bytes(altered), "a.b")


@given(st.binary(max_size=60))
def test_any_other_bytes_do_not_open(data: bytes) -> None:
    with pytest.raises(Unsealable):
        OURS.open(data, "a.b")


def test_a_new_key_opens_what_the_old_one_sealed() -> None:
    assert ROTATED.open(OURS.seal(b"x", "a.b"), "a.b") == b"x"


def test_without_its_key_nothing_opens() -> None:
    for others in (STRANGER, keyring(f"new:{NEW}")):
        with pytest.raises(Unsealable):
            others.open(OURS.seal(b"x", "a.b"), "a.b")


@given(st.binary(max_size=100))
def test_what_a_browser_keeps_for_us_is_read_back(message: bytes) -> None:
    assert OURS.verify("known", OURS.sign("known", message)) == message


def test_what_was_signed_holds_for_its_purpose_alone() -> None:
    assert OURS.verify("other", OURS.sign("known", b"x")) is None


def test_a_signature_survives_a_new_key_and_not_the_removal_of_its_own() -> None:
    signed = OURS.sign("known", b"x")
    assert ROTATED.verify("known", signed) == b"x"
    assert keyring(f"new:{NEW}").verify("known", signed) is None
    assert STRANGER.verify("known", signed) is None


@given(st.text(max_size=60))
def test_any_other_text_was_not_signed(text: str) -> None:
    assert OURS.verify("known", text) is None
    assert OURS.verify("known", f"old.{text}") is None
    assert OURS.verify("known", f"old.eA.{text}") is None


def test_a_mac_needs_a_key_that_there_is() -> None:
    with pytest.raises(KeyError):
        OURS.mac("known", b"x", "nobody")


def test_a_blind_index_finds_a_value_in_its_place_alone() -> None:
    index = OURS.blind_index("holder.nir", "1")
    assert index == OURS.blind_index("holder.nir", "1")
    assert index != OURS.blind_index("holder.nir", "2")
    assert index != OURS.blind_index("channel.value", "1")
    assert index[-32:] != STRANGER.blind_index("holder.nir", "1")[-32:]


def test_a_value_is_looked_for_under_every_key() -> None:
    assert OURS.blind_index("a.b", "1") in ROTATED.blind_indexes("a.b", "1")
    assert ROTATED.blind_indexes("a.b", "1")[0] == ROTATED.blind_index("a.b", "1")


def test_keys_for_two_purposes_have_nothing_in_common() -> None:
    assert OURS.macs.derive("a") != OURS.macs.derive("b")
