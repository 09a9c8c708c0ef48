# The sender's identity in SES, and what SES says of every mail.
locals {
  identity = var.verify_domain ? split("@", var.sender)[1] : var.sender
  bad_news = { Bounce = "BOUNCE", Complaint = "COMPLAINT", Reject = "REJECT" }
}

resource "aws_sesv2_email_identity" "sender" {
  email_identity = local.identity
}

resource "aws_sesv2_configuration_set" "digest" {
  configuration_set_name = var.configuration_set

  delivery_options {
    tls_policy = "REQUIRE"
  }

  reputation_options {
    reputation_metrics_enabled = true
  }

  suppression_options {
    suppressed_reasons = ["BOUNCE", "COMPLAINT"]
  }
}

# The notifier settles by these whether a digest in doubt was sent.
resource "aws_sesv2_configuration_set_event_destination" "topic" {
  configuration_set_name = aws_sesv2_configuration_set.digest.configuration_set_name
  event_destination_name = "daybook-mail-events"

  event_destination {
    enabled              = true
    matching_event_types = ["SEND", "DELIVERY", "BOUNCE", "COMPLAINT", "REJECT"]

    sns_destination {
      topic_arn = var.topic_arn
    }
  }
}

resource "aws_sesv2_configuration_set_event_destination" "metrics" {
  configuration_set_name = aws_sesv2_configuration_set.digest.configuration_set_name
  event_destination_name = "daybook-mail-metrics"

  event_destination {
    enabled              = true
    matching_event_types = values(local.bad_news)

    cloud_watch_destination {
      dimension_configuration {
        dimension_name          = "ses:configuration-set"
        dimension_value_source  = "MESSAGE_TAG"
        default_dimension_value = var.configuration_set
      }
    }
  }
}

resource "aws_cloudwatch_metric_alarm" "bad_news" {
  for_each = local.bad_news

  alarm_name          = "daybook-mail-${lower(each.key)}"
  alarm_description   = "A mail of Daybook's met with a ${lower(each.key)}: somebody did not get it. The alarm of the notifier says which digest; after the recipients are mended: daybook replay DAY --notify."
  namespace           = "AWS/SES"
  metric_name         = each.key
  dimensions          = { "ses:configuration-set" = var.configuration_set }
  statistic           = "Sum"
  period              = 300
  evaluation_periods  = 1
  threshold           = 0
  comparison_operator = "GreaterThanThreshold"
  treat_missing_data  = "notBreaching"
  alarm_actions       = [var.alarms_topic_arn]
}
