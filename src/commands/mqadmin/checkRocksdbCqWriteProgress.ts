// mqadmin checkRocksdbCqWriteProgress: check if rocksdb cq is same as file cq.

import { command } from '../../cli/command/define.js';
import { timestampOf } from '../../cli/text/message.js';
import { checkRocksdbQueues } from '../../client/admin/broker.js';
import { mastersOf } from '../../client/targets.js';
import { option, required } from '../../cli/flags/options.js';

export default command({
  summary: 'check if rocksdb cq is same as file cq',
  effect: 'reads',
  shape: [{ brokerName: 'text', result: { '*': 'any' } }],
  options: {
    cluster: required('c', 'cluster name'),
    namesrvAddr: required('n', 'nameserverAddr', 'nameserverAddr'),
    topic: option('t', 'topic name'),
    checkFrom: option('cf', 'check from time'),
  },
  async run({ session }, { cluster, topic, checkFrom }) {
    const since = timestampOf(checkFrom);
    const found = [];
    for (const { brokerName, address } of await mastersOf(session, cluster)) {
      const checkStoreTime = since === undefined ? {} : { checkStoreTime: since };
      const result = await checkRocksdbQueues(session, address, { topic, ...checkStoreTime });
      found.push({ brokerName, result });
    }
    return found;
  },
  text: (found) =>
    found
      .map(({ brokerName, result: { checkStatus, checkResult } }) =>
        checkStatus === IN_PROGRESS
          ? `${brokerName} check doing, please wait and get the result from log... \n`
          : `${brokerName} check result: ${String(checkResult)}\n`,
      )
      .join(''),
});

/** CheckRocksdbCqWriteResult.CheckStatus. */
const IN_PROGRESS = 2;
