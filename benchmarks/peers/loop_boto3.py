"""A plain loop: boto3, ten messages a receive, deleted together; no guarantee but SQS's own."""

import json
import sys

import boto3

from benchmarks.peers.tally import Tally


def main() -> None:
    """Publish, handle, tell."""
    sqs = boto3.client("sqs")
    url = sqs.create_queue(QueueName=sys.argv[1])["QueueUrl"]
    tally = Tally(lambda at: sqs.send_message(QueueUrl=url, MessageBody=json.dumps({"at": at})))
    tally.fill()
    while not tally.done.is_set():
        answer = sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10, WaitTimeSeconds=1)
        messages = answer.get("Messages", [])
        for message in messages:
            tally.handle(json.loads(message["Body"])["at"])
        if messages:
            entries = [
                {"Id": str(n), "ReceiptHandle": message["ReceiptHandle"]}
                for n, message in enumerate(messages)
            ]
            sqs.delete_message_batch(QueueUrl=url, Entries=entries)
    tally.tell()


main()
