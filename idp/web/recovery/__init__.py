"""The doors for whoever cannot sign in, or must not leave somebody else signed in."""
