"""The administrative verbs: organisations, holders, applications, resources, keys, sessions.

A verb receives a session (or the database, when it has slow work to do outside a transaction),
writes its audit event in the same transaction, and raises a `Refusal` whose message is a sentence
for an operator. Command line, console and API are thin doors onto it.
"""
