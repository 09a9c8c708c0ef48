# The data source, a SPICE data set per table, and what QuickSight itself must be let do. Who sees
# which rows: access.tf.
locals {
  arn    = "arn:${var.account.partition}"
  own    = "${var.account.region}:${var.account.id}"
  bucket = "${local.arn}:s3:::${var.bucket}"
  types = {
    "date"           = "DATETIME"
    "double"         = "DECIMAL"
    "decimal(38,12)" = "DECIMAL"
    "int"            = "INTEGER"
  }
  # In the topology a data set is named after its table: daybook-ou-breakdown for ou_breakdown.
  tables = {
    for dataset in var.topology.quicksight_datasets :
    dataset => replace(trimprefix(dataset, "daybook-"), "-", "_")
  }
}

resource "aws_quicksight_data_source" "this" {
  data_source_id = "daybook-athena"
  name           = "daybook-athena"
  type           = "ATHENA"

  parameters {
    athena {
      work_group = var.workgroup
    }
  }

  dynamic "permission" {
    for_each = toset(var.people.owners)

    content {
      principal = permission.value
      actions   = local.source_owner
    }
  }
}

resource "aws_quicksight_data_set" "this" {
  for_each = local.tables

  data_set_id = each.key
  name        = each.value
  import_mode = "SPICE"

  physical_table_map {
    physical_table_map_id = replace(each.value, "_", "-")

    custom_sql {
      data_source_arn = aws_quicksight_data_source.this.arn
      name            = each.value
      sql_query = replace(
        templatefile("${var.texts}/${each.value}.sql", { database = var.topology.database }),
        "/--[^\n]*\n/", "",
      )

      dynamic "columns" {
        for_each = concat(
          [for column in var.topology.tables[each.value].columns : [lower(column[0]), column[1]]],
          var.topology.partition_keys,
          [for name in var.topology.quicksight_columns[each.value] : [name, "string"]],
          [for name in var.topology.quicksight_levels : [name, "string"]],
        )

        content {
          name = columns.value[0]
          type = lookup(local.types, columns.value[1], "STRING")
        }
      }
    }
  }

  row_level_permission_data_set {
    arn               = aws_cloudformation_stack.access.outputs["Arn"]
    format_version    = "VERSION_1"
    namespace         = "default"
    permission_policy = "GRANT_ACCESS"
    status            = "ENABLED"
  }

  dynamic "permissions" {
    for_each = toset(var.people.owners)

    content {
      principal = permissions.value
      actions   = local.set_owner
    }
  }
}

# QuickSight reads S3 with a role of the whole account that is not Terraform's: README.md, step 7,
# attaches this to it.
resource "aws_iam_policy" "quicksight" {
  name        = "daybook-quicksight"
  description = "Lets QuickSight's service role read Daybook's tables"

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
    ]
  })
}
