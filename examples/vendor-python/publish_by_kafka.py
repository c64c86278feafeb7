"""Publishes leads, one JSON object a line, to the vendor's intake topic.

Ends with 0 once every replica has all of them; after any other end run it again: a lead with a reference that is known is a repeat,
not a second lead.
"""

import json
import os
import sys
from pathlib import Path

from confluent_kafka import KafkaError, Message, Producer
from confluent_kafka.schema_registry import SchemaRegistryClient
from confluent_kafka.schema_registry.avro import AvroSerializer
from confluent_kafka.serialization import MessageField, SerializationContext, SerializationError


def main() -> int:
    brokers, registry_url = os.environ.get("KAFKA_BROKERS"), os.environ.get("SCHEMA_REGISTRY_URL")
    if brokers is None or registry_url is None or len(sys.argv) != 2:
        print("usage: KAFKA_BROKERS=host:port SCHEMA_REGISTRY_URL=http://... publish_by_kafka.py LEADS.ndjson", file=sys.stderr)
        return 64
    topic = f"lead.intake.{os.environ.get('VENDOR', 'demo')}.v1"
    # The schema that the topic has. Never register one of your own: the registry belongs to whoever reads the topic.
    settings = {"auto.register.schemas": False, "use.latest.version": True}
    encode = AvroSerializer(SchemaRegistryClient({"url": registry_url}), conf=settings)
    context = SerializationContext(topic, MessageField.VALUE)
    # A send that is retried is in the topic once; this sets acks=all too.
    producer = Producer({"bootstrap.servers": brokers, "enable.idempotence": True, "linger.ms": 20})
    faults: list[str] = []
    published = 0

    def delivered(error: KafkaError | None, _message: Message) -> None:
        nonlocal published
        if error is None:
            published += 1
        else:
            faults.append(str(error))

    for number, line in enumerate(Path(sys.argv[1]).read_text(encoding="utf-8").split("\n"), start=1):
        if line.strip() == "":
            continue
        try:
            value = encode(json.loads(line), context)
        except (ValueError, TypeError, KeyError, SerializationError) as error:
            faults.append(f"line {number}: {error}")
            continue
        producer.produce(topic, value=value, on_delivery=delivered)
        producer.poll(0)
    producer.flush()
    for fault in faults:
        print(f"not sent: {fault}", file=sys.stderr)
    print(f"{published} leads published to {topic}")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
