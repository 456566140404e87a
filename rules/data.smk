# The data, and their splits.


rule prepare_dataset:
    output:
        data="results/dataset/data.npz",
        about="results/dataset/dataset.json",
    log:
        "results/logs/prepare_dataset.log",
    conda:
        "../envs/environment.yaml"
    params:
        dataset=config["dataset"],
        module_versions=run.dataset_versions(),
    message:
        "Load and check the dataset"
    script:
        "../scripts/prepare_dataset.py"


# One job makes all splits. Of each split, the small file is what other rules compare; the positions may be large.
rule make_splits:
    input:
        about="results/dataset/dataset.json",
    output:
        positions=expand("results/splits/{split}.npz", split=run.splits),
        abouts=expand("results/splits/{split}.json", split=run.splits),
    log:
        "results/logs/make_splits.log",
    conda:
        "../envs/environment.yaml"
    params:
        test_size=config["test_size"],
    message:
        "Make the splits"
    script:
        "../scripts/make_splits.py"
