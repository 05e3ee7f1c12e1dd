// mqadmin getLiteGroupInfo: Get lite group info.

import { command } from '../../cli/command/define.js';
import { dateTimeMillis, format } from '../../cli/output/format.js';
import { liteText } from '../../cli/text/lite.js';
import { askLite, type BrokerAnswer } from '../../client/admin/lite.js';
import { int, option, required } from '../../cli/flags/options.js';
import { LITE_ANSWERS } from '../../cli/command/shapes.js';

export default command({
  summary: 'Get lite group info.',
  effect: 'reads',
  shape: LITE_ANSWERS,
  options: {
    parentTopic: required('p', 'Parent topic name'),
    group: required('g', 'Consumer group'),
    liteTopic: option('l', 'query lite topic detail'),
    topK: int('k', 'topK value of each broker'),
  },
  async run(ctx, { parentTopic, group, liteTopic, topK = 20 }) {
    const header = { group, topK, ...(liteTopic === undefined ? {} : { liteTopic }) };
    const found = await askLite(ctx.session, parentTopic, 'GET_LITE_GROUP_INFO', header);
    for (const { error } of found) if (error !== undefined) ctx.fail(error);
    return { found, now: ctx.io.clock.now() };
  },
  text: ({ found, now }, { parentTopic, group, liteTopic, topK = 20 }) =>
    [
      `Lite Group Info: [${group}] [${parentTopic}]\n`,
      liteTopic === undefined ? '' : liteText(found, ROW, HEAD, offsetCells),
      totalText(found, now),
      liteTopic === undefined ? topText(found, topK) : '',
    ].join(''),
  json: ({ found }) => found,
});

const ROW = '%-50s %-16s %-16s %-16s %-30s%n';
const HEAD = ['#Broker Name', '#BrokerOffset', '#ConsumeOffset', '#LagCount', '#LastUpdate'];
const TOP_ROW = '%-6s %-40s %-12s %-30s%n';

type Info = NonNullable<BrokerAnswer['info']>;

interface Lag {
  liteTopic?: string;
  lagCount?: number;
  earliestUnconsumedTimestamp?: number;
}

function offsetCells({ liteTopicOffsetWrapper }: Info): unknown[] {
  const offset = liteTopicOffsetWrapper as
    { brokerOffset: number; consumerOffset: number; lastTimestamp: number } | undefined;
  if (!offset) return ['-', '-', '-', '-'];
  const { brokerOffset, consumerOffset, lastTimestamp } = offset;
  const updated = lastTimestamp > 0 ? dateTimeMillis(lastTimestamp) : '-';
  return [brokerOffset, consumerOffset, brokerOffset - consumerOffset, updated];
}

function totalText(found: readonly BrokerAnswer[], now: number): string {
  const infos: Info[] = found.flatMap(({ info }) => (info ? [info] : []));
  const lag = infos.reduce((sum, { totalLagCount }) => sum + Math.max(0, Number(totalLagCount)), 0);
  const times = infos.map((info) => Number(info.earliestUnconsumedTimestamp)).filter((t) => t > 0);
  const earliest = Math.min(now, ...times);
  const seconds = Math.floor((now - earliest) / 1000);
  return (
    `Total Lag Count: ${lag}\n` + `Min Unconsumed Timestamp: ${earliest} (${seconds} s ago)\n\n`
  );
}

function topText(found: readonly BrokerAnswer[], topK: number): string {
  const lags = (key: string): Lag[] =>
    found.flatMap(({ info }) => (Array.isArray(info?.[key]) ? (info[key] as Lag[]) : []));
  const byCount = lags('lagCountTopK').sort((a, b) => (b.lagCount ?? 0) - (a.lagCount ?? 0));
  const time = (one: Lag): number => one.earliestUnconsumedTimestamp ?? 0;
  const byTime = lags('lagTimestampTopK').sort((a, b) => time(a) - time(b));
  const list = (rows: Lag[]): string =>
    format(TOP_ROW, 'NO', 'Lite Topic', 'Lag Count', 'UnconsumedTimestamp') +
    rows
      .slice(0, topK)
      .map((one, i) => {
        const when = time(one) > 0 ? dateTimeMillis(time(one)) : '-';
        return format(TOP_ROW, i + 1, one.liteTopic ?? '', one.lagCount ?? 0, when);
      })
      .join('');
  return (
    `------TopK by lag count-----\n${list(byCount)}` +
    `\n------TopK by lag time------\n${list(byTime)}`
  );
}
