"""What somebody else names is fetched with care, or not at all."""

import socket
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from idp.config import Settings
from idp.fetcher import Fetcher, Unfetchable
from tests.held_clock import HeldClock
from tests.https_site import Site

JSON = {"application/json"}
LOOPBACK = "127.0.0.0/8"
MakeFetcher = Callable[..., Fetcher]


@pytest.fixture
def fetcher(site: Site, settings: Settings) -> MakeFetcher:
    """A fetcher that trusts the site's authority, and may go to this machine."""

    def make(resolve: Any = lambda host, port: ["127.0.0.1"], **changes: Any) -> Fetcher:
        values = {"fetch_ca_file": str(site.authority), "fetch_private": LOOPBACK} | changes
        return Fetcher(settings.model_copy(update=values), resolve)

    return make


@pytest.fixture(params=["sqlite"])
def database_url(tmp_path: Path) -> str:
    """No database is asked."""
    return f"sqlite:///{tmp_path / 'none.db'}"


def why(fetcher: Fetcher, url: str, **options: Any) -> str:
    with pytest.raises(Unfetchable) as refusal:
        fetcher.get(url, JSON, **options)
    return str(refusal.value)


def test_a_document_is_fetched_over_https(site: Site, fetcher: MakeFetcher) -> None:
    url = site.serve("/keys?a=b", {"keys": []})
    copy = fetcher().get(url + "#fragment", JSON)
    assert (copy.content, copy.media_type) == (b'{"keys":[]}', "application/json")
    visit = site.visits[0]
    assert (visit.path, visit.headers["host"]) == ("/keys?a=b", f"localhost:{site.port}")
    assert "cookie" not in visit.headers


def test_a_copy_is_renewed_once_a_minute_whoever_asks(
    site: Site, fetcher: MakeFetcher, clock: HeldClock
) -> None:
    url, asked = site.serve("/keys", {"keys": []}), fetcher()
    asked.get(url, JSON)
    for _ in range(3):
        asked.renew(url, JSON)
    assert len(site.visits) == 2
    clock.advance(60)
    asked.renew(url, JSON)
    assert len(site.visits) == 3


def test_a_copy_that_cannot_be_renewed_serves_on(
    site: Site, fetcher: MakeFetcher, clock: HeldClock
) -> None:
    url, asked = site.serve("/keys", {"keys": []}), fetcher()
    kept = asked.get(url, JSON)
    site.serve("/keys", status=503)
    with pytest.raises(Unfetchable):
        asked.renew(url, JSON)
    assert asked.get(url, JSON) is kept
    clock.advance(600)
    assert why(asked, url)


def test_what_is_not_https_is_not_fetched(site: Site, fetcher: MakeFetcher) -> None:
    public = fetcher(resolve=lambda host, port: ["192.0.9.1"])
    assert why(public, "http://app.example/keys") == "it is not https"
    for url in ("ftp://app.example/", "file:///etc/passwd", "https://", "https://a@app.example/",
                "https://app.example/\r\nX: y", "https://é.example/", "https://[::1/"):  # fmt: skip
        assert why(public, url) == "it is not a web address"


PRIVATE = [
    "127.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1",
    "0.0.0.1", "224.0.0.1", "240.0.0.1", "255.255.255.255", "192.0.2.1", "::1", "::", "fe80::1",
    "fc00::1", "ff02::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "64:ff9b::7f00:1", "2002:7f00:1::",
    "::127.0.0.1", "fe80::1%lo",
]  # fmt: skip


@pytest.mark.parametrize("address", PRIVATE)
def test_a_private_address_is_refused_after_the_name_was_looked_up(
    site: Site, fetcher: MakeFetcher, address: str
) -> None:
    guarded = fetcher(resolve=lambda host, port: [address], fetch_private="")
    assert why(guarded, site.serve("/keys")) == "its address is private"
    assert site.visits == []


def test_one_private_address_among_public_ones_is_enough(site: Site, fetcher: MakeFetcher) -> None:
    guarded = fetcher(resolve=lambda host, port: ["93.184.216.34", "127.0.0.1"], fetch_private="")
    assert why(guarded, site.serve("/keys")) == "its address is private"


def test_an_operator_lists_a_host_or_a_network(site: Site, fetcher: MakeFetcher) -> None:
    url = site.serve("/keys")
    for listed in ("10.0.0.0/8, localhost", "127.0.0.1", LOOPBACK):
        assert fetcher(fetch_private=listed).get(url, JSON).content == b"{}"
    assert why(fetcher(fetch_private="10.0.0.0/8,elsewhere"), url) == "its address is private"


def test_the_address_that_was_checked_is_the_one_that_is_reached(
    site: Site, fetcher: MakeFetcher
) -> None:
    answers = iter([["127.0.0.1"], ["127.0.0.2"]])
    asked = []

    def rebinding(host: str, port: int) -> list[str]:
        asked.append(host)
        return next(answers)

    fetcher(resolve=rebinding).get(site.serve("/keys"), JSON)
    assert asked == ["localhost"]


def test_the_certificate_is_that_of_the_name(site: Site, fetcher: MakeFetcher) -> None:
    site.serve("/keys")
    assert why(fetcher(), site.url("/keys", host="app.example")).endswith("VerificationError")
    assert why(fetcher(fetch_ca_file=""), site.url("/keys")).endswith("VerificationError")
    assert site.visits == []


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_is_not_followed(site: Site, fetcher: MakeFetcher, status: int) -> None:
    site.serve("/inside")
    url = site.serve("/keys", status=status, headers={"Location": "/inside"})
    assert why(fetcher(), url) == "it redirects, and redirects are not followed"
    assert site.paths() == ["/keys"]


@pytest.mark.parametrize("status", [204, 206, 400, 404, 500])
def test_another_status_is_no_document(site: Site, fetcher: MakeFetcher, status: int) -> None:
    assert why(fetcher(), site.serve("/keys", status=status)) == f"the answer has status {status}"


def test_what_is_too_long_is_not_read_to_its_end(site: Site, fetcher: MakeFetcher) -> None:
    longest = site.serve("/longest", content=b"x" * 65_536)
    assert len(fetcher().get(longest, JSON).content) == 65_536
    too_long = site.serve("/too-long", content=b"x" * 65_537)
    assert why(fetcher(), too_long) == "it is longer than 65536 bytes"


def test_what_is_compressed_may_be_far_longer_than_it_looks(
    site: Site, fetcher: MakeFetcher
) -> None:
    headers = {"Content-Type": "application/json", "Content-Encoding": "gzip"}
    url = site.serve("/bomb", content=b"", headers=headers)
    assert why(fetcher(), url) == "it is compressed, although that was not asked for"


def test_another_kind_of_content_is_refused(site: Site, fetcher: MakeFetcher) -> None:
    for headers in ({"Content-Type": "text/html"}, {}):
        url = site.serve(f"/{len(headers)}", headers=headers)
        assert why(fetcher(), url) == "its content type is none of application/json"
    url = site.serve("/utf-8", headers={"Content-Type": "Application/JSON; charset=utf-8"})
    assert fetcher().get(url, JSON).content == b"{}"


def test_who_never_answers_is_not_waited_for(site: Site, fetcher: MakeFetcher) -> None:
    hasty = fetcher(fetch_timeout=0.2)
    assert why(hasty, site.serve("/silent", silent=True)) == "it took too long"


def test_who_sends_a_byte_now_and_then_is_not_waited_for(site: Site, fetcher: MakeFetcher) -> None:
    hasty = fetcher(fetch_timeout=0.2)
    assert why(hasty, site.serve("/drip", drips=True)) == "it took too long"


def test_a_handshake_that_does_not_end_is_not_waited_for(fetcher: MakeFetcher) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"https://localhost:{silent.getsockname()[1]}/"
        assert why(fetcher(fetch_timeout=0.2), url) == "it took too long"


def test_a_name_server_that_does_not_answer_is_not_waited_for(
    site: Site, fetcher: MakeFetcher
) -> None:
    def resolve(host: str, port: int) -> list[str]:
        site.closing.wait()
        return []

    assert why(fetcher(resolve=resolve, fetch_timeout=0.1), site.url("/")) == "it took too long"
    site.closing.set()


def test_who_cannot_be_reached_is_said_so(fetcher: MakeFetcher) -> None:
    with socket.create_server(("127.0.0.1", 0)) as gone:
        url = f"https://localhost:{gone.getsockname()[1]}/"
    assert why(fetcher(), url) == "the exchange failed: ConnectionRefusedError"
    assert why(fetcher(resolve=lambda host, port: []), url) == "its host has no address"


# What is kept


def test_a_copy_is_kept_as_long_as_the_server_says_within_bounds(
    site: Site, fetcher: MakeFetcher, clock: HeldClock
) -> None:
    said = {"0": 60, "300": 300, "86400": 3600, None: 600}
    for age, kept in said.items():
        headers = {"Content-Type": "application/json"}
        if age is not None:
            headers["Cache-Control"] = f"public, max-age={age}"
        keeps, url = fetcher(), site.serve(f"/{age}", headers=headers)
        keeps.get(url, JSON)
        clock.advance(kept - 1)
        keeps.get(url, JSON)
        assert site.paths().count(f"/{age}") == 1
        clock.advance(1)
        keeps.get(url, JSON)
        assert site.paths().count(f"/{age}") == 2


def test_a_failure_is_kept_for_a_minute(site: Site, fetcher: MakeFetcher, clock: HeldClock) -> None:
    keeps, url = fetcher(), site.serve("/keys", status=500)
    why(keeps, url)
    site.serve("/keys")
    assert why(keeps, url) == "the answer has status 500"
    clock.advance(60)
    assert keeps.get(url, JSON).content == b"{}"
    assert len(site.visits) == 2


def test_who_needs_a_newer_copy_says_how_new(
    site: Site, fetcher: MakeFetcher, clock: HeldClock
) -> None:
    keeps, url = fetcher(), site.serve("/keys")
    keeps.get(url, JSON)
    clock.advance(59)
    keeps.get(url, JSON, not_older_than=60)
    assert len(site.visits) == 1
    clock.advance(1)
    keeps.get(url, JSON, not_older_than=60)
    assert len(site.visits) == 2
    keeps.get(url, JSON, not_older_than=0)
    assert len(site.visits) == 3


def test_only_so_many_documents_are_fetched_at_once(site: Site, fetcher: MakeFetcher) -> None:
    arrived, go = threading.Semaphore(0), threading.Event()

    def resolve(host: str, port: int) -> list[str]:
        arrived.release()
        go.wait()
        return ["127.0.0.1"]

    busy = fetcher(resolve=resolve)
    urls = [site.serve(f"/{number}") for number in range(4)]
    threads = [threading.Thread(target=busy.get, args=(url, JSON)) for url in urls]
    for thread in threads:
        thread.start()
        arrived.acquire()
    assert why(busy, site.serve("/one-more")) == "too much is being fetched"
    go.set()
    for thread in threads:
        thread.join()
    assert busy.get(site.url("/one-more"), JSON).content == b"{}"


def test_a_form_is_sent_and_never_kept(site: Site, fetcher: MakeFetcher) -> None:
    url = site.serve("/logout", status=204)
    assert [fetcher().post(url, {"logout_token": "a b"}) for _ in range(2)] == [204, 204]
    assert [visit.body for visit in site.visits] == [b"logout_token=a+b"] * 2
    assert site.visits[0].headers["content-type"] == "application/x-www-form-urlencoded"
    moved = site.serve("/moved", status=307, headers={"Location": "/logout"})
    assert fetcher().post(moved, {}) == 307
    assert site.paths().count("/logout") == 2
