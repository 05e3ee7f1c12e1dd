// store: looks at a store directory that no broker uses: is it in order, what is in it.

import { resolve } from 'node:path';
import { MqError } from '../base/errors.js';
import { usage } from '../cli/flags/argv.js';
import type { Context } from '../cli/command/context.js';
import { command } from '../cli/command/define.js';
import { int, option } from '../cli/flags/options.js';
import { dumpJson, dumpLine, reportText, statText } from '../cli/text/store.js';
import { StoreCheck } from '../store/offline/check.js';
import { dumpMessages } from '../store/offline/dump.js';
import { storeStat } from '../store/offline/stat.js';

const USAGE = 'Usage: pocketmq store check | dump | stat <store directory>';

export default command({
  summary: 'Looks at a store directory without a broker: store check | dump | stat <directory>',
  app: 'store check|dump|stat <directory>',
  options: {
    topic: option('t', 'dump: messages of this topic only'),
    queueId: int('q', 'dump: messages of this queue only'),
    key: option('k', 'dump: messages with this key or unique key'),
    from: int(undefined, 'dump: from this commitlog offset on'),
    to: int(undefined, 'dump: up to this commitlog offset'),
    limit: int('l', 'dump: at most so many messages'),
  },
  offline: true,
  words: true,
  async run(ctx, flags, words) {
    const [verb, directory] = words;
    if (directory === undefined || words.length > 2) throw usage(USAGE);
    const root = resolve(ctx.io.cwd, directory);
    if (verb === 'check') return check(ctx, root);
    if (verb === 'stat') {
      const stat = storeStat(root, ctx.io.files);
      ctx.emit(statText(stat));
      return stat;
    }
    if (verb !== 'dump') throw usage(`there is no 'store ${verb}'`, USAGE);
    const messages: unknown[] = [];
    for (const message of dumpMessages(root, ctx.io.files, flags)) {
      if (ctx.output === 'json') messages.push(dumpJson(message));
      else ctx.emit(dumpLine(message));
    }
    return messages;
  },
});

async function check(ctx: Context, root: string): Promise<unknown> {
  const run = new StoreCheck(root, ctx.io.files);
  const report = await ctx.progress(`reading ${root}`, async () => {
    // lets the spinner turn between two pieces
    while (run.step()) await new Promise((done) => setImmediate(done));
    return run.report();
  });
  ctx.emit(reportText(report));
  const errors = report.problems.filter(({ level }) => level === 'error').length;
  if (errors > 0) ctx.fail(new MqError('STORE_DAMAGED', { errors }));
  return report;
}
