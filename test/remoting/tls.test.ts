// TLS and plain connections on one port, certificates of every kind, and how they are refused.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import { mkdirSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { systemClock } from '../../src/base/clock.js';
import { realFiles } from '../../src/base/files.js';
import { type Logger, silentLogger } from '../../src/base/log.js';
import { DEFAULT_TLS, loadTls, type TlsSettings } from '../../src/config/tls.js';
import { createClient } from '../../src/remoting/client.js';
import { selfSigned } from '../../src/remoting/self-signed.js';
import { createServer, type RemotingServer } from '../../src/remoting/server.js';
import { endingWith, tempFolder } from '../support/temp.js';
import { until } from '../support/until.js';

const clock = systemClock;

function setup(t: TestContext) {
  const ending = endingWith((work) => t.after(work));
  const folder = tempFolder(ending);
  const warnings: string[] = [];
  const log: Logger = { ...silentLogger, warn: (text) => void warnings.push(text) };

  /** Settings of a tls.properties file. */
  function settings(properties: Record<string, string>, env: Record<string, string> = {}) {
    const path = join(folder, `tls-${Math.random()}.properties`);
    const lines = Object.entries(properties).map(([key, value]) => `${key}=${value}\n`);
    writeFileSync(path, lines.join(''));
    const JAVA_OPT = `-Xmx1g -Dtls.config.file=${path} ${env.JAVA_OPT ?? ''}`;
    return loadTls({ env: { JAVA_OPT }, files: realFiles });
  }

  async function server(tls?: TlsSettings): Promise<RemotingServer> {
    const started = createServer({
      host: '127.0.0.1',
      ports: [0],
      clock,
      log,
      handlers: {
        GET_MAX_OFFSET: (_, call) => ({ header: { offset: call.body.length }, body: call.body }),
      },
      ...(tls && { tls: { settings: tls, files: realFiles } }),
    });
    await started.start();
    ending.after(() => started.stop());
    return started;
  }

  /** Sends 100 KB and expects them back. */
  async function ask(to: RemotingServer, tls?: TlsSettings): Promise<void> {
    const client = createClient({
      clock,
      log,
      ...(tls && { tls: { settings: tls, files: realFiles } }),
    });
    ending.after(() => client.close());
    const body = Buffer.alloc(100_000, 'x');
    const address = `127.0.0.1:${to.port()}`;
    const header = { topic: 'T', queueId: 0 };
    const answer = await client.request(address, 'GET_MAX_OFFSET', header, { body });
    assert.equal(answer.header.offset, body.length);
    assert.ok(answer.body.equals(body));
  }

  return { ending, folder, warnings, settings, server, ask };
}

const client: TlsSettings = { ...DEFAULT_TLS, clientEnabled: true };
const refused = /closed during|socket|ECONNRESET|TLS|EPIPE|handshake|before secure/i;

test('without any setting both kinds of connections are served on one port', async (t) => {
  const { server, ask } = setup(t);
  const both = await server();
  await ask(both);
  await ask(both, client);
  await Promise.all([ask(both, client), ask(both), ask(both, client)]);
  await until('four TLS and plain connections', () => both.connections.size === 5);
});

test('disabled takes plain connections only, enforcing TLS only', async (t) => {
  const { server, ask, settings, warnings } = setup(t);
  const disabled = await server(settings({}, { JAVA_OPT: '-Dtls.server.mode=disabled' }));
  await ask(disabled);
  await assert.rejects(ask(disabled, client), { code: 'CONNECT_FAILED', message: refused });
  const enforcing = await server(settings({}, { JAVA_OPT: '-Dtls.server.mode=enforcing' }));
  await ask(enforcing, client);
  await assert.rejects(ask(enforcing), { code: 'CONNECTION_CLOSED' });
  assert.equal(warnings.length, 2);
  assert.match(warnings[0]!, /^closing 127\.0\.0\.1: a TLS connection while TLS is disabled$/);
  assert.match(warnings[1]!, /a plain connection while this server takes TLS only$/);
});

/** A key and a certificate as files, signed by themselves. */
function writePair(folder: string, name: string, now = clock.now()) {
  const { key, cert } = selfSigned(now, name);
  mkdirSync(folder, { recursive: true });
  const paths = { key: join(folder, `${name}.key`), cert: join(folder, `${name}.pem`) };
  writeFileSync(paths.key, key);
  writeFileSync(paths.cert, cert);
  return paths;
}

test('certificates of files, checked by either side', async (t) => {
  const { server, ask, settings, folder } = setup(t);
  const ours = writePair(folder, 'server');
  const theirs = writePair(folder, 'client');
  const stranger = writePair(folder, 'stranger');
  const own = {
    'tls.test.mode.enable': 'false',
    'tls.server.keyPath': ours.key,
    'tls.server.certPath': ours.cert,
  };
  const clientOf = (properties: Record<string, string>) =>
    settings({ 'tls.test.mode.enable': 'false', ...properties }, { JAVA_OPT: '-Dtls.enable=true' });
  const trusting = clientOf({ 'tls.client.authServer': 'true', 'tls.client.trustCertPath': ours.cert }); // prettier-ignore
  const misled = clientOf({ 'tls.client.authServer': 'true', 'tls.client.trustCertPath': stranger.cert }); // prettier-ignore
  const plain = await server(settings(own));
  await ask(plain, client);
  await ask(plain, trusting);
  await assert.rejects(ask(plain, misled), { code: 'CONNECT_FAILED', message: /self.signed|verify/ }); // prettier-ignore

  const known = clientOf({ 'tls.client.keyPath': theirs.key, 'tls.client.certPath': theirs.cert });
  const unknown = clientOf({ 'tls.client.keyPath': stranger.key, 'tls.client.certPath': stranger.cert }); // prettier-ignore
  const strict = { ...own, 'tls.server.authClient': 'true', 'tls.server.trustCertPath': theirs.cert }; // prettier-ignore
  const cases: [string, boolean, boolean, boolean][] = [
    // client auth; with a known certificate, an unknown one, none
    ['require', true, false, false],
    ['optional', true, false, true],
    ['none', true, true, true],
  ];
  for (const [auth, ...expected] of cases) {
    const checked = await server(settings({ ...strict, 'tls.server.need.client.auth': auth }));
    for (const [i, tls] of [known, unknown, client].entries()) {
      const asked = ask(checked, tls);
      if (expected[i]) await asked;
      else await assert.rejects(asked, { code: /CONNECT/ }, `${auth} ${i}`);
    }
  }
});

test('keys that cannot be used fail the start and say which', async (t) => {
  const { server, settings, folder } = setup(t);
  const { key, cert } = writePair(folder, 'server');
  writeFileSync(join(folder, 'broken.pem'), 'no certificate');
  const test = { 'tls.test.mode.enable': 'false' };
  const cases: [Record<string, string>, RegExp][] = [
    [test, /tls\.server\.keyPath and certPath = missing: a server needs both/],
    [{ ...test, 'tls.server.keyPath': '/nowhere', 'tls.server.certPath': cert }, /tls\.server\.keyPath = \/nowhere: there is no such file/], // prettier-ignore
    [{ ...test, 'tls.server.keyPath': key, 'tls.server.certPath': join(folder, 'broken.pem') }, /tls\.server\.keyPath = .+server\.key: /], // prettier-ignore
  ];
  for (const [properties, message] of cases) {
    await assert.rejects(server(settings(properties)), { code: 'CONFIG_INVALID', message });
  }
  assert.throws(() => settings({}, { JAVA_OPT: '-Dtls.server.mode=sometimes' }), {
    code: 'CONFIG_INVALID',
    message: /tls\.server\.mode = sometimes is not allowed: disabled, permissive, enforcing/,
  });
});

test('a certificate that has been renewed is taken up without a restart', async (t) => {
  const { server, ask, settings, folder } = setup(t);
  const { key, cert } = writePair(folder, 'server');
  const tls = { 'tls.test.mode.enable': 'false', 'tls.server.keyPath': key, 'tls.server.certPath': cert }; // prettier-ignore
  const running = await server(settings(tls));
  await ask(running, client);
  await until('another modification time', () => {
    const before = realFiles.stat(cert)!.mtimeMs;
    writePair(folder, 'server');
    return realFiles.stat(cert)!.mtimeMs !== before;
  });
  const checking = settings(
    { 'tls.test.mode.enable': 'false', 'tls.client.authServer': 'true', 'tls.client.trustCertPath': cert }, // prettier-ignore
    { JAVA_OPT: '-Dtls.enable=true' },
  );
  await ask(running, checking);
});

test('a broken handshake is refused; half of one, and a silent peer, end with the server', async (t) => {
  const { server, ask, warnings } = setup(t);
  const both = await server();
  const dial = async (bytes: number[]) => {
    const socket = connect(both.port(), '127.0.0.1');
    socket.on('error', () => undefined);
    await once(socket, 'connect');
    socket.resume();
    if (bytes.length > 0) socket.write(Buffer.from(bytes));
    return socket;
  };
  const broken = await dial([0x16, 3, 1, 0, 5, 99, 0, 0, 1, 0]);
  const half = await dial([0x16, 3, 1]);
  const silent = await dial([]);
  await until('a refusal', () => warnings.length > 0);
  await ask(both, client);
  await both.stop();
  await until('closed sockets', () => silent.closed && half.closed && broken.closed);
});

test('the certificate of its own is a valid one', (t) => {
  const { key, cert } = selfSigned(Date.UTC(2026, 0, 2), 'localhost');
  const parsed = new X509Certificate(cert);
  assert.equal(parsed.subject, 'CN=localhost');
  assert.ok(parsed.checkIssued(parsed) && parsed.verify(parsed.publicKey));
  assert.equal(new Date(parsed.validFrom).getTime(), Date.UTC(2026, 0, 1));
  assert.match(key, /BEGIN PRIVATE KEY/);
  try {
    const text = execFileSync('openssl', ['x509', '-noout', '-text'], { input: cert }).toString();
    assert.match(text, /Signature Algorithm: ecdsa-with-SHA256/);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    t.skip('openssl is not installed');
  }
});
