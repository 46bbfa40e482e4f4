"""The registration file of an application, with the addresses that the environment gives it."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from importlib.resources import files
from typing import Any

from clients.settings import HOST, VARIABLES

FILES = {
    "clients.portal": "client.json",
    "clients.appointments": "client.json",
    "clients.professional": "client.json",
    "clients.record_api": "resource.json",
}


def rebased(package: str, environ: Mapping[str, str] = os.environ) -> Any:
    """The parsed registration file; every default origin in it replaced by the one in use."""
    if package not in FILES:
        return {}
    text = files(package).joinpath(FILES[package]).read_text("utf-8")
    for name, default, _ in VARIABLES:
        if name.endswith("_PORT"):
            port = environ.get(name) or default
            text = text.replace(f"http://{HOST}:{default}", f"http://{HOST}:\0{port}")
    # The mark keeps a port just written from being taken for another one's default.
    return json.loads(text.replace("\0", ""))
