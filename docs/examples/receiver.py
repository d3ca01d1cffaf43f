#!/usr/bin/env python3
"""Receives Driftwatch's webhooks. Python's standard library is all it needs.

    DRIFTWATCH_WEBHOOK_SECRET=whsec_... python3 receiver.py [port]

Each delivery whose signature holds is printed as one line, once; others are refused.
"""

import hashlib
import hmac
import http.server
import json
import os
import sys
import time

SECRET = os.environ["DRIFTWATCH_WEBHOOK_SECRET"].encode()
TOLERANCE = 300  # seconds that a signature may be old: a copy sent later is refused
LARGEST = 1 << 20

seen = set()  # in earnest, keep the keys in your database, in the transaction of your own work


def genuine(header, body, now):
    """Says whether the header signs this body, recently, with our secret."""
    parts = dict(p.split("=", 1) for p in (header or "").split(",") if "=" in p)
    sent = parts.get("t", "")
    if not sent.isdigit() or abs(now - int(sent)) > TOLERANCE:
        return False
    want = hmac.new(SECRET, sent.encode() + b"." + body, hashlib.sha256).hexdigest()
    return hmac.compare_digest(want.encode(), parts.get("v1", "").encode())


class Receiver(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        length = int(self.headers.get("Content-Length", 0))
        if length > LARGEST:
            return self.answer(413)
        body = self.rfile.read(length)
        if not genuine(self.headers.get("Driftwatch-Signature"), body, time.time()):
            return self.answer(401)
        key = self.headers.get("Idempotency-Key", "")
        if key not in seen:  # the same delivery may come twice
            event = json.loads(body)
            print(event["id"], event.get("seq", "-"), event["type"], event.get("tenant", "-"), flush=True)
            seen.add(key)
        self.answer(204)

    def answer(self, status):
        self.send_response(status)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_):
        pass


if __name__ == "__main__":
    port = int(sys.argv[1]) if len(sys.argv) > 1 else 8090
    server = http.server.ThreadingHTTPServer(("127.0.0.1", port), Receiver)
    print("listening", server.server_address[1], flush=True)
    server.serve_forever()
