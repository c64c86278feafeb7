// Asks a server, in its own protocol, whether it would serve a client now. An open port alone says too little:
// all three open theirs before they can answer.

import { connect as connectTcp, isIP, type Socket } from 'node:net';
import { type ConnectionOptions, connect as connectTls } from 'node:tls';

export interface ProbeTarget {
  readonly host: string;
  readonly port: number;
  /** Given: speak TLS. */
  readonly tls?: ConnectionOptions;
  readonly timeoutMs: number;
}

const KAFKA_METADATA = 3;
const KAFKA_API_VERSIONS = 18;
const CLIENT_ID = 'lead-router-probe';

/** Resolves when the broker is a registered member of its cluster, so that topics can be made; rejects with the reason. */
export async function probeKafkaBroker(target: ProbeTarget): Promise<void> {
  const noTopics = Buffer.alloc(4);
  const answer = await exchange(target, kafkaRequest({ apiKey: KAFKA_METADATA, apiVersion: 1, body: noTopics }), readSized);
  // Size, correlation id, then the array of brokers. A broker that is still fenced is not in it.
  if (answer.readInt32BE(8) < 1) throw new Error('the broker is not yet a member of its cluster');
}

/** Resolves when whatever listens answers as Kafka. Needs no authentication. */
export async function probeKafkaListener(target: ProbeTarget): Promise<void> {
  const answer = await exchange(target, kafkaRequest({ apiKey: KAFKA_API_VERSIONS, apiVersion: 0, body: Buffer.alloc(0) }), readSized);
  const errorCode = answer.readInt16BE(8);
  if (errorCode !== 0) throw new Error(`ApiVersions was answered with error code ${errorCode}`);
}

/** As pg_isready does: resolves when connections are accepted, without logging in. */
export async function probePostgres(target: ProbeTarget): Promise<void> {
  const answer = await exchange(target, postgresStartup({ user: CLIENT_ID, database: CLIENT_ID }), readPostgresMessage);
  const kind = String.fromCharCode(answer.readUInt8(0));
  if (kind !== 'R' && kind !== 'E') throw new Error('what answers there is not Postgres');
  // 57P03 cannot_connect_now: starting up, recovering or shutting down. Any other refusal is one of the login we do not have.
  if (kind === 'E' && answer.toString('latin1').includes('C57P03\0')) throw new Error('Postgres is starting up');
}

/** Resolves when the Confluent-compatible API answers. */
export async function probeRegistry(target: { url: string; authorization?: string; timeoutMs: number }): Promise<void> {
  const response = await fetch(`${target.url.replace(/\/+$/, '')}/subjects`, {
    signal: AbortSignal.timeout(target.timeoutMs),
    ...(target.authorization === undefined ? {} : { headers: { authorization: target.authorization } }),
  });
  await response.arrayBuffer();
  if (!response.ok) throw new Error(`GET /subjects was answered with ${response.status} ${response.statusText}`);
}

function kafkaRequest(request: { apiKey: number; apiVersion: number; body: Buffer }): Buffer {
  const header = Buffer.alloc(14);
  header.writeInt32BE(10 + CLIENT_ID.length + request.body.length, 0);
  header.writeInt16BE(request.apiKey, 4);
  header.writeInt16BE(request.apiVersion, 6);
  header.writeInt32BE(1, 8);
  header.writeInt16BE(CLIENT_ID.length, 12);
  return Buffer.concat([header, Buffer.from(CLIENT_ID), request.body]);
}

function postgresStartup(login: { user: string; database: string }): Buffer {
  const parameters = Buffer.from(`user\0${login.user}\0database\0${login.database}\0\0`);
  const header = Buffer.alloc(8);
  header.writeInt32BE(8 + parameters.length, 0);
  header.writeInt32BE(196_608, 4); // protocol 3.0
  return Buffer.concat([header, parameters]);
}

/** Length of the message at the start of the buffer, or undefined while too little has arrived to tell. */
type MessageLength = (received: Buffer) => number | undefined;

const readSized: MessageLength = (received) => (received.length < 4 ? undefined : 4 + received.readInt32BE(0));
const readPostgresMessage: MessageLength = (received) => (received.length < 5 ? undefined : 1 + received.readInt32BE(1));

/** Sends one message and resolves with the first one that comes back. */
function exchange(target: ProbeTarget, request: Buffer, messageLength: MessageLength): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const socket = open(target);
    let received = Buffer.alloc(0);
    const settle = (error: Error | undefined): void => {
      socket.destroy();
      if (error === undefined) resolve(received);
      else reject(error);
    };
    socket.setTimeout(target.timeoutMs, () => settle(new Error(`no answer within ${target.timeoutMs} ms`)));
    socket.once('error', settle);
    socket.once('close', () =>
      settle(new Error(`the connection was closed without an answer${target.tls === undefined ? ': does it expect encryption?' : ''}`)),
    );
    socket.once(target.tls === undefined ? 'connect' : 'secureConnect', () => socket.write(request));
    socket.on('data', (chunk) => {
      received = Buffer.concat([received, chunk]);
      const length = messageLength(received);
      if (length !== undefined && received.length >= length) settle(undefined);
    });
  });
}

function open(target: ProbeTarget): Socket {
  const { host, port } = target;
  if (target.tls === undefined) return connectTcp({ host, port });
  // Names alone may be said to the server (RFC 6066).
  return connectTls({ host, port, ...(isIP(host) === 0 ? { servername: host } : {}), ...target.tls });
}
