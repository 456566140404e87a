"""Write the page that the report opens with."""

from cvsearch.console import job
from cvsearch.layout import results_of
from cvsearch.report.opening import write_opening

if __name__ == "__main__":
    with job(snakemake.log[0], snakemake.threads):
        write_opening(results_of(snakemake.input.about), snakemake.params.searches)
