#!/usr/bin/python3
"""What verdicts are worth: the tables of docs/validity.md (make validity).

    make validity                   all measures
    make validity MEASURE=sizes     one of them, or several, separated by commas
    make validity VALIDITY=long     more matrices, images and controls

Networks and streams are kept in .build/validity, and made again when a filter has changed. The
exit code is 1 if a bound does not hold.
"""
import os
import sys
import time

import common
import data_warnings
import specificity
import structure

MEASURES = {**specificity.MEASURES, **structure.MEASURES, "warnings": data_warnings.warnings}


def main():
    names = [n for n in os.environ.get("MEASURE", "").split(",") if n] or list(MEASURES)
    unknown = [n for n in names if n not in MEASURES]
    if unknown:
        sys.exit(f"no measure is called {', '.join(unknown)}; there are {', '.join(MEASURES)}")
    os.environ["PATH"] = os.path.join(common.ROOT, "bin") + ":" + os.environ["PATH"]
    os.makedirs(common.CACHE, exist_ok=True)
    fails = []
    for name in names:
        start = time.time()
        rows = list(MEASURES[name]())
        common.print_rows(name, rows)
        print(f"\n{name}: {time.time() - start:.0f} s", flush=True)
        fails += [f"{name}: {r.measure}: {r.result}" for r in rows if r.good is False]
    print(f"\n{len(fails)} bounds do not hold")
    for line in fails:
        print(f"  {line}")
    return bool(fails)


if __name__ == "__main__":
    sys.exit(main())
