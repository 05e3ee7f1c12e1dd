// mqadmin getColdDataFlowCtrInfo: Get cold data flow ctr info.

import { command } from '../../cli/command/define.js';
import { prettyJava } from '../../cli/output/java-json.js';
import { perBroker } from '../../cli/shared/per-broker.js';
import { coldDataInfo } from '../../client/admin/broker.js';
import { option } from '../../cli/flags/options.js';

export default command({
  summary: 'Get cold data flow ctr info.',
  effect: 'reads',
  shape: { '*': { '|': [{ '*': 'any' }, 'null'] } },
  options: {
    brokerAddr: option('b', 'get from which broker'),
    clusterName: option('c', 'get from which cluster'),
  },
  anyOf: ['brokerAddr', 'clusterName'],
  run: ({ session }, { brokerAddr, clusterName }) =>
    perBroker(session, { brokerAddr, clusterName }, (address) => coldDataInfo(session, address)),
  text: (found) =>
    found
      .map(({ title, address, result }) => {
        const text = result
          ? prettyJava(new Map(Object.entries(result)))
          : `Broker[${address}] has no cold ctr table !`;
        return ` ============${title}============\n${text}\n`;
      })
      .join(''),
  json: (found) => Object.fromEntries(found.map(({ address, result }) => [address, result])),
});
