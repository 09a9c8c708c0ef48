# What follows from the topology and the variables, planned without any AWS.
mock_provider "aws" {
  mock_data "aws_caller_identity" {
    defaults = { account_id = "123456789012" }
  }

  mock_data "aws_partition" {
    defaults = { partition = "aws" }
  }

  mock_data "aws_region" {
    defaults = { name = "eu-central-1" }
  }

  mock_data "aws_availability_zones" {
    defaults = { names = ["eu-central-1a", "eu-central-1b", "eu-central-1c"] }
  }
}

variables {
  archive_bucket    = "example-finops-daily-summaries"
  export            = { bucket = "example-cost-export" }
  sender            = "daybook@example.com"
  alarm_emails      = ["ops@example.com"]
  image_tag         = "1.0.0"
  quicksight        = null
  read_organization = false
  read_budgets      = false
  protect_data      = true
}

# Each run plans everything anew, so what needs the same variables stands in one.
run "what_the_topology_says_is_planned" {
  command = plan

  assert {
    condition     = keys(output.environments) == keys(jsondecode(file("topology.json")).workers)
    error_message = "Every worker of the topology is deployed, and no other."
  }

  assert {
    condition     = local.environment.catalog.DAYBOOK_ACCOUNT_ID == "123456789012"
    error_message = "The catalog worker knows whose data sets it refreshes."
  }

  assert {
    condition     = local.events_topic_arn == "arn:aws:sns:eu-central-1:123456789012:daybook-events"
    error_message = "ARNs are put together from the account, the region and the topology's names."
  }

  assert {
    condition     = local.warm_from == "cron(0 7 * * ? *)" && local.warm_to == "cron(30 7 * * ? *)"
    error_message = "The warm half hour follows the topology's schedule."
  }

  assert {
    condition     = local.hours_to_deadline == 31
    error_message = "From 08:00 to 15:00 on the next day are 31 hours."
  }

  assert {
    condition     = !contains([for p in local.permissions.query : p.sid], "ReadOrganization")
    error_message = "Without read_organization the query worker may not read it."
  }

  assert {
    condition     = !contains([for p in concat(local.permissions.query, local.permissions.forecaster) : p.sid], "ReadBudgets") && !contains([for p in local.permissions.forecaster : p.sid], "ReadLimits")
    error_message = "Without read_budgets nobody reads limits."
  }

  assert {
    condition     = !contains([for p in local.permissions.catalog : p.sid], "RefreshDataSets")
    error_message = "Without QuickSight there is nothing to refresh."
  }
}

run "with_quicksight_the_organization_and_a_given_network" {
  command = plan

  variables {
    read_organization = true
    read_budgets      = true
    quicksight        = { owners = ["arn:aws:quicksight:eu-central-1:123456789012:user/default/owner"] }
    network           = { vpc_id = "vpc-1a", subnets = ["subnet-1", "subnet-2"] }
    export            = { bucket = "example-cost-export", account_id = "999999999999" }
    webhooks = { urls = {
      DAYBOOK_WEBHOOK_FINOPS = "arn:aws:secretsmanager:eu-central-1:123456789012:secret:finops-AbCdEf"
      DAYBOOK_WEBHOOK_BOARD  = "arn:aws:ssm:eu-central-1:123456789012:parameter/daybook/board"
    } }
  }

  assert {
    condition     = module.worker["notifier"].reads_at_start == ["Secrets", "Parameters"]
    error_message = "ECS may read the webhooks' secrets when it starts the notifier."
  }

  assert {
    condition     = alltrue([for name, worker in module.worker : length(worker.reads_at_start) == 0 if name != "notifier"])
    error_message = "Nobody else's secrets are read."
  }

  assert {
    condition     = contains([for p in local.permissions.query : p.sid], "ReadOrganization")
    error_message = "With read_organization the query worker may read it."
  }

  assert {
    condition     = contains([for p in local.permissions.query : p.sid], "ReadBudgets") && contains([for p in local.permissions.forecaster : p.sid], "ReadLimits")
    error_message = "With read_budgets the query worker reads AWS Budgets, and the forecaster what it found."
  }

  assert {
    condition     = alltrue([for part in ["\"aws:SourceAccount\":\"999999999999\"", ":bcm-data-exports:us-east-1:999999999999:export/*"] : strcontains(module.storage.export_policy, part)])
    error_message = "The export may be another account's, such as the management account's."
  }

  assert {
    condition     = length(module.dashboards) == 1
    error_message = "With owners there is a dashboard."
  }

  assert {
    condition     = module.network.for_tasks.subnets == tolist(["subnet-1", "subnet-2"]) && !module.network.for_tasks.public_ip
    error_message = "A given network is not made anew, and its tasks have no public address."
  }
}

run "nonsense_is_refused" {
  command = plan

  variables {
    archive_bucket     = "Not A Bucket"
    sender             = "nobody"
    alarm_emails       = []
    image_tag          = "latest"
    quicksight         = { owners = ["somebody"] }
    scan_limit_gb      = 0
    digest_deadline    = 3
    log_retention_days = 1
    worker_sizes       = { query = { cpu = 3, memory = 3 } }
    network            = { vpc_id = "vpc-1", subnets = [] }
    webhooks           = { urls = { DAYBOOK_WEBHOOK_FINOPS = "https://hooks.example.com/secret" } }
  }

  expect_failures = [
    var.archive_bucket,
    var.sender,
    var.alarm_emails,
    var.image_tag,
    var.quicksight,
    var.scan_limit_gb,
    var.digest_deadline,
    var.log_retention_days,
    var.worker_sizes,
    var.network,
    var.webhooks,
  ]
}

run "what_aws_would_refuse_is_refused_before" {
  command = plan

  variables {
    export       = { bucket = "example-finops-daily-summaries" }
    worker_sizes = { query = { cpu = 256, memory = 30720 } }
    network      = { vpc_id = "nonsense", subnets = ["nonsense"] }
    webhooks     = { urls = { DAYBOOK_WEBHOOK_FINOPS = "arn:aws:secretsmanager:eu-central-1:123456789012:secret:x-AbCdEf:url::" } }
  }

  expect_failures = [var.export, var.worker_sizes, var.network, var.webhooks]
}

run "what_would_be_granted_in_vain_is_refused" {
  command = plan

  variables {
    export       = { bucket = "example-cost-export", prefix = "/a b?*/", arn = "nonsense", kms_key_arn = "alias/nonsense" }
    worker_sizes = { qurey = { cpu = 256, memory = 512 } }
    webhooks     = { key_arns = ["nonsense"] }
  }

  expect_failures = [var.export, var.worker_sizes, var.webhooks]
}
