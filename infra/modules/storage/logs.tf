# Who read and wrote the archive. S3 delivers access logs only to buckets with S3's own encryption.
locals {
  logs_arn = "arn:${var.account.partition}:s3:::${var.bucket}-logs"
}

resource "aws_s3_bucket" "logs" {
  #checkov:skip=CKV2_AWS_62:Nothing listens to objects: workers tell each other by events.
  #checkov:skip=CKV_AWS_144:Access logs are looked at, not restored.
  #checkov:skip=CKV_AWS_145:S3 delivers access logs only to buckets with encryption by S3 itself.
  bucket        = "${var.bucket}-logs"
  force_destroy = !var.protect_data
}

resource "aws_s3_bucket_versioning" "logs" {
  bucket = aws_s3_bucket.logs.id

  versioning_configuration {
    status = "Enabled"
  }
}

resource "aws_s3_bucket_server_side_encryption_configuration" "logs" {
  bucket = aws_s3_bucket.logs.id

  rule {
    apply_server_side_encryption_by_default {
      sse_algorithm = "AES256"
    }
  }
}

resource "aws_s3_bucket_public_access_block" "logs" {
  bucket                  = aws_s3_bucket.logs.id
  block_public_acls       = true
  block_public_policy     = true
  ignore_public_acls      = true
  restrict_public_buckets = true
}

resource "aws_s3_bucket_lifecycle_configuration" "logs" {
  bucket = aws_s3_bucket.logs.id

  rule {
    id     = "expire"
    status = "Enabled"

    filter {}

    expiration {
      days = 400
    }

    noncurrent_version_expiration {
      noncurrent_days = 1
    }

    abort_incomplete_multipart_upload {
      days_after_initiation = 2
    }
  }

  depends_on = [aws_s3_bucket_versioning.logs]
}

resource "aws_s3_bucket_policy" "logs" {
  bucket = aws_s3_bucket.logs.id

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid       = "TlsOnly"
        Effect    = "Deny"
        Principal = "*"
        Action    = "s3:*"
        Resource  = [local.logs_arn, "${local.logs_arn}/*"]
        Condition = { Bool = { "aws:SecureTransport" = "false" } }
      },
      {
        Sid       = "AccessLogs"
        Effect    = "Allow"
        Principal = { Service = "logging.s3.amazonaws.com" }
        Action    = "s3:PutObject"
        Resource  = "${local.logs_arn}/*"
        Condition = {
          ArnLike      = { "aws:SourceArn" = [local.arn, local.export_arn] }
          StringEquals = { "aws:SourceAccount" = var.account.id }
        }
      },
    ]
  })

  depends_on = [aws_s3_bucket_public_access_block.logs]
}
