"""Who runs where: supervisor, failover and management, and what they say to each other."""
