# Alarms about the whole: no digest, an undelivered tick, a query that was stopped.
resource "aws_cloudwatch_log_metric_filter" "digests" {
  name           = "daybook-digest-sent"
  log_group_name = var.notifier_log_group
  pattern        = "{ ($.event = \"published\") && ($.type = \"digest-sent\") }"

  metric_transformation {
    namespace = "Daybook"
    name      = "DigestSent"
    value     = "1"
    unit      = "Count"
  }
}

# Nothing at all is the failure that nobody else would tell of, so missing data rings.
resource "aws_cloudwatch_metric_alarm" "no_digest" {
  alarm_name          = "daybook-no-digest"
  alarm_description   = "No digest has left for ${var.hours_to_deadline} hours: today's is not out by its deadline. Which day is missing, and what is stuck: daybook status. If nobody asked for the day: daybook publish ${var.tick}."
  namespace           = "Daybook"
  metric_name         = "DigestSent"
  statistic           = "Sum"
  period              = 3600
  evaluation_periods  = var.hours_to_deadline
  datapoints_to_alarm = var.hours_to_deadline
  threshold           = 1
  comparison_operator = "LessThanThreshold"
  treat_missing_data  = "breaching"
  alarm_actions       = [var.alarms_topic]
  ok_actions          = [var.alarms_topic]
}

resource "aws_cloudwatch_metric_alarm" "undelivered" {
  alarm_name          = "${var.undelivered}-not-empty"
  alarm_description   = "Messages wait in ${var.undelivered}: EventBridge could not tell a topic, so a day was not asked for, an audit did not begin, or nobody heard of a stopped query. Which, and what to type: daybook dlq show schedule."
  namespace           = "AWS/SQS"
  metric_name         = "ApproximateNumberOfMessagesVisible"
  dimensions          = { QueueName = var.undelivered }
  statistic           = "Maximum"
  period              = 60
  evaluation_periods  = 1
  threshold           = 0
  comparison_operator = "GreaterThanThreshold"
  treat_missing_data  = "notBreaching"
  alarm_actions       = [var.alarms_topic]
}

# Athena has no metric that says that the scan limit was hit; it says how every query ended.
resource "aws_cloudwatch_event_rule" "stopped_queries" {
  name        = var.scan_rule
  description = "A query in Daybook's workgroup was stopped, as at the scan limit."

  event_pattern = jsonencode({
    "source"      = ["aws.athena"]
    "detail-type" = ["Athena Query State Change"]
    "detail" = {
      workgroupName = [var.workgroup]
      currentState  = ["CANCELLED"]
    }
  })
}

resource "aws_cloudwatch_event_target" "stopped_queries" {
  rule      = aws_cloudwatch_event_rule.stopped_queries.name
  target_id = "alarm-topic"
  arn       = var.alarms_topic

  input_transformer {
    input_paths = {
      query = "$.detail.queryExecutionId"
      state = "$.detail.currentState"
    }
    input_template = "\"Daybook: the Athena query <query> ended as <state>: it scanned more than the workgroup allows, or somebody stopped it: aws athena get-query-execution --query-execution-id <query>\""
  }

  retry_policy {
    maximum_event_age_in_seconds = 3600
    maximum_retry_attempts       = 10
  }

  dead_letter_config {
    arn = "arn:${var.account.partition}:sqs:${var.account.region}:${var.account.id}:${var.undelivered}"
  }
}
