// Connections that send without pause and remember every answer: what was acknowledged must never
// be lost.

import { setTimeout as sleep } from 'node:timers/promises';
import { MqError } from '../../src/base/errors.js';
import { encodeBatch } from '../../src/protocol/batch.js';
import { ResponseCode } from '../../src/protocol/responses.js';
import type { RemotingClient } from '../../src/remoting/client.js';
import { patientClient } from '../support/patient-client.js';
import { sendHeader } from '../support/send-header.js';
import { until } from '../support/until.js';

export interface Acknowledged {
  body: string;
  queueId: number;
  queueOffset: number;
  /** Offset message id; of a batch, those of all its messages joined by commas. */
  msgId: string;
}

export interface SenderOptions {
  broker: string;
  topic: string;
  queues: number;
  /** Begins every body; unique for a test. */
  prefix: string;
  inFlight: number;
  /** Messages a request. */
  batch: number;
  bodyBytes: number;
}

/** Errors of requests that a dying broker leaves unanswered. */
const GONE = ['CONNECTION_CLOSED', 'CONNECT_FAILED', 'REQUEST_TIMEOUT'];

/** Stored, but not copied in time, or not taken at all: no promise was made. */
const NO_PROMISE: readonly number[] = [
  ResponseCode.FLUSH_DISK_TIMEOUT,
  ResponseCode.FLUSH_SLAVE_TIMEOUT,
  ResponseCode.SLAVE_NOT_AVAILABLE,
  ResponseCode.SERVICE_NOT_AVAILABLE,
  ResponseCode.SYSTEM_BUSY,
];
const PAUSE_MS = 20;

export class Sender {
  readonly acknowledged: Acknowledged[] = [];
  private readonly client: RemotingClient;
  private sent = 0;
  private stopping = false;
  private readonly loops: Promise<void>[];

  constructor(private readonly options: SenderOptions) {
    this.client = patientClient();
    this.loops = Array.from({ length: options.inFlight }, () => this.loop());
  }

  /** Resolves when the first answers are there, however busy the machine is. */
  async underWay(): Promise<void> {
    await until('acknowledged message', () => this.acknowledged.length > 0);
  }

  /** Sends nothing new; resolves when every request is answered or lost. */
  async end(): Promise<void> {
    this.stopping = true;
    await Promise.all(this.loops);
    this.client.close();
  }

  private async loop(): Promise<void> {
    while (!this.stopping) {
      try {
        await this.send();
      } catch (error) {
        if (error instanceof MqError && GONE.includes(error.code)) return;
        if (!(error instanceof MqError && NO_PROMISE.includes(error.responseCode))) throw error;
        await sleep(PAUSE_MS);
      }
    }
  }

  private async send(): Promise<void> {
    const { broker, batch, queues, prefix, bodyBytes } = this.options;
    const first = this.sent;
    this.sent += batch;
    const queueId = Math.floor(first / batch) % queues;
    const texts = Array.from({ length: batch }, (_, i) =>
      `${prefix}-${first + i}`.padEnd(bodyBytes, '.'),
    );
    const header = sendHeader(this.options.topic, {}, { queueId, batch: batch > 1 });
    const answer =
      batch === 1
        ? await this.client.request(broker, 'SEND_MESSAGE_V2', header, {
            body: Buffer.from(texts[0]!),
          })
        : await this.client.request(broker, 'SEND_BATCH_MESSAGE', header, {
            body: encodeBatch(
              texts.map((text) => ({ flag: 0, body: Buffer.from(text), properties: '' })),
            ),
          });
    const { msgId, queueOffset } = answer.header;
    const ids = msgId.split(',');
    texts.forEach((body, i) => {
      const one = { body, queueId, queueOffset: queueOffset + i, msgId: ids[i]! };
      this.acknowledged.push(one);
    });
  }
}
