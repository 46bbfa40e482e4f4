"""The journey: one interaction, its steps, and the dispatcher to which every step returns."""
