"""What a run says about each search at its end."""

from typing import Any

from cvsearch.config.values import store
from cvsearch.files import read_json
from cvsearch.layout import SearchPaths
from cvsearch.report.verdict_text import IN_SENTENCES, sentences
from cvsearch.report.words import score_text
from cvsearch.results.storage import REBUILD

REBUILD_VERDICT = "run the same command with --forcerun judge_search"

# Findings that say the same as a message of merging.
SAME_MESSAGE = {"many-failures": "failures", "many-warnings": "warnings"}


def summary(search: SearchPaths) -> str:
    """Return a few lines about a finished search: its result, the messages of merging, and where its files are.

    Raises
    ------
    InputError
        If a file is damaged.
    """
    verdict, findings = read_verdict(search), read_findings(search)
    messages = read_messages(search)
    warnings = [
        f"{one['severity']}: {messages.get(SAME_MESSAGE.get(one['id'], ''), _in_a_line(one))}"
        for one in findings
        if one["id"] not in IN_SENTENCES and one["severity"] in ("warning", "error")
    ]
    files = f"table: {search.table}   map: {search.map}   page: {search.page}"
    lines = [*sentences(verdict, findings), *warnings, *other_messages(messages, findings), files]
    return "\n  ".join([f"{search.name}:", *lines])


def other_messages(messages: dict[str, str], findings: list[dict[str, Any]]) -> list[str]:
    """Return the messages of merging that no finding tells."""
    covered = {SAME_MESSAGE.get(finding["id"]) for finding in findings}
    return [text for name, text in messages.items() if name not in covered]


def _in_a_line(finding: dict[str, Any]) -> str:
    return f"{finding['title']} ({finding['evidence']}); {finding['advice']}"


def caption_numbers(search: SearchPaths) -> dict[str, str]:
    """Return numbers of the verdict as texts, for the captions of the report. Without a verdict it is empty.

    Raises
    ------
    InputError
        If the verdict is damaged.
    """
    if not search.verdict.exists():
        return {}
    verdict = read_verdict(search)
    best, baselines = verdict["best"], verdict["baselines"]
    counts = {name: f"{verdict[f'n_{name}']:,}" for name in ("candidates", "scored", "splits", "indistinguishable")}
    scores = {"mean": best["mean_test_score"], "std": best["std_test_score"], **baselines}
    texts = {name: "no score" if score is None else score_text(score) for name, score in scores.items()}
    return {"best": str(best["candidate"]), **counts, **texts}


def messages_of(search: SearchPaths) -> str:
    """Return the messages of merging, for a search that has no verdict."""
    return "\n  ".join([f"{search.name}:", *read_messages(search).values()])


def read_verdict(search: SearchPaths) -> dict[str, Any]:
    """Return the verdict of a search, with stored values."""
    verdict: dict[str, Any] = store(read_json(search.verdict, REBUILD_VERDICT), str(search.verdict))
    return verdict


def read_messages(search: SearchPaths) -> dict[str, str]:
    """Return the messages of merging, by what they are about."""
    messages: dict[str, str] = read_json(search.provenance, REBUILD)["messages"]
    return messages


def read_findings(search: SearchPaths) -> list[dict[str, Any]]:
    """Return the content of ``findings.json``."""
    findings: list[dict[str, Any]] = read_json(search.findings, REBUILD_VERDICT)
    return findings
