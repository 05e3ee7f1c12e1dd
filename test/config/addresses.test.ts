// The address that a broker names when none is set, and the ports beside its own.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  defaultHaPort,
  describeChoice,
  localAddress,
  vipPort,
} from '../../src/config/addresses.js';
import type { InterfaceAddress } from '../../src/config/addresses.js';

const at = (interfaceName: string, address: string): InterfaceAddress => ({
  interfaceName,
  address,
  family: address.includes(':') ? 'IPv6' : 'IPv4',
  internal: interfaceName === 'lo',
});
const choice = (...found: InterfaceAddress[]): string => localAddress(found).address;

test('clients are given an address that they can reach', () => {
  const lo = [at('lo', '127.0.0.1'), at('lo', '::1')];
  const docker = at('docker0', '172.17.0.1');
  assert.equal(choice(...lo), '127.0.0.1');
  assert.equal(choice(...lo, docker, at('eth0', '10.0.0.5')), '10.0.0.5');
  assert.equal(choice(docker, at('veth12ab', '172.18.0.1')), '172.18.0.1');
  assert.equal(choice(at('eth0', '10.0.0.5'), at('eth1', '203.0.113.9')), '203.0.113.9');
  assert.equal(choice(at('eth0', '10.0.0.5'), at('eth1', '192.168.1.5')), '192.168.1.5');
  assert.equal(choice(at('eth0', '169.254.7.7'), at('eth1', '172.31.0.2')), '172.31.0.2');
  assert.equal(choice(at('eth0', 'fe80::1'), at('eth0', '2001:db8::5')), '[2001:db8::5]');
  assert.equal(choice(at('eth0', '2001:db8::5'), at('eth0', '10.0.0.5')), '10.0.0.5');
  assert.equal(choice(at('eth0', 'fd00::5')), '[fd00::5]');
  assert.equal(choice(at('eth0', '169.254.7.7')), '169.254.7.7');
});

test('the choice is told with its interface and the way to change it', () => {
  const eth = describeChoice({ address: '10.0.0.5', interfaceName: 'eth0' });
  assert.match(eth, /clients are told to connect to 10\.0\.0\.5 \(interface eth0\)/);
  assert.match(eth, /set brokerIP1 in the configuration file, or add brokerIP1=<address>/);
  assert.match(describeChoice(localAddress([])), /only clients on this host can connect/);
});

test('the ports beside listenPort', () => {
  assert.deepEqual([vipPort(10911), defaultHaPort(10911)], [10909, 10912]);
  assert.deepEqual([vipPort(0), defaultHaPort(0)], [0, 0]);
});
