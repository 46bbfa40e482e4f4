"""The activation letter: what it says (`content`) and the accessible PDF that says it (`render`).

Owns the Typst template, and nothing of who gets a letter or when.
"""
