"""What CloudWatch and the e-mail subscription do in an account, done for the embedded AWS.

MiniStack keeps alarms but never evaluates them against queues (docs/emulator-differences.md),
so this watches the dead-letter queues and sets the alarms' states; the alarm itself then
publishes to the alarm topic, and what arrives there is kept as an e-mail subscriber would.
"""

import asyncio
from dataclasses import dataclass, field
from typing import Any

from shared.aws import clients

POLL = 0.5
HELD = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
"""What a queue holds, even while somebody looks at it (`daybook dlq show`)."""


@dataclass
class AlarmWatch:
    """Turns dead-letter depth into alarm states, and collects what the alarm topic says."""

    dead_letter_queues: dict[str, str]
    alarm_inbox: str
    alarms: list[str] = field(default_factory=list)
    in_alarm: set[str] = field(default_factory=set)

    async def run(self) -> None:
        """Watch until cancelled."""
        async with clients("sqs", "cloudwatch") as (sqs, cloudwatch):
            while True:
                for worker, url in self.dead_letter_queues.items():
                    await self._watch(sqs, cloudwatch, worker, url)
                await self._collect(sqs)
                await asyncio.sleep(POLL)

    async def _watch(self, sqs: Any, cloudwatch: Any, worker: str, url: str) -> None:
        answer = await sqs.get_queue_attributes(QueueUrl=url, AttributeNames=HELD)
        depth = sum(int(answer["Attributes"][name]) for name in HELD)
        if (depth > 0) == (worker in self.in_alarm):
            return
        await cloudwatch.set_alarm_state(
            AlarmName=f"{url.rpartition('/')[2]}-not-empty",
            StateValue="ALARM" if depth else "OK",
            StateReason=f"{depth} messages in the dead-letter queue of {worker}",
        )
        self.in_alarm.symmetric_difference_update({worker})

    async def _collect(self, sqs: Any) -> None:
        answer = await sqs.receive_message(QueueUrl=self.alarm_inbox, MaxNumberOfMessages=10)
        for message in answer.get("Messages", []):
            self.alarms.append(message["Body"])
            await sqs.delete_message(
                QueueUrl=self.alarm_inbox, ReceiptHandle=message["ReceiptHandle"]
            )
