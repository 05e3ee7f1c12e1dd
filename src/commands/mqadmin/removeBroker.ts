// mqadmin removeBroker: Remove a broker from specified container.

import { command } from '../../cli/command/define.js';
import { usage } from '../../cli/flags/argv.js';
import { removeBroker } from '../../client/admin/controller.js';
import { required } from '../../cli/flags/options.js';

export default command({
  summary: 'Remove a broker from specified container.',
  effect: 'destroys',
  loss: ({ brokerIdentity }) =>
    `stops the broker ${brokerIdentity} and removes it from its container`,
  shape: { brokerContainerAddr: 'text', brokerIdentity: 'text' },
  options: {
    brokerContainerAddr: required('c', 'Broker container address'),
    brokerIdentity: required(
      'b',
      'Information to identify a broker: clusterName:brokerName:brokerId(dLedgerId for dLedger)',
    ),
  },
  async run({ session }, { brokerContainerAddr, brokerIdentity }) {
    const [brokerClusterName, brokerName, id] = brokerIdentity.split(':');
    const brokerId = Number(id);
    if (!brokerClusterName || !brokerName || !/^\d+$/.test(id ?? '')) {
      throw usage(`-b is '${brokerIdentity}'`, 'write cluster:brokerName:brokerId');
    }
    await removeBroker(session, brokerContainerAddr, { brokerClusterName, brokerName, brokerId });
    return { brokerContainerAddr, brokerIdentity };
  },
  text: ({ brokerContainerAddr }) => `remove broker from ${brokerContainerAddr} success\n`,
});
