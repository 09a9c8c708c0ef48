"""The cost export: delivered, and set up so that each delivery is whole.

Asks: s3:ListBucket on the export; bcm-data-exports:GetExport, or cur:DescribeReportDefinitions.
Source: AWS Data Exports User Guide, table configurations and delivery options; AWS Cost and Usage
Reports User Guide, report definitions.
"""

from collections.abc import AsyncIterator, Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

from daybook.doctor.diagnosis import (
    EMULATED,
    Diagnosis,
    Patient,
    asked,
    fine,
    unanswered,
    unknown,
    wrong,
)
from services.auditor.s3 import ExportManifests
from shared.config import Config
from shared.locations import split_uri

STALE = timedelta(days=2)
"""AWS delivers at least once a day."""
AGAIN = "Make the export anew as infra/README.md, step 3, has it"


async def check(patient: Patient) -> AsyncIterator[Diagnosis]:
    """Look at what is delivered, then at how it is defined."""
    if patient.config is None:
        yield unknown("export", "there is no configuration that names one", "Mend that first")
        return
    yield await _delivered(patient, patient.config)
    if patient.emulated("bcm-data-exports"):
        yield unknown("export settings", EMULATED)
    elif patient.config.source.format == "legacy":
        yield await legacy_settings(patient.clients["cur"], patient.config.source.location)
    else:
        yield await _data_export(patient, patient.config)


async def _delivered(patient: Patient, config: Config) -> Diagnosis:
    location = config.source.location
    found = await ExportManifests.at(patient.clients["s3"], location).delivered()
    if found is None:
        remedy = "Let the workers list it, or mend source.location in daybook.yaml"
        return wrong("export", f"{location} cannot be listed", remedy)
    if not found:
        remedy = "Wait a day for the first delivery; see that source.location ends in its name"
        return wrong("export", f"there is no manifest below {location}", remedy)
    newest = max(found.values())
    if datetime.now(UTC) - newest > STALE:
        remedy = "Look at the export in the Billing console: AWS delivers daily"
        return wrong("export", f"the newest delivery is of {newest:%Y-%m-%d}", remedy)
    return fine("export", f"{len(found)} months, the newest delivered {newest:%Y-%m-%d %H:%M} UTC")


async def _data_export(patient: Patient, config: Config) -> Diagnosis:
    arn = config.source.export_arn
    if arn is None:
        remedy = "Set source.export_arn in daybook.yaml"
        return unknown("export settings", "daybook.yaml does not name the export", remedy)
    answer = await asked(patient.clients["bcm-data-exports"].get_export(ExportArn=arn))
    if answer.silence:
        return unanswered("export settings", answer)
    if answer.gone:
        return wrong("export settings", f"there is no export {arn}", "Mend source.export_arn")
    problems = data_export_problems(answer.said["Export"], config.source.format)
    return _judged(problems)


async def legacy_settings(cur: Any, location: str) -> Diagnosis:
    """Judge the Cost and Usage Report that is delivered to a location."""
    answer = await asked(_reports(cur))
    if answer.silence:
        return unanswered("export settings", answer)
    ours = report_at(location, answer.said["ReportDefinitions"])
    if ours is None:
        remedy = "Ask with the account that has it, or mend source.location in daybook.yaml"
        why = f"no report of this account is delivered to {location}"
        return unknown("export settings", why, remedy)
    return _judged(legacy_problems(ours), legacy_note(ours))


async def _reports(cur: Any) -> dict[str, Any]:
    """Return every report's definition: AWS answers with five at a time."""
    page = await cur.describe_report_definitions()
    found = list(page.get("ReportDefinitions", []))
    while token := page.get("NextToken"):
        page = await cur.describe_report_definitions(NextToken=token)
        found += page.get("ReportDefinitions", [])
    return {"ReportDefinitions": found}


def report_at(location: str, reports: Iterable[dict[str, Any]]) -> dict[str, Any] | None:
    """Return the report that is delivered to a location: below its prefix, in its own folder."""
    bucket, key = split_uri(location)
    for report in reports:
        folder = f"{report.get('S3Prefix', '').strip('/')}/{report['ReportName']}"
        if report["S3Bucket"] == bucket and folder.strip("/") == key.strip("/"):
            return report
    return None


def _judged(problems: list[str], note: str = "") -> Diagnosis:
    if problems:
        return wrong("export settings", "; ".join(problems), AGAIN)
    return fine("export settings", f"each delivery is whole, and closed months are refreshed{note}")


def data_export_problems(export: dict[str, Any], source_format: str) -> list[str]:
    """Say what of an export's definition Daybook cannot rely on, or pays for without use."""
    output = export["DestinationConfigurations"]["S3Destination"]["S3OutputConfigurations"]
    cadence = export.get("RefreshCadence", {}).get("Frequency")
    tables = export.get("DataQuery", {}).get("TableConfigurations", {})
    options: dict[str, str] = next(iter(tables.values()), {})
    found = []
    if cadence != "SYNCHRONOUS":
        found.append(f"it is refreshed {cadence}, not with each change of the bill")
    if output.get("Format") == "TEXT_OR_CSV" and output.get("Compression") != "GZIP":
        found.append("it is CSV without gzip")
    if source_format == "cur2" and options.get("TIME_GRANULARITY") == "MONTHLY":
        found.append("its lines are of months, not of days")
    if options.get("INCLUDE_RESOURCES") == "TRUE":
        found.append("it has a line for each resource, which is read and never shown")
    return found


def legacy_problems(report: dict[str, Any]) -> list[str]:
    """Say the same of a Cost and Usage Report."""
    found = []
    if not report.get("RefreshClosedReports"):
        found.append("closed months are not refreshed: credits and refunds would be missed")
    if report.get("TimeUnit") == "MONTHLY":
        found.append("its lines are of months, not of days")
    if report.get("Format") not in ("Parquet", "textORcsv"):
        found.append(f"its format is {report.get('Format')}")
    if "RESOURCES" in report.get("AdditionalSchemaElements", []):
        found.append("it has a line for each resource, which is read and never shown")
    return found


def legacy_note(report: dict[str, Any]) -> str:
    """Say what is as good either way, and costs something."""
    if report.get("ReportVersioning") == "CREATE_NEW_REPORT":
        return "; it keeps every version, so its bucket grows"
    return ""
