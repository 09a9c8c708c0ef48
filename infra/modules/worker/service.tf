# The image, the log, and a Fargate service that is not there when there is nothing to do.
resource "aws_ecr_repository" "this" {
  name                 = "daybook/${var.name}"
  image_tag_mutability = "IMMUTABLE"
  force_delete         = !var.protect_data

  encryption_configuration {
    encryption_type = "KMS"
    kms_key         = var.key_arns.data
  }

  image_scanning_configuration {
    scan_on_push = true
  }
}

resource "aws_ecr_lifecycle_policy" "this" {
  repository = aws_ecr_repository.this.name

  policy = jsonencode({
    rules = [
      {
        rulePriority = 1
        description  = "The ten newest, to go back to"
        selection    = { tagStatus = "any", countType = "imageCountMoreThan", countNumber = 10 }
        action       = { type = "expire" }
      },
    ]
  })
}

resource "aws_cloudwatch_log_group" "this" {
  name              = "/daybook/${var.name}"
  retention_in_days = var.log_retention_days
  kms_key_id        = var.key_arns.messages
}

locals {
  environment = merge(
    var.environment,
    { DAYBOOK_QUEUE_URL = module.queue.url },
    var.entry.backfills ? { DAYBOOK_BACKFILL_QUEUE_URL = module.backfills[0].url } : {},
  )
}

resource "aws_ecs_task_definition" "this" {
  family                   = local.queue
  requires_compatibilities = ["FARGATE"]
  network_mode             = "awsvpc"
  cpu                      = var.size.cpu
  memory                   = var.size.memory
  task_role_arn            = aws_iam_role.worker.arn
  execution_role_arn       = aws_iam_role.start.arn

  ephemeral_storage {
    size_in_gib = var.size.scratch
  }

  runtime_platform {
    operating_system_family = "LINUX"
    cpu_architecture        = "X86_64"
  }

  # The only place that can be written to.
  volume {
    name = "tmp"
  }

  container_definitions = jsonencode([
    {
      name                   = var.name
      image                  = "${aws_ecr_repository.this.repository_url}:${var.image_tag}"
      essential              = true
      readonlyRootFilesystem = true
      environment            = [for key in sort(keys(local.environment)) : { name = key, value = local.environment[key] }]
      secrets                = [for key in sort(keys(var.secrets)) : { name = key, valueFrom = var.secrets[key] }]
      mountPoints            = [{ sourceVolume = "tmp", containerPath = "/tmp", readOnly = false }]
      linuxParameters        = { initProcessEnabled = true, capabilities = { drop = ["ALL"] } }
      # Longer than the 19 seconds in which a stopping worker is gone by itself.
      stopTimeout = 30
      healthCheck = {
        command     = ["CMD", "python", "-m", "shared.health", var.environment["DAYBOOK_HEALTH_FILE"]]
        interval    = 60
        timeout     = 10
        retries     = 3
        startPeriod = 60
      }
      logConfiguration = {
        logDriver = "awslogs"
        options = {
          awslogs-group         = aws_cloudwatch_log_group.this.name
          awslogs-region        = var.account.region
          awslogs-stream-prefix = "task"
        }
      }
    },
  ])
}

resource "aws_ecs_service" "this" {
  name                   = var.name
  cluster                = var.cluster.arn
  task_definition        = aws_ecs_task_definition.this.arn
  desired_count          = 0
  launch_type            = "FARGATE"
  propagate_tags         = "SERVICE"
  enable_execute_command = false

  deployment_circuit_breaker {
    enable   = true
    rollback = true
  }

  network_configuration {
    subnets          = var.network.subnets
    security_groups  = [var.network.security_group]
    assign_public_ip = var.network.public_ip
  }

  lifecycle {
    # The count is scaling's; of at most one task there is nothing to balance across zones.
    ignore_changes = [desired_count, availability_zone_rebalancing]
  }
}
