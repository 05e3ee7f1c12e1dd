// What a consumer does now, as RocketMQ prints it (ConsumerRunningInfo.formatString).

import type { runningInfo } from '../../client/admin/running.js';
import { format } from '../output/format.js';

export type RunningInfo = Awaited<ReturnType<typeof runningInfo>>;

type Queue = RunningInfo['mqTable'] extends Map<infer Key, infer Info> ? [Key, Info] : never;

const QUEUE_HEAD = '%-64s  %-32s  %-4s  %-20s%n';

export function runningText(info: RunningInfo): string {
  const queues = [...info.mqTable];
  return [
    '#Consumer Properties#\n',
    ...Object.entries(info.properties).map((entry) => format('%-40s: %s%n', ...entry)),
    '\n\n#Consumer Subscription#\n',
    ...info.subscriptionSet.map(({ topic, classFilterMode, subString }, i) =>
      format(
        '%03d Topic: %-40s ClassFilter: %-8s SubExpression: %s%n',
        i + 1,
        topic,
        classFilterMode,
        subString,
      ),
    ),
    '\n\n#Consumer Offset#\n',
    format(QUEUE_HEAD, '#Topic', '#Broker Name', '#QID', '#Consumer Offset'),
    ...queues.map(([queue, { commitOffset }]) =>
      format('%-32s  %-32s  %-4d  %-20d%n', ...place(queue), commitOffset),
    ),
    '\n\n#Consumer MQ Detail#\n',
    format(QUEUE_HEAD, '#Topic', '#Broker Name', '#QID', '#ProcessQueueInfo'),
    ...queues.map(([queue, held]) =>
      format('%-64s  %-32s  %-4d  %s%n', ...place(queue), processQueueText(held)),
    ),
    ...popText(info),
    ...ratesText(info),
    '\n\n#User Consume Info#\n',
    ...Object.entries(info.userConsumerInfo).map((entry) => format('%-40s: %s%n', ...entry)),
    info.jstack === undefined ? '' : `\n\n#Consumer jstack#\n${info.jstack}`,
  ].join('');
}

const place = ({ topic, brokerName, queueId }: Queue[0]): [string, string, number] => [
  topic,
  brokerName,
  queueId,
];

const popText = ({ mqPopTable }: RunningInfo): string[] => [
  '\n\n#Consumer Pop Detail#\n',
  format('%-32s  %-32s  %-4s  %-20s%n', '#Topic', '#Broker Name', '#QID', '#ProcessQueueInfo'),
  ...[...mqPopTable].map(([queue, { waitAckCount, droped, lastPopTimestamp }]) =>
    format(
      '%-32s  %-32s  %-4d  %s%n',
      ...place(queue),
      `PopProcessQueueInfo [waitAckCount:${waitAckCount}, droped:${droped}, ` +
        `lastPopTimestamp:${lastPopTimestamp}]`,
    ),
  ),
];

const RATES_HEAD = [
  '#Topic',
  '#Pull RT',
  '#Pull TPS',
  '#Consume RT',
  '#ConsumeOK TPS',
  '#ConsumeFailed TPS',
  '#ConsumeFailedMsgsInHour',
];

const ratesText = ({ statusTable }: RunningInfo): string[] => [
  '\n\n#Consumer RT&TPS#\n',
  format('%-64s  %14s %14s %14s %14s %18s %25s%n', ...RATES_HEAD),
  ...[...statusTable].map(([topic, one]) =>
    format(
      '%-32s  %14.2f %14.2f %14.2f %14.2f %18.2f %25d%n',
      topic,
      one.pullRT,
      one.pullTPS,
      one.consumeRT,
      one.consumeOKTPS,
      one.consumeFailedTPS,
      one.consumeFailedMsgs,
    ),
  ),
];

/** ProcessQueueInfo.toString. */
function processQueueText(held: Queue[1]): string {
  const fields = [
    `commitOffset=${held.commitOffset}`,
    `cachedMsgMinOffset=${held.cachedMsgMinOffset}`,
    `cachedMsgMaxOffset=${held.cachedMsgMaxOffset}`,
    `cachedMsgCount=${held.cachedMsgCount}`,
    `cachedMsgSizeInMiB=${held.cachedMsgSizeInMiB}`,
    `transactionMsgMinOffset=${held.transactionMsgMinOffset}`,
    `transactionMsgMaxOffset=${held.transactionMsgMaxOffset}`,
    `transactionMsgCount=${held.transactionMsgCount}`,
    `locked=${held.locked}`,
    `tryUnlockTimes=${held.tryUnlockTimes}`,
    `lastLockTimestamp=${compactTime(held.lastLockTimestamp)}`,
    `droped=${held.droped}`,
    `lastPullTimestamp=${compactTime(held.lastPullTimestamp)}`,
    `lastConsumeTimestamp=${compactTime(held.lastConsumeTimestamp)}`,
  ];
  return `ProcessQueueInfo [${fields.join(', ')}]`;
}

/** `20261121014448868`, local time (UtilAll.timeMillisToHumanString). */
function compactTime(timestamp: number): string {
  const d = new Date(timestamp);
  const parts = [d.getMonth() + 1, d.getDate(), d.getHours(), d.getMinutes(), d.getSeconds()];
  return format('%04d%02d%02d%02d%02d%02d%03d', d.getFullYear(), ...parts, d.getMilliseconds());
}
