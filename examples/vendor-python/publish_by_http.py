"""Sends leads, one JSON object a line, to the gateway, and prints what became of each. Needs nothing beyond Python itself.

What is not answered is sent again with the same idempotency key: it gets the same answer, and no lead is made twice.
"""

import hashlib
import json
import os
import sys
import time
import urllib.error
import urllib.request
from collections import Counter
from pathlib import Path

BATCH = 500
ATTEMPTS = 10
FIRST_WAIT_SECONDS = 0.5
MAX_WAIT_SECONDS = 30.0
TIMEOUT_SECONDS = 30.0
# 409: still at work; 429: too many, or the day's quota.
WORTH_ANOTHER = {409, 429, 500, 502, 503, 504}


def post(body: bytes) -> tuple[int, dict, float]:
    """Status, answer, and the wait in seconds that was asked for; status 0 when nothing answered."""
    headers = {
        "authorization": f"Bearer {os.environ['GATEWAY_KEY']}",
        "content-type": "application/x-ndjson",
        "idempotency-key": hashlib.sha256(body).hexdigest(),
    }
    request = urllib.request.Request(f"{os.environ['GATEWAY_URL']}/v1/leads", data=body, headers=headers)
    try:
        with urllib.request.urlopen(request, timeout=TIMEOUT_SECONDS) as response:
            return response.status, json.load(response), 0.0
    except urllib.error.HTTPError as error:
        wait = float(error.headers.get("retry-after") or 0)
        return error.code, {} if error.code in WORTH_ANOTHER else json.load(error), wait
    except OSError:
        return 0, {}, 0.0


def send(body: bytes) -> list[dict]:
    for attempt in range(1, ATTEMPTS + 1):
        status, answer, asked = post(body)
        if status != 0 and status not in WORTH_ANOTHER:
            # A 202 has the lines in `leads`; a 422 in which every line was refused has them in `error.lines`.
            results = answer.get("leads") or answer["error"].get("lines")
            if results is None:
                sys.exit(f"{status}: {answer['error']['message']}")
            return results
        if attempt < ATTEMPTS:
            time.sleep(max(asked, min(MAX_WAIT_SECONDS, FIRST_WAIT_SECONDS * 2 ** (attempt - 1))))
    sys.exit(f"no answer after {ATTEMPTS} attempts: {status or 'nothing listens'}")


def main() -> int:
    if "GATEWAY_URL" not in os.environ or "GATEWAY_KEY" not in os.environ or len(sys.argv) != 2:
        print("usage: GATEWAY_URL=http://... GATEWAY_KEY=... publish_by_http.py LEADS.ndjson", file=sys.stderr)
        return 64
    lines = Path(sys.argv[1]).read_text(encoding="utf-8").split("\n")
    counts: Counter[str] = Counter(accepted=0, repeat=0, refused=0)
    for start in range(0, len(lines), BATCH):
        body = "\n".join(lines[start : start + BATCH])
        if body.strip() == "":
            continue
        for result in send(body.encode()):
            counts[result["status"]] += 1
            for fault in result.get("faults", []):
                print(f"line {start + result['line']}: {fault['code']} {fault.get('field', '')}: {fault['message']}", file=sys.stderr)
    print(json.dumps(counts))
    return 0 if counts["refused"] == 0 else 1


if __name__ == "__main__":
    sys.exit(main())
