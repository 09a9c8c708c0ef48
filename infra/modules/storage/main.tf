# The archive: every day's table, the outlook and the ledger, versioned and never deleted by Daybook.
locals {
  arn = "arn:${var.account.partition}:s3:::${var.bucket}"
}

resource "aws_s3_bucket" "archive" {
  #checkov:skip=CKV2_AWS_62:Nothing listens to objects: workers tell each other by events.
  #checkov:skip=CKV_AWS_144:Versioned and never deleted; a lost region is read anew from the export, whose months AWS keeps.
  bucket        = var.bucket
  force_destroy = !var.protect_data
}

resource "aws_s3_bucket_versioning" "archive" {
  bucket = aws_s3_bucket.archive.id

  versioning_configuration {
    status = "Enabled"
  }
}

resource "aws_s3_bucket_server_side_encryption_configuration" "archive" {
  bucket = aws_s3_bucket.archive.id

  rule {
    bucket_key_enabled = true

    apply_server_side_encryption_by_default {
      sse_algorithm     = "aws:kms"
      kms_master_key_id = var.key_arn
    }
  }
}

resource "aws_s3_bucket_public_access_block" "archive" {
  bucket                  = aws_s3_bucket.archive.id
  block_public_acls       = true
  block_public_policy     = true
  ignore_public_acls      = true
  restrict_public_buckets = true
}

resource "aws_s3_bucket_ownership_controls" "archive" {
  bucket = aws_s3_bucket.archive.id

  rule {
    object_ownership = "BucketOwnerEnforced"
  }
}

resource "aws_s3_bucket_logging" "archive" {
  bucket        = aws_s3_bucket.archive.id
  target_bucket = aws_s3_bucket.logs.id
  target_prefix = "archive/"

  depends_on = [aws_s3_bucket_policy.logs]
}

resource "aws_s3_bucket_lifecycle_configuration" "archive" {
  bucket = aws_s3_bucket.archive.id

  dynamic "rule" {
    for_each = var.expire_days

    content {
      id     = "expire-${trim(rule.key, "/")}"
      status = "Enabled"

      filter {
        prefix = rule.key
      }

      expiration {
        days = rule.value
      }

      noncurrent_version_expiration {
        noncurrent_days = rule.value
      }
    }
  }

  # What a restatement replaced stays for as long as an audit may ask; the ledger names its sum for ever.
  rule {
    id     = "old-versions"
    status = "Enabled"

    filter {
      prefix = "ou-"
    }

    noncurrent_version_transition {
      noncurrent_days = 30
      storage_class   = "STANDARD_IA"
    }

    noncurrent_version_expiration {
      noncurrent_days = 400
    }
  }

  rule {
    id     = "unfinished-uploads"
    status = "Enabled"

    filter {}

    abort_incomplete_multipart_upload {
      days_after_initiation = 2
    }
  }

  depends_on = [aws_s3_bucket_versioning.archive]
}

resource "aws_s3_bucket_policy" "archive" {
  bucket = aws_s3_bucket.archive.id

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid       = "TlsOnly"
        Effect    = "Deny"
        Principal = "*"
        Action    = "s3:*"
        Resource  = [local.arn, "${local.arn}/*"]
        Condition = { Bool = { "aws:SecureTransport" = "false" } }
      },
      {
        Sid       = "ModernTlsOnly"
        Effect    = "Deny"
        Principal = "*"
        Action    = "s3:*"
        Resource  = [local.arn, "${local.arn}/*"]
        Condition = { NumericLessThan = { "s3:TlsVersion" = "1.2" } }
      },
      {
        Sid       = "KmsOnly"
        Effect    = "Deny"
        Principal = "*"
        Action    = "s3:PutObject"
        Resource  = "${local.arn}/*"
        # Where the header is missing, the bucket's own rule above encrypts with the key.
        Condition = {
          Null            = { "s3:x-amz-server-side-encryption" = "false" }
          StringNotEquals = { "s3:x-amz-server-side-encryption" = "aws:kms" }
        }
      },
      {
        Sid       = "NoForeignKey"
        Effect    = "Deny"
        Principal = "*"
        Action    = "s3:PutObject"
        Resource  = "${local.arn}/*"
        Condition = {
          Null            = { "s3:x-amz-server-side-encryption-aws-kms-key-id" = "false" }
          StringNotEquals = { "s3:x-amz-server-side-encryption-aws-kms-key-id" = var.key_arn }
        }
      },
      {
        Sid       = "WorkersDeleteNothing"
        Effect    = "Deny"
        Principal = "*"
        Action = [
          "s3:DeleteBucket*",
          "s3:DeleteObject*",
          "s3:PutBucket*",
          "s3:PutLifecycleConfiguration",
        ]
        Resource  = [local.arn, "${local.arn}/*"]
        Condition = { ArnEquals = { "aws:PrincipalArn" = var.worker_role_arns } }
      },
      {
        Sid       = "NobodyDeletesTheLedger"
        Effect    = "Deny"
        Principal = "*"
        Action    = "s3:DeleteObject*"
        Resource  = "${local.arn}/ledger/*"
      },
      # A program that writes these without having looked first must not overwrite what it never saw.
      {
        Sid       = "LookBeforeYouWrite"
        Effect    = "Deny"
        Principal = "*"
        Action    = "s3:PutObject"
        Resource  = [for prefix in ["ledger", "ou-breakdowns", "ou-outlook", "ou-anomalies", "ou-changes", "ou-drivers"] : "${local.arn}/${prefix}/*"]
        Condition = { Null = { "s3:if-none-match" = "true", "s3:if-match" = "true" } }
      },
    ]
  })

  depends_on = [aws_s3_bucket_public_access_block.archive]
}
