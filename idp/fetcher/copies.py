"""What was fetched, kept in memory for a while: also that nothing could be."""

import re
import threading
from collections import OrderedDict
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass

from idp import clock
from idp.fetcher.connection import Answer, Unfetchable

# Seconds that a copy is good for: RFC 9111 lets a server say, within these bounds.
SHORTEST, USUAL, LONGEST = 60, 600, 3600
AFTER_FAILURE = 60
RENEWED_EVERY = 60
MOST = 256
AT_ONCE = 4

_MAX_AGE = re.compile(r"(?:^|[\s,])max-age=([0-9]{1,9})(?=$|[\s,])", re.ASCII | re.IGNORECASE)


@dataclass(frozen=True)
class Copy:
    """`failure` is why there is no content."""

    fetched_at: int
    good_until: int
    content: bytes = b""
    media_type: str = ""
    failure: str | None = None

    @classmethod
    def of(cls, answer: Answer) -> "Copy":
        now = clock.now()
        kept = now + _lifetime(answer.headers.get("cache-control", ""))
        return cls(now, kept, answer.content, answer.media_type)

    def is_good(self, not_older_than: int) -> bool:
        now = clock.now()
        return now < self.good_until and now - self.fetched_at < not_older_than


def _lifetime(cache_control: str) -> int:
    if "no-store" in cache_control or "no-cache" in cache_control:
        return SHORTEST
    stated = _MAX_AGE.search(cache_control)
    return min(max(int(stated[1]), SHORTEST), LONGEST) if stated else USUAL


class Copies:
    """By address and kind, the least used going first. Whoever asks for what is being fetched
    waits for that; only so many are fetched at once, so that slow servers hold few threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._kept: OrderedDict[object, Copy] = OrderedDict()
        self._awaited: dict[object, Future[Copy]] = {}
        self._renewed: dict[object, int] = {}

    def get(self, key: object, not_older_than: int, fetch: Callable[[], Answer]) -> Copy:
        """A copy that is good, or a new one. Raises Unfetchable."""
        with self._lock:
            known = self._kept.get(key)
            if known is not None and known.is_good(not_older_than):
                self._kept.move_to_end(key)
                return _content(known)
            awaited = self._awaited.get(key)
            if awaited is None and len(self._awaited) >= AT_ONCE:
                raise Unfetchable("too much is being fetched")
            mine = awaited is None
            promise = awaited or self._awaited.setdefault(key, Future())
        if mine:
            self._fetch(key, promise, fetch)
        return _content(promise.result())

    def may_renew(self, key: object) -> bool:
        """Whether a copy may be replaced though it is good: once a minute, for whoever has a
        reason to ask again may have made it up."""
        now = clock.now()
        with self._lock:
            recent = {
                each: moment
                for each, moment in self._renewed.items()
                if abs(now - moment) < RENEWED_EVERY
            }
            self._renewed = {key: now} | recent
        return key not in recent

    def _fetch(self, key: object, promise: Future[Copy], fetch: Callable[[], Answer]) -> None:
        copy = _failed("the fetcher itself failed")
        try:
            copy = Copy.of(fetch())
        except Unfetchable as refusal:
            copy = _failed(str(refusal))
        finally:
            with self._lock:
                if copy.failure is None or not self._is_good(key):
                    self._kept[key] = copy
                    self._kept.move_to_end(key)
                while len(self._kept) > MOST:
                    self._kept.popitem(last=False)
                del self._awaited[key]
            promise.set_result(copy)

    def _is_good(self, key: object) -> bool:
        """Whether what is kept can serve on, where a new copy is not to be had."""
        known = self._kept.get(key)
        return known is not None and known.failure is None and known.is_good(LONGEST)


def _failed(why: str) -> Copy:
    return Copy(clock.now(), clock.now() + AFTER_FAILURE, failure=why)


def _content(copy: Copy) -> Copy:
    if copy.failure is not None:
        raise Unfetchable(copy.failure)
    return copy
