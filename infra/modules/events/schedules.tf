# The clock, and the same on request. EventBridge passes on its id and a time, nothing else.
locals {
  triggers = merge(
    {
      for schedule in var.topology.schedules : schedule.name => {
        description = schedule.description
        expression  = schedule.expression
        pattern     = null
        says        = schedule.says
        time        = "$.time"
        data        = try(",\"data\":${jsonencode(schedule.data)}", "")
      }
    },
    {
      (var.topology.requests.name) = {
        description = var.topology.requests.description
        expression  = null
        pattern = jsonencode({
          "source"      = [var.topology.requests.source]
          "detail-type" = [var.topology.requests.detail_type]
        })
        says = var.topology.requests.says
        time = "$.detail.time"
        data = ""
      }
    },
  )
}

resource "aws_cloudwatch_event_rule" "this" {
  for_each = local.triggers

  name                = each.key
  description         = each.value.description
  schedule_expression = each.value.expression
  event_pattern       = each.value.pattern
}

resource "aws_cloudwatch_event_target" "this" {
  for_each = local.triggers

  rule      = aws_cloudwatch_event_rule.this[each.key].name
  target_id = "events-topic"
  arn       = aws_sns_topic.this[var.topology.events_topic].arn

  input_transformer {
    input_paths = { id = "$.id", time = each.value.time }
    # Not jsonencode, which would escape the placeholders' brackets.
    input_template = "{\"specversion\":\"1.0\",\"id\":<id>,\"source\":\"daybook.schedule\",\"type\":\"${each.value.says}\",\"time\":<time>${each.value.data}}"
  }

  # A tick that is a day late is the next day's business.
  retry_policy {
    maximum_event_age_in_seconds = 6 * 3600
    maximum_retry_attempts       = 185
  }

  dead_letter_config {
    arn = module.undelivered.arn
  }

  depends_on = [aws_sns_topic_policy.this]
}

module "undelivered" {
  source = "../queue"

  account        = var.account
  name           = "daybook-schedule-dlq"
  key_arn        = var.key_arn
  retention_days = var.topology.dead_letter_retention_days
  senders        = { "events.amazonaws.com" = concat(local.rule_arns, var.alarm_rule_arns) }
}
