"""Hold samples out if the config asks for it. Then make every train/test split and store its positions."""

from pathlib import Path

from cvsearch.config.names import Trust
from cvsearch.console import job
from cvsearch.data.audit import Split, audit, audit_classes
from cvsearch.data.dataset import load_dataset
from cvsearch.data.holdout import holdout_positions
from cvsearch.data.splits import ClassCounts, shuffle_split, write_holdout, write_split
from cvsearch.data.splitters import SHUFFLE, Splitter
from cvsearch.files import write_json
from cvsearch.layout import DatasetPaths


def main(dataset, settings, module_versions, paths, holdout, summary):
    """Write every split of the dataset in folder `dataset`.

    Parameters
    ----------
    dataset : path-like
    settings : dict
        splitter and holdout of the config, and the keys that these two need: test_size, n_splits, random_state.
    module_versions : dict of str to str
        Versions of the trusted modules that the splitter uses.
    paths : list of tuple
        The two files of each split, in the order of the splits.
    holdout : tuple
        The two files of the samples that are held out. Empty if no samples are held out.
    summary : path-like
        The file to write. It has messages about the splits for the user, and the findings of the audit.
    """
    import numpy as np

    data = load_dataset(dataset)
    about, messages, splits = data.about, [], []
    labels = data.y[:] if about["classes"] is not None else None
    counts = ClassCounts(labels) if labels is not None else None
    kept = np.arange(about["n_samples"])
    if holdout:
        held = holdout_positions(
            len(kept), settings["holdout"], settings["random_state"], labels, _all(data.groups), about["in_time_order"]
        )
        write_holdout(holdout, held, about["sha256"], counts)
        kept = np.setdiff1d(kept, held)
    if settings["splitter"] == SHUFFLE:
        for i, files in enumerate(paths):
            splits.append(Split(*(kept[side] for side in shuffle_split(len(kept), settings["test_size"], i))))
            write_split(files, *splits[-1], about["sha256"], counts)
    else:
        splitter = Splitter(
            settings["splitter"], settings["n_splits"], settings["random_state"], Trust(module_versions), data, kept
        )
        for i, split in enumerate(splitter.splits()):
            splits.append(Split(*split))
            write_split(paths[i], *split, about["sha256"], counts)
            messages += splitter.messages(split) if i == 0 else []
    sample_bytes = DatasetPaths(dataset).data.stat().st_size / about["n_samples"]
    findings = [finding._asdict() for finding in audit(data, splits, sample_bytes)]
    class_findings = [finding._asdict() for finding in audit_classes(splits, counts)] if counts else []
    write_json(summary, {"messages": messages, "findings": findings, "class_findings": class_findings})


def _all(values):
    return None if values is None else values[:]


if __name__ == "__main__":
    with job(snakemake.log[0], snakemake.threads):
        main(
            Path(snakemake.input.about).parent,
            snakemake.params.settings,
            snakemake.params.module_versions,
            list(zip(snakemake.output.positions, snakemake.output.abouts, strict=True)),
            tuple(snakemake.output.get("holdout") or ()),
            snakemake.output.summary,
        )
