# One worker: its queue and what becomes of messages nobody could handle or deliver.
locals {
  queue      = "daybook-${var.name}"
  hears_mail = contains(var.entry.hears, var.mail_says)
  topics     = local.hears_mail ? [var.topics.events, var.topics.mail] : [var.topics.events]
}

module "queue" {
  source = "../queue"

  account            = var.account
  name               = local.queue
  key_arn            = var.key_arns.messages
  visibility_timeout = var.entry.visibility_timeout
  retention_days     = var.retention_days.queue
  redrive            = { target_arn = module.dead_letters.arn, after = var.entry.max_receive_count }
  senders            = { "sns.amazonaws.com" = local.topics }
}

module "dead_letters" {
  source = "../queue"

  account        = var.account
  name           = "${local.queue}-dlq"
  key_arn        = var.key_arns.messages
  retention_days = var.retention_days.dead_letters
  sources        = [local.queue]
}

# What SNS could not deliver to the queue: a broken policy or key, not a broken message.
module "undelivered" {
  source = "../queue"

  account        = var.account
  name           = "${local.queue}-undelivered-dlq"
  key_arn        = var.key_arns.messages
  retention_days = var.retention_days.dead_letters
  senders        = { "sns.amazonaws.com" = local.topics }
}

resource "aws_sns_topic_subscription" "events" {
  topic_arn            = var.topics.events
  protocol             = "sqs"
  endpoint             = module.queue.arn
  raw_message_delivery = true
  filter_policy_scope  = "MessageBody"
  filter_policy        = jsonencode({ type = var.entry.hears })
  redrive_policy       = jsonencode({ deadLetterTargetArn = module.undelivered.arn })
}

resource "aws_sns_topic_subscription" "mail" {
  count = local.hears_mail ? 1 : 0

  topic_arn            = var.topics.mail
  protocol             = "sqs"
  endpoint             = module.queue.arn
  raw_message_delivery = true
  redrive_policy       = jsonencode({ deadLetterTargetArn = module.undelivered.arn })
}
