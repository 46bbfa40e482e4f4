"""Long tables, a page at a time, cut on the server."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import urlencode

from flask import request

SIZE = 25
MOST_PAGES = 4000
LONGEST_SEARCH = 100


@dataclass(frozen=True)
class Paging:
    """`number` counts from 1; `text` is what is searched for, `sort` by what the lines are in
    order, where it is not the usual order, `more` what else narrows the list."""

    number: int
    text: str
    sort: str = ""
    more: Mapping[str, str] = field(default_factory=dict)

    @property
    def offset(self) -> int:
        return (self.number - 1) * SIZE

    def view(self, total: int) -> dict[str, object]:
        """What the template is given: where one is, and the addresses before and after."""
        last = max(1, -(-total // SIZE))
        return {
            "number": self.number,
            "last": last,
            "total": total,
            "text": self.text,
            "sort": self.sort,
            "previous": self._address(self.number - 1) if self.number > 1 else None,
            "next": self._address(self.number + 1) if self.number < last else None,
        }

    def _address(self, number: int) -> str:
        parts = {"q": self.text, "sort": self.sort, **self.more, "page": number}
        return f"{request.path}?{urlencode({name: part for name, part in parts.items() if part})}"


def asked(*sorts: str, **more: str) -> Paging:
    """What the address says; a page that is no number is the first one. `sorts` are the orders
    that there are beside the usual one, `more` stays in the address of every page."""
    number = request.args.get("page", 1, int)
    text, sort = request.args.get("q", "")[:LONGEST_SEARCH], request.args.get("sort", "")
    return Paging(min(max(number, 1), MOST_PAGES), text, sort if sort in sorts else "", more)
