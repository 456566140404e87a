"""Makes what people look at: figures, pages, the summary of a run and its progress."""
