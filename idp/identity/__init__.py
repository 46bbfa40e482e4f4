"""What identifies a person, as pure functions: NIR, INS-C, login identifier, traits, channels.

Nothing here reads a clock, a setting or the database. A value that cannot be read raises a
subclass of `InvalidValue`, whose `reason` is a short machine code that the doors put into words.
"""
