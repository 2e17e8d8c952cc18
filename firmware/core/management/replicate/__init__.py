"""What one unit's management says to its mate's, and what it keeps in mind of that."""
