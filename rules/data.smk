# The data, and their splits.


# A file whose content is hashed in `dataset` is ancient. So nothing runs again if only the time of the file changes.
# Paths of the config are local: a prefix of a module is not put before them.
rule prepare_dataset:
    input:
        ancient(local(run.hashed_file())),
        local(run.made_file()),
    output:
        data="results/dataset/data.npz",
        about="results/dataset/dataset.json",
    log:
        "results/logs/prepare_dataset.log",
    conda:
        "../envs/environment.yaml"
    params:
        dataset=config["dataset"],
        test_fold=run.test_fold(),
        module_versions=run.dataset_versions(),
    message:
        "Load and check the dataset"
    script:
        "../scripts/prepare_dataset.py"


# One job makes all splits. Each split has two files. Other rules compare the small file. The file of positions may be
# large.
rule make_splits:
    input:
        about="results/dataset/dataset.json",
        data=ancient("results/dataset/data.npz"),
    output:
        positions=expand("results/splits/{split}.npz", split=run.splits),
        abouts=expand("results/splits/{split}.json", split=run.splits),
        holdout=run.holdout_files(),
        summary="results/splits/splits.json",
    log:
        "results/logs/make_splits.log",
    conda:
        "../envs/environment.yaml"
    params:
        settings=run.split_settings(),
        module_versions=run.splitter_versions(),
    message:
        "Make the splits"
    script:
        "../scripts/make_splits.py"
