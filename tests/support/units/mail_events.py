"""What SES says of a digest that bounced."""

import json

CLAIM = "2026-03-16-daily-0123456789ab"
SES = json.dumps(
    {
        "eventType": "Bounce",
        "mail": {
            "messageId": "0100-abc",
            "timestamp": "2026-03-17T07:05:00.000Z",
            "tags": {"daybook-digest": [CLAIM], "ses:caller-identity": ["x"]},
        },
        "bounce": {"bounceType": "Permanent", "timestamp": "2026-03-17T07:06:00.000Z"},
    }
)
