#!/bin/sh
# Turns KAFKA_SOME_SETTING into some.setting, formats the data folder the first time, becomes the broker.
set -e
settings=/opt/kafka/config/server.properties
env | sed -n 's/^KAFKA_\([A-Z_]*\)=/\1=/p' | grep -v '^HEAP_OPTS=' | while IFS= read -r line; do
  name=$(printf '%s' "${line%%=*}" | tr 'A-Z_' 'a-z.')
  printf '%s=%s\n' "$name" "${line#*=}"
done >"$settings"
cat >/opt/kafka/config/log4j2.properties <<'L'
appender.console.type = Console
appender.console.name = console
appender.console.layout.type = PatternLayout
appender.console.layout.pattern = %d{ISO8601} %p %c{1}: %m%n
rootLogger.level = info
rootLogger.appenderRef.console.ref = console
L
run() { java -cp '/opt/kafka/jars/*' -Dlog4j2.configurationFile=/opt/kafka/config/log4j2.properties "$@"; }
run kafka.tools.StorageTool format --ignore-formatted -t "$CLUSTER_ID" -c "$settings"
exec java -cp '/opt/kafka/jars/*' -Dlog4j2.configurationFile=/opt/kafka/config/log4j2.properties $KAFKA_HEAP_OPTS kafka.Kafka "$settings"
