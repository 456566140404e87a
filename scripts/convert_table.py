"""Write a result table as Parquet, for tables that are long."""

import io

from cvsearch.console import job
from cvsearch.files import write_atomically
from cvsearch.results.storage import table_bytes

# Columns that are text whatever they hold; the others are numbers where all their values are.
TEXT = ("params", "status", "error")


def main(table, output):
    """Write the CSV file `table` as Parquet to `output`.

    Raises
    ------
    InputError
        If the table is not what ``merge_results`` wrote.
    """
    import pyarrow
    import pyarrow.csv
    import pyarrow.parquet

    types = pyarrow.csv.ConvertOptions(column_types=dict.fromkeys(TEXT, pyarrow.string()))
    columns = pyarrow.csv.read_csv(io.BytesIO(table_bytes(table)), convert_options=types)
    content = pyarrow.BufferOutputStream()
    pyarrow.parquet.write_table(columns, content)
    write_atomically(output, content.getvalue())


if __name__ == "__main__":
    with job(snakemake.log[0], snakemake.threads):
        main(snakemake.input.table, snakemake.output[0])
