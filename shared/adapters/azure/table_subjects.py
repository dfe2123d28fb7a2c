"""The rows that name every subject of the ledger, with what is asked of all of them at once."""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from azure.data.tables import TableClient

from shared.adapters.azure.table_rows import SUBJECTS, partition_of
from shared.adapters.message_rows import checks_from_json
from shared.domain.canonical import canonical_json
from shared.domain.glance import holds_as


class TableSubjects:
    """One partition, a thousand rows a call: when checks reported, and each subject at a glance."""

    def __init__(self, table: TableClient) -> None:
        self._table = table

    def names(self) -> list[str]:
        """Every subject, sorted."""
        return sorted(row["subject"] for row in self._rows("subject"))

    def reported(self, check: str | None) -> dict[str, Mapping[str, datetime]]:
        """By subject, when each check last reported; of those alone that have the check."""
        reported = {
            row["subject"]: checks_from_json(row.get("checks"))
            for row in self._rows("subject", "checks")
        }
        return {
            subject: checks
            for subject, checks in reported.items()
            if check is None or check in checks
        }

    def glances(self) -> dict[str, str]:
        """By subject, its glance as JSON; empty where its state has to be asked."""
        return {row["subject"]: row.get("glance") or "" for row in self._rows("subject", "glance")}

    def announce(self, subject: str, before: str | None, after: str) -> None:
        """Where what a subject holds is about to change, its state is asked until that is told.

        Whoever commits and dies before it tells has said that much: no list leaves an alert out.
        A subject is named here before its first commit.
        """
        if before is None or not holds_as(json.loads(before), json.loads(after)):
            self._put(subject, glance="")

    def tell(self, subject: str, checks: Mapping[str, Any], glance: str) -> None:
        """Beside the state, after the commit: a check whose commits always fail never reported."""
        self._put(subject, checks=canonical_json(checks).decode(), glance=glance)

    def _put(self, subject: str, **told: str) -> None:
        named = {"PartitionKey": SUBJECTS, "RowKey": partition_of(subject), "subject": subject}
        self._table.upsert_entity({**named, **told})

    def _rows(self, *select: str) -> Any:
        return self._table.query_entities(f"PartitionKey eq '{SUBJECTS}'", select=list(select))
