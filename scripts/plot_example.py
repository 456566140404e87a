"""Draw the first sample."""

from pathlib import Path

from cvsearch.console import job
from cvsearch.data.dataset import load_dataset
from cvsearch.report.example import draw_example
from cvsearch.report.figure import save


def main(dataset, output):
    """Draw the first sample of the dataset in folder `dataset`."""
    save(draw_example(load_dataset(dataset)), output)


if __name__ == "__main__":
    with job(snakemake.log[0], snakemake.threads):
        main(Path(snakemake.input.about).parent, snakemake.output[0])
