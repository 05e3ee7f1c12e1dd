// docs/cluster-on-one-host.sh does what docs/cluster.md says.

import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { freePort } from '../support/ports.js';
import { runChild } from '../support/child.js';
import { Ending, tempFolder } from '../support/temp.js';
import { until } from '../support/until.js';

const root = fileURLToPath(new URL('../..', import.meta.url));
const script = join(root, 'docs', 'cluster-on-one-host.sh');
const ending = new Ending();
after(() => ending.run());

test('two name servers and four brokers come up from one script', async () => {
  const brokers = [1035, 1045, 1055, 1065].flatMap((port) => [port - 2, port, port + 1]);
  const port = await freePort(1, ...brokers);
  const env = { ROOT: tempFolder(ending), PORT: String(port), NAMESRV_ADDR: '' };
  ending.after(() => runChild('sh', [script, 'stop'], { env }));
  await runChild('sh', [script, 'start'], { env });
  const namesrv = `127.0.0.1:${port};127.0.0.1:${port + 1}`;
  const mqadmin = (...words: string[]) =>
    runChild('sh', [join(root, 'bin', 'mqadmin'), ...words, '-n', namesrv], { env });

  const rows = await until('cluster of four', async () => {
    const lines = (await mqadmin('clusterList'))
      .split('\n')
      .filter((line) => / broker-[ab] /.test(line));
    return lines.length === 4 && lines.map((line) => line.split(/ +/).slice(1, 3).join(' '));
  });
  assert.deepEqual(rows.sort(), ['broker-a 0', 'broker-a 1', 'broker-b 0', 'broker-b 1']);
  await until('slave of broker-a', async () => {
    const text = await mqadmin('haStatus', '-b', `127.0.0.1:${port + 1035}`);
    return /127\.0\.0\.1:\d+ .* OK /.test(text);
  });
});
