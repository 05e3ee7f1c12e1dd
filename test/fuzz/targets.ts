// The servers that the fuzz tests talk to, with a log that can be read.

import { systemClock } from '../../src/base/clock.js';
import { realFiles } from '../../src/base/files.js';
import { createNamesrv } from '../../src/server/namesrv/namesrv.js';
import { namesrvSettings } from '../support/namesrv.js';
import { RecordingLog } from '../support/recording-log.js';
import { startServers } from '../support/servers.js';
import { type Ending, tempFolder } from '../support/temp.js';

export interface Target {
  address: string;
  log: RecordingLog;
  /** Code of a request without fields that it answers with success. */
  question: number;
}

const GET_ALL_CONSUMER_OFFSET = 43;
const GET_BROKER_CLUSTER_INFO = 106;

async function namesrv(ending: Ending): Promise<Target> {
  const log = new RecordingLog();
  const config = namesrvSettings(tempFolder(ending));
  const server = createNamesrv({ config, clock: systemClock, files: realFiles, log });
  await server.start();
  ending.after(() => server.stop());
  return { address: `127.0.0.1:${server.port}`, log, question: GET_BROKER_CLUSTER_INFO };
}

async function broker(ending: Ending): Promise<Target> {
  const log = new RecordingLog();
  const cluster = await startServers(ending, { log });
  return { address: cluster.broker, log, question: GET_ALL_CONSUMER_OFFSET };
}

export const TARGETS: Record<string, (ending: Ending) => Promise<Target>> = {
  'name server': namesrv,
  broker,
};
