"""OAuth 2 and OpenID Connect: one module per specification or endpoint, on Authlib.

Framework-neutral: an endpoint takes an `http.Request` and gives an `http.Response`. `server.py`
is the table of contents.
"""
