"""What crosses between two units: frames, and ordered delivery above them."""
