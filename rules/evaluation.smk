# Evaluates the candidates. A job evaluates one batch on one split.


# The data and the positions are ancient. The small files beside them hold their hashes, and Snakemake compares these
# small files by content.
rule evaluate:
    input:
        cut="results/{search}/candidates/{round}.json",
        candidates=run.batch_file,
        split="results/splits/{split}.json",
        positions=ancient("results/splits/{split}.npz"),
        about="results/dataset/dataset.json",
        data=ancient("results/dataset/data.npz"),
    output:
        "results/{search}/evaluations/{round}/{batch}/{split}.jsonl",
    log:
        "results/logs/evaluate/{search}/{round}/{batch}/{split}.log",
    conda:
        "../envs/environment.yaml"
    params:
        search=run.search_settings,
        conditions=run.conditions,
        versions=run.versions,
        module_versions=run.module_versions,
    message:
        "Evaluate candidates {wildcards.batch} of search {wildcards.search} on split {wildcards.split}"
    script:
        "../scripts/evaluate.py"


# One job evaluates all baselines of a search, because a start costs more than most baselines. `cuts` is an input, so
# the search is checked and timed first.
rule evaluate_baselines:
    input:
        cuts=ancient(run.cuts),
        splits=expand("results/splits/{split}.json", split=run.splits),
        positions=ancient(expand("results/splits/{split}.npz", split=run.splits)),
        about="results/dataset/dataset.json",
        data=ancient("results/dataset/data.npz"),
    output:
        table=report(
            "results/{search}/baselines.csv",
            caption="../report/baselines.rst",
            category="Results",
            subcategory="{search}",
            labels={"figure": "Baselines (table)"},
        ),
        about="results/{search}/baselines.json",
    log:
        "results/logs/evaluate_baselines/{search}.log",
    conda:
        "../envs/environment.yaml"
    params:
        search=run.search_settings,
        terms=run.terms,
        conditions=run.conditions,
        versions=run.versions,
        module_versions=run.module_versions,
    message:
        "Evaluate the baselines of search {wildcards.search}"
    script:
        "../scripts/evaluate_baselines.py"
