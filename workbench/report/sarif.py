"""Violations as SARIF 2.1.0, which forges show beside the lines concerned."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from urllib.parse import quote

from workbench.model.violation import Priority, SiteState, Skipped, Violation
from workbench.report.objects import Object
from workbench.report.safe import safe

_SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
_LEVEL = {Priority.P0: "error", Priority.P1: "warning", Priority.P2: "note"}
_ROOT = "%SRCROOT%"


def sarif_document(violations: Sequence[Violation], skipped: Iterable[Skipped], *, version: str) -> Object:
    """Return a log of one run. Paths are relative to the repository's root; excluded sites are suppressed ones."""
    rules = sorted({(one.rule, one.kind) for one in violations})
    index = {rule: number for number, (rule, _) in enumerate(rules)}
    return {
        "$schema": _SCHEMA,
        "version": "2.1.0",
        "runs": [
            {
                "tool": {
                    "driver": {
                        "name": "workbench",
                        "version": version,
                        "rules": [{"id": rule, "properties": {"kind": kind}} for rule, kind in rules],
                    }
                },
                "columnKind": "unicodeCodePoints",
                "originalUriBaseIds": {_ROOT: {"description": {"text": "the root of the repository"}}},
                "invocations": [
                    {
                        "executionSuccessful": True,
                        "toolExecutionNotifications": [_notification(one) for one in skipped],
                    }
                ],
                "results": [_result(one, index[one.rule]) for one in violations],
            }
        ],
    }


def _result(one: Violation, rule: int) -> Object:
    place = one.place
    result: Object = {
        "ruleId": one.rule,
        "ruleIndex": rule,
        "level": _LEVEL[one.priority],
        "message": {"text": safe(one.message)},
        "locations": [
            {
                "physicalLocation": {
                    "artifactLocation": _artifact(one.path),
                    "region": {
                        "startLine": place.line,
                        "startColumn": place.column,
                        "endLine": place.end_line,
                        "endColumn": place.end_column,
                        "snippet": {"text": one.snippet},
                    },
                },
                "logicalLocations": [{"fullyQualifiedName": one.scope}],
            }
        ],
        "partialFingerprints": {"workbench/v1": one.fingerprint},
        "properties": {"priority": str(one.priority), "state": str(one.state), "reason": one.reason},
    }
    if one.state is SiteState.EXCLUDED:
        result["suppressions"] = [{"kind": "external", "justification": safe(one.reason)}]
    return result


def _artifact(path: str) -> Object:
    return {"uri": quote(path, errors="surrogatepass"), "uriBaseId": _ROOT}


def _notification(one: Skipped) -> Object:
    told = f"{one.path} was not judged: {one.reason}" + (f": {one.detail}" if one.detail else "")
    return {
        "level": "warning",
        "message": {"text": safe(told)},
        "locations": [{"physicalLocation": {"artifactLocation": _artifact(one.path)}}],
    }
