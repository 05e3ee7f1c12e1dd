// mqadmin checkMsgSendRT: Check message send response time.

import { command, notServed } from '../../cli/define.js';
import { int, required } from '../../cli/options.js';

export default command({
  summary: 'Check message send response time.',
  options: {
    topic: required('t', 'topic name'),
    amount: int('a', 'message amount | default 100'),
    size: int('s', 'message size | default 128 Byte'),
  },
  run: notServed('checkMsgSendRT', 'a later version'),
});
