data "aws_caller_identity" "this" {}
data "aws_partition" "this" {}
data "aws_region" "this" {}

locals {
  # Who hears and says what, queues, schedules and tables: read here, by the code and by the local stack.
  topology = jsondecode(file("${path.module}/topology.json"))
  workers  = local.topology.workers

  account = {
    id        = data.aws_caller_identity.this.account_id
    partition = data.aws_partition.this.partition
    region    = data.aws_region.this.name
  }
  arn = "arn:${local.account.partition}"
  own = "${local.account.region}:${local.account.id}"

  bucket     = coalesce(var.archive_bucket, local.topology.archive_bucket.name)
  bucket_arn = "${local.arn}:s3:::${local.bucket}"
  config     = "config/daybook.yaml"

  # ARNs are put together from names where a policy needs them: so a plan shows policies in full.
  events_topic_arn = "${local.arn}:sns:${local.own}:${local.topology.events_topic}"
  alarms_topic_arn = "${local.arn}:sns:${local.own}:${local.topology.alarms_topic}"
  mail_topic_arn   = "${local.arn}:sns:${local.own}:${local.topology.mail_events.topic}"
  role_arns        = { for name in keys(local.workers) : name => "${local.arn}:iam::${local.account.id}:role/daybook-${name}" }
  workgroup        = "daybook"
  query_results    = "staging/athena"

  # What the auditor looks at: each worker's queue and its dead-letter queues, and the schedule's.
  watched_queues = concat(
    flatten([for name in keys(local.workers) : ["daybook-${name}", "daybook-${name}-dlq", "daybook-${name}-undelivered-dlq"]]),
    [for name, worker in local.workers : "daybook-${name}${local.topology.backfill.suffix}" if try(worker.backfills, false)],
    ["daybook-schedule-dlq"],
  )

  schedule_rule_arns = [
    for name in concat(local.topology.schedules[*].name, [local.topology.requests.name]) :
    "${local.arn}:events:${local.own}:rule/${name}"
  ]
  scan_rule     = "daybook-stopped-queries"
  scan_rule_arn = "${local.arn}:events:${local.own}:rule/${local.scan_rule}"

  # Which memory (MiB) goes with which CPU units (Amazon ECS Developer Guide, "Task CPU and memory").
  fargate = {
    "256"   = [512, 1024, 2048]
    "512"   = range(1024, 4097, 1024)
    "1024"  = range(2048, 8193, 1024)
    "2048"  = range(4096, 16385, 1024)
    "4096"  = range(8192, 30721, 1024)
    "8192"  = range(16384, 61441, 4096)
    "16384" = range(32768, 122881, 8192)
  }

  # Measured on the example export; the query worker holds the period's needed columns on disk.
  sizes = merge(
    { for name in keys(local.workers) : name => { cpu = 256, memory = 1024, scratch = 21 } },
    { query = { cpu = 1024, memory = 4096, scratch = 50 } },
    var.worker_sizes,
  )

  environment = {
    for name, worker in local.workers : name => merge(
      {
        DAYBOOK_EVENTS_TOPIC       = local.events_topic_arn
        DAYBOOK_ALARMS_TOPIC       = local.alarms_topic_arn
        DAYBOOK_ARCHIVE_BUCKET     = local.bucket
        DAYBOOK_CONFIG             = "s3://${local.bucket}/${local.config}"
        DAYBOOK_VISIBILITY_TIMEOUT = tostring(worker.visibility_timeout)
        DAYBOOK_HEALTH_FILE        = "/tmp/health.json"
        AWS_REGION                 = local.account.region
      },
      lookup(
        {
          catalog = {
            DAYBOOK_DATABASE   = local.topology.database
            DAYBOOK_ACCOUNT_ID = local.account.id
          }
          auditor = {
            DAYBOOK_DATABASE   = local.topology.database
            DAYBOOK_ACCOUNT_ID = local.account.id
            DAYBOOK_QUEUES     = jsonencode(local.watched_queues)
          }
          notifier = { DAYBOOK_CONFIGURATION_SET = local.topology.mail_events.configuration_set }
        },
        name,
        {},
      ),
    )
  }

  # The workers are up before the tick's event is there: a queue that was quiet for six hours has
  # no metrics for up to 15 minutes, and each of the five would wait for its own.
  tick      = regex("^cron\\((?P<minute>\\d+) (?P<hour>\\d+) ", local.topology.schedules[0].expression)
  warm_from = "cron(${local.tick.minute} ${local.tick.hour} * * ? *)"
  warm_to = format(
    "cron(%d %d * * ? *)",
    (tonumber(local.tick.minute) + 30) % 60,
    (tonumber(local.tick.hour) + floor((tonumber(local.tick.minute) + 30) / 60)) % 24,
  )
  # From the end of the hour of the tick, in which a digest leaves as a rule, to the next day's deadline.
  hours_to_deadline = 24 + var.digest_deadline - (tonumber(local.tick.hour) + 1)
}
