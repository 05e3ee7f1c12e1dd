// Writes down what happens to messages, into the trace topic, as RocketMQ's clients do
// (AsyncTraceDispatcher): queryMsgTraceById and the dashboards read it.

import { SystemTopic } from '../protocol/flags.js';
import type { Message, ReceivedMessage } from './message.js';
import type { SendResult } from './send-result.js';

const CONTEXT_END = '\u0002';
const FIELD_END = '\u0001';
/** MessageType.ordinal. */
const KIND = { normal: 0, transaction: 1, delay: 3 } as const;

export interface Published {
  group: string;
  message: Message;
  result: SendResult;
  /** `host:port` of the broker. */
  storeHost: string;
  regionId: string;
  startedAt: number;
  costMs: number;
}

export interface Consumed {
  group: string;
  messages: readonly ReceivedMessage[];
  /** The same of before and after. */
  requestId: string;
  startedAt: number;
}

export class TraceWriter {
  private readonly pending = new Set<Promise<unknown>>();

  constructor(
    private readonly send: (message: Message) => Promise<unknown>,
    readonly topic: string = SystemTopic.TRACE,
  ) {}

  published({ group, message, result, ...rest }: Published): void {
    const { regionId, storeHost, startedAt, costMs } = rest;
    const keys = keysOf(message.keys);
    const kind = (message.delayLevel ?? 0) > 0 ? KIND.delay : KIND.normal;
    this.write(result.msgId.split(','), keys, [
      [
        'Pub',
        startedAt,
        regionId,
        group,
        message.topic,
        result.msgId,
        message.tags ?? 'null',
        keys.join(' ') || 'null',
        storeHost,
        Buffer.byteLength(message.body),
        costMs,
        kind,
        result.offsetMsgId ?? 'null',
        result.status === 'SEND_OK',
      ],
    ]);
  }

  /** Before the listener is called. */
  consuming({ group, messages, requestId, startedAt }: Consumed): void {
    for (const { msgId, keys = '', reconsumeTimes, properties } of messages) {
      const region = properties.MSG_REGION ?? '';
      const fields = ['SubBefore', startedAt, region, group, requestId, msgId];
      this.write([msgId], keysOf(keys), [[...fields, reconsumeTimes, keys || 'null']]);
    }
  }

  /** After it. */
  consumed(args: Consumed & { costMs: number; success: boolean }): void {
    const { group, messages, requestId, costMs, success, startedAt } = args;
    const each = Math.round(costMs / messages.length);
    for (const { msgId, keys = '' } of messages) {
      const fields = ['SubAfter', requestId, msgId, each, success, keys || 'null'];
      // 0 and 4 are SUCCESS and FAILED of ConsumeReturnType.
      this.write([msgId], keysOf(keys), [[...fields, success ? 0 : 4, startedAt, group]]);
    }
  }

  /** Resolves when everything is written, or failed. */
  async flush(): Promise<void> {
    await Promise.allSettled(this.pending);
  }

  private write(
    ids: readonly string[],
    keys: readonly string[],
    contexts: readonly (readonly (string | number | boolean)[])[],
  ): void {
    const body = contexts.map((fields) => fields.join(FIELD_END) + CONTEXT_END).join('');
    const sending = this.send({ topic: this.topic, body, keys: [...ids, ...keys] })
      .catch(() => undefined) // a lost trace is no reason to fail
      .finally(() => this.pending.delete(sending));
    this.pending.add(sending);
  }
}

const keysOf = (keys: Message['keys']): string[] =>
  (typeof keys === 'string' ? keys.split(' ') : [...(keys ?? [])]).filter((key) => key !== '');
