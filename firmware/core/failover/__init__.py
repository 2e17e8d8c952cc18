"""Roles, links and hellos, from typed facts. Runs in the failover process."""
