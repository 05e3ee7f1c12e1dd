// mqadmin checkRocksdbCqWriteProgress: check if rocksdb cq is same as file cq.

import { command, notServed } from '../../cli/define.js';
import { option, required } from '../../cli/options.js';

export default command({
  summary: 'check if rocksdb cq is same as file cq',
  options: {
    cluster: required('c', 'cluster name'),
    namesrvAddr: required('n', 'nameserverAddr', 'nameserverAddr'),
    topic: option('t', 'topic name'),
    checkFrom: option('cf', 'check from time'),
  },
  run: notServed('checkRocksdbCqWriteProgress', 'a RocksDB store'),
});
