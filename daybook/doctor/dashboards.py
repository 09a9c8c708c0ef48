"""QuickSight: the edition, which decides how often data sets may be refreshed, and the data sets.

Asks: quicksight:DescribeAccountSettings, quicksight:DescribeDataSet.
"""

from collections.abc import AsyncIterator

from daybook.doctor.diagnosis import (
    EMULATED,
    Answer,
    Diagnosis,
    Patient,
    asked,
    fine,
    unanswered,
    unknown,
    wrong,
)


async def check(patient: Patient) -> AsyncIterator[Diagnosis]:
    """Look only where the configuration names data sets."""
    if patient.config is None or not patient.config.quicksight.every:
        return
    quicksight, account = patient.clients["quicksight"], patient.account
    if patient.emulated("quicksight"):
        yield unknown("QuickSight edition", EMULATED)
    else:
        settings = await asked(quicksight.describe_account_settings(AwsAccountId=account))
        yield edition(settings)
    for name in patient.config.quicksight.every:
        asks = quicksight.describe_data_set(AwsAccountId=account, DataSetId=name)
        yield _data_set(name, await asked(asks))


def edition(answer: Answer) -> Diagnosis:
    """Judge the edition: 32 refreshes of a data set a day, or 8 ("Refreshing SPICE data")."""
    if answer.silence:
        return unanswered("QuickSight edition", answer)
    found = answer.said.get("AccountSettings", {}).get("Edition", "none")
    if not found.startswith("ENTERPRISE"):
        remedy = "Upgrade to Enterprise: Standard takes 8 refreshes of a data set in 24 hours"
        return wrong("QuickSight edition", f"is {found}", remedy)
    return fine("QuickSight edition", found)


def _data_set(name: str, answer: Answer) -> Diagnosis:
    about = f"data set {name}"
    if answer.silence:
        return unanswered(about, answer)
    if answer.gone:
        remedy = "Apply infra/ with quicksight set, or take it out of daybook.yaml"
        return wrong(about, "is not there", remedy)
    return fine(about, "is there")
