"""The appointments application: content with the password, until the record is asked for."""
