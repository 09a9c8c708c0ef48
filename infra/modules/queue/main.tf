# One queue with everything that SQS says about it in one resource: each of Terraform's separate
# policy resources would wait for half a minute of its own.
locals {
  prefix = "arn:${var.account.partition}:sqs:${var.account.region}:${var.account.id}"
  arn    = "${local.prefix}:${var.name}"
}

resource "aws_sqs_queue" "this" {
  name                              = var.name
  visibility_timeout_seconds        = var.visibility_timeout
  message_retention_seconds         = var.retention_days * 24 * 3600
  kms_master_key_id                 = var.key_arn
  kms_data_key_reuse_period_seconds = 3600

  redrive_policy = var.redrive == null ? null : jsonencode({
    deadLetterTargetArn = var.redrive.target_arn
    maxReceiveCount     = var.redrive.after
  })

  redrive_allow_policy = (
    length(var.sources) == 0
    ? jsonencode({ redrivePermission = "denyAll" })
    : jsonencode({ redrivePermission = "byQueue", sourceQueueArns = [for name in var.sources : "${local.prefix}:${name}"] })
  )

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = concat(
      [
        for service, sources in var.senders : {
          Sid       = "From${title(split(".", service)[0])}"
          Effect    = "Allow"
          Principal = { Service = service }
          Action    = "sqs:SendMessage"
          Resource  = local.arn
          Condition = {
            ArnEquals    = { "aws:SourceArn" = sources }
            StringEquals = { "aws:SourceAccount" = var.account.id }
          }
        }
      ],
      [
        {
          Sid       = "TlsOnly"
          Effect    = "Deny"
          Principal = "*"
          Action    = "sqs:*"
          Resource  = local.arn
          Condition = { Bool = { "aws:SecureTransport" = "false" } }
        },
      ],
    )
  })
}
