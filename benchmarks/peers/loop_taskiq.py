"""taskiq with taskiq-aio-sqs: ten messages a receive, acknowledged when they are done."""

import asyncio
import os
import sys

import boto3
from taskiq.api import run_receiver_task
from taskiq_aio_sqs import SQSBroker

from benchmarks.peers.tally import Tally

boto3.client("sqs").create_queue(QueueName=sys.argv[1])
broker = SQSBroker(
    sys.argv[1],
    endpoint_url=os.environ["AWS_ENDPOINT_URL"],
    region_name=os.environ["AWS_REGION"],
    aws_access_key_id=os.environ["AWS_ACCESS_KEY_ID"],
    aws_secret_access_key=os.environ["AWS_SECRET_ACCESS_KEY"],
    wait_time_seconds=1,
    max_number_of_messages=10,
)


@broker.task(task_name="handle")
async def handle(at: float) -> None:
    """Count a message."""
    tally.handle(at)


async def main() -> None:
    """Publish, handle, tell."""
    loop = asyncio.get_running_loop()
    tally.publish = lambda at: asyncio.run_coroutine_threadsafe(handle.kiq(at), loop).result()
    await broker.startup()
    for _ in range(tally.many):
        await handle.kiq(0.0)
    receiving = asyncio.create_task(run_receiver_task(broker, max_async_tasks=1, run_startup=False))
    await asyncio.to_thread(tally.done.wait)
    tally.tell()
    receiving.cancel()
    os._exit(0)


tally = Tally(lambda _: None)
asyncio.run(main())
