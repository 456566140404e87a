"""The configuration: layers, schema, values, names."""
