"""Which addresses are out in the world, and the look-up that keeps to a time."""

import socket
from collections.abc import Callable, Sequence
from ipaddress import IPv6Address, ip_address, ip_network
from threading import Thread

from shared.errors import NotAllowed, TimedOut, Unavailable

Resolve = Callable[[str, int], Sequence[str]]

_PUBLIC_6 = ip_network("2000::/3")
_NOT_PUBLIC = tuple(
    ip_network(one)
    for one in (
        "100.64.0.0/10",  # carriers' own
        "168.63.129.16/32",  # the host that an Azure machine runs on
        "169.254.0.0/16",  # link-local, where clouds tell a machine its own tokens
        "192.0.0.0/24",
        "192.31.196.0/24",
        "192.52.193.0/24",
        "192.88.99.0/24",  # relays of 6to4
        "192.175.48.0/24",
        "198.18.0.0/15",
        "2001::/23",  # Teredo and other tunnels
        "2002::/16",  # 6to4
        "2620:4f:8000::/48",
        "3fff::/20",
    )
)


def is_public(address: str) -> bool:
    """Whether it is a host of the internet, and no way round to one that is not.

    An IPv6 address that carries an IPv4 one (mapped, NAT64, 6to4, Teredo) is none.

    >>> [is_public(one) for one in ("8.8.8.8", "10.0.0.1", "::ffff:8.8.8.8", "64:ff9b::808:808")]
    [True, False, False, False]
    """
    try:
        parsed = ip_address(address)
    except ValueError:
        return False
    if isinstance(parsed, IPv6Address) and (parsed not in _PUBLIC_6 or parsed.scope_id):
        return False
    return (
        parsed.is_global
        and not parsed.is_multicast
        and not parsed.is_reserved
        and not any(parsed in network for network in _NOT_PUBLIC)
    )


def public_addresses(host: str, port: int, resolve: Resolve, seconds: float) -> list[str]:
    """The addresses of a host, looked up once.

    One that is not public spoils all: a name that means both is not to be trusted.
    Raises NotAllowed for such a name, TimedOut and Unavailable where it cannot be looked up.
    """
    found = _in_time(host, port, resolve, seconds)
    if not found:
        raise Unavailable(f"{host} has no address.")
    if not all(is_public(address) for address in found):
        raise NotAllowed(
            f"{host} leads to an address that is not public; channels call public hosts alone."
        )
    return list(dict.fromkeys(found))


def looked_up(host: str, port: int) -> list[str]:
    """All addresses of a host, as the machine's own resolver tells them."""
    told = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return [str(entry[4][0]) for entry in told]


def _in_time(host: str, port: int, resolve: Resolve, seconds: float) -> Sequence[str]:
    """The resolver knows no time-out, so it is asked aside and left behind when it is late."""
    found: list[Sequence[str]] = []
    failed: list[Exception] = []

    def ask() -> None:
        try:
            found.append(resolve(host, port))
        except (OSError, UnicodeError) as problem:
            failed.append(problem)

    asking = Thread(target=ask, name="look-up", daemon=True)
    asking.start()
    asking.join(seconds)
    if failed:
        raise Unavailable(f"The name {host} cannot be looked up ({failed[0]}).")
    if not found:
        raise TimedOut(f"The name {host} was not looked up within {seconds:g} s.")
    return found[0]
