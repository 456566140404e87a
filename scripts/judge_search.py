"""Judge a finished search: write its verdict, compare its candidates with the best one, and write its findings."""

from operator import itemgetter
from pathlib import Path

from cvsearch.candidates.plan import read_plans
from cvsearch.config.values import strict
from cvsearch.console import job
from cvsearch.data.audit import accuracy_of_rare_classes
from cvsearch.data.dataset import load_dataset
from cvsearch.data.splits import REBUILD as SPLITS
from cvsearch.data.splits import read_split_about
from cvsearch.evaluation.scoring import ranking_scorer
from cvsearch.files import read_json, write_atomically, write_json
from cvsearch.layout import SearchPaths, results_of
from cvsearch.results.findings import findings_of
from cvsearch.results.judgement import Judged
from cvsearch.results.statistics.comparison import compare
from cvsearch.results.storage import csv_bytes
from cvsearch.results.verdict import verdict_of


def main(paths, search, module_versions, dataset, split_abouts, summary):
    """Write ``verdict.json``, ``comparison.csv`` and ``findings.json``.

    Parameters
    ----------
    paths : SearchPaths
    search : dict
        The search as the config has it.
    module_versions : dict of str to str
        Versions of the trusted modules that the search uses.
    dataset : path-like
        The folder of the dataset.
    split_abouts : list of path-like
        The file about each split.
    summary : path-like
        The file about all splits. It has the findings of the audit.
    """
    splits = [read_split_about(path) for path in split_abouts]
    judged = Judged(paths, read_plans(paths), search, module_versions, load_dataset(dataset), splits)
    found = judged.as_search()
    verdict = verdict_of(found, judged.corrected(), judged.core_hours(), judged.allowed())
    write_atomically(paths.comparison, csv_bytes(compare(found.scores, found.best, found.ratio)))
    audited = read_json(summary, SPLITS)
    findings = [*audited["findings"], *(each._asdict() for each in findings_of(judged.outcome(verdict)))]
    if judged.classifies:
        # Weights may make a rare class an important one.
        classes = None if judged.dataset.about["sample_weight"] else judged.dataset.about["classes"]
        rare = accuracy_of_rare_classes(ranking_scorer(search["scoring"]), classes)
        findings += audited["class_findings"] + ([rare._asdict()] if rare else [])
    write_json(paths.findings, strict(sorted(findings, key=itemgetter("number"))))
    write_json(paths.verdict, verdict)


if __name__ == "__main__":
    with job(snakemake.log[0], snakemake.threads):
        main(
            SearchPaths.of(snakemake.wildcards.search, results_of(snakemake.input.about)),
            snakemake.params.search,
            snakemake.params.module_versions,
            Path(snakemake.input.about).parent,
            snakemake.input.abouts,
            snakemake.input.summary,
        )
