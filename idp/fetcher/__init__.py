"""The one way out to an address that somebody else has named: keys, logos, sectors, request
objects and logout addresses of applications, and whatever comes next."""

from idp.fetcher.connection import Unfetchable
from idp.fetcher.copies import Copy
from idp.fetcher.fetcher import Fetcher

__all__ = ["Copy", "Fetcher", "Unfetchable"]
