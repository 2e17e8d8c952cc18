"""The worlds a story can play in, and the player."""
