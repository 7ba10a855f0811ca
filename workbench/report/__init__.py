"""What people and machines read about scans, plans and runs; it renders values of the model, and prints them only."""
