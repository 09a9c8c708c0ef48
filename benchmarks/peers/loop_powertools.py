"""Powertools' batch processor, as a Lambda function's event source mapping would call it.

Outside Lambda the receives and deletes of the mapping are ours: ten messages each.
"""

import json
import sys

import boto3
from aws_lambda_powertools.utilities.batch import (
    BatchProcessor,
    EventType,
    process_partial_response,
)
from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord

from benchmarks.peers.tally import Tally


def main() -> None:
    """Publish, handle, tell."""
    sqs = boto3.client("sqs")
    url = sqs.create_queue(QueueName=sys.argv[1])["QueueUrl"]
    tally = Tally(lambda at: sqs.send_message(QueueUrl=url, MessageBody=json.dumps({"at": at})))
    processor = BatchProcessor(event_type=EventType.SQS)

    def handle(record: SQSRecord) -> None:
        tally.handle(record.json_body["at"])

    tally.fill()
    while not tally.done.is_set():
        answer = sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10, WaitTimeSeconds=1)
        messages = answer.get("Messages", [])
        if not messages:
            continue
        records = [
            {
                "messageId": message["MessageId"],
                "receiptHandle": message["ReceiptHandle"],
                "body": message["Body"],
                "attributes": {},
                "messageAttributes": {},
                "eventSource": "aws:sqs",
                "eventSourceARN": "arn:aws:sqs:us-east-1:123456789012:queue",
                "awsRegion": "us-east-1",
            }
            for message in messages
        ]
        failed = process_partial_response(
            event={"Records": records}, record_handler=handle, processor=processor
        )["batchItemFailures"]
        names = {each["itemIdentifier"] for each in failed}
        entries = [
            {"Id": str(n), "ReceiptHandle": message["ReceiptHandle"]}
            for n, message in enumerate(messages)
            if message["MessageId"] not in names
        ]
        sqs.delete_message_batch(QueueUrl=url, Entries=entries)
    tally.tell()


main()
