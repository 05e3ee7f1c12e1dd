// mqadmin getControllerMetaData: Get controller cluster's metadata.

import { command } from '../../cli/command/define.js';
import { controllerMetaData } from '../../client/admin/controller.js';
import { required } from '../../cli/flags/options.js';

export default command({
  summary: "Get controller cluster's metadata.",
  effect: 'reads',
  shape: {
    'group?': 'text',
    'controllerLeaderId?': 'text',
    'controllerLeaderAddress?': 'text',
    'isLeader?': 'bool',
    'peers?': 'text',
  },
  options: {
    controllerAddress: required('a', 'the address of controller'),
  },
  run: ({ session }, { controllerAddress }) =>
    controllerMetaData(session, controllerAddress.split(';')[0]!),
  text: ({ group, controllerLeaderId, controllerLeaderAddress, peers }) =>
    [
      `\n#ControllerGroup\t${group ?? 'null'}`,
      `#ControllerLeaderId\t${controllerLeaderId ?? 'null'}`,
      `#ControllerLeaderAddress\t${controllerLeaderAddress ?? 'null'}`,
      ...(peers ?? '').split(';').map((peer) => `#Peer:\t${peer}`),
      '',
    ].join('\n'),
});
