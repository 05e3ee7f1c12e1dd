// mqadmin clusterList: List cluster infos.

import { command, notServed } from '../../cli/define.js';
import { int, option, toggle } from '../../cli/options.js';

export default command({
  summary: 'List cluster infos.',
  options: {
    moreStats: toggle('m', 'Print more stats'),
    interval: int('i', 'specify intervals numbers, it is in seconds'),
    clusterName: option('c', 'which cluster'),
  },
  run: notServed('clusterList', 'a later version'),
});
