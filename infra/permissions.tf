# What each worker may do beside its own queue, the events topic and its configuration, which
# modules/worker grants to all. The README of each service says the same in words; a test compares
# this with every call that the workers make in the flow and in the fault harness.
locals {
  key = { for prefix in [
    "config", "staging", "ledger", "ou-breakdowns", "ou-outlook", "ou-anomalies", "ou-changes",
    "ou-drivers", "csv", "dashboards", "snapshots",
  ] : prefix => "${local.bucket_arn}/${prefix}/*" }

  runs   = "${local.bucket_arn}/ledger/runs/*"
  limits = "${local.bucket_arn}/ledger/budgets/*"

  # Without a prefix as condition: S3 says 404 rather than 403 for a key that is not there only to
  # who may list the bucket, and a GetObject has no prefix that a condition could match.
  list_archive = { sid = "ListArchive", actions = ["s3:ListBucket"], resources = [local.bucket_arn] }
  ring         = { sid = "RingAlarm", actions = ["sns:Publish"], resources = [local.alarms_topic_arn] }

  access_rules = "${local.bucket_arn}/access/quicksight-rules.csv"
  ingestions = [
    for dataset in concat(local.topology.quicksight_datasets, [local.topology.quicksight_rules]) :
    "${local.arn}:quicksight:${local.own}:dataset/${dataset}/ingestion/*"
  ]

  glue = "${local.arn}:glue:${local.own}"
  glue_tables = concat(
    ["${local.glue}:catalog", "${local.glue}:database/${local.topology.database}"],
    [for table in keys(local.topology.tables) : "${local.glue}:table/${local.topology.database}/${table}"],
  )

  export_arn = "${local.arn}:s3:::${var.export.bucket}"

  permissions = {
    query = concat(
      [
        local.list_archive,
        { sid = "ListExport", actions = ["s3:ListBucket"], resources = [local.export_arn] },
        { sid = "ReadExport", actions = ["s3:GetObject"], resources = ["${local.export_arn}/${var.export.prefix}/*"] },
        { sid = "ReadArchive", actions = ["s3:GetObject"], resources = [local.key.config, local.key.staging, local.key.ledger] },
        {
          sid       = "Stage"
          actions   = ["s3:PutObject"]
          resources = [local.key.staging, "${local.bucket_arn}/ledger/organization/*"]
        },
        # A message that waits for the export is put back as a new one.
        { sid = "Defer", actions = ["sqs:SendMessage"], resources = [for suffix in ["", local.topology.backfill.suffix] : "${local.arn}:sqs:${local.own}:daybook-query${suffix}"] },
        local.ring,
      ],
      var.engine == "athena" ? [
        {
          sid       = "Scan"
          actions   = ["athena:StartQueryExecution", "athena:GetQueryExecution"]
          resources = ["${local.arn}:athena:${local.own}:workgroup/daybook"]
        },
        # The export as a table of its own for each scan, dropped after it.
        {
          sid     = "ExportTable"
          actions = ["glue:CreateTable", "glue:DeleteTable"]
          resources = [
            "${local.glue}:catalog",
            "${local.glue}:database/${local.topology.database}",
            "${local.glue}:table/${local.topology.database}/daybook_export_*",
          ]
        },
        # Asked by Athena in the worker's name (Amazon Athena User Guide, access to databases and tables).
        {
          sid     = "ReadExportTable"
          actions = ["glue:GetDatabase", "glue:GetTable"]
          resources = [
            "${local.glue}:catalog",
            "${local.glue}:database/${local.topology.database}",
            "${local.glue}:table/${local.topology.database}/daybook_export_*",
          ]
        },
        { sid = "FindResults", actions = ["s3:GetBucketLocation"], resources = [local.bucket_arn] },
      ] : [],
      var.export.arn == null ? [] : [
        { sid = "FollowExport", actions = ["bcm-data-exports:ListExecutions"], resources = [var.export.arn] },
      ],
      var.export.kms_key_arn == null ? [] : [
        { sid = "DecryptExport", actions = ["kms:Decrypt"], resources = [var.export.kms_key_arn] },
      ],
      # These take no resource (Service Authorization Reference, AWS Organizations).
      var.read_organization ? [
        {
          sid = "ReadOrganization"
          actions = [
            "organizations:ListAccounts",
            "organizations:ListAccountsForParent",
            "organizations:ListOrganizationalUnitsForParent",
            "organizations:ListRoots",
          ]
          resources = ["*"]
        },
      ] : [],
      var.read_budgets ? [
        {
          sid       = "ReadBudgets"
          actions   = ["budgets:ViewBudget"]
          resources = ["${local.arn}:budgets::${local.account.id}:budget/*"]
        },
        { sid = "KeepLimits", actions = ["s3:PutObject"], resources = [local.limits] },
      ] : [],
    )
    archiver = concat([
      local.list_archive,
      { sid = "ReadArchive", actions = ["s3:GetObject"], resources = [local.key.staging, local.key.ledger, local.key["ou-breakdowns"], local.key["ou-drivers"]] },
      {
        sid       = "Archive"
        actions   = ["s3:PutObject"]
        resources = [local.key["ou-breakdowns"], local.key["ou-drivers"], "${local.bucket_arn}/ledger/days/*", "${local.bucket_arn}/ledger/periods/*"]
      },
      ],
      # These take no resource (Service Authorization Reference, AWS Cost Explorer, AWS Invoicing).
      var.compare ? [
        { sid = "Compare", actions = ["ce:GetCostAndUsage", "invoicing:ListInvoiceSummaries"], resources = ["*"] },
        { sid = "RecordComparison", actions = ["s3:PutObject"], resources = ["${local.bucket_arn}/ledger/cost-checks/*"] },
      ] : [],
    )
    forecaster = concat([
      local.list_archive,
      {
        sid     = "ReadArchive"
        actions = ["s3:GetObject"]
        resources = [
          local.key.staging, local.key["ou-breakdowns"], local.key["ou-outlook"], local.key["ou-anomalies"],
          "${local.bucket_arn}/ledger/days/*",
          local.key["ou-changes"], local.key["ou-drivers"],
        ]
      },
      {
        sid       = "WriteOutlook"
        actions   = ["s3:PutObject"]
        resources = [local.key["ou-outlook"], local.key["ou-anomalies"], local.key["ou-changes"]]
      },
      ],
      var.read_budgets ? [
        { sid = "ReadLimits", actions = ["s3:GetObject"], resources = [local.limits] },
      ] : [],
    )
    catalog = concat(
      [
        local.list_archive,
        local.ring,
        { sid = "ReadRuns", actions = ["s3:GetObject"], resources = [local.runs] },
        { sid = "RecordRuns", actions = ["s3:PutObject"], resources = [local.runs] },
        {
          sid = "Partitions"
          actions = [
            "glue:BatchCreatePartition",
            "glue:BatchUpdatePartition",
            "glue:GetPartitions",
            "glue:GetTable",
          ]
          resources = local.glue_tables
        },
      ],
      var.quicksight == null ? [] : [
        {
          sid       = "RefreshDataSets"
          actions   = ["quicksight:CreateIngestion", "quicksight:DescribeIngestion"]
          resources = local.ingestions
        },
        # Who sees which OU: looked at, and written when the roster changed.
        { sid = "WriteRules", actions = ["s3:GetObject", "s3:PutObject"], resources = [local.access_rules] },
      ],
    )
    auditor = concat(
      [
        local.list_archive,
        { sid = "ListExport", actions = ["s3:ListBucket"], resources = [local.export_arn] },
        {
          sid       = "ReadArchive"
          actions   = ["s3:GetObject"]
          resources = [local.key["ou-breakdowns"], local.key["ou-outlook"], local.key.ledger, local.key.staging]
        },
        { sid = "Record", actions = ["s3:PutObject"], resources = ["${local.bucket_arn}/ledger/audits/*"] },
        {
          sid       = "LookAtQueues"
          actions   = ["sqs:GetQueueAttributes"]
          resources = [for queue in local.watched_queues : "${local.arn}:sqs:${local.own}:${queue}" if queue != "daybook-auditor"]
        },
        # A message that waits for a run to end is put back as a new one.
        { sid = "Defer", actions = ["sqs:SendMessage"], resources = ["${local.arn}:sqs:${local.own}:daybook-auditor"] },
        { sid = "Partitions", actions = ["glue:GetPartitions"], resources = local.glue_tables },
        local.ring,
      ],
      var.engine == "athena" ? [
        {
          sid       = "Count"
          actions   = ["athena:StartQueryExecution", "athena:GetQueryExecution", "athena:GetQueryResults"]
          resources = ["${local.arn}:athena:${local.own}:workgroup/daybook"]
        },
        # Asked by Athena in the worker's name (Amazon Athena User Guide, access to databases and tables).
        {
          sid       = "ReadTable"
          actions   = ["glue:GetDatabase", "glue:GetTable"]
          resources = local.glue_tables
        },
        { sid = "FindResults", actions = ["s3:GetBucketLocation"], resources = [local.bucket_arn] },
        { sid = "CountsResults", actions = ["s3:PutObject"], resources = ["${local.bucket_arn}/staging/athena/*"] },
      ] : [],
      var.quicksight == null ? [] : [
        # This takes no resource (Service Authorization Reference, Amazon QuickSight).
        { sid = "LookAtDataSets", actions = ["quicksight:ListIngestions"], resources = ["*"] },
      ],
    )
    notifier = [
      local.list_archive,
      local.ring,
      {
        sid     = "ReadArchive"
        actions = ["s3:GetObject"]
        resources = [
          local.key["ou-breakdowns"], local.key["ou-outlook"], local.key["ou-anomalies"], local.key["ou-changes"],
          local.key.ledger, local.key.staging, local.key.dashboards, local.key.snapshots,
        ]
      },
      {
        sid     = "Record"
        actions = ["s3:PutObject"]
        resources = [
          "${local.bucket_arn}/ledger/digests/*",
          "${local.bucket_arn}/ledger/alarms/*",
          local.key.csv,
          local.key.dashboards,
          local.key.snapshots,
        ]
      },
      {
        sid     = "SendDigest"
        actions = ["ses:SendRawEmail"]
        resources = [
          "${local.arn}:ses:${local.own}:identity/${module.mail.identity}",
          "${local.arn}:ses:${local.own}:configuration-set/${local.topology.mail_events.configuration_set}",
        ]
        equals = { "ses:FromAddress" = var.sender }
      },
    ]
  }
}
