"""The same sums as the plain windows in a loop: sums.py FILE prints how many, contracts in thousandths, and CPU seconds."""

import json
import sys
import time

sums = {}
with open(sys.argv[1], encoding="utf-8") as lines:
    for text in lines:
        line = json.loads(text)
        minute = line["time"][:16]
        thousandths = round(1000 * line["contract_count"])
        for key in (line["exchange"] + "-" + line["base"], line["base"], line["exchange"]):
            sums[key, minute] = sums.get((key, minute), 0) + thousandths
written = 0
for (key, minute), thousandths in sums.items():
    written += len(json.dumps({"key": key, "time": minute, "thousandths": thousandths}))
print(len(sums), sum(sums.values()), time.process_time())
