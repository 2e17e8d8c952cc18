"""Text: what is typed, stored, shown and told. Runs in the management process."""
