"""What an operator sees: a fold over what the units publish."""
