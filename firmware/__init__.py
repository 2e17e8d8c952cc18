"""What runs on one unit: core decides, drivers do, processes run both."""
