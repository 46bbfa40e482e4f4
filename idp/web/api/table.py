"""The table of contents: one module for each noun, and the description of them all."""

from idp.web.api import clients, dashboard, holders, keys, openapi, operators
from idp.web.api.operations import api

NOUNS = (clients, dashboard, holders, keys, operators)

__all__ = ["NOUNS", "api", "openapi"]
