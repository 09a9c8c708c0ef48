# The audit's own dead-man alarm: an audit that does not run finds nothing, which looks like peace.
resource "aws_cloudwatch_metric_alarm" "no_audit" {
  alarm_name          = "daybook-no-audit"
  alarm_description   = "No audit has ended for ${local.hours_without_audit} hours: nobody looks whether a day is missing. See the auditor's log and its dead-letter queue; daybook audit looks at once."
  namespace           = "Daybook"
  metric_name         = "Audited"
  dimensions          = { service = "auditor" }
  statistic           = "Sum"
  period              = 3600
  evaluation_periods  = local.hours_without_audit
  datapoints_to_alarm = local.hours_without_audit
  threshold           = 1
  comparison_operator = "LessThanThreshold"
  treat_missing_data  = "breaching"
  alarm_actions       = [var.alarms_topic]
  ok_actions          = [var.alarms_topic]
}

locals {
  # A day, and the time that one may wait for a run to end.
  hours_without_audit = 26
}
