# Times a few candidates, draws all of them, and cuts them into batches.


# The pilot runs once, and again if the splits are made again, or if the data, the estimator, the scorers, the seed or
# the space changes. If the data, split 0 and the search are the same, it keeps its first measurement. So a search that
# gets more candidates or more splits keeps its batches.
rule time_pilot:
    input:
        about="results/dataset/dataset.json",
        data=ancient("results/dataset/data.npz"),
        split="results/splits/0.json",
        positions=ancient("results/splits/0.npz"),
    output:
        "results/{search}/pilot.json",
    log:
        "results/logs/time_pilot/{search}.log",
    conda:
        "../envs/environment.yaml"
    params:
        search=run.pilot_settings,
        candidates=run.pilot_candidates,
        conditions=run.conditions,
        module_versions=run.module_versions,
    message:
        "Time a few evaluations of search {wildcards.search}"
    script:
        "../scripts/time_pilot.py"


# `evaluate` depends on `cut`. This file is small and does not have the number of candidates. So it does not change if
# the search grows.
checkpoint propose_candidates:
    input:
        about="results/dataset/dataset.json",
        splits=expand("results/splits/{split}.json", split=run.splits),
        summary="results/splits/splits.json",
        holdout=run.holdout_files()[1:],  # an input, so that a new holdout is made, and new splits with it
        pilot=run.pilot_file,
    output:
        cut="results/{search}/candidates/{round}.json",
        candidates=directory("results/{search}/candidates/{round}"),
    log:
        "results/logs/propose_candidates/{search}/{round}.log",
    conda:
        "../envs/environment.yaml"
    params:
        plan_inputs=run.plan_inputs,
        module_versions=run.module_versions,
    message:
        "Draw the candidates of search {wildcards.search}"
    script:
        "../scripts/propose_candidates.py"
