# The search of a scikit-learn estimator's parameters, top to bottom as the data flow. See docs/design.md for the why.

import re

from snakemake.utils import min_version

min_version("9.0")


report: "report/workflow.rst"


include: "rules/common.smk"


wildcard_constraints:
    search="|".join(map(re.escape, SEARCHES)),
    round=r"\d+",
    batch=r"\d+-\d+",
    split=r"\d+",


onsuccess:
    tell_results()


onerror:
    tell_errors()


rule all:
    default_target: True
    input:
        results(),


rule prepare_dataset:
    output:
        X="results/dataset/X.npy",
        y="results/dataset/y.npy",
        about="results/dataset/dataset.json",
    log:
        "results/logs/prepare_dataset.log",
    conda:
        "envs/environment.yaml"
    params:
        dataset=config["dataset"],
        module_versions=TRUST.versions(config["dataset"]),
    message:
        "Load and check the dataset"
    script:
        "scripts/prepare_dataset.py"


rule plot_example:
    input:
        X="results/dataset/X.npy",
        y="results/dataset/y.npy",
        about="results/dataset/dataset.json",
    output:
        report(
            "results/dataset/example.png",
            caption="report/example.rst",
            category="Data",
            labels={"figure": "The first sample"},
        ),
    log:
        "results/logs/plot_example.log",
    conda:
        "envs/environment.yaml"
    message:
        "Draw the first sample"
    script:
        "scripts/plot_example.py"


rule make_splits:
    input:
        about="results/dataset/dataset.json",
    output:
        "results/splits/{split}.npz",
    log:
        "results/logs/make_splits/{split}.log",
    conda:
        "envs/environment.yaml"
    params:
        test_size=config["test_size"],
    message:
        "Make split {wildcards.split}"
    script:
        "scripts/make_splits.py"


# Timed again where the data change, and else once: a search that grows keeps its batches.
rule time_pilot:
    input:
        about="results/dataset/dataset.json",
        X=ancient("results/dataset/X.npy"),
        y=ancient("results/dataset/y.npy"),
        split="results/splits/0.npz",
    output:
        "results/{search}/pilot.json",
    log:
        "results/logs/time_pilot/{search}.log",
    conda:
        "envs/environment.yaml"
    params:
        search=pilot_settings,
        conditions=pilot_conditions,
        module_versions=module_versions,
    message:
        "Time a few evaluations of search {wildcards.search}"
    script:
        "scripts/time_pilot.py"


checkpoint propose_candidates:
    input:
        about="results/dataset/dataset.json",
        splits=expand("results/splits/{split}.npz", split=SPLITS),
        pilot=pilot_file,
    output:
        directory("results/{search}/candidates/{round}"),
    log:
        "results/logs/propose_candidates/{search}/{round}.log",
    conda:
        "envs/environment.yaml"
    params:
        asked=lambda wildcards: asked_of(wildcards.search),
        module_versions=module_versions,
    message:
        "Draw the candidates of search {wildcards.search}"
    script:
        "scripts/propose_candidates.py"


# The arrays are ancient because dataset.json holds their hash, and is small enough to be compared by content.
rule evaluate:
    input:
        candidates="results/{search}/candidates/{round}/{batch}.jsonl",
        split="results/splits/{split}.npz",
        about="results/dataset/dataset.json",
        X=ancient("results/dataset/X.npy"),
        y=ancient("results/dataset/y.npy"),
    output:
        "results/{search}/evaluations/{round}/{batch}/{split}.jsonl",
    log:
        "results/logs/evaluate/{search}/{round}/{batch}/{split}.log",
    benchmark:
        "results/{search}/benchmarks/{round}/{batch}/{split}.tsv"
    conda:
        "envs/environment.yaml"
    params:
        search=search_settings,
        versions=VERSIONS,
        module_versions=module_versions,
    message:
        "Evaluate candidates {wildcards.batch} of search {wildcards.search} on split {wildcards.split}"
    script:
        "scripts/evaluate.py"


rule merge_results:
    input:
        candidates=candidate_files,
        evaluations=evaluation_files,
        about="results/dataset/dataset.json",
    output:
        report(
            "results/{search}/cv_results.csv",
            caption="report/cv_results.rst",
            category="Results",
            subcategory="{search}",
            labels={"figure": "All candidates (table)"},
        ),
        "results/{search}/evaluations.csv",
        "results/{search}/best.json",
        "results/{search}/provenance.json",
    log:
        "results/logs/merge_results/{search}.log",
    conda:
        "envs/environment.yaml"
    params:
        config=merged_config,
    message:
        "Merge the evaluations of search {wildcards.search}"
    script:
        "scripts/merge_results.py"


rule convert_table:
    input:
        table="results/{search}/{table}.csv",
        provenance="results/{search}/provenance.json",
    output:
        "results/{search}/{table}.parquet",
    log:
        "results/logs/convert_table/{search}/{table}.log",
    wildcard_constraints:
        table="cv_results|evaluations",
    conda:
        "envs/environment.yaml"
    message:
        "Write {wildcards.table} of search {wildcards.search} as Parquet"
    script:
        "scripts/convert_table.py"


rule plot_parameter_map:
    input:
        table="results/{search}/cv_results.csv",
        provenance="results/{search}/provenance.json",
    output:
        png=report(
            "results/{search}/plots/parameter_map.png",
            caption="report/parameter_map.rst",
            category="Results",
            subcategory="{search}",
            labels={"figure": "Parameter map"},
        ),
        svg="results/{search}/plots/parameter_map.svg",
    log:
        "results/logs/plot_parameter_map/{search}.log",
    conda:
        "envs/environment.yaml"
    params:
        space=lambda wildcards: SEARCHES[wildcards.search]["param_distributions"],
    message:
        "Draw the parameter map of search {wildcards.search}"
    script:
        "scripts/plot_parameter_map.py"


rule tabulate_best:
    input:
        table="results/{search}/cv_results.csv",
        provenance="results/{search}/provenance.json",
    output:
        report(
            "results/{search}/plots/best_candidates.html",
            caption="report/best_candidates.rst",
            category="Results",
            subcategory="{search}",
            labels={"figure": "The ten best (table)"},
        ),
    log:
        "results/logs/tabulate_best/{search}.log",
    conda:
        "envs/environment.yaml"
    message:
        "Tabulate the best candidates of search {wildcards.search}"
    script:
        "scripts/tabulate_best.py"
