// mqshutdown: ends the brokers or name servers that this user has running, and waits for it.

import { sleep } from '../base/clock.js';
import { MqError } from '../base/errors.js';
import { usage } from '../cli/flags/argv.js';
import { command } from '../cli/command/define.js';
import type { Io } from '../cli/process/io.js';
import { isAlive, requestStop, type Role, ROLES, runningServers } from '../cli/daemon/run-files.js';

/** A broker may have much to write before it is gone. */
const PATIENCE_MS = 120_000;

export default command({
  summary: 'Ends the brokers or name servers of this user: mqshutdown broker | namesrv',
  options: {},
  offline: true,
  words: true,
  async run(ctx, _flags, words) {
    const role = roleOf(words);
    const servers = runningServers(ctx.io, role);
    if (servers.length === 0) throw new MqError('NOT_RUNNING', { role: `mq${role}` });
    const pids = servers.map(({ pid }) => pid).join(' ');
    ctx.emit(`The mq${role}(${pids}) is running...\n`);
    for (const server of servers) requestStop(ctx.io, server);
    ctx.emit(`Send shutdown request to mq${role}(${pids}) OK\n`);
    const left = await ctx.progress(`waiting for mq${role}(${pids})`, () =>
      untilGone(ctx.io, servers),
    );
    if (left.length > 0) {
      const leftPids = left.map(({ pid }) => pid).join(' ');
      throw new MqError('STILL_RUNNING', { role: `mq${role}`, pids: leftPids });
    }
    ctx.emit(`The mq${role}(${pids}) is gone.\n`);
    return servers;
  },
});

function roleOf(words: readonly string[]): Role {
  const typed = words[0]?.toLowerCase();
  const role = ROLES.find((name) => name === typed);
  if (role && words.length === 1) return role;
  const known = 'Usage: mqshutdown broker | namesrv';
  if (typed === 'controller' || typed === 'proxy' || typed === 'brokercontainer') {
    throw usage(`PocketMQ has no ${typed} yet`, known);
  }
  throw usage(known);
}

async function untilGone<T extends Parameters<typeof isAlive>[1]>(
  io: Io,
  servers: readonly T[],
): Promise<T[]> {
  const deadline = io.clock.monotonic() + PATIENCE_MS;
  let left = [...servers];
  while (left.length > 0 && io.clock.monotonic() < deadline) {
    await sleep(io.clock, 50);
    left = left.filter((server) => isAlive(io, server));
  }
  return left;
}
