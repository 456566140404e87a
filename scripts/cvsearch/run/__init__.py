"""One run of the workflow: its config, what the rules ask for, and what the user sees of it."""
