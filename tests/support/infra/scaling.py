"""A stand-in for Application Auto Scaling, which the emulator does not have.

It keeps targets, policies and scheduled actions and gives them back: enough for Terraform to
create, read and delete them. Nothing is ever scaled.
"""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

JsonObject = dict[str, Any]
TARGET = ("ServiceNamespace", "ResourceId", "ScalableDimension")
POLICY, ACTION = (*TARGET, "PolicyName"), (*TARGET, "ScheduledActionName")
KINDS: dict[str, tuple[str, tuple[str, ...], str]] = {
    "RegisterScalableTarget": ("put", TARGET, "ScalableTargets"),
    "DescribeScalableTargets": ("list", TARGET, "ScalableTargets"),
    "DeregisterScalableTarget": ("delete", TARGET, "ScalableTargets"),
    "PutScalingPolicy": ("put", POLICY, "ScalingPolicies"),
    "DescribeScalingPolicies": ("list", POLICY, "ScalingPolicies"),
    "DeleteScalingPolicy": ("delete", POLICY, "ScalingPolicies"),
    "PutScheduledAction": ("put", ACTION, "ScheduledActions"),
    "DescribeScheduledActions": ("list", ACTION, "ScheduledActions"),
    "DeleteScheduledAction": ("delete", ACTION, "ScheduledActions"),
}
"""What an operation does to which collection, and what tells its members apart."""
ARNS = {
    "ScalableTargets": "ScalableTargetARN",
    "ScalingPolicies": "PolicyARN",
    "ScheduledActions": "ScheduledActionARN",
}
FILTERS = {"ResourceIds": "ResourceId", "PolicyNames": "PolicyName"}


class Scaling(ThreadingHTTPServer):
    """The server and what it remembers."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self._kept: dict[str, dict[tuple[str, ...], JsonObject]] = {name: {} for name in ARNS}
        self._lock = threading.Lock()

    def run(self, operation: str, body: JsonObject) -> JsonObject:
        """Carry out one operation; besides those in KINDS there is ListTagsForResource."""
        if operation not in KINDS:
            return {"Tags": self._tags(body["ResourceARN"])}
        verb, names, collection = KINDS[operation]
        key = tuple(str(body.get(name, "")) for name in names)
        with self._lock:
            kept = self._kept[collection]
            if verb == "list":
                return {collection: [item for item in kept.values() if _fits(item, body)]}
            if verb == "delete":
                kept.pop(key, None)
                return {}
            arn = f"arn:aws:application-autoscaling:us-east-1:000000000000:{'/'.join(key)}"
            kept[key] = {"CreationTime": 0, **kept.get(key, {}), **body, ARNS[collection]: arn}
            return {ARNS[collection]: arn, "Alarms": []}

    def _tags(self, arn: str) -> JsonObject:
        targets = self._kept["ScalableTargets"].values()
        found = [target for target in targets if target["ScalableTargetARN"] == arn]
        return dict(found[0].get("Tags", {})) if found else {}


def _fits(item: JsonObject, asked: JsonObject) -> bool:
    exact = all(item.get(name) == asked[name] for name in TARGET if name in asked)
    among = all(item.get(name) in asked[many] for many, name in FILTERS.items() if many in asked)
    named = asked.get("ScheduledActionNames")
    return exact and among and (named is None or item.get("ScheduledActionName") in named)


class _Handler(BaseHTTPRequestHandler):
    server: Scaling
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        length = int(self.headers.get("Content-Length", 0))
        body = json.loads(self.rfile.read(length) or b"{}")
        operation = self.headers.get("X-Amz-Target", "").rpartition(".")[2]
        content = json.dumps(self.server.run(operation, body)).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/x-amz-json-1.1")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_: object) -> None:
        """Write nothing."""


@contextmanager
def scaling() -> Iterator[str]:
    """Serve until the context ends; yields the endpoint's URL."""
    with Scaling() as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.05,))
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()
