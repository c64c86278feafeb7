/** Every answered request of a kafkajs client, with its time: what the broker costs, seen from here. */
import type { Admin, Consumer, Producer, RequestEvent } from 'kafkajs';

export interface KafkaRequest {
  /** Of the protocol, for example Produce. */
  readonly api: string;
  /** From sending to the answer, without the time in the client's own queue; whole milliseconds. */
  readonly seconds: number;
}

/** Cheap, and never throws. */
export type OnKafkaRequest = (request: KafkaRequest) => void;

export const observeConsumer = (consumer: Consumer, onRequest?: OnKafkaRequest): Consumer => {
  if (onRequest !== undefined) consumer.on(consumer.events.REQUEST, tell(onRequest));
  return consumer;
};

export const observeProducer = (producer: Producer, onRequest?: OnKafkaRequest): Producer => {
  if (onRequest !== undefined) producer.on(producer.events.REQUEST, tell(onRequest));
  return producer;
};

export const observeAdmin = (admin: Admin, onRequest?: OnKafkaRequest): Admin => {
  if (onRequest !== undefined) admin.on(admin.events.REQUEST, tell(onRequest));
  return admin;
};

const tell =
  (onRequest: OnKafkaRequest) =>
  ({ payload }: RequestEvent): void =>
    onRequest({ api: payload.apiName, seconds: payload.duration / 1000 });
