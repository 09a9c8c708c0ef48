# The tables as the topology documents them, and the workgroup that people and QuickSight query them with.
resource "aws_glue_catalog_database" "this" {
  name        = var.topology.database
  description = "Daybook: cost per Organizational Unit"
}

locals {
  registered = { for name, table in var.topology.tables : name => {
    table      = table
    keys       = var.topology.partition_keys
    parameters = {}
  } }
  # Athena works these partitions out by itself ("Partition projection"): nobody registers them.
  projected = { for name, table in var.topology.projected_tables : name => {
    table = table
    keys  = [for key in ["year", "month", "day"] : [key, "int"] if contains(keys(table.projected), key)]
    parameters = merge(
      { "projection.enabled" = "true" },
      { for key, range in table.projected : "projection.${key}.type" => "integer" },
      { for key, range in table.projected : "projection.${key}.range" => join(",", range) },
    )
  } }
}

resource "aws_glue_catalog_table" "this" {
  for_each = merge(local.registered, local.projected)

  database_name = aws_glue_catalog_database.this.name
  name          = each.key
  description   = each.value.table.description
  table_type    = "EXTERNAL_TABLE"
  parameters    = merge({ classification = "parquet" }, each.value.parameters)

  dynamic "partition_keys" {
    for_each = each.value.keys

    content {
      name = partition_keys.value[0]
      type = partition_keys.value[1]
    }
  }

  storage_descriptor {
    location      = "s3://${var.bucket}/${each.value.table.prefix}"
    input_format  = "org.apache.hadoop.hive.ql.io.parquet.MapredParquetInputFormat"
    output_format = "org.apache.hadoop.hive.ql.io.parquet.MapredParquetOutputFormat"

    ser_de_info {
      serialization_library = "org.apache.hadoop.hive.ql.io.parquet.serde.ParquetHiveSerDe"
    }

    dynamic "columns" {
      for_each = each.value.table.columns

      content {
        name    = lower(columns.value[0])
        type    = columns.value[1]
        comment = columns.value[2]
      }
    }
  }
}

# Reuse of earlier results is asked for query by query; nobody here asks, and a workgroup cannot.
resource "aws_athena_workgroup" "this" {
  name          = var.workgroup
  description   = "Daybook: queries over ${var.topology.database} and the cost export"
  force_destroy = true

  configuration {
    enforce_workgroup_configuration    = true
    publish_cloudwatch_metrics_enabled = true
    bytes_scanned_cutoff_per_query     = var.scan_limit_gb * 1024 * 1024 * 1024

    result_configuration {
      output_location = "s3://${var.bucket}/${var.results}/"

      encryption_configuration {
        encryption_option = "SSE_KMS"
        kms_key_arn       = var.key_arn
      }
    }
  }
}
