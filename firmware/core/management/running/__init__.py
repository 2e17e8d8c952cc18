"""The running configuration: parsed lines, what they mean, how they are printed."""
