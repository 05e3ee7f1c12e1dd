// mqadmin updateControllerConfig: Update controller config.

import { command } from '../../cli/command/define.js';
import { updateControllerConfig } from '../../client/admin/controller.js';
import { required } from '../../cli/flags/options.js';

export default command({
  summary: 'Update controller config.',
  effect: 'changes',
  shape: { addresses: ['text'], key: 'text', value: 'text' },
  options: {
    controllerAddress: required(
      'a',
      'Controller address list, eg: 192.168.0.1:9878;192.168.0.2:9878',
    ),
    key: required('k', 'config key'),
    value: required('v', 'config value'),
  },
  async run({ session }, { controllerAddress, key, value }) {
    const controllers = controllerAddress.split(';');
    const addresses = await updateControllerConfig(session, controllers, { [key]: value });
    return { addresses, key, value };
  },
  text: ({ addresses, key, value }) =>
    `update controller config success![${addresses.join(', ')}]\n${key} : ${value}\n`,
});
