"""What is connected to what: data, and the readers of that data. Imports nothing of ours."""
