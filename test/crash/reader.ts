// Reads whole queues by hand, as plainly as can be: what a broker holds after it came back.

import { type DecodedRecord, decodeRecord, decodeRecords } from '../../src/protocol/message.js';
import { ResponseCode } from '../../src/protocol/responses.js';
import type { RemotingClient } from '../../src/remoting/client.js';
import { patientClient } from '../support/patient-client.js';

const SUBSCRIPTION_SENT_ALONG = 4;

export class Reader {
  private readonly client: RemotingClient;

  constructor(private readonly broker: string) {
    this.client = patientClient();
  }

  close(): void {
    this.client.close();
  }

  async maxOffset(topic: string, queueId: number): Promise<number> {
    const answer = await this.client.request(this.broker, 'GET_MAX_OFFSET', { topic, queueId });
    return answer.header.offset;
  }

  /** All records of a queue from `offset` to its end. */
  async read(topic: string, queueId: number, offset: number): Promise<DecodedRecord[]> {
    const records: DecodedRecord[] = [];
    for (let at = offset; ;) {
      const answer = await this.client.request(
        this.broker,
        'PULL_MESSAGE',
        {
          consumerGroup: 'CrashReader',
          topic,
          queueId,
          queueOffset: at,
          maxMsgNums: 32,
          sysFlag: SUBSCRIPTION_SENT_ALONG,
          commitOffset: 0,
          suspendTimeoutMillis: 0,
          subscription: '*',
          subVersion: 0,
          expressionType: 'TAG',
        },
        { allow: [ResponseCode.PULL_NOT_FOUND, ResponseCode.PULL_OFFSET_MOVED] },
      );
      if (answer.code !== ResponseCode.SUCCESS) return records;
      records.push(...decodeRecords(answer.body));
      at = answer.header.nextBeginOffset;
    }
  }

  /** The record behind an offset message id: 4 bytes address, 4 port, 8 commitlog offset. */
  async view(topic: string, msgId: string): Promise<DecodedRecord | undefined> {
    const offset = Number(BigInt(`0x${msgId.slice(16)}`));
    const header = { topic, offset };
    const answer = await this.client.request(this.broker, 'VIEW_MESSAGE_BY_ID', header);
    return decodeRecord(answer.body);
  }
}
