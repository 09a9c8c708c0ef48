# What people are told about this worker.
resource "aws_cloudwatch_metric_alarm" "dead_letters" {
  for_each = {
    (module.dead_letters.name) = "work failed for good and nobody did it. Why, and for which day: daybook dlq show ${var.name}. When the cause is mended: daybook dlq redrive ${var.name}; what nobody needs: daybook dlq drop ${var.name}. While one is left there, this does not ring for the next."
    (module.undelivered.name)  = "SNS could not deliver them to ${local.queue}: look at its policy and key; then daybook dlq redrive ${var.name}."
  }

  alarm_name          = "${each.key}-not-empty"
  alarm_description   = "Messages wait in ${each.key}: ${each.value}"
  namespace           = "AWS/SQS"
  metric_name         = "ApproximateNumberOfMessagesVisible"
  dimensions          = { QueueName = each.key }
  statistic           = "Maximum"
  period              = 60
  evaluation_periods  = 1
  threshold           = 0
  comparison_operator = "GreaterThanThreshold"
  treat_missing_data  = "notBreaching"
  alarm_actions       = [var.topics.alarms]
}

resource "aws_cloudwatch_metric_alarm" "oldest_message" {
  alarm_name          = "${local.queue}-too-old"
  alarm_description   = "The oldest message in ${local.queue} has waited for more than ${var.oldest_message_minutes} minutes: does the ${var.name} worker run? What waits, and which run is stuck: daybook status."
  namespace           = "AWS/SQS"
  metric_name         = "ApproximateAgeOfOldestMessage"
  dimensions          = { QueueName = local.queue }
  statistic           = "Maximum"
  period              = 300
  evaluation_periods  = 1
  threshold           = var.oldest_message_minutes * 60
  comparison_operator = "GreaterThanThreshold"
  treat_missing_data  = "notBreaching"
  alarm_actions       = [var.topics.alarms]
}

resource "aws_cloudwatch_metric_alarm" "oldest_backfill" {
  count = var.entry.backfills ? 1 : 0

  alarm_name          = "${local.backfills}-too-old"
  alarm_description   = "A backfill has waited for more than ${var.oldest_backfill_hours} hours in ${local.backfills}: what runs and what is stuck: daybook status."
  namespace           = "AWS/SQS"
  metric_name         = "ApproximateAgeOfOldestMessage"
  dimensions          = { QueueName = local.backfills }
  statistic           = "Maximum"
  period              = 300
  evaluation_periods  = 1
  threshold           = var.oldest_backfill_hours * 3600
  comparison_operator = "GreaterThanThreshold"
  treat_missing_data  = "notBreaching"
  alarm_actions       = [var.topics.alarms]
}

# shared/metrics.py writes it in the embedded metric format; CloudWatch Logs makes the metric.
resource "aws_cloudwatch_metric_alarm" "breaker" {
  alarm_name          = "${local.queue}-breaker-open"
  alarm_description   = "The ${var.name} worker failed five times in a row and tries once a minute now: daybook dlq show ${var.name} says why once it has given a message up; the log of ${var.name} says it at once."
  namespace           = "Daybook"
  metric_name         = "BreakerOpen"
  dimensions          = { service = var.name }
  statistic           = "Sum"
  period              = 300
  evaluation_periods  = 1
  threshold           = 0
  comparison_operator = "GreaterThanThreshold"
  treat_missing_data  = "notBreaching"
  alarm_actions       = [var.topics.alarms]
}
