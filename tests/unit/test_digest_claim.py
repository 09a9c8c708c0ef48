"""What a person is told to type about a mail in doubt."""

from shared.digest_claim import how_to_send_again, how_to_settle


def test_nobody_is_told_to_send_a_mail_about_late_data_again() -> None:
    assert "--resend" in how_to_settle("2026-03-17-daily-0af1")
    late = how_to_settle("2026-03-17-delayed-0af1")
    assert "`daybook digest resolve 2026-03-17 --claim 2026-03-17-delayed-0af1 --sent`" in late
    assert "--resend" not in late


def test_a_mail_that_did_not_arrive_is_sent_to_its_own_list_and_one_about_late_data_is_not() -> (
    None
):
    said = how_to_send_again("2026-03-17-part-0af1")

    assert "`daybook replay 2026-03-17 --notify --only 2026-03-17-part-0af1`" in said
    assert "tells every list again" in said
    assert "daybook replay" not in how_to_send_again("2026-03-17-delayed-0af1")
