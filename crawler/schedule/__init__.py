"""What starts Newsmint unattended: systemd units, crontab lines, a compose file. Each a template and its quoting."""

from __future__ import annotations

from crawler.schedule.plan import Plan
from crawler.schedule.printers import cron, docker, systemd

__all__ = ["Plan", "cron", "docker", "systemd"]
