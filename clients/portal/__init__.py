"""The patient portal: identity, documents, and what the tokens say."""
