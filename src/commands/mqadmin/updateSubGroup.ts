// mqadmin updateSubGroup: Update or create subscription group.

import { command } from '../../cli/command/define.js';
import { usage } from '../../cli/flags/argv.js';
import { parseAttributes } from '../../client/admin/attributes.js';
import { updateGroup } from '../../client/admin/groups.js';
import { groupText, newGroupConfig } from '../../client/config-text.js';
import { bool, int, option, required } from '../../cli/flags/options.js';
import { ADDRESSES, GROUP_CONFIG } from '../../cli/command/shapes.js';

export default command({
  summary: 'Update or create subscription group.',
  effect: 'changes',
  shape: { addresses: ADDRESSES, config: GROUP_CONFIG },
  options: {
    brokerAddr: option('b', 'create subscription group to which broker'),
    clusterName: option('c', 'create subscription group to which cluster'),
    groupName: required('g', 'consumer group name'),
    consumeEnable: bool('s', 'consume enable'),
    consumeFromMinEnable: bool('m', 'from min offset'),
    consumeBroadcastEnable: bool('d', 'broadcast'),
    consumeMessageOrderly: bool('o', 'consume message orderly'),
    retryQueueNums: int('q', 'retry queue nums'),
    retryMaxTimes: int('r', 'retry max times'),
    groupRetryPolicy: option(
      'p',
      'the json string of retry policy ( exp: ' +
        '{"type":"EXPONENTIAL","exponentialRetryPolicy":' +
        '{"initial":5000,"max":7200000,"multiplier":2}} ' +
        '{"type":"CUSTOMIZED","customizedRetryPolicy":{"next":[1000,5000,10000]}} )',
    ),
    brokerId: int('i', 'consumer from which broker id'),
    whichBrokerWhenConsumeSlowly: int('w', 'which broker id when consume slowly'),
    notifyConsumerIdsChanged: bool('a', 'notify consumerId changed'),
    attributes: option(undefined, 'attribute(+a=b,+c=d,-e)'),
  },
  anyOf: ['brokerAddr', 'clusterName'],
  async run({ session }, flags) {
    const { brokerAddr, clusterName } = flags;
    const config = newGroupConfig(flags.groupName, {
      consumeFromMinEnable: flags.consumeFromMinEnable ?? false,
      consumeBroadcastEnable: flags.consumeBroadcastEnable ?? false,
      ...given({
        consumeEnable: flags.consumeEnable,
        consumeMessageOrderly: flags.consumeMessageOrderly,
        retryQueueNums: flags.retryQueueNums,
        retryMaxTimes: flags.retryMaxTimes,
        groupRetryPolicy: policyOf(flags.groupRetryPolicy),
        brokerId: flags.brokerId,
        whichBrokerWhenConsumeSlowly: flags.whichBrokerWhenConsumeSlowly,
        notifyConsumerIdsChangedEnable: flags.notifyConsumerIdsChanged,
      }),
      attributes: parseAttributes(flags.attributes ?? ''),
    });
    return { addresses: await updateGroup(session, { brokerAddr, clusterName }, config), config };
  },
  text: ({ addresses, config }) => {
    const lines = addresses.map((one) => `create subscription group to ${one} success.\n`);
    return lines.join('') + groupText(config);
  },
});

/** Without what is undefined. */
function given<T extends object>(fields: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]?: Exclude<T[K], undefined>;
  };
}

type Policy = { type: string };

function policyOf(text: string | undefined): Policy | undefined {
  if (text === undefined) return undefined;
  const hint = 'write for example {"type":"CUSTOMIZED","customizedRetryPolicy":{"next":[1000]}}';
  try {
    const policy = JSON.parse(text) as Policy;
    if (/^(CUSTOMIZED|EXPONENTIAL)$/.test(policy.type)) return policy;
  } catch {
    throw usage('-p is no JSON text', hint);
  }
  throw usage('-p has no type CUSTOMIZED or EXPONENTIAL', hint);
}
