"""Everything about a person as an accessible PDF: what it says (`document`), its words in two
languages (`words`), and the Typst template that prints it (`render`).

Owns nothing of what is gathered, or of who may have it.
"""
