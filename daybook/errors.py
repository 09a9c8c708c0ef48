"""The errors of the command line alone; those that workers know, too, are in shared/errors.py."""


class RunFailed(Exception):  # noqa: N818 - an end, named as the reader sees it
    """The run did not reach its digest; the message says where and why."""
