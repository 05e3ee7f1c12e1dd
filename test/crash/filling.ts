// Messages for a broker whose disk is going to be in trouble: what it acknowledges is there, what it
// refuses is not.

import assert from 'node:assert/strict';
import { ResponseCode } from '../../src/protocol/responses.js';
import { sendHeader } from '../support/send-header.js';
import type { Wire } from '../support/wire.js';
import { Reader } from './reader.js';

/** Sent at a time. */
export const IN_FLIGHT = 8;
const TOPIC = 'Filling';
const QUEUES = 2;
const BODY_BYTES = 8000;

/** Sends, and knows what was acknowledged. */
export class Filling {
  /** Bodies by `queue/offset`, as the answers named the places. */
  readonly acknowledged = new Map<string, string>();
  private sent = 0;

  private constructor(
    private readonly wire: Wire,
    private readonly broker: string,
  ) {}

  static async begin(wire: Wire): Promise<Filling> {
    await wire.createTopic(TOPIC, QUEUES);
    return new Filling(wire, wire.cluster.broker);
  }

  /** Sends some at a time; the remarks of those that were refused. */
  async turn(): Promise<string[]> {
    const remarks = await Promise.all(Array.from({ length: IN_FLIGHT }, () => this.send()));
    return remarks.filter((remark) => remark !== undefined);
  }

  /** What the broker says of its trouble; undefined when it is well. */
  async trouble(): Promise<string | undefined> {
    const answer = await this.wire.client.request(this.broker, 'GET_BROKER_RUNTIME_INFO', {});
    const { table } = JSON.parse(answer.body.toString()) as { table: Record<string, string> };
    return table.storeTrouble;
  }

  /** Exactly what was acknowledged is there: nothing less, and nothing that was refused. */
  async check(): Promise<void> {
    const reader = new Reader(this.broker);
    const found = new Map<string, string>();
    for (let queueId = 0; queueId < QUEUES; queueId++) {
      const records = await reader.read(TOPIC, queueId, 0);
      for (const { queueOffset, body } of records) {
        found.set(`${queueId}/${queueOffset}`, body.toString());
      }
    }
    reader.close();
    const sorted = (map: Map<string, string>): string[] =>
      [...map].map(([place, body]) => `${place} ${body.replace(/\.+$/, '')}`).sort();
    assert.deepEqual(sorted(found), sorted(this.acknowledged));
  }

  private async send(): Promise<string | undefined> {
    const number = this.sent++;
    const queueId = number % QUEUES;
    const body = `message ${number} `.padEnd(BODY_BYTES, '.');
    const header = sendHeader(TOPIC, {}, { queueId });
    const options = { body: Buffer.from(body), allow: [ResponseCode.SERVICE_NOT_AVAILABLE] };
    const answer = await this.wire.client.request(this.broker, 'SEND_MESSAGE_V2', header, options);
    if (answer.code !== ResponseCode.SUCCESS) return answer.remark ?? '';
    this.acknowledged.set(`${queueId}/${answer.header.queueOffset}`, body);
    return undefined;
  }
}
