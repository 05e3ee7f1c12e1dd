// mqadmin getConsumerConfig: Get consumer config by subscription group name.

import { command, notServed } from '../../cli/define.js';
import { required } from '../../cli/options.js';

export default command({
  summary: 'Get consumer config by subscription group name.',
  options: {
    groupName: required('g', 'subscription group name'),
  },
  run: notServed('getConsumerConfig', 'a later version'),
});
