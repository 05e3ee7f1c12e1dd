// mqadmin topicList: Fetch all topic list from name server.

import { command } from '../../cli/command/define.js';
import { format, front } from '../../cli/output/format.js';
import { listTopicRows, listTopics, type TopicRow } from '../../client/admin/topics.js';
import { toggle } from '../../cli/flags/options.js';

export default command({
  summary: 'Fetch all topic list from name server.',
  effect: 'reads',
  shape: { '|': [['text'], [{ clusterName: 'text', topic: 'text', group: 'text' }]] },
  options: {
    clusterModel: toggle('c', 'clusterModel'),
  },
  async run({ session }, { clusterModel }) {
    if (!clusterModel) return listTopics(session);
    return listTopicRows(session);
  },
  text: (found) => (isRows(found) ? rowsText(found) : found.map((topic) => `${topic}\n`).join('')),
  table: (found) => ({
    head: isRows(found) ? ['Cluster Name', 'Topic', 'Consumer Group'] : ['Topic'],
    rows: found.map((one) =>
      typeof one === 'string' ? [one] : [one.clusterName, one.topic, one.group],
    ),
  }),
});

type Found = string[] | TopicRow[];

const isRows = (found: Found): found is TopicRow[] => typeof found[0] === 'object';

function rowsText(rows: TopicRow[]): string {
  const head = format('%-20s  %-48s  %-48s%n', '#Cluster Name', '#Topic', '#Consumer Group');
  const lines = rows.map(({ clusterName, topic, group }) =>
    format('%-20s  %-64s  %-64s%n', front(clusterName, 20), front(topic, 64), front(group, 64)),
  );
  return head + lines.join('');
}
