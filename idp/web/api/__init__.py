"""The administration's API: what the console does, for programs. One module for each noun, on the
verbs of `directory`; what it offers is described by its own table (`openapi.py`)."""
