"""The data: loading them, storing them, splitting them."""
