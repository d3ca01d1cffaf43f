#!/usr/bin/env python3
"""A training service for Driftwatch in Python's standard library.

It takes the jobs described in docs/trainers.md and runs a trainer program, such
as trainer.py beside it, for each:

    TRAINER_SECRET=... python3 webhook_trainer.py 127.0.0.1 8090 python3 trainer.py

Each job has a temporary folder, in which the program runs: arguments that name
files here and now are made absolute before. Jobs are forgotten when the service
ends. When a program has ended it calls back, where Driftwatch said where, so as to
be asked at once.
"""

import base64
import email.parser
import email.policy
import gzip
import hashlib
import hmac
import http.server
import json
import os
import shutil
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request
import uuid

SECRET = os.environ["TRAINER_SECRET"].encode()
LIMIT = 4 << 30  # bytes of a request


def absolute(words):
    """The program to run, its words that name files written so that they do from any folder."""
    return [os.path.abspath(w) if os.path.isfile(w) and (i > 0 or "/" in w) else w for i, w in enumerate(words)]


PROGRAM = absolute(sys.argv[3:])

jobs = {}  # by name: {"dir", "process", "key"}
lock = threading.Lock()


def is_signed(handler, body):
    """Whether Driftwatch sent this request, just now."""
    digest = "sha-256=:" + base64.b64encode(hashlib.sha256(body).digest()).decode() + ":"
    parts = dict(p.strip().split("=", 1) for p in handler.headers.get("Driftwatch-Signature", "").split(",") if "=" in p)
    moment = parts.get("t", "")
    text = "%s.%s %s.%s" % (moment, handler.command, handler.path, digest)
    want = hmac.new(SECRET, text.encode(), hashlib.sha256).hexdigest()
    return (
        hmac.compare_digest(want.encode(), parts.get("v1", "").encode())
        and moment.isdigit()
        and abs(time.time() - int(moment)) <= 300
    )


def call_back(url, name):
    """Tells Driftwatch that there is something to ask for. Once is enough: it asks by itself too."""
    body = json.dumps({"job": name}).encode()
    moment = str(int(time.time()))
    signature = hmac.new(SECRET, moment.encode() + b"." + body, hashlib.sha256).hexdigest()
    headers = {"Content-Type": "application/json", "Driftwatch-Signature": "t=%s,v1=%s" % (moment, signature)}
    try:
        urllib.request.urlopen(urllib.request.Request(url, body, headers), timeout=10).close()
        print("called back for", name, flush=True)
    except (OSError, ValueError) as error:
        print("the callback for", name, "failed:", error, flush=True)


def unpack(content_type, body, folder):
    """Writes the job's files into the folder and returns where to call back, None where nowhere."""
    callback = None
    message = email.parser.BytesParser(policy=email.policy.HTTP).parsebytes(
        b"Content-Type: " + content_type.encode() + b"\r\n\r\n" + body
    )
    names = {"description": "description.json", "train": "train.ndjson", "holdout": "holdout.ndjson"}
    for part in message.iter_parts():
        field = part.get_param("name", header="content-disposition")
        if field == "callback_url":
            callback = part.get_payload(decode=True).decode()
        if field in names:
            data = part.get_payload(decode=True)
            if field != "description":
                data = gzip.decompress(data)
            with open(os.path.join(folder, names[field]), "wb") as file:
                file.write(data)
    return callback


def start(key, content_type, body):
    """Starts a job, unless the key says that it runs already."""
    with lock:
        for name, job in jobs.items():
            if job["key"] == key:
                return name
        folder = tempfile.mkdtemp(prefix="training-")
        callback = unpack(content_type, body, folder)
        with open(os.path.join(folder, "log"), "wb") as log:
            environment = {k: v for k, v in os.environ.items() if k != "TRAINER_SECRET"}
            process = subprocess.Popen(PROGRAM, cwd=folder, env=environment, stdout=log, stderr=log)
        name = uuid.uuid4().hex
        jobs[name] = {"dir": folder, "process": process, "key": key}
        if callback:
            threading.Thread(target=lambda: (process.wait(), call_back(callback, name)), daemon=True).start()
        return name


def last_line(folder):
    with open(os.path.join(folder, "log"), encoding="utf-8", errors="replace") as file:
        lines = [line.strip() for line in file if line.strip()]
    line = lines[-1] if lines else ""
    try:
        return json.loads(line)["message"]
    except (ValueError, KeyError, TypeError):
        return line


def status(name, job):
    code = job["process"].poll()
    if code is None:
        return {"state": "running", "message": last_line(job["dir"])}
    if code != 0:
        return {"state": "failed", "message": "exit code %d: %s" % (code, last_line(job["dir"]))}
    with open(os.path.join(job["dir"], "metrics.json"), encoding="utf-8") as file:
        metrics = json.load(file)
    base = "/jobs/" + name
    return {"state": "done", "artifact_url": base + "/artifact", "predictions_url": base + "/predictions", "metrics": metrics}


class Handler(http.server.BaseHTTPRequestHandler):
    def handle_signed(self):
        length = int(self.headers.get("Content-Length", "0"))
        if length > LIMIT:
            return self.answer(413)
        body = self.rfile.read(length)
        if not is_signed(self, body):
            return self.answer(401)
        if self.command == "POST":
            name = start(self.headers["Idempotency-Key"], self.headers["Content-Type"], body)
            return self.answer(202, {"job": name, "status_url": "/jobs/" + name})
        name, _, file = self.path.removeprefix("/jobs/").partition("/")
        with lock:
            job = jobs.get(name)
            if job and self.command == "DELETE":
                del jobs[name]
        if job is None:
            return self.answer(404)
        if self.command == "DELETE":
            job["process"].kill()
            job["process"].wait()
            shutil.rmtree(job["dir"])
            return self.answer(204)
        if file == "":
            return self.answer(200, status(name, job))
        result = {"artifact": "artifact", "predictions": "predictions.ndjson"}.get(file)
        if result is None or job["process"].poll() != 0:
            return self.answer(404)
        with open(os.path.join(job["dir"], result), "rb") as data:
            return self.answer(200, data.read())

    do_GET = do_POST = do_DELETE = handle_signed

    def answer(self, code, what=b""):
        data = what if isinstance(what, bytes) else json.dumps(what).encode()
        self.send_response(code)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)


def main():
    server = http.server.ThreadingHTTPServer((sys.argv[1], int(sys.argv[2])), Handler)
    print("listening on http://%s:%d" % server.server_address[:2], flush=True)
    server.serve_forever()


if __name__ == "__main__":
    main()
