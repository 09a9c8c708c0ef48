"""A CloudFormation template around the definition, for linters: Terraform makes the real one.

`python -m daybook.quicksight.template` prints it.
"""

import json

from daybook.quicksight.dashboard import definition
from daybook.quicksight.parts import BREAKDOWN, OUTLOOK
from shared.topology import load_topology

ACCOUNT = "123456789012"
ARN = f"arn:aws:quicksight:us-east-1:{ACCOUNT}:dataset"


def template() -> str:
    """Return the template as JSON."""
    topology = load_topology()
    named = zip((BREAKDOWN, OUTLOOK), topology.quicksight_datasets, strict=True)
    declared = [
        {"Identifier": identifier, "DataSetArn": f"{ARN}/{data_set}"}
        for identifier, data_set in named
    ]
    properties = {
        "AwsAccountId": ACCOUNT,
        "DashboardId": "daybook",
        "Name": "Daybook",
        "ValidationStrategy": {"Mode": "STRICT"},
        "Definition": definition(topology) | {"DataSetIdentifierDeclarations": declared},
    }
    dashboard = {"Type": "AWS::QuickSight::Dashboard", "Properties": properties}
    return json.dumps({"Resources": {"Dashboard": dashboard}})


if __name__ == "__main__":
    print(template())
