// Transactions: halves, decisions, questions about what stays undecided.

import { encodeBatch } from '../../../src/protocol/batch.js';
import { formatProperties, type Properties } from '../../../src/protocol/properties.js';
import type { Req, Res } from '../../../src/protocol/requests/index.js';
import { until } from '../../support/until.js';
import { type FeatureTalk, placeOf, recordText } from './feature-talk.js';
import { sendHeader } from '../../support/send-header.js';

const [COMMIT, ROLLBACK] = [8, 12];
const HALF = 'RMQ_SYS_TRANS_HALF_TOPIC';
const OP = 'RMQ_SYS_TRANS_OP_HALF_TOPIC';
const GIVEN_UP = 'TRANS_CHECK_MAX_TIME_TOPIC';
const TX = { TRAN_MSG: 'true', PGROUP: 'tx' };

type Sent = Res<'SEND_MESSAGE_V2'>;
type Ending = Partial<Req<'END_TRANSACTION'>>;

class TransactionTalk {
  private halves = 0;

  constructor(private readonly talk: FeatureTalk) {}

  async all(): Promise<void> {
    const { talk } = this;
    await talk.topic('Tx', { readQueueNums: 3, writeQueueNums: 3 });
    // nobody is asked for now
    await talk.config({ transactionTimeOut: 60_000, transactionCheckMax: 2 });
    // as long as it is young, nobody looks at those behind it
    await this.half('young', { PGROUP: 'none' });
    await this.decisions();
    await this.wrongDecisions();
    await this.late();
    await this.kinds();
    await this.again();
    await this.ops();
    await talk.config({ transactionTimeOut: 100 });
    await this.questions();
    await this.immune();
  }

  private async half(text: string, properties: Properties = {}, changes: object = {}) {
    const options = { sysFlag: 4, queueId: 2, ...changes };
    const { header } = await this.talk.send('Tx', text, { ...TX, ...properties }, options);
    this.halves++;
    return header;
  }

  private end(what: string, half: Sent, commitOrRollback: number, changes: Ending = {}) {
    return this.talk.note(what, 'END_TRANSACTION', {
      producerGroup: 'tx',
      tranStateTableOffset: half.queueOffset,
      commitLogOffset: placeOf(half.msgId),
      commitOrRollback,
      fromTransactionCheck: false,
      msgId: half.msgId,
      ...changes,
    });
  }

  private async decisions(): Promise<void> {
    const { talk } = this;
    const half = await this.half('first', { TAGS: 'A', KEYS: 'k', own: 'v' }, { flag: 3 });
    talk.add('answer of a half', `${half.queueId}:${half.queueOffset} ${half.transactionId}`);
    await talk.noteRecord('half', HALF, 0, 1);
    await this.end('commit', half, COMMIT);
    await talk.noteRecord('committed', 'Tx', 2, 0);
    const second = await this.half('second', {}, { sysFlag: 0 });
    await this.end('rollback', second, ROLLBACK);
    const third = await this.half('third');
    await this.end('4.x: no topic, no id', third, COMMIT, { msgId: '', topic: undefined });
    await talk.noteRecord('committed without id', 'Tx', 2, 1);
    const fourth = await this.half('fourth');
    const check = { fromTransactionCheck: undefined, topic: 'Tx', transactionId: 'key-fourth' };
    await this.end('commit, all fields', fourth, COMMIT, check);
    await talk.noteRecord('committed, all fields', 'Tx', 2, 2);
  }

  private async wrongDecisions(): Promise<void> {
    const half = await this.half('wrong');
    for (const kind of [COMMIT, ROLLBACK]) {
      await this.end('another group', half, kind, { producerGroup: 'other' });
      await this.end('another offset', half, kind, { tranStateTableOffset: 99 });
      await this.end('no such place', half, kind, { commitLogOffset: 900_000_000 });
    }
    const plain = await this.talk.send('Tx', 'plain', { PGROUP: 'tx' });
    await this.end('rollback of a plain message', plain.header, ROLLBACK);
    await this.end('rollback at last', half, ROLLBACK);
  }

  /** A producer that set the time of the first question must decide before. */
  private async late(): Promise<void> {
    const born = { bornTimestamp: Date.now() - 100_000 };
    for (const seconds of ['1', '99', '-1', 'abc', '', '120', '1.5']) {
      const immune = { CHECK_IMMUNITY_TIME_IN_SECONDS: seconds };
      const half = await this.half(`late ${seconds}`, immune, born);
      await this.end(`commit after its time: ${seconds}`, half, COMMIT);
      const asked = { fromTransactionCheck: true };
      if (seconds !== '' && seconds !== '120') {
        await this.end(`commit when asked: ${seconds}`, half, COMMIT, asked);
      }
    }
  }

  private async kinds(): Promise<void> {
    const { talk } = this;
    const send = async (what: string, props: Properties, changes: object): Promise<void> => {
      const { code, remark, header } = await talk.send('Tx', what, props, changes);
      const place = `${header.queueId}:${header.queueOffset}`;
      talk.add(what, String(code), remark ?? '', place);
    };
    await this.end('TRAN_MSG=TRUE', await this.half('capitals', { TRAN_MSG: 'TRUE' }), ROLLBACK);
    await talk.noteRecord('TRAN_MSG=TRUE: half', HALF, 0, this.halves - 1);
    await send('TRAN_MSG=yes', { TRAN_MSG: 'yes' }, { queueId: 1 });
    await talk.noteRecord('TRAN_MSG=yes: no half', 'Tx', 1, 0);
    const retried = { TRAN_MSG: 'true', DELAY: '16', PGROUP: 'tx' };
    await send('a retry', retried, { reconsumeTimes: 1 });
    await talk.noteRecord('a retry waits', 'SCHEDULE_TOPIC_XXXX', 15, 0);
    await send('delayed', { TRAN_MSG: 'true', DELAY: '17', PGROUP: 'tx' }, {});
    await talk.noteRecord('delayed waits', 'SCHEDULE_TOPIC_XXXX', 16, 0);
    await send('timed', { ...TX, TIMER_DELAY_SEC: '600' }, {});
    await talk.config({ rejectTransactionMessage: true });
    await send('rejected', TX, {});
    await talk.config({ rejectTransactionMessage: false });
    for (const sysFlag of [4, 8, 12]) await send(`sysFlag ${sysFlag}`, {}, { sysFlag, queueId: 1 });
    await talk.noteRecord('after the flags', 'Tx', 1, 1);
    const one = { flag: 0, body: Buffer.from('in a batch'), properties: formatProperties(TX) };
    const header = sendHeader('Tx', TX, { batch: true, queueId: 1 });
    const { code } = await talk.ask('SEND_MESSAGE_V2', header, encodeBatch([one, one]));
    talk.add('a batch', String(code));
    await talk.noteRecord('a batch is plain', 'Tx', 1, 2);
  }

  /** Decided so far, by the messages that say so. */
  private async ops(): Promise<void> {
    const { talk } = this;
    const ended = new Set<string>();
    const undecided = 1; // the young one
    for (let offset = 0; ended.size < this.halves - undecided; offset++) {
      const record = await talk.record(OP, 0, offset);
      const body = record.body.toString();
      for (const one of body.split(',')) if (one !== '') ended.add(one);
      const text = recordText({ ...record, queueOffset: 0, body: Buffer.from('offsets') });
      if (offset === 0) talk.add('decisions', text, String(body.endsWith(',')));
    }
    talk.add('decided', [...ended].sort((a, b) => Number(a) - Number(b)).join(' '));
    await talk.noteTopic(HALF);
    await talk.noteTopic(OP);
  }

  /** A second decision about the same half. */
  private async again(): Promise<void> {
    const { talk } = this;
    await talk.topic('Again');
    const half = async (text: string): Promise<Sent> => {
      this.halves++;
      return (await talk.send('Again', text, TX)).header;
    };
    const twice = await half('twice');
    await this.end('commit', twice, COMMIT);
    await this.end('commit again', twice, COMMIT);
    await this.end('rollback after the commit', twice, ROLLBACK);
    const back = await half('back');
    await this.end('rollback', back, ROLLBACK);
    await this.end('commit after the rollback', back, COMMIT);
    await this.end('the last one', await half('last'), COMMIT);
    const bodies: string[] = [];
    for (let offset = 0; bodies.at(-1) !== 'last'; offset++) {
      bodies.push((await talk.record('Again', 0, offset)).body.toString());
    }
    talk.add('delivered of decisions said again', bodies.join(' '));
  }

  /** A producer that is asked as often as it may be. */
  private async questions(): Promise<void> {
    const { talk } = this;
    await talk.noteRecord('of no group: given up', GIVEN_UP, 0, 0);
    await talk.noteTopic(GIVEN_UP);
    await talk.beat({ producerDataSet: [{ groupName: 'tx' }] });
    const from = talk.checks.length;
    const asked = await this.half('asked', { TAGS: 'B', KEYS: 'k1 k2', own: 'v' });
    const first = asked.queueOffset;
    await talk.noteRecord('asked: given up', GIVEN_UP, 0, 1);
    for (const { header, ext, half, bytes } of talk.checks.slice(from)) {
      const known = header.commitLogOffset === half.physicalOffset;
      const { commitLogOffset, offsetMsgId, tranStateTableOffset, ...rest } = ext;
      const id = placeOf(String(offsetMsgId)) === Number(commitLogOffset);
      const nth = Number(tranStateTableOffset) - first;
      talk.add('question', recordText({ ...half, queueOffset: half.queueOffset - first }));
      talk.add(
        'question: header',
        JSON.stringify(rest, Object.keys(rest).sort()),
        `${known} ${id} ${nth} ${bytes}`,
      );
    }
    await this.copies('asked', first);
    await this.half('answered', {});
    const header = await this.questionAbout('answered');
    await talk.note('commit when asked', 'END_TRANSACTION', {
      ...{ producerGroup: 'tx', commitOrRollback: COMMIT, fromTransactionCheck: true },
      tranStateTableOffset: header.tranStateTableOffset,
      commitLogOffset: header.commitLogOffset,
      ...{ msgId: header.msgId ?? '', transactionId: header.transactionId },
    });
    const { text } = await this.found('Tx', 2, 0, 'answered');
    talk.add('committed when asked', text.replace(/_CHECK_TIMES=\d+/, '_CHECK_TIMES=*'));
  }

  private async questionAbout(text: string): Promise<Req<'CHECK_TRANSACTION_STATE'>> {
    const find = () => this.talk.checks.find(({ half }) => half.body.toString() === text);
    await until(`question about ${text}`, () => Promise.resolve(find() !== undefined));
    return find()!.header;
  }

  /** The first record with such a body from an offset on, told as if it were at 0. */
  private async found(topic: string, queueId: number, from: number, body: string) {
    for (let offset = from; ; offset++) {
      const record = await this.talk.record(topic, queueId, offset);
      if (record.body.toString() !== body) continue;
      return { offset, text: recordText({ ...record, queueOffset: 0 }) };
    }
  }

  /** A half and the two that followed it. */
  private async copies(body: string, first: number): Promise<void> {
    for (let i = 0, from = first; i < 3; i++) {
      const { offset, text } = await this.found(HALF, 0, from, body);
      this.talk.add(`${body}: half ${i}`, text.replace(`_OFFSET=${first},`, '_OFFSET=first,'));
      from = offset + 1;
    }
  }

  /** Who asks not to be asked yet waits behind the others. */
  private async immune(): Promise<void> {
    const { talk } = this;
    const half = await this.half('immune', { CHECK_IMMUNITY_TIME_IN_SECONDS: '3600' });
    await this.copies('immune', half.queueOffset);
    await this.end('immune: commit', half, COMMIT);
    const asked = talk.checks.filter((check) => check.half.body.toString() === 'immune');
    talk.add('immune: questions', String(asked.length));
  }
}

export const transactionFeature = (talk: FeatureTalk): Promise<void> =>
  new TransactionTalk(talk).all();
