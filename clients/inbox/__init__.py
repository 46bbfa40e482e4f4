"""The demonstration's mail server, SMS provider and letter box, with one page to read them."""
