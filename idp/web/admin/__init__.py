"""The operators' console: one Blueprint for each noun, on the verbs of `directory`."""
