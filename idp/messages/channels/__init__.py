"""The ways a message leaves: each `send(settings, outgoing, proceed)` returns once the provider
took it, or raises one of `outcome`."""
