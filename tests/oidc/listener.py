"""An application's server as far as a back-channel logout needs one: really there, on a port."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from flask import Flask, request

from tests.clients.served import served


@dataclass
class Listener:
    """`received` are the logout tokens that came, oldest first; `status` what is answered."""

    address: str = ""
    status: int = 200
    received: list[str] = field(default_factory=list)


@contextmanager
def listening() -> Iterator[Listener]:
    listener, app = Listener(), Flask("listener")

    @app.post("/told")
    def told() -> tuple[str, int]:
        listener.received.append(request.form["logout_token"])
        return "", listener.status

    with served(app) as address:
        listener.address = f"{address}/told"
        yield listener
