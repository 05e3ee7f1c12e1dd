// mqadmin deleteTopic: Delete topic from broker and NameServer.

import { command } from '../../cli/command/define.js';
import { deleteTopic } from '../../client/admin/topics.js';
import { required } from '../../cli/flags/options.js';

export default command({
  summary: 'Delete topic from broker and NameServer.',
  effect: 'destroys',
  loss: ({ topic, clusterName }) => `deletes the topic ${topic} from the cluster ${clusterName}`,
  shape: { addresses: ['text'], complete: 'bool' },
  differs: 'keeps the route while a broker still has the topic',
  options: {
    topic: required('t', 'topic name'),
    clusterName: required('c', 'delete topic from which cluster'),
  },
  async run(ctx, { topic, clusterName }) {
    const known = await ctx.session.findRoute(topic);
    const deleted = await deleteTopic(ctx.session, { topic, clusterName });
    if (!known) ctx.warn(`the name server knew no topic ${topic}`);
    return deleted;
  },
  text: ({ addresses, complete }, { topic, clusterName }) =>
    complete
      ? `delete topic [${topic}] from cluster [${clusterName}] success.\n` +
        `delete topic [${topic}] from NameServer success.\n`
      : addresses.map((one) => `delete topic [${topic}] from broker [${one}] success.\n`).join(''),
});
