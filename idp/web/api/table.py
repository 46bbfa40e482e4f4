"""The table of contents: one module for each noun, and the description of them all."""

from idp.web.api import clients, dashboard, holder_imports, holders, keys, openapi, operators
from idp.web.api.operations import api

NOUNS = (clients, dashboard, holders, holder_imports, keys, operators)

__all__ = ["NOUNS", "api", "openapi"]
