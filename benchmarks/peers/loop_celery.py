"""celery with its SQS transport: late acknowledgement, one worker in this process."""

import os
import sys
import threading
from urllib.parse import urlsplit

from celery import Celery

from benchmarks.peers.tally import Tally

endpoint = urlsplit(os.environ["AWS_ENDPOINT_URL"])
key, secret = os.environ["AWS_ACCESS_KEY_ID"], os.environ["AWS_SECRET_ACCESS_KEY"]
app = Celery("loop", broker=f"sqs://{key}:{secret}@{endpoint.netloc}")
app.conf.update(
    task_default_queue=sys.argv[1],
    task_acks_late=True,
    task_ignore_result=True,
    worker_prefetch_multiplier=10,
    worker_hijack_root_logger=False,
    worker_redirect_stdouts=False,
    broker_connection_retry_on_startup=True,
    broker_transport_options={
        "region": os.environ["AWS_REGION"],
        "is_secure": False,
        "wait_time_seconds": 1,
        "polling_interval": 0.01,
    },
)


@app.task(name="handle")
def handle(at: float) -> None:
    """Count a message."""
    tally.handle(at)


tally = Tally(handle.delay)


def finish() -> None:
    """Tell, and end with the worker wherever it is."""
    tally.done.wait()
    tally.tell()
    os._exit(0)


threading.Thread(target=finish, daemon=True).start()
for _ in range(tally.many):
    handle.delay(0.0)
app.worker_main(["worker", "--pool", "solo", "--loglevel", "ERROR", "--without-mingle"])
