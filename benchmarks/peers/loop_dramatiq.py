"""dramatiq with dramatiq_sqs: one worker with one thread in this process."""

import os
import sys

import dramatiq
from dramatiq_sqs import SQSBroker

from benchmarks.peers.tally import Tally

broker = SQSBroker()
dramatiq.set_broker(broker)


@dramatiq.actor(queue_name=sys.argv[1])
def handle(at: float) -> None:
    """Count a message."""
    tally.handle(at)


tally = Tally(handle.send)
tally.fill()
worker = dramatiq.Worker(broker, worker_threads=1, worker_timeout=1000)
worker.start()
tally.done.wait()
tally.tell()
os._exit(0)
