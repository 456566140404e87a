# Searches the parameters of a scikit-learn estimator. The rules files are in the order of the data flow. See
# docs/architecture.md.

import re

from snakemake.utils import min_version

min_version("9.0")


include: "rules/common.smk"


report: run.report_text("report/workflow.rst", str(workflow.current_basedir))


wildcard_constraints:
    search="|".join(map(re.escape, run.searches)),
    round=r"\d+",
    batch=r"\d+-\d+",
    split=r"\d+",


include: "rules/data.smk"
include: "rules/candidates.smk"
include: "rules/evaluation.smk"
include: "rules/results.smk"
include: "rules/report.smk"


onsuccess:
    announcer.print_results()


onerror:
    announcer.print_errors()


rule all:
    default_target: True
    input:
        run.first_cuts(),
        run.results,
        run.kept_predictions,
