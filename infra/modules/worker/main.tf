# One worker: its queue and what becomes of messages nobody could handle or deliver.
locals {
  queue      = "daybook-${var.name}"
  hears_mail = contains(var.entry.hears, var.mail_says)
  topics     = local.hears_mail ? [var.topics.events, var.topics.mail] : [var.topics.events]

  # Who hears what, as in shared/topology.py: what a backfill asked for is marked, or asks for it.
  asked = [for event in var.entry.hears : event if event == var.backfill.begun_by]
  named = [for event in var.entry.hears : event if event != var.backfill.begun_by]
  hears = (
    var.entry.backfills
    ? jsonencode({ type = local.named, lane = [{ exists = false }] })
    : jsonencode({ type = var.entry.hears })
  )
  hears_backfills = (
    length(local.asked) > 0
    ? jsonencode({ type = local.asked })
    : jsonencode({ type = local.named, lane = [var.backfill.marked] })
  )
  backfills = var.entry.backfills ? "${local.queue}${var.backfill.suffix}" : null
  queues    = compact([local.queue, local.backfills])
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

# The same for what a backfill asked for: the worker looks here when its own queue is empty.
module "backfills" {
  count  = var.entry.backfills ? 1 : 0
  source = "../queue"

  account            = var.account
  name               = local.backfills
  key_arn            = var.key_arns.messages
  visibility_timeout = var.entry.visibility_timeout
  retention_days     = var.retention_days.queue
  redrive            = { target_arn = module.dead_letters.arn, after = var.entry.max_receive_count }
  senders            = { "sns.amazonaws.com" = [var.topics.events] }
}

module "dead_letters" {
  source = "../queue"

  account        = var.account
  name           = "${local.queue}-dlq"
  key_arn        = var.key_arns.messages
  retention_days = var.retention_days.dead_letters
  sources        = local.queues
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
  filter_policy        = local.hears
  redrive_policy       = jsonencode({ deadLetterTargetArn = module.undelivered.arn })
}

resource "aws_sns_topic_subscription" "backfills" {
  count = var.entry.backfills ? 1 : 0

  topic_arn            = var.topics.events
  protocol             = "sqs"
  endpoint             = module.backfills[0].arn
  raw_message_delivery = true
  filter_policy_scope  = "MessageBody"
  filter_policy        = local.hears_backfills
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
