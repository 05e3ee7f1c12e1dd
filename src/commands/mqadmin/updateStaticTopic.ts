// mqadmin updateStaticTopic: Update or create static topic, which has fixed number of queues.

import { command } from '../../cli/command/define.js';
import { names } from '../../cli/text/auth.js';
import { changeFromFile, changeStatic } from '../../cli/shared/static-topic.js';
import { namedBrokers, planStaticTopic } from '../../client/admin/static-topics.js';
import { bool, option, required, requiredInt } from '../../cli/flags/options.js';
import { MAPPING_FILES } from '../../cli/command/shapes.js';

export default command({
  summary: 'Update or create static topic, which has fixed number of queues.',
  effect: 'changes',
  shape: MAPPING_FILES,
  options: {
    clusters: option('c', 'remapping static topic to clusters, comma separated'),
    brokers: option('b', 'remapping static topic to brokers, comma separated'),
    topic: required('t', 'topic name'),
    totalQueueNum: requiredInt('qn', 'total queue num'),
    mapFile: option('mf', 'The mapping data file name'),
    forceReplace: bool('fr', 'Force replace the old mapping'),
  },
  oneOf: [['clusters', 'brokers']],
  async run(
    ctx,
    { topic, totalQueueNum: queues, brokers, clusters, mapFile, forceReplace = false },
  ) {
    if (mapFile !== undefined) {
      const file = { topic, file: mapFile, type: 'CREATE_OR_UPDATE' } as const;
      await changeFromFile(ctx, file, forceReplace);
      return undefined;
    }
    const named =
      brokers === undefined ? { clusters: names(clusters) } : { brokers: names(brokers) };
    const targets = await namedBrokers(ctx.session, named);
    const plan = await planStaticTopic(ctx.session, { topic, queues, targets });
    return changeStatic(ctx, plan, forceReplace);
  },
  text: (files) =>
    files
      ? `The old mapping data is written to file ${files.before}\n` +
        `The new mapping data is written to file ${files.after}\n`
      : '',
});
