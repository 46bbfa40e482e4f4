"""The suite's own interface, as its scripts use it: plans are created, modules run one by one, and
what came of them is exported."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import requests

from conformance import places

MOMENT = 25_000  # milliseconds that one question may wait for its answer
PATIENCE = 12  # such questions, before a module is given up
OVER = {"FINISHED", "INTERRUPTED"}


class Suite:
    def __init__(self, authority: Path) -> None:
        self._http = requests.Session()
        self._http.verify = str(authority)
        self._http.trust_env = False

    def create_plan(
        self, name: str, variant: dict[str, str], configuration: dict[str, Any]
    ) -> tuple[str, list[dict[str, Any]]]:
        """Its name at the suite, and its modules in order."""
        query = {"planName": name, "variant": json.dumps(variant)}
        plan = self._ask("POST", "plan", params=query, json=configuration).json()
        return plan["id"], plan["modules"]

    def run(self, plan: str, module: dict[str, Any], prepare: Callable[[], None]) -> str:
        """Its state in the end. `prepare` is called before one that does not start by itself."""
        query = {"test": module["testModule"], "plan": plan}
        if module.get("variant"):
            query["variant"] = json.dumps(module["variant"])
        name = self._ask("POST", "runner", params=query).json()["id"]
        state = self._wait(name, {"CONFIGURED", "WAITING"} | OVER)
        if state == "CONFIGURED" and not self._starts_by_itself(name):
            prepare()
            self._ask("POST", f"runner/{name}")
        return self._wait(name, OVER)

    def export(self, plan: str, file: Path) -> None:
        """Everything that the suite has written down, signed by it."""
        file.write_bytes(self._ask("GET", f"plan/export/{plan}").content)

    def _starts_by_itself(self, name: str) -> bool:
        return self._wait(name, {"RUNNING", "WAITING"} | OVER, questions=1, moment=2000) != ""

    def _wait(
        self, name: str, states: set[str], *, questions: int = PATIENCE, moment: int = MOMENT
    ) -> str:
        """Which of the states it comes to; none in time, an empty word."""
        query = {"states": ",".join(sorted(states)), "timeoutMs": str(moment)}
        for _ in range(questions):
            told = self._ask("GET", f"runner/{name}/wait-state", params=query).json()
            if told.get("state"):
                return str(told["state"])
        return ""

    def _ask(self, method: str, path: str, **what: Any) -> requests.Response:
        answer = self._http.request(method, f"{places.SUITE}api/{path}", timeout=120, **what)
        answer.raise_for_status()
        return answer
