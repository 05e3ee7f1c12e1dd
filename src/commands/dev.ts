// dev: a name server and a broker in one process, for trying out and for tests on one machine.

import { join, relative } from 'node:path';
import { MqError } from '../base/errors.js';
import { lifecycle } from '../base/lifecycle.js';
import { silentLogger } from '../base/log.js';
import type { Context } from '../cli/command/context.js';
import { openLog, serve } from '../cli/daemon/daemon.js';
import { command } from '../cli/command/define.js';
import type { Io } from '../cli/process/io.js';
import { int, option } from '../cli/flags/options.js';
import { pocketHome } from '../cli/access/profile.js';
import { pull } from '../client/pull.js';
import { createProducer } from '../client/producer.js';
import { createSession } from '../client/session.js';
import { BROKER_PORT, loadBrokerConfig, loadNamesrvConfig, NAMESRV_PORT } from '../config/load.js';
import { createBroker } from '../server/broker/broker.js';
import { createNamesrv } from '../server/namesrv/namesrv.js';

const HOST = '127.0.0.1';
const CHECK_TOPIC = 'PocketMQ_self_check';

export default command({
  summary: 'Runs a name server and a broker together, ready to use on this machine.',
  options: {
    dir: option(undefined, 'folder of all data and logs; ~/.pocketmq/dev without it'),
    namesrvPort: int(
      undefined,
      `port of the name server; ${NAMESRV_PORT} without it`,
      'namesrv-port',
    ),
    brokerPort: int(undefined, `port of the broker; ${BROKER_PORT} without it`, 'broker-port'),
  },
  offline: true,
  words: true,
  run: (ctx, flags, args) => new Dev(ctx, flags, args).run(),
});

interface DevFlags {
  dir: string | undefined;
  namesrvPort: number | undefined;
  brokerPort: number | undefined;
}

class Dev {
  private readonly io: Io;
  private readonly dir: string;
  private readonly namesrvAddr: string;
  private readonly brokerPort: number;

  constructor(
    ctx: Context,
    private readonly flags: DevFlags,
    private readonly args: readonly string[],
  ) {
    this.io = ctx.io;
    this.dir = flags.dir ?? join(pocketHome(ctx.io), 'dev');
    this.namesrvAddr = `${HOST}:${flags.namesrvPort ?? NAMESRV_PORT}`;
    this.brokerPort = flags.brokerPort ?? BROKER_PORT;
  }

  async run(): Promise<void> {
    const { io, dir } = this;
    const logFile = openLog(io, dir, 'broker');
    const { log } = logFile;
    const namesrvLog = openLog(io, dir, 'namesrv');
    const own = { clock: io.clock, files: io.files };
    const broker = this.brokerSettings();
    for (const warning of broker.warnings) io.err(`warning: ${warning}\n`);
    const namesrv = createNamesrv({ ...this.namesrvSettings(), ...own, log: namesrvLog.log });
    const part = lifecycle([namesrv, createBroker({ ...broker, ...own, log })]);
    const { brokerName, brokerClusterName } = broker.config.brokerConfig;
    try {
      await serve(io, {
        roles: ['namesrv', 'broker'],
        part,
        log,
        boot: async () => this.welcome(`${brokerClusterName}, ${brokerName}`, await this.check()),
        about: () => `pocketmq dev, ${this.namesrvAddr}, ${dir}`,
      });
    } catch (error) {
      throw withPortFlags(error);
    } finally {
      await Promise.all([logFile.close(), namesrvLog.close()]);
    }
  }

  private namesrvSettings() {
    const args = [
      `listenPort=${this.flags.namesrvPort ?? NAMESRV_PORT}`,
      `bindAddress=${HOST}`,
      `kvConfigPath=${join(this.dir, 'namesrv', 'kvConfig.json')}`,
      `configStorePath=${join(this.dir, 'namesrv', 'namesrv.properties')}`,
    ];
    return loadNamesrvConfig({ args, env: this.env(), host: { userHome: this.dir } });
  }

  /** Words behind the options come last: they may change anything but the ports. */
  private brokerSettings() {
    const args = [
      'brokerName=broker-a',
      `brokerIP1=${HOST}`,
      `brokerIP2=${HOST}`,
      `bindAddress=${HOST}`,
      'autoCreateTopicEnable=true',
      `storePathRootDir=${join(this.dir, 'store')}`,
      ...this.args,
      `listenPort=${this.brokerPort}`,
      `namesrvAddr=${this.namesrvAddr}`,
    ];
    return loadBrokerConfig({ args, env: this.env(), host: { userHome: this.dir } });
  }

  private env(): Record<string, string | undefined> {
    return { ...this.io.env, NAMESRV_ADDR: undefined, ROCKETMQ_HOME: this.dir };
  }

  /** Sends a message and reads it back; how long that took. */
  private async check(): Promise<number> {
    const { clock } = this.io;
    const options = { namesrvAddr: this.namesrvAddr, clock, group: 'PocketMQ_dev' };
    const producer = createProducer(options);
    const session = createSession({ namesrvAddrs: [this.namesrvAddr], clock, log: silentLogger });
    const started = clock.monotonic();
    try {
      await producer.start();
      const body = `self-check of ${new Date(clock.now()).toISOString()}`;
      const { queue, queueOffset: offset } = await producer.send({ topic: CHECK_TOPIC, body });
      const { messages } = await pull(session, { group: options.group, queue, offset, maxNums: 1 });
      const received = messages[0]?.body.toString() ?? 'nothing';
      if (received !== body) throw new MqError('SELF_CHECK_FAILED', { body, received });
      return clock.monotonic() - started;
    } finally {
      await producer.stop();
      session.close();
    }
  }

  private welcome(broker: string, checkMs: number): string {
    const { namesrvAddr, dir, brokerPort } = this;
    const mqadmin = adminCommand(this.io);
    const target = `-n ${namesrvAddr}`;
    return [
      `The Name Server boot success. serializeType=JSON, address ${namesrvAddr}`,
      `The broker[${broker.split(', ')[1]}, ${HOST}:${brokerPort}] boot success. ` +
        `serializeType=JSON and name server is ${namesrvAddr}`,
      '',
      `PocketMQ is ready: a message was sent and read back in ${checkMs.toFixed(0)} ms.`,
      '',
      `  connect to    ${namesrvAddr} (the name server)`,
      `  broker        ${HOST}:${brokerPort} (${broker}); topics are created when first used`,
      `  data, logs    ${dir}`,
      '',
      'In another terminal:',
      '',
      `  ${mqadmin} clusterList ${target}`,
      `  ${mqadmin} sendMessage ${target} -t TopicTest -p 'Hello PocketMQ'`,
      `  ${mqadmin} consumeMessage ${target} -t TopicTest`,
      '',
      'Ctrl-C ends it.',
    ].join('\n');
  }
}

/** How mqadmin is called where this was started: in a checkout, with npx, or installed. */
function adminCommand({ files, root, cwd, env, platform }: Io): string {
  if (files.exists(join(root, 'src'))) {
    const script = join(root, 'bin', 'mqadmin');
    const near = relative(cwd, script);
    const path = near.startsWith('..') ? script : near;
    return platform === 'win32' ? path : `sh ${path}`;
  }
  return env.npm_command === 'exec' ? 'npx pocketmq mqadmin' : 'mqadmin';
}

function withPortFlags(error: unknown): unknown {
  if (!(error instanceof MqError) || error.code !== 'PORT_TAKEN') return error;
  const hint = 'stop the program that holds it, or use --namesrv-port and --broker-port';
  return new MqError('PORT_TAKEN', error.details, { hint, cause: error });
}
