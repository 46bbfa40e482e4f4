"""Ask the vulnerability service about every locked package. A finding fails; silence is said.

`pip-audit` exits 1 for a finding and for a dead network alike, and 0 when the service knew nothing
of any package: its report is read instead of its exit code.
"""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

LOCK = Path("requirements/dev.lock")
UNREACHABLE = ("ConnectionError", "Could not connect", "Timeout", "ServiceError", "redirecting")
LIMIT = 180  # seconds
COMMAND = [
    *(sys.executable, "-m", "pip_audit", "--requirement", str(LOCK)),
    *("--require-hashes", "--disable-pip", "--progress-spinner", "off", "--format", "json"),
    *("--cache-dir", ".venv/audit-cache"),
]


def main() -> int:
    """The exit code: 1 for a vulnerability, or for a failure that is not the network's."""
    report, complaint = ask()
    if report.lstrip().startswith("{"):
        return verdict(json.loads(report)["dependencies"])
    if any(sign in complaint for sign in UNREACHABLE):
        print("audit: not done, the vulnerability service cannot be reached from here")
        return 0
    print(complaint, file=sys.stderr)
    return 1


def ask() -> tuple[str, str]:
    """What pip-audit printed: its report in JSON (empty if it failed), and its complaint."""
    try:
        audit = subprocess.run(COMMAND, capture_output=True, text=True, check=False, timeout=LIMIT)
    except subprocess.TimeoutExpired:
        return "", "Timeout"
    return audit.stdout, audit.stderr


def verdict(dependencies: list[dict[str, Any]]) -> int:
    """Print each finding and how many packages nobody answered for; 1 if there is a finding."""
    findings = [(package, flaw) for package in dependencies for flaw in package.get("vulns", ())]
    for package, flaw in findings:
        fixed = ", ".join(flaw["fix_versions"]) or "no version yet"
        print(f"audit: {package['name']} {package['version']}: {flaw['id']}, fixed in {fixed}")
    unknown = sum("skip_reason" in package for package in dependencies)
    if unknown == len(dependencies):
        print("audit: not done, the vulnerability service knows none of the packages from here")
    elif not findings:
        answered = len(dependencies) - unknown
        print(f"audit: no known vulnerability in {answered} of {len(dependencies)} packages")
    return int(bool(findings))


if __name__ == "__main__":
    sys.exit(main())
