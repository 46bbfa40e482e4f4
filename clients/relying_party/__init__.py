"""What every application that signs people in through the provider has in common."""
