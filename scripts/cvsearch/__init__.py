"""The code that the scripts and the Snakefile of cvsearch share.

The rooms follow the pipeline. A room imports only from rooms that come later in this list: `run`, `report`, `results`,
`evaluation`, `candidates`, `journal`, `data`, `config`, then the modules `console`, `layout`, `files` and `errors`.
``make lint`` checks this.

The Snakefile imports this package, and every cluster job reads the Snakefile again. So no module imports NumPy, pandas
or scikit-learn at its top. A function imports what it needs.
"""
