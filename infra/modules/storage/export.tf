# Where AWS delivers the cost export, unless a bucket for it is there already. Data Exports and the
# legacy report write with keys of their own, so the bucket has S3's own encryption.
locals {
  export_arn = "arn:${var.account.partition}:s3:::${var.export.bucket}"
  exporter   = coalesce(var.export.account_id, var.account.id)
  # Both services live in us-east-1, whatever region the bucket is in.
  exports = [
    "arn:${var.account.partition}:bcm-data-exports:us-east-1:${local.exporter}:export/*",
    "arn:${var.account.partition}:cur:us-east-1:${local.exporter}:definition/*",
  ]
}

resource "aws_s3_bucket" "export" {
  #checkov:skip=CKV2_AWS_62:Nothing listens to objects: workers tell each other by events.
  #checkov:skip=CKV_AWS_144:AWS delivers the export anew.
  #checkov:skip=CKV_AWS_145:AWS delivers the export with encryption by S3 itself.
  count = var.export.create ? 1 : 0

  bucket        = var.export.bucket
  force_destroy = !var.protect_data
}

resource "aws_s3_bucket_versioning" "export" {
  count = var.export.create ? 1 : 0

  bucket = aws_s3_bucket.export[0].id

  versioning_configuration {
    status = "Enabled"
  }
}

resource "aws_s3_bucket_server_side_encryption_configuration" "export" {
  count = var.export.create ? 1 : 0

  bucket = aws_s3_bucket.export[0].id

  rule {
    apply_server_side_encryption_by_default {
      sse_algorithm = "AES256"
    }
  }
}

resource "aws_s3_bucket_public_access_block" "export" {
  count = var.export.create ? 1 : 0

  bucket                  = aws_s3_bucket.export[0].id
  block_public_acls       = true
  block_public_policy     = true
  ignore_public_acls      = true
  restrict_public_buckets = true
}

resource "aws_s3_bucket_logging" "export" {
  count = var.export.create ? 1 : 0

  bucket        = aws_s3_bucket.export[0].id
  target_bucket = aws_s3_bucket.logs.id
  target_prefix = "export/"

  depends_on = [aws_s3_bucket_policy.logs]
}

resource "aws_s3_bucket_lifecycle_configuration" "export" {
  count = var.export.create ? 1 : 0

  bucket = aws_s3_bucket.export[0].id

  # AWS overwrites the open month several times a day: only the newest delivery is ever read.
  rule {
    id     = "old-versions"
    status = "Enabled"

    filter {}

    noncurrent_version_expiration {
      noncurrent_days = 7
    }

    abort_incomplete_multipart_upload {
      days_after_initiation = 2
    }
  }

  depends_on = [aws_s3_bucket_versioning.export]
}

resource "aws_s3_bucket_policy" "export" {
  count = var.export.create ? 1 : 0

  bucket = aws_s3_bucket.export[0].id

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid       = "TlsOnly"
        Effect    = "Deny"
        Principal = "*"
        Action    = "s3:*"
        Resource  = [local.export_arn, "${local.export_arn}/*"]
        Condition = { Bool = { "aws:SecureTransport" = "false" } }
      },
      {
        Sid       = "Delivery"
        Effect    = "Allow"
        Principal = { Service = ["bcm-data-exports.amazonaws.com", "billingreports.amazonaws.com"] }
        Action    = ["s3:PutObject", "s3:GetBucketPolicy", "s3:GetBucketAcl"]
        Resource  = [local.export_arn, "${local.export_arn}/*"]
        Condition = {
          ArnLike      = { "aws:SourceArn" = local.exports }
          StringEquals = { "aws:SourceAccount" = local.exporter }
        }
      },
    ]
  })

  depends_on = [aws_s3_bucket_public_access_block.export]
}
