// mqadmin queryCq: Query cq command.

import { command, notServed } from '../../cli/define.js';
import { int, option, required, requiredInt } from '../../cli/options.js';

export default command({
  summary: 'Query cq command.',
  options: {
    topic: required('t', 'topic name'),
    queue: requiredInt('q', 'queue num, ie. 1'),
    index: requiredInt('i', 'start queue index.'),
    count: int('c', 'how many.'),
    broker: option('b', 'broker addr.'),
    consumer: option('g', 'consumer group.'),
  },
  run: notServed('queryCq', 'a later version'),
});
