"""Keeps a table of all leads up to date from lead.state.v1: from the beginning the first time, then from where the group stands.

Offsets are committed after the table, so that a crash in between repeats records, and a repeat changes nothing.
"""

import json
import os
import signal
import sqlite3
import sys
from datetime import datetime
from pathlib import Path

from confluent_kafka import Consumer, KafkaException, Message
from confluent_kafka.schema_registry import SchemaRegistryClient
from confluent_kafka.schema_registry.avro import AvroDeserializer
from confluent_kafka.serialization import MessageField, SerializationContext

TOPIC = "lead.state.v1"
READER_SCHEMA = Path(__file__).parent.parent / "lead-state.reader.avsc"
BATCH = 500
WAIT_SECONDS = 1.0

CREATE = """
CREATE TABLE IF NOT EXISTS leads (
    lead_id TEXT PRIMARY KEY,
    version INTEGER NOT NULL,
    revision INTEGER NOT NULL,
    stage TEXT NOT NULL,
    grade TEXT NOT NULL,
    score REAL NOT NULL,
    pool_id TEXT,
    agent_id TEXT,
    destination_id TEXT,
    linked_to TEXT,
    accepted_at INTEGER,
    vendor TEXT NOT NULL,
    vendor_reference TEXT NOT NULL,
    company TEXT,
    first_name TEXT,
    last_name TEXT,
    email TEXT,
    phone TEXT
)"""

COLUMNS = (
    "lead_id", "version", "revision", "stage", "grade", "score", "pool_id", "agent_id", "destination_id",
    "linked_to", "accepted_at", "vendor", "vendor_reference", "company", "first_name", "last_name", "email", "phone",
)  # fmt: skip

# The whole of "exactly once": the last line.
UPSERT = f"""
INSERT INTO leads ({", ".join(COLUMNS)}) VALUES ({", ".join("?" for _ in COLUMNS)})
ON CONFLICT (lead_id) DO UPDATE SET {", ".join(f"{column} = excluded.{column}" for column in COLUMNS[1:])}
WHERE excluded.version > leads.version"""


def setting(name: str, fallback: str | None = None) -> str:
    value = os.environ.get(name) or fallback
    if value is None:
        sys.exit(f"{name} is not set; `lead-router status --json` has the addresses")
    return value


def millis(time: datetime | None) -> int | None:
    """timestamp-millis comes as an aware datetime."""
    return None if time is None else round(time.timestamp() * 1000)


def row_of(state: dict) -> tuple:
    """In the order of COLUMNS."""
    lead = state["context"]["lead"]
    person = state["context"]["person"] or {}
    # What enrichment found is in one writing for all vendors; what the lead said is there as well.
    found = person.get("found") or {}
    name = found.get("name") or {"given": person.get("firstName"), "family": person.get("lastName")}
    dialled = next((phone["number"] for phone in found.get("phones", ()) if phone["field"] == "phone"), None)
    return (
        state["envelope"]["leadId"],
        state["version"],
        state["revision"],
        state["stage"],
        state["grade"],
        state["score"],
        state["poolId"],
        state["agentId"],
        state["destinationId"],
        state["linkedTo"],
        millis(state["acceptedAt"]),
        lead["vendor"],
        lead["vendorReference"],
        lead["company"]["name"],
        name["given"],
        name["family"],
        person.get("email"),
        dialled or person.get("phone"),
    )


def apply(table: sqlite3.Connection, changes: list[tuple[str, dict | None]]) -> dict[str, int]:
    """All of them or none; None is a tombstone."""
    applied = {"newer": 0, "stale": 0, "removed": 0}
    with table:
        for lead_id, state in changes:
            if state is None:
                applied["removed"] += table.execute("DELETE FROM leads WHERE lead_id = ?", (lead_id,)).rowcount
            elif table.execute(UPSERT, row_of(state)).rowcount > 0:
                applied["newer"] += 1
            else:
                applied["stale"] += 1
    return applied


def checked(message: Message) -> Message:
    """What cannot be read ends the process: skipping a record would be a lead that the CRM never hears of."""
    error = message.error()
    if error is not None:
        raise KafkaException(error)
    return message


def main() -> None:
    registry = SchemaRegistryClient({"url": setting("SCHEMA_REGISTRY_URL")})
    # Given a schema, it reads with it whatever the writer's is: what the writer adds later is passed over.
    decode = AvroDeserializer(registry, READER_SCHEMA.read_text(encoding="utf-8"))
    context = SerializationContext(TOPIC, MessageField.VALUE)
    consumer = Consumer(
        {
            "bootstrap.servers": setting("KAFKA_BROKERS"),
            "group.id": setting("CRM_GROUP", "crm-example-python"),
            "auto.offset.reset": "earliest",
            "enable.auto.commit": False,
            # The default, and worth saying: records of transactions that were aborted or are still open are not shown.
            "isolation.level": "read_committed",
            "session.timeout.ms": 10_000,
        }
    )
    table = sqlite3.connect(setting("CRM_DATABASE", "crm-python.sqlite"))
    table.execute("PRAGMA journal_mode = WAL")
    table.execute(CREATE)
    stopping = False

    def stop(_signal: int, _frame: object) -> None:
        nonlocal stopping
        stopping = True

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    consumer.subscribe([TOPIC])
    try:
        while not stopping:
            messages = [checked(message) for message in consumer.consume(BATCH, WAIT_SECONDS)]
            if not messages:
                continue
            changes = [(message.key().decode(), decode(message.value(), context)) for message in messages]
            applied = apply(table, changes)
            consumer.commit(asynchronous=False)
            print(json.dumps({"records": len(messages), **applied}), flush=True)
    finally:
        consumer.close()
        table.close()


if __name__ == "__main__":
    main()
