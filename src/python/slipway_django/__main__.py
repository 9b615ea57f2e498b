"""`python -m slipway_django`: the list of settings, one a line, marked: a project may print as it is loaded."""
import json

from slipway_django import report

MARK = "SLIPWAY-SETTING "

if __name__ == "__main__":
    for entry in report.running():
        print(MARK + json.dumps(entry))
