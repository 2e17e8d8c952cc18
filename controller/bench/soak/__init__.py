"""Random faults in the virtual world, for as long as one likes, and an audit after each."""
