// mqadmin updateOrderConf: Create or update or delete order conf.

import { command } from '../../cli/command/define.js';
import { usage } from '../../cli/flags/argv.js';
import { deleteKv, getKv, ORDER_NAMESPACE, putKv } from '../../client/admin/kv.js';
import { MqError } from '../../base/errors.js';
import { option, required } from '../../cli/flags/options.js';

export default command({
  summary: 'Create or update or delete order conf.',
  effect: 'changes',
  shape: { method: 'text', topic: 'text', 'orderConf?': 'text' },
  options: {
    topic: required('t', 'topic name'),
    orderConf: option('v', 'set order conf [eg. brokerName1:num;brokerName2:num]'),
    method: required('m', 'option type [eg. put|get|delete'),
  },
  async run({ session }, { topic, orderConf, method }) {
    const place = { namespace: ORDER_NAMESPACE, key: topic };
    if (method === 'get') {
      const found = await getKv(session, place);
      if (found === undefined) throw new MqError('NO_ORDER_CONF', { topic });
      return { method, topic, orderConf: found };
    }
    if (method === 'delete') {
      await deleteKv(session, place);
      return { method, topic };
    }
    if (method !== 'put') throw usage(`-m is '${method}'; it can be put, get or delete`);
    if (!orderConf) throw usage('please set orderConf with option -v.', 'broker-a:4;broker-b:4');
    await putKv(session, { ...place, value: orderConf });
    return { method, topic, orderConf };
  },
  text({ method, topic, orderConf }) {
    if (method === 'delete') return `delete orderConf success. topic=[${topic}]`;
    const done = `orderConf success. topic=[${topic}], orderConf=[${orderConf}]`;
    return method === 'get' ? `get ${done} ` : `update ${done}`;
  },
});
