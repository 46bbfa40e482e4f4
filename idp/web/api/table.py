"""The table of contents: one module for each noun, and the description of them all."""

from idp.web.api import clients, holder_imports, holders, keys, openapi, operators
from idp.web.api.operations import api

NOUNS = (clients, holders, holder_imports, keys, operators)

__all__ = ["NOUNS", "api", "openapi"]
