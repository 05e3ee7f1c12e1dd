// mqadmin updateSubGroup: Update or create subscription group.

import { command, notServed } from '../../cli/define.js';
import { bool, int, option, required } from '../../cli/options.js';

export default command({
  summary: 'Update or create subscription group.',
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
        '{"type":"EXPONENTIAL","exponentialRetryPolicy":{"initial":5000,"max":7200000,"multiplier":2}} ' +
        '{"type":"CUSTOMIZED","customizedRetryPolicy":{"next":[1000,5000,10000]}} )',
    ),
    brokerId: int('i', 'consumer from which broker id'),
    whichBrokerWhenConsumeSlowly: int('w', 'which broker id when consume slowly'),
    notifyConsumerIdsChanged: bool('a', 'notify consumerId changed'),
    attributes: option(undefined, 'attribute(+a=b,+c=d,-e)'),
  },
  run: notServed('updateSubGroup', 'a later version'),
});
