# The role that QuickSight takes for these data sources, in place of the one of the whole account (Amazon
# QuickSight API Reference, AthenaParameters and S3Parameters, RoleArn): nobody has to widen that one by hand.
locals {
  athena = "${local.arn}:athena:${local.own}"
  glue   = "${local.arn}:glue:${local.own}"
}

resource "aws_iam_role" "quicksight" {
  name        = "daybook-quicksight"
  description = "What QuickSight may read for Daybook's data sets"

  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Sid       = "QuickSight"
      Effect    = "Allow"
      Principal = { Service = "quicksight.amazonaws.com" }
      Action    = "sts:AssumeRole"
      # AWS does not say whether QuickSight names the account; where it does, it has to be this one.
      Condition = { StringEqualsIfExists = { "aws:SourceAccount" = var.account.id } }
    }]
  })
}

resource "aws_iam_role_policy" "quicksight" {
  name = "read"
  role = aws_iam_role.quicksight.name

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid      = "List"
        Effect   = "Allow"
        Action   = ["s3:ListBucket", "s3:GetBucketLocation"]
        Resource = local.bucket
      },
      {
        Sid    = "Read"
        Effect = "Allow"
        Action = "s3:GetObject"
        Resource = concat(
          [for table in values(var.topology.tables) : "${local.bucket}/${table.prefix}*"],
          ["${local.bucket}/${local.rules_key}", "${local.bucket}/${local.manifest_key}"],
        )
      },
      {
        Sid      = "Results"
        Effect   = "Allow"
        Action   = ["s3:GetObject", "s3:PutObject", "s3:AbortMultipartUpload", "s3:ListMultipartUploadParts"]
        Resource = "${local.bucket}/${var.results}/*"
      },
      {
        Sid      = "Key"
        Effect   = "Allow"
        Action   = ["kms:Decrypt", "kms:GenerateDataKey"]
        Resource = var.key_arn
      },
      {
        Sid    = "Query"
        Effect = "Allow"
        Action = [
          "athena:BatchGetQueryExecution",
          "athena:GetQueryExecution",
          "athena:GetQueryResults",
          "athena:GetQueryResultsStream",
          "athena:GetWorkGroup",
          "athena:StartQueryExecution",
          "athena:StopQueryExecution",
        ]
        Resource = "${local.athena}:workgroup/${var.workgroup}"
      },
      {
        Sid    = "Catalog"
        Effect = "Allow"
        Action = [
          "athena:GetDataCatalog",
          "athena:GetDatabase",
          "athena:GetTableMetadata",
          "athena:ListDatabases",
          "athena:ListTableMetadata",
        ]
        Resource = "${local.athena}:datacatalog/AwsDataCatalog"
      },
      {
        Sid      = "Browse" # without a resource
        Effect   = "Allow"
        Action   = ["athena:ListDataCatalogs", "athena:ListEngineVersions", "athena:ListWorkGroups"]
        Resource = "*"
      },
      {
        Sid    = "Tables"
        Effect = "Allow"
        Action = [
          "glue:BatchGetPartition",
          "glue:GetDatabase",
          "glue:GetDatabases",
          "glue:GetPartition",
          "glue:GetPartitions",
          "glue:GetTable",
          "glue:GetTables",
        ]
        Resource = [
          "${local.glue}:catalog",
          "${local.glue}:database/${var.topology.database}",
          "${local.glue}:table/${var.topology.database}/*",
        ]
      },
    ]
  })
}
