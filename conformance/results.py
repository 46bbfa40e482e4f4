"""What came of a plan, read from what the suite exports of it."""

import json
import re
import zipfile
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

# REVIEW: passed, and a person has to compare what was expected with the pictures that were taken.
COLUMNS = ("PASSED", "REVIEW", "WARNING", "FAILED", "SKIPPED")
TOLD = {"WARNING", "FAILURE", "REVIEW", "SKIPPED"}


@dataclass(frozen=True)
class Module:
    """One test of a plan. `said` is what the suite says of it where it did not simply pass."""

    name: str
    variant: str
    result: str
    said: list[str]


def read(export: Path) -> list[Module]:
    """The modules of the plan that was exported to this file, in order."""
    found = []
    with zipfile.ZipFile(export) as opened:
        for name in opened.namelist():
            if name.endswith(".json"):
                log = json.loads(opened.read(name))
                if "testInfo" in log:
                    found.append((log["testInfo"]["started"], _module(log)))
    return [module for _, module in sorted(found, key=lambda each: str(each[0]))]


def _module(log: dict[str, Any]) -> Module:
    told = log["testInfo"]
    finished = told["status"] == "FINISHED"
    return Module(
        name=told["testName"],
        variant=(told.get("variant") or {}).get("client_auth_type", ""),
        result=told["result"] if finished and told["result"] else "FAILED",
        said=[_said(entry) for entry in log["results"] if entry.get("result") in TOLD],
    )


def _said(entry: dict[str, Any]) -> str:
    words = f"{entry['result']}: {entry['src']}: {entry.get('msg', '')}"
    missing = entry.get("missing_items")
    title = re.search(r"<title>\s*(.*?)\s*</title>", entry.get("page_source") or "", re.DOTALL)
    words += f" {sorted(missing)}" if missing else ""
    return f"{words} → “{title[1]}”" if title else words


def table(found: dict[str, list[Module]]) -> list[str]:
    """A line for each plan."""
    lines = [
        "| plan | modules | passed | to look at | warned | failed | skipped |",
        "|---" * 7 + "|",
    ]
    for name, modules in found.items():
        count = Counter(module.result for module in modules)
        cells = [name, str(len(modules)), *(str(count[column]) for column in COLUMNS)]
        lines.append(f"| {' | '.join(cells)} |")
    return lines


def explained(modules: list[Module]) -> list[str]:
    """Each module that has not simply passed, and why."""
    lines = []
    for module in modules:
        if module.result != "PASSED" or module.said:
            lines.append(f"{module.result:8} {module.name} {module.variant}")
            lines += [f"         {said}" for said in module.said]
    return lines
