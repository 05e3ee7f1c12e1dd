// The released Java client over TLS: by default the servers take it beside plain connections.

import { after, describe, it } from 'node:test';
import { javaRelease } from '../support/release.js';
import { Ending } from '../support/temp.js';
import { need } from '../support/tools.js';
import { Wire } from '../support/wire.js';
import { javaDriver } from './clients.js';
import { clustering } from './scenarios.js';
import { startServers } from './servers.js';

describe('Java client over TLS', () => {
  const ending = new Ending();
  after(() => ending.run());

  it('sends one by one, two push consumers share', async (t) => {
    const release = await need(t, javaRelease);
    if (!release) return;
    const cluster = await startServers(ending);
    const driver = await javaDriver(ending, release, cluster, { flags: ['-Dtls.enable=true'] });
    await clustering({ driver, wire: new Wire(ending, cluster), prefix: 'java_tls' }, 'sync');
  });
});
