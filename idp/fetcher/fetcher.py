"""Fetches what somebody else has named, and keeps it for a while."""

import ssl
from collections.abc import Collection, Mapping
from functools import cached_property
from urllib.parse import SplitResult, urlencode

import structlog

from idp.config import Settings
from idp.fetcher.connection import Answer, Door, Resolve, Unfetchable, check, resolve, split
from idp.fetcher.copies import LONGEST, Copies, Copy
from idp.fetcher.networks import Networks

log = structlog.get_logger("idp.fetcher")

FORM = "application/x-www-form-urlencoded"


class Fetcher:
    """One for each process."""

    def __init__(self, settings: Settings, resolve: Resolve = resolve) -> None:
        self._settings = settings
        self._resolve = resolve
        self._copies = Copies()

    @cached_property
    def _door(self) -> Door:
        # At the first use: reading the system's certificates takes a while.
        trust = ssl.create_default_context()
        if self._settings.fetch_ca_file:
            trust.load_verify_locations(self._settings.fetch_ca_file)
        networks = Networks.parse(self._settings.fetch_private)
        return Door(networks, self._settings.fetch_timeout, trust, self._resolve)

    def get(self, url: str, media_types: Collection[str], *, not_older_than: int = LONGEST) -> Copy:
        """What is at this address, of one of these media types; from memory, where that is
        younger than `not_older_than` seconds (0: in no case). Raises Unfetchable, also from
        memory."""
        parts, kinds = split(url), tuple(sorted(media_types))

        def fetch() -> Answer:
            return self._exchange("GET", parts, {"Accept": ", ".join(kinds)}, kinds=kinds)

        return self._copies.get((url.partition("#")[0], kinds), not_older_than, fetch)

    def renew(self, url: str, media_types: Collection[str]) -> Copy:
        """The same for who has a reason to believe that the copy is old: fetched again, but once a
        minute at the most. Raises Unfetchable; the copy then stays."""
        may_renew = self._copies.may_renew(url.partition("#")[0])
        return self.get(url, media_types, not_older_than=0 if may_renew else LONGEST)

    def post(self, url: str, fields: Mapping[str, str]) -> int:
        """Sends a form; the status that the answer has. Raises Unfetchable."""
        body = urlencode(fields).encode("ascii")
        return self._exchange("POST", split(url), {"Content-Type": FORM}, body).status

    def _exchange(
        self,
        method: str,
        parts: SplitResult,
        headers: Mapping[str, str],
        body: bytes | None = None,
        kinds: Collection[str] = (),
    ) -> Answer:
        try:
            answer = self._door.exchange(method, parts, headers, body)
            if kinds:
                check(answer, kinds)
        except Unfetchable as refusal:
            # The host alone: a path or a query may be a secret of its own.
            log.warning("fetch.refused", host=parts.hostname, why=str(refusal))
            raise
        return answer
