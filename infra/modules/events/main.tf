# Three topics: events between the workers, alarms to people, and what SES says of mails.
locals {
  arn       = "arn:${var.account.partition}"
  own       = "${var.account.region}:${var.account.id}"
  rules     = concat([for schedule in var.topology.schedules : schedule.name], [var.topology.requests.name])
  rule_arns = [for rule in local.rules : "${local.arn}:events:${local.own}:rule/${rule}"]
  mail      = var.topology.mail_events

  # AWS does not promise that EventBridge tells a topic on whose behalf it publishes; where it does, it has to be
  # ours (docs/decisions/0045-eventbridge-need-not-say-for-whom-it-publishes.md).
  if_told = { "events.amazonaws.com" = "IfExists" }

  # Which services may publish where, and from what. Who else may is said by IAM in this account.
  publishers = {
    (var.topology.events_topic) = { "events.amazonaws.com" = local.rule_arns }
    (var.topology.alarms_topic) = {
      "cloudwatch.amazonaws.com" = ["${local.arn}:cloudwatch:${local.own}:alarm:daybook-*"]
      "events.amazonaws.com"     = var.alarm_rule_arns
    }
    (local.mail.topic) = {
      "ses.amazonaws.com" = ["${local.arn}:ses:${local.own}:configuration-set/${local.mail.configuration_set}"]
    }
  }
}

resource "aws_sns_topic" "this" {
  for_each = local.publishers

  name              = each.key
  kms_master_key_id = var.key_arn
}

resource "aws_sns_topic_policy" "this" {
  for_each = local.publishers

  arn = aws_sns_topic.this[each.key].arn

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = concat(
      [
        for service, sources in each.value : {
          Sid       = "From${title(split(".", service)[0])}"
          Effect    = "Allow"
          Principal = { Service = service }
          Action    = "sns:Publish"
          Resource  = "${local.arn}:sns:${local.own}:${each.key}"
          Condition = {
            "StringEquals${lookup(local.if_told, service, "")}" = { "aws:SourceAccount" = var.account.id }
            "ArnLike${lookup(local.if_told, service, "")}"      = { "aws:SourceArn" = sources }
          }
        }
      ],
      [
        {
          Sid       = "TlsOnly"
          Effect    = "Deny"
          Principal = "*"
          Action    = "sns:Publish"
          Resource  = "${local.arn}:sns:${local.own}:${each.key}"
          Condition = { Bool = { "aws:SecureTransport" = "false" } }
        },
      ],
    )
  })
}

resource "aws_sns_topic_subscription" "people" {
  for_each = toset(var.alarm_emails)

  topic_arn = aws_sns_topic.this[var.topology.alarms_topic].arn
  protocol  = "email"
  endpoint  = each.value
}
