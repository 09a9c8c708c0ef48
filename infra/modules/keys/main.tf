# Two keys, so that reading messages does not open the archive: one for objects and images, one for
# topics, queues and logs.
locals {
  arn        = "arn:${var.account.partition}"
  own        = "${var.account.region}:${var.account.id}"
  use        = ["kms:Decrypt", "kms:GenerateDataKey*"]
  by_account = { StringEquals = { "aws:SourceAccount" = var.account.id } }

  # Without it nobody could mend the policy; who may use the key is then said by IAM.
  root = {
    Sid       = "AccountDecidesByIAM"
    Effect    = "Allow"
    Principal = { AWS = "${local.arn}:iam::${var.account.id}:root" }
    Action    = "kms:*"
    Resource  = "*"
  }

  senders = {
    "sns.amazonaws.com" = var.topic_arns
    # To the dead-letter queue; to the topics: below.
    "events.amazonaws.com"     = var.rule_arns
    "cloudwatch.amazonaws.com" = ["${local.arn}:cloudwatch:${local.own}:alarm:*"]
    "ses.amazonaws.com"        = ["${local.arn}:ses:${local.own}:configuration-set/*"]
  }
}

resource "aws_kms_key" "data" {
  description             = "Daybook: the archive, query results and images"
  enable_key_rotation     = true
  deletion_window_in_days = 30
  policy                  = jsonencode({ Version = "2012-10-17", Statement = [local.root] })
}

resource "aws_kms_alias" "data" {
  name          = "alias/daybook-data"
  target_key_id = aws_kms_key.data.key_id
}

resource "aws_kms_key" "messages" {
  description             = "Daybook: topics, queues and logs"
  enable_key_rotation     = true
  deletion_window_in_days = 30
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = concat(
      [local.root],
      [
        for service, sources in local.senders : {
          Sid       = replace(title(split(".", service)[0]), "/[^A-Za-z]/", "")
          Effect    = "Allow"
          Principal = { Service = service }
          Action    = local.use
          Resource  = "*"
          Condition = merge(local.by_account, { ArnLike = { "aws:SourceArn" = sources } })
        }
      ],
      [
        # EventBridge names no source to a topic's key (Amazon SNS Developer Guide, "Key management":
        # aws:SourceArn and aws:SourceAccount are not supported for EventBridge and encrypted topics).
        # Which topic it is for, SNS says itself.
        {
          Sid       = "EventsToTopics"
          Effect    = "Allow"
          Principal = { Service = "events.amazonaws.com" }
          Action    = local.use
          Resource  = "*"
          Condition = { ArnEquals = { "kms:EncryptionContext:aws:sns:topicArn" = var.rule_topic_arns } }
        },
        {
          Sid       = "Logs"
          Effect    = "Allow"
          Principal = { Service = "logs.${var.account.region}.amazonaws.com" }
          Action    = ["kms:Decrypt", "kms:Encrypt", "kms:GenerateDataKey*", "kms:DescribeKey", "kms:ReEncrypt*"]
          Resource  = "*"
          Condition = {
            ArnLike = { "kms:EncryptionContext:aws:logs:arn" = "${local.arn}:logs:${local.own}:log-group:/daybook/*" }
          }
        },
      ],
    )
  })
}

resource "aws_kms_alias" "messages" {
  name          = "alias/daybook-messages"
  target_key_id = aws_kms_key.messages.key_id
}
