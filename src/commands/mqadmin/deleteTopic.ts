// mqadmin deleteTopic: Delete topic from broker and NameServer.

import { command } from '../../cli/define.js';
import { deleteTopic } from '../../client/admin/topics.js';
import { required } from '../../cli/options.js';

export default command({
  summary: 'Delete topic from broker and NameServer.',
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
  text: (_deleted, { topic, clusterName }) =>
    `delete topic [${topic}] from cluster [${clusterName}] success.\n` +
    `delete topic [${topic}] from NameServer success.\n`,
});
