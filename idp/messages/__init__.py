"""What the provider says to people: the outbox, what it is worded as, and the ways it leaves.

Owns the table `message`. A verb enqueues in its own transaction (`kinds`), a worker delivers
(`worker`); the paper letter (`letter`) is made at once and never waits here."""
