"""Each test here is one attack of the project's list: what is sent, what is hoped for, and what
comes of it. What the provider does right in detail is tested beside the code that does it."""

from tests.oidc.conftest import stranger, walk

__all__ = ["stranger", "walk"]
