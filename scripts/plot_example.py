"""Draw the first sample."""

from pathlib import Path

from cvsearch.console import job
from cvsearch.data.dataset import load_dataset
from cvsearch.data.splits import load_holdout
from cvsearch.report.example import draw_example
from cvsearch.report.figure import save


def main(dataset, holdout, output):
    """Draw the first sample of the dataset in folder `dataset`. Samples that are held out are skipped."""
    save(draw_example(load_dataset(dataset), None if holdout is None else load_holdout(holdout)), output)


if __name__ == "__main__":
    with job(snakemake.log[0], snakemake.threads):
        main(Path(snakemake.input.about).parent, next(iter(snakemake.input.holdout), None), snakemake.output[0])
