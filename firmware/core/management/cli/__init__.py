"""The command language: notation, matching, and the table of every command."""
