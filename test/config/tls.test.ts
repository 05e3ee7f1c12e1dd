// TLS settings from JAVA_OPT and tls.properties.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DEFAULT_TLS, loadTls } from '../../src/config/tls.js';

const files = (texts: Record<string, string>) => ({ readText: (path: string) => texts[path] });

test("RocketMQ's defaults", () => {
  const none = { keyPath: '', keyPassword: '', certPath: '', trustCertPath: '', checkPeer: false };
  assert.deepEqual(DEFAULT_TLS, {
    mode: 'permissive',
    testMode: true,
    clientEnabled: false,
    clientAuth: 'none',
    server: none,
    client: none,
  });
});

test('options of JAVA_OPT, of several variables the last', () => {
  const env = {
    JAVA_OPTS: '-Dtls.server.mode=disabled -Dtls.enable=true',
    JAVA_OPT: '-server -Xmx1g -Dtls.server.mode=enforcing -Dtls.client.keyPath=/k -Dother=1',
  };
  const settings = loadTls({ env, files: files({}) });
  assert.equal(settings.mode, 'enforcing');
  assert.equal(settings.clientEnabled, true);
  assert.equal(settings.client.keyPath, '/k');
});

test('enforcing servers are clients with TLS too, unless it is said otherwise', () => {
  const of = (JAVA_OPT: string) => loadTls({ env: { JAVA_OPT }, files: files({}) }).clientEnabled;
  assert.equal(of('-Dtls.server.mode=enforcing'), true);
  assert.equal(of('-Dtls.server.mode=enforcing -Dtls.enable=false'), false);
  assert.equal(of('-Dtls.server.mode=permissive'), false);
});

test('tls.properties wins over options, except for what is needed before it is read', () => {
  const text = [
    'tls.test.mode.enable=false',
    'tls.server.need.client.auth=require',
    'tls.server.keyPath=/etc/server.key ',
    'tls.server.certPath=/etc/server.pem',
    'tls.server.authClient=true',
    'tls.server.trustCertPath=/etc/ca.pem',
    'tls.server.mode=disabled',
    'tls.enable=true',
  ].join('\n');
  const env = { JAVA_OPT: '-Dtls.server.keyPath=/other -Dtls.server.keyPassword=secret' };
  const expected = {
    mode: 'permissive',
    testMode: false,
    clientEnabled: false,
    clientAuth: 'require',
    server: {
      keyPath: '/etc/server.key',
      keyPassword: 'secret',
      certPath: '/etc/server.pem',
      trustCertPath: '/etc/ca.pem',
      checkPeer: true,
    },
    client: DEFAULT_TLS.client,
  };
  const usual = files({ '/etc/rocketmq/tls.properties': text });
  assert.deepEqual(loadTls({ env, files: usual }), expected);
  const elsewhere = { JAVA_OPT: `${env.JAVA_OPT} -Dtls.config.file=/my.properties` };
  assert.deepEqual(loadTls({ env: elsewhere, files: files({ '/my.properties': text }) }), expected);
});

test('a mode that does not exist is an error, an unknown way to ask for certificates is none', () => {
  const env = { JAVA_OPT: '-Dtls.server.mode=on -Dtls.server.need.client.auth=maybe' };
  assert.throws(() => loadTls({ env, files: files({}) }), { code: 'CONFIG_INVALID' });
  const auth = { JAVA_OPT: '-Dtls.server.need.client.auth=maybe' };
  assert.equal(loadTls({ env: auth, files: files({}) }).clientAuth, 'none');
});
