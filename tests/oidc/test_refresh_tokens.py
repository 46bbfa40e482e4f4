"""The text of a refresh token: a family, a generation and a MAC."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from idp.crypto import Keyring, b64decode, b64encode, new_secret
from idp.oidc import refresh_tokens
from idp.oidc.refresh_tokens import RefreshToken

SEALING, INDEX, OLD, NEW = (new_secret() for _ in range(4))


def keyring(macs: str) -> Keyring:
    return Keyring(f"s:{SEALING}", macs, f"i:{INDEX}")


OURS = keyring(f"old:{OLD}")


@given(st.integers(0, 2**63 - 1), st.integers(0, 2**32 - 1))
def test_what_was_made_is_read_back(grant_id: int, generation: int) -> None:
    text = refresh_tokens.make(OURS, grant_id, generation)
    assert refresh_tokens.read(OURS, text) == RefreshToken(grant_id, generation)


def test_the_same_generation_is_the_same_token() -> None:
    assert refresh_tokens.make(OURS, 1, 2) == refresh_tokens.make(OURS, 1, 2)
    assert refresh_tokens.make(OURS, 1, 2) != refresh_tokens.make(OURS, 1, 3)


@pytest.mark.parametrize("position", range(36))
def test_no_byte_can_be_altered(position: int) -> None:
    key_id, _, encoded = refresh_tokens.make(OURS, 1, 2).partition(".")
    data = bytearray(b64decode(encoded))
    data[position] ^= 1
    assert refresh_tokens.read(OURS, f"{key_id}.{b64encode(bytes(data))}") is None


@given(st.text(max_size=80))
def test_any_other_text_is_nobodys(text: str) -> None:
    assert refresh_tokens.read(OURS, text) is None
    assert refresh_tokens.read(OURS, f"old.{text}") is None


def test_nothing_can_be_cut_off_or_added() -> None:
    right = refresh_tokens.make(OURS, 1, 2)
    encoded = right.partition(".")[2]
    for length in range(36):
        assert refresh_tokens.read(OURS, f"old.{b64encode(b64decode(encoded)[:length])}") is None
    for more in ("=", "AAAA", " ", "."):
        assert refresh_tokens.read(OURS, right + more) is None


def test_a_token_survives_a_new_key_and_not_the_removal_of_its_own() -> None:
    token = refresh_tokens.make(OURS, 1, 2)
    assert refresh_tokens.read(keyring(f"new:{NEW},old:{OLD}"), token) == RefreshToken(1, 2)
    assert refresh_tokens.read(keyring(f"new:{NEW}"), token) is None
    assert refresh_tokens.read(keyring(f"old:{NEW}"), token) is None


def test_a_mac_for_another_purpose_is_no_refresh_token() -> None:
    payload = (1).to_bytes(8, "big") + (2).to_bytes(4, "big")
    mac = OURS.mac("known-browser", payload)[:24]
    assert refresh_tokens.read(OURS, f"old.{b64encode(payload + mac)}") is None
