"""Write a result table as Parquet. The workflow does so for long tables."""

from cvsearch.console import job
from cvsearch.files import write_atomically
from cvsearch.results.storage import parquet_bytes, table_bytes


def main(table, output):
    """Write the CSV file `table` as Parquet to `output`.

    Raises
    ------
    InputError
        If the table differs from the one that ``merge_results`` wrote.
    """
    write_atomically(output, parquet_bytes(table_bytes(table)))


if __name__ == "__main__":
    with job(snakemake.log[0], snakemake.threads):
        main(snakemake.input.table, snakemake.output[0])
