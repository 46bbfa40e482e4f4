from hypothesis import settings

# Neither the clock of a busy machine nor an earlier run may decide what a property test says.
settings.register_profile("repeatable", deadline=None, derandomize=True, database=None)
settings.load_profile("repeatable")
