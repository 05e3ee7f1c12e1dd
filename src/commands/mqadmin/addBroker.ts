// mqadmin addBroker: Add a broker to specified container.

import { command } from '../../cli/command/define.js';
import { addBroker } from '../../client/admin/controller.js';
import { required } from '../../cli/flags/options.js';

export default command({
  summary: 'Add a broker to specified container.',
  effect: 'changes',
  shape: { brokerContainerAddr: 'text', brokerConfigPath: 'text' },
  options: {
    brokerContainerAddr: required('c', 'Broker container address'),
    brokerConfigPath: required('b', 'Broker config path'),
  },
  async run({ session }, { brokerContainerAddr, brokerConfigPath }) {
    await addBroker(session, brokerContainerAddr, brokerConfigPath);
    return { brokerContainerAddr, brokerConfigPath };
  },
  text: ({ brokerContainerAddr }) => `add broker to ${brokerContainerAddr} success\n`,
});
