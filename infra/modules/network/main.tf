# Tasks need a way out to AWS by HTTPS and none in. With a public address and nothing that listens,
# that costs nothing while no task runs; a NAT gateway costs more a month than everything else here.
locals {
  own     = var.given == null ? 1 : 0
  cidr    = "10.71.0.0/24"
  vpc_id  = local.own == 1 ? aws_vpc.this[0].id : var.given.vpc_id
  subnets = local.own == 1 ? aws_subnet.this[*].id : var.given.subnets
}

data "aws_availability_zones" "this" {
  count = local.own

  state = "available"

  # Local Zones have no Fargate.
  filter {
    name   = "opt-in-status"
    values = ["opt-in-not-required"]
  }
}

resource "aws_vpc" "this" {
  #checkov:skip=CKV2_AWS_11:Nothing listens in it and no rule lets anything in; what goes out is in CloudTrail, by API call.
  count = local.own

  cidr_block           = local.cidr
  enable_dns_hostnames = true
  enable_dns_support   = true
}

# Nobody uses it: without rules it lets nothing in or out.
resource "aws_default_security_group" "this" {
  count = local.own

  vpc_id = aws_vpc.this[0].id
}

resource "aws_subnet" "this" {
  count = local.own * 2

  vpc_id                  = aws_vpc.this[0].id
  cidr_block              = cidrsubnet(local.cidr, 2, count.index)
  availability_zone       = data.aws_availability_zones.this[0].names[count.index]
  map_public_ip_on_launch = false
}

resource "aws_internet_gateway" "this" {
  count = local.own

  vpc_id = aws_vpc.this[0].id
}

resource "aws_route_table" "this" {
  count = local.own

  vpc_id = aws_vpc.this[0].id

  route {
    cidr_block = "0.0.0.0/0"
    gateway_id = aws_internet_gateway.this[0].id
  }
}

resource "aws_route_table_association" "this" {
  count = local.own * 2

  subnet_id      = aws_subnet.this[count.index].id
  route_table_id = aws_route_table.this[0].id
}

# S3 without the way round through the internet gateway; a gateway endpoint costs nothing.
resource "aws_vpc_endpoint" "s3" {
  count = local.own

  vpc_id            = aws_vpc.this[0].id
  service_name      = "com.amazonaws.${var.account.region}.s3"
  vpc_endpoint_type = "Gateway"
  route_table_ids   = [aws_route_table.this[0].id]
}

resource "aws_security_group" "tasks" {
  #checkov:skip=CKV2_AWS_5:It is attached: modules/worker gets it through an output.
  name        = "daybook-tasks"
  description = "Daybook workers: out by HTTPS, nothing in"
  vpc_id      = local.vpc_id
}

resource "aws_vpc_security_group_egress_rule" "https" {
  security_group_id = aws_security_group.tasks.id
  description       = "AWS APIs"
  ip_protocol       = "tcp"
  from_port         = 443
  to_port           = 443
  cidr_ipv4         = "0.0.0.0/0"
}
