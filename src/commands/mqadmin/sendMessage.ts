// mqadmin sendMessage: Send a message.

import { command, notServed } from '../../cli/define.js';
import { bool, int, option, required } from '../../cli/options.js';

export default command({
  summary: 'Send a message.',
  options: {
    topic: required('t', 'Topic name'),
    body: required('p', 'UTF-8 string format of the message body'),
    key: option('k', 'Message keys'),
    tags: option('c', 'Message tags'),
    broker: option('b', 'Send message to target broker'),
    qid: int('i', 'Send message to target queue'),
    msgTraceEnable: bool('m', 'Message Trace Enable, Default: false'),
  },
  run: notServed('sendMessage', 'a later version'),
});
