"""Whether a server could listen at an address."""

import socket


def why_not(host: str, port: int) -> str | None:
    """None when one could, else the system's reason, such as `Address already in use`."""
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        with socket.socket(family, kind, protocol) as probe:
            # A port whose last connections linger is free. Without SO_REUSEPORT, which the
            # server itself sets, a second server does not slip in beside the first.
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
    except OSError as error:
        return error.strerror or str(error)
    return None
