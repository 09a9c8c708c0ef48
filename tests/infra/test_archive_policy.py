"""The archive bucket's own policy, on the plan: what it refuses whoever asks."""

import pytest

from tests.support.infra.policies import Planned, Statement, denies, statements


class TestArchivePolicy:
    """The bucket's own policy, which holds whatever a role is granted."""

    @pytest.fixture
    def archive(self, planned: Planned) -> list[Statement]:
        (found,) = [
            statements(values["policy"])
            for address, values in planned.of_type("aws_s3_bucket_policy").items()
            if "archive" in address
        ]
        return found

    @pytest.mark.parametrize("action", ["s3:DeleteObject", "s3:DeleteObjectVersion"])
    def test_nobody_deletes_the_ledger(self, archive: list[Statement], action: str) -> None:
        place = archive[0].resources[0] + "/ledger/days/2026-11/2026-11-02.json"
        administrator = {"aws:PrincipalArn": "arn:aws:iam::123456789012:role/administrator"}

        assert denies(archive, action, place, administrator)

    @pytest.mark.parametrize(
        ("header", "refused"),
        [({}, True), ({"s3:if-match": "e"}, False), ({"s3:if-none-match": "*"}, False)],
    )
    @pytest.mark.parametrize(
        "prefix",
        ["ledger", "ou-breakdowns", "ou-outlook", "ou-anomalies", "ou-changes", "ou-drivers"],
    )
    def test_who_has_not_looked_does_not_write(
        self, archive: list[Statement], prefix: str, header: dict[str, str], refused: bool
    ) -> None:
        place = f"{archive[0].resources[0]}/{prefix}/x"

        assert denies(archive, "s3:PutObject", place, header) is refused

    @pytest.mark.parametrize(
        ("how", "refused"), [(None, False), ("aws:kms", False), ("AES256", True)]
    )
    def test_nothing_is_stored_with_another_kind_of_key(
        self, archive: list[Statement], how: str | None, refused: bool
    ) -> None:
        context = {"s3:x-amz-server-side-encryption": how} if how else {}

        assert (
            denies(archive, "s3:PutObject", archive[0].resources[0] + "/csv/x", context) is refused
        )

    def test_nothing_is_stored_with_a_foreign_key(
        self, planned: Planned, archive: list[Statement]
    ) -> None:
        place = archive[0].resources[0] + "/csv/x"
        name = "s3:x-amz-server-side-encryption-aws-kms-key-id"
        (data,) = [
            values["arn"]
            for address, values in planned.of_type("aws_kms_key").items()
            if address.endswith(".data")
        ]

        assert denies(archive, "s3:PutObject", place, {name: "arn:aws:kms:eu-west-1:9:key/other"})
        assert not denies(archive, "s3:PutObject", place, {name: data})
