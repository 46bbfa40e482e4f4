"""The protected API: serves demonstration documents to the bearer of a valid access token."""
