"""`idp secrets`."""

import click

from idp.crypto import new_secret

NAMES = ("IDP_SEALING_KEYS", "IDP_MAC_KEYS", "IDP_INDEX_KEYS")


@click.command()
def secrets() -> None:
    """Print the three secret settings with new random keys, ready for a settings file."""
    for line in lines():
        click.echo(line)


def lines() -> list[str]:
    """`IDP_NAME=k1:base64url`, one line for each secret that a deployment needs."""
    return [f"{name}=k1:{new_secret()}" for name in NAMES]
