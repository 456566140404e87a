# Makes the tables, the verdict and the model.


# Snakemake makes a missing receipt again only if a rule that needs it runs again. So merging depends on the terms too.
# If new terms ask for some evaluations again, the plan has removed the receipts of their batches.
rule merge_results:
    input:
        cuts=run.cuts,
        receipts=run.receipts,
        about="results/dataset/dataset.json",
    output:
        "results/{search}/cv_results.csv",
        "results/{search}/evaluations.csv",
        "results/{search}/provenance.json",
    log:
        "results/logs/merge_results/{search}.log",
    conda:
        "../envs/environment.yaml"
    params:
        config=run.merged_config,
        terms=run.terms,
    message:
        "Merge the evaluations of search {wildcards.search}"
    script:
        "../scripts/merge_results.py"


# There may be no best candidate. So files that are always written do not depend on it.
rule choose_best:
    input:
        table="results/{search}/cv_results.csv",
        evaluations="results/{search}/evaluations.csv",
        provenance="results/{search}/provenance.json",
    output:
        "results/{search}/best.json",
    log:
        "results/logs/choose_best/{search}.log",
    conda:
        "../envs/environment.yaml"
    params:
        conditions=run.conditions,
    message:
        "Choose the best candidate of search {wildcards.search}"
    script:
        "../scripts/choose_best.py"


# Part of `rule all` if predictions are kept.
rule write_predictions:
    input:
        best="results/{search}/best.json",
        cuts=run.cuts,
        abouts=expand("results/splits/{split}.json", split=run.splits),
        positions=ancient(expand("results/splits/{split}.npz", split=run.splits)),
        about="results/dataset/dataset.json",
        data=ancient("results/dataset/data.npz"),
    output:
        "results/{search}/predictions.{kind}",
    log:
        "results/logs/write_predictions/{search}.{kind}.log",
    wildcard_constraints:
        kind="csv|parquet",
    conda:
        "../envs/environment.yaml"
    message:
        "Write the predictions of the best candidate of search {wildcards.search}"
    script:
        "../scripts/write_predictions.py"


rule judge_search:
    input:
        best="results/{search}/best.json",
        table="results/{search}/cv_results.csv",
        evaluations="results/{search}/evaluations.csv",
        provenance="results/{search}/provenance.json",
        baselines="results/{search}/baselines.json",
        abouts=expand("results/splits/{split}.json", split=run.splits),
        summary="results/splits/splits.json",
        positions=ancient(expand("results/splits/{split}.npz", split=run.splits)),
        about="results/dataset/dataset.json",
        data=ancient("results/dataset/data.npz"),
    output:
        verdict="results/{search}/verdict.json",
        comparison="results/{search}/comparison.csv",
        findings="results/{search}/findings.json",
    log:
        "results/logs/judge_search/{search}.log",
    conda:
        "../envs/environment.yaml"
    params:
        search=run.search,
        simplest_by=run.simplest_by,  # if it changes, the search is judged again
        module_versions=run.module_versions,
    message:
        "Judge search {wildcards.search}"
    script:
        "../scripts/judge_search.py"


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
        "../envs/environment.yaml"
    message:
        "Write {wildcards.table} of search {wildcards.search} as Parquet"
    script:
        "../scripts/convert_table.py"


# Runs on request. The types are written before the model, so a model never stands without its types.
rule refit_model:
    input:
        best="results/{search}/best.json",
        holdout=run.holdout_files(),
        about="results/dataset/dataset.json",
        data=ancient("results/dataset/data.npz"),
    output:
        model="results/{search}/model.skops",
        types="results/{search}/model_types.json",
    log:
        "results/logs/refit_model/{search}.log",
    conda:
        "../envs/environment.yaml"
    params:
        search=run.search_settings,
        conditions=run.conditions,
        versions=run.versions,
        module_versions=run.module_versions,
    message:
        "Refit the best candidate of search {wildcards.search}"
    script:
        "../scripts/refit_model.py"


# The only job that reads the samples that are held out.
rule score_holdout:
    input:
        best="results/{search}/best.json",
        model="results/{search}/model.skops",
        types="results/{search}/model_types.json",
        about="results/dataset/dataset.json",
        data=ancient("results/dataset/data.npz"),
        holdout=run.holdout_files(),
    output:
        "results/{search}/holdout.json",
    log:
        "results/logs/score_holdout/{search}.log",
    conda:
        "../envs/environment.yaml"
    params:
        search=run.search_settings,
        conditions=run.conditions,
        module_versions=run.module_versions,
    message:
        "Score the best candidate of search {wildcards.search} on the holdout"
    script:
        "../scripts/score_holdout.py"
