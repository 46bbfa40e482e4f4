"""Which network addresses may be connected to: public ones, and those an operator has listed."""

import ipaddress
from dataclasses import dataclass
from typing import Self

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Network = ipaddress.IPv4Network | ipaddress.IPv6Network

# Each carries an IPv4 address inside, by which a gateway may reach what is private.
CARRIERS = tuple(map(ipaddress.ip_network, ("64:ff9b::/96", "64:ff9b:1::/48", "2002::/16",
                                            "2001::/32", "::/96")))  # fmt: skip


@dataclass(frozen=True)
class Networks:
    """Networks and host names that are reached although they are private, and over http too."""

    listed: tuple[Network, ...] = ()
    hosts: frozenset[str] = frozenset()

    @classmethod
    def parse(cls, text: str) -> Self:
        """`127.0.0.0/8, ::1, app.internal`."""
        networks, hosts = [], set()
        for word in filter(None, (word.strip() for word in text.split(","))):
            try:
                networks.append(ipaddress.ip_network(word))
            except ValueError:
                hosts.add(word.lower())
        return cls(tuple(networks), frozenset(hosts))

    def lists(self, host: str, address: str) -> bool:
        """Whether an operator vouches for this host, or for the network it is in."""
        ip = _read(address)
        return host in self.hosts or any(ip in network for network in self.listed)

    def allow(self, host: str, address: str) -> bool:
        return self.lists(host, address) or _is_public(_read(address))


def _read(address: str) -> Address:
    """The address itself, where IPv6 has an IPv4 one mapped into it."""
    ip = ipaddress.ip_address(address)
    mapped = ip.ipv4_mapped if isinstance(ip, ipaddress.IPv6Address) else None
    return mapped or ip


def _is_public(ip: Address) -> bool:
    carried = any(ip in network for network in CARRIERS)
    return ip.is_global and not ip.is_multicast and not ip.is_reserved and not carried
