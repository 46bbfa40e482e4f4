"""`make conformance`: start the provider, have the suite test it, say what came of it.

python -m conformance [--plans config,basic] [--modules …] [--suite-port 8080] [--keep]
"""

import argparse
import sys
import time

from conformance import clients, places, plans, provider, results
from conformance.provider import Deployment
from conformance.suite import Suite

A_PROCESS_LOOKS_AGAIN = 2  # seconds


def main() -> int:
    options = _options()
    chosen = options.plans.split(",") if options.plans else list(plans.PLANS)
    only = set(filter(None, options.modules.split(",")))
    with provider.running(options.suite_port) as deployment:
        told = clients.register(deployment.database)
        configuration = plans.configuration(deployment.identifier, provider.PASSWORD, told)
        found = {name: _run(deployment, name, configuration, only) for name in chosen}
        for name, modules in found.items():
            print(f"\n{name}", *results.explained(modules), sep="\n")
        print(*results.table(found), sep="\n", flush=True)
        if options.keep:
            input(f"{places.ISSUER} answers; Enter ends it. ")
    return int(any(module.result == "FAILED" for each in found.values() for module in each))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="conformance", description=__doc__)
    parser.add_argument("--plans", default="", help=f"of {', '.join(plans.PLANS)}")
    parser.add_argument("--modules", default="", help="these alone, by commas")
    parser.add_argument("--suite-port", type=int, default=places.SUITE_UPSTREAM)
    parser.add_argument("--keep", action="store_true", help="wait before ending the provider")
    return parser.parse_args()


def _run(
    deployment: Deployment, name: str, configuration: dict[str, object], only: set[str]
) -> list[results.Module]:
    def rotate() -> None:
        deployment.rotate_keys()
        time.sleep(A_PROCESS_LOOKS_AGAIN)

    suite = Suite(deployment.authority)
    title, variant = plans.PLANS[name]
    plan, modules = suite.create_plan(title, variant, configuration)
    for module in modules:
        if not only or module["testModule"] in only:
            state = suite.run(plan, module, prepare=rotate)
            print(f"{name}: {module['testModule']}: {state or 'GIVEN UP'}", flush=True)
    export = places.FOLDER / f"{name}.zip"
    suite.export(plan, export)
    return results.read(export)


if __name__ == "__main__":
    sys.exit(main())
