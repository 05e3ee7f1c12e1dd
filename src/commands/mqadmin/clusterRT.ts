// mqadmin clusterRT: List All clusters Message Send RT.

import { command, notServed } from '../../cli/define.js';
import { int, option } from '../../cli/options.js';

export default command({
  summary: 'List All clusters Message Send RT.',
  options: {
    amount: int('a', 'message amount | default 100'),
    size: int('s', 'message size | default 128 Byte'),
    cluster: option('c', 'cluster name | default display all cluster'),
    printLog: option('p', 'print as tlog | default false', 'print log'),
    machineRoom: option('m', 'machine room name | default noname', 'machine room'),
    interval: int('i', 'print interval | default 10 seconds'),
  },
  run: notServed('clusterRT', 'a later version'),
});
