"""The demonstration's relying applications, protected API and inbox.

They know the provider by its published addresses alone: nothing here imports `idp`.
"""
