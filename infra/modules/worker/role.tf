# The worker's own role, and the one with which ECS starts it.
locals {
  arn = "arn:${var.account.partition}"
  own = "${var.account.region}:${var.account.id}"

  trust = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Effect    = "Allow"
        Principal = { Service = "ecs-tasks.amazonaws.com" }
        Action    = "sts:AssumeRole"
        Condition = {
          ArnLike      = { "aws:SourceArn" = "${local.arn}:ecs:${local.own}:*" }
          StringEquals = { "aws:SourceAccount" = var.account.id }
        }
      },
    ]
  })

  # GenerateDataKey: to encrypt an object or an event; Decrypt: to read one, and S3 and SNS check it.
  common = [
    {
      sid       = "OwnQueues"
      actions   = ["sqs:ReceiveMessage", "sqs:ChangeMessageVisibility", "sqs:DeleteMessage"]
      resources = concat([module.queue.arn], module.backfills[*].arn)
      equals    = null
    },
    { sid = "Tell", actions = ["sns:Publish"], resources = [var.topics.events], equals = null },
    { sid = "NoteFailures", actions = ["s3:PutObject"], resources = ["${var.failures}/${local.queue}/*"], equals = null },
    { sid = "ReadConfiguration", actions = ["s3:GetObject"], resources = [var.config], equals = null },
    {
      sid       = "MessageKey"
      actions   = ["kms:Decrypt", "kms:GenerateDataKey"]
      resources = [var.key_arns.messages]
      equals    = null
    },
    {
      sid       = "DataKey"
      actions   = ["kms:Decrypt", "kms:GenerateDataKey"]
      resources = [var.key_arns.data]
      equals    = null
    },
  ]
}

resource "aws_iam_role" "worker" {
  name               = local.queue
  description        = "What the ${var.name} worker may do"
  assume_role_policy = local.trust
}

resource "aws_iam_role_policy" "worker" {
  name = "work"
  role = aws_iam_role.worker.id

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      for permission in concat(local.common, var.permissions) : merge(
        {
          Sid      = permission.sid
          Effect   = "Allow"
          Action   = permission.actions
          Resource = permission.resources
        },
        permission.equals == null ? {} : { Condition = { StringEquals = permission.equals } },
      )
    ]
  })
}

# Secrets are read by ECS with the starting role (Amazon ECS Developer Guide, "Pass sensitive data to
# an Amazon ECS container"): the worker itself may not.
locals {
  secrets    = [for arn in values(var.secrets) : arn if strcontains(arn, ":secretsmanager:")]
  parameters = [for arn in values(var.secrets) : arn if strcontains(arn, ":ssm:")]
  fetch = [
    for statement in [
      { Sid = "Secrets", Effect = "Allow", Action = "secretsmanager:GetSecretValue", Resource = local.secrets },
      { Sid = "Parameters", Effect = "Allow", Action = "ssm:GetParameters", Resource = local.parameters },
      { Sid = "SecretKeys", Effect = "Allow", Action = "kms:Decrypt", Resource = var.secret_keys },
    ] : statement if length(statement.Resource) > 0
  ]
}

resource "aws_iam_role" "start" {
  name               = "${local.queue}-start"
  description        = "With which ECS fetches the image of the ${var.name} worker and writes its log"
  assume_role_policy = local.trust
}

resource "aws_iam_role_policy" "start" {
  name = "start"
  role = aws_iam_role.start.id

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = concat(local.fetch, [
      # Takes no resource (Service Authorization Reference, Amazon ECR).
      { Sid = "Login", Effect = "Allow", Action = "ecr:GetAuthorizationToken", Resource = "*" },
      {
        Sid      = "Image"
        Effect   = "Allow"
        Action   = ["ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"]
        Resource = aws_ecr_repository.this.arn
      },
      {
        Sid      = "Log"
        Effect   = "Allow"
        Action   = ["logs:CreateLogStream", "logs:PutLogEvents"]
        Resource = "${aws_cloudwatch_log_group.this.arn}:*"
      },
    ])
  })
}
