# Daybook in one account, from topology.json. The order is by dependency; each module is one concern.
module "keys" {
  source = "./modules/keys"

  account         = local.account
  topic_arns      = [local.events_topic_arn, local.mail_topic_arn]
  rule_arns       = concat(local.schedule_rule_arns, [local.scan_rule_arn])
  rule_topic_arns = [local.events_topic_arn, local.alarms_topic_arn]
}

module "storage" {
  source = "./modules/storage"

  account          = local.account
  bucket           = local.bucket
  expire_days      = local.topology.archive_bucket.expire_days
  key_arn          = module.keys.data
  worker_role_arns = values(local.role_arns)
  protect_data     = var.protect_data
  export           = var.export
}

module "events" {
  source = "./modules/events"

  account         = local.account
  topology        = local.topology
  key_arn         = module.keys.messages
  alarm_rule_arns = [local.scan_rule_arn]
  alarm_emails    = var.alarm_emails
}

module "mail" {
  source = "./modules/mail"

  sender            = var.sender
  verify_domain     = var.verify_domain
  configuration_set = local.topology.mail_events.configuration_set
  topic_arn         = module.events.mail_topic
  alarms_topic_arn  = module.events.alarms_topic
}

module "catalog" {
  source = "./modules/catalog"

  topology      = local.topology
  bucket        = module.storage.bucket
  workgroup     = local.workgroup
  results       = local.query_results
  key_arn       = module.keys.data
  scan_limit_gb = var.scan_limit_gb
}

module "dashboards" {
  count  = var.quicksight == null ? 0 : 1
  source = "./modules/dashboards"

  account   = local.account
  topology  = local.topology
  bucket    = module.storage.bucket
  results   = local.query_results
  key_arn   = module.keys.data
  workgroup = module.catalog.workgroup
  people    = var.quicksight
  texts     = "${path.module}/quicksight"
}

module "network" {
  source = "./modules/network"

  account = local.account
  given   = var.network
}

resource "aws_ecs_cluster" "this" {
  name = "daybook"

  setting {
    name  = "containerInsights"
    value = "enabled"
  }
}

module "worker" {
  source   = "./modules/worker"
  for_each = local.workers

  account        = local.account
  name           = each.key
  entry          = each.value
  backfill       = local.topology.backfill
  retention_days = { queue = local.topology.queue_retention_days, dead_letters = local.topology.dead_letter_retention_days }
  topics = {
    events = module.events.events_topic
    alarms = module.events.alarms_topic
    mail   = module.events.mail_topic
  }
  mail_says          = local.topology.mail_events.says
  key_arns           = { data = module.keys.data, messages = module.keys.messages }
  config             = "${local.bucket_arn}/${local.config}"
  failures           = "${local.bucket_arn}/failures"
  permissions        = local.permissions[each.key]
  environment        = local.environment[each.key]
  secrets            = each.key == "notifier" ? var.webhooks.urls : {}
  secret_keys        = each.key == "notifier" ? var.webhooks.key_arns : []
  image_tag          = var.image_tag
  size               = local.sizes[each.key]
  network            = module.network.for_tasks
  cluster            = { name = aws_ecs_cluster.this.name, arn = aws_ecs_cluster.this.arn }
  warm               = { from = local.warm_from, to = local.warm_to }
  log_retention_days = var.log_retention_days
  protect_data       = var.protect_data
}

module "observability" {
  source = "./modules/observability"

  account            = local.account
  workers            = keys(local.workers)
  alarms_topic       = module.events.alarms_topic
  undelivered        = module.events.undelivered
  notifier_log_group = module.worker["notifier"].log_group
  hours_to_deadline  = local.hours_to_deadline
  tick               = local.topology.schedules[0].says
  workgroup          = local.workgroup
  scan_rule          = local.scan_rule
}
