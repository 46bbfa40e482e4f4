"""The OpenID Foundation's conformance suite against this provider, as it is deployed: https,
`idp serve` and `idp worker`, a database of its own.

The suite is not here: it has to run already, and `docs/conformance.md` says how the two meet.
"""
