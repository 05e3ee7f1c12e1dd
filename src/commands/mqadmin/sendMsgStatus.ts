// mqadmin sendMsgStatus: Send msg to broker.

import { command, notServed } from '../../cli/define.js';
import { int, required } from '../../cli/options.js';

export default command({
  summary: 'Send msg to broker.',
  options: {
    brokerName: required('b', 'Broker Name e.g. clusterName_brokerName as DefaultCluster_broker-a'),
    messageSize: int('s', 'Message Size, Default: 128'),
    count: int('c', 'send message count, Default: 50'),
  },
  run: notServed('sendMsgStatus', 'a later version'),
});
