// Checks of brokers: can they be reached where they say they are, and are they well?

import { MqError } from '../../../base/errors.js';
import { describeError } from '../../../base/log.js';
import { Perm } from '../../../protocol/flags.js';
import { ResponseCode } from '../../../protocol/responses.js';
import { addressKind } from './addresses.js';
import type { BrokerFacts, Facts } from './facts.js';
import { Check, type Finding } from './finding.js';

export const named = ({ brokerName, brokerId }: BrokerFacts): string =>
  `${brokerName} (id ${brokerId})`;

/** Connects to what each broker tells clients to connect to, and asks it something. */
export function checkAddresses({ namesrvs, brokers }: Facts): Finding[] {
  const check = new Check('broker addresses');
  if (brokers.length === 0 && namesrvs.some(({ error }) => error === undefined)) {
    const advice = 'start one with mqbroker -n <name servers>, or see its log for why it cannot';
    check.fail('no broker is registered', advice);
  }
  const near = namesrvs.every(({ address }) => addressKind(address) === 'loopback');
  for (const broker of brokers) {
    if (isConnectFailure(broker.error)) unreachable(check, broker);
    else {
      const ms = broker.answerMs.toFixed(0);
      if (broker.error === undefined) check.ok(`${at(broker)} answers in ${ms} ms`);
      misleading(check, broker, near);
    }
  }
  return check.orOk(undefined);
}

const at = (broker: BrokerFacts): string => `${named(broker)} at ${broker.address}`;

function isConnectFailure(error: unknown): boolean {
  return error instanceof MqError && error.code === 'CONNECT_FAILED';
}

function unreachable(check: Check, broker: BrokerFacts): void {
  const error = broker.error as MqError;
  const text = `${at(broker)} cannot be reached: ${String(error.details.reason)}`;
  const port = broker.address.split(':').at(-1);
  const set = `set brokerIP1 to an address that clients reach, and restart it`;
  const advice: Record<ReturnType<typeof addressKind>, string> = {
    loopback: `it tells clients to connect to themselves: ${set}`,
    unspecified: `0.0.0.0 is where it listens, not where it is: ${set}`,
    container: `that looks like the address of a container: ${set}, and publish port ${port}`,
    'link-local': `an address that works on one cable only: ${set}`,
    other: `is it down, or is port ${port} closed by a firewall? if the address is wrong, ${set}`,
  };
  check.fail(text, advice[addressKind(broker.address)]);
}

/** From here it works; from elsewhere it most likely does not. */
function misleading(check: Check, broker: BrokerFacts, near: boolean): void {
  const kind = addressKind(broker.address);
  const set = 'set brokerIP1 to an address that clients reach, and restart it';
  if (kind === 'container') {
    check.warn(`${at(broker)}: other hosts seldom reach such an address of a container`, set);
  } else if (kind === 'loopback' && !near) {
    check.fail(`${at(broker)}: clients on other hosts connect to themselves`, set);
  } else if (kind === 'loopback') {
    const text = `${at(broker)}: clients on this host only reach it`;
    check.warn(text, `for clients elsewhere ${set}`);
  }
}

/** A broker that is there and does not answer: it wants TLS, or an account. */
export function checkRefusals({ namesrvs, brokers }: Facts): Finding[] {
  const check = new Check('TLS and accounts');
  for (const one of [...namesrvs, ...brokers]) {
    const { error } = one;
    if (!(error instanceof MqError) || isConnectFailure(error)) continue;
    const who = 'brokerName' in one ? at(one) : `name server ${one.address}`;
    if (error.code === 'REMOTE_ERROR' && error.responseCode === ResponseCode.NO_PERMISSION) {
      const advice = 'give --access-key and --secret-key of an account that may, or a --profile';
      check.fail(`${who} refuses: ${String(error.details.remark)}`, advice);
    } else if (error.code === 'CONNECTION_CLOSED') {
      const advice = 'does it take TLS only? then add --tls (and --tls-ca); else see its log';
      check.fail(`${who} takes the connection and closes it`, advice);
    } else {
      const advice = 'see its log; a long pause or an overload ends with a time-out here';
      check.fail(`${who}: ${describeError(error)}`, advice);
    }
  }
  return check.orOk('nobody refuses to answer');
}

export function checkPorts({ brokers }: Facts): Finding[] {
  const check = new Check('broker ports');
  for (const broker of brokers) {
    for (const { what, address, error } of broker.ports) {
      if (error === undefined) continue;
      if (what === 'fast') {
        const text = `${named(broker)}: nobody listens at ${address}, the port beside its own`;
        check.warn(text, 'open it for clients with vipChannelEnabled, or pass this over');
        continue;
      }
      const text = `${named(broker)}: slaves cannot connect to ${address}`;
      const advice = 'set brokerIP2 to an address that slaves reach, and open haListenPort';
      const slaves = brokers.some((one) => one.brokerName === broker.brokerName && one !== broker);
      if (slaves || broker.config?.brokerRole === 'SYNC_MASTER') check.fail(text, advice);
      else check.warn(text, `${advice}, before it gets a slave`);
    }
  }
  const asked = brokers.some(({ ports }) => ports.length > 0);
  return check.orOk(asked ? 'all ports that brokers need can be reached' : undefined);
}

export function checkVersions({ namesrvs, brokers }: Facts, nameOf: (n: number) => string) {
  const check = new Check('versions');
  const versions = new Map<string, string[]>();
  const add = (version: string, who: string): void => {
    versions.set(version, [...(versions.get(version) ?? []), who]);
  };
  for (const { error, version, address } of namesrvs) {
    if (error === undefined) add(nameOf(version), `name server ${address}`);
  }
  for (const broker of brokers) {
    if (broker.info) add(broker.info.brokerVersionDesc ?? '?', named(broker));
  }
  if (versions.size > 1) {
    const list = [...versions].map(([version, who]) => `${version}: ${who.join(', ')}`).join('; ');
    check.warn(`not all have the same version (${list})`, 'bring them to one version');
  }
  return check.orOk([...versions.keys()][0]);
}

/** The broker's is known to the second only. */
const CLOCK_WARN_MS = 3000;
const CLOCK_FAIL_MS = 30_000;

export function checkClocks({ brokers }: Facts): Finding[] {
  const check = new Check('clocks');
  let widest = 0;
  for (const broker of brokers) {
    const { clockAheadMs: ahead } = broker;
    if (ahead === undefined) continue;
    widest = Math.max(widest, Math.abs(ahead));
    if (Math.abs(ahead) < CLOCK_WARN_MS) continue;
    const seconds = (Math.abs(ahead) / 1000).toFixed(0);
    const text = `${named(broker)} is ${seconds} s ${ahead > 0 ? 'ahead of' : 'behind'} this host`;
    const advice = 'set both by NTP: timed messages and retention follow the broker’s clock';
    if (Math.abs(ahead) > CLOCK_FAIL_MS) check.fail(text, advice);
    else check.warn(text, advice);
  }
  const asked = brokers.some(({ clockAheadMs }) => clockAheadMs !== undefined);
  return check.orOk(asked ? `within ${Math.ceil(widest / 1000)} s of this host` : undefined);
}

export function checkDisks({ brokers }: Facts): Finding[] {
  const check = new Check('disks');
  let fullest = 0;
  for (const broker of brokers) {
    const { info, config = {} } = broker;
    if (!info) continue;
    const used = Math.max(
      ...['commitLogDiskRatio', 'consumeQueueDiskRatio'].map((key) => Number(info[key] ?? 0) || 0),
    );
    fullest = Math.max(fullest, used);
    const text = `${named(broker)}: its disk is ${percent(used)} full`;
    const limit = Number(config.diskSpaceWarningLevelRatio ?? 0.9);
    const early = Number(config.diskMaxUsedSpaceRatio ?? 75) / 100;
    if (used > (limit > 1 ? limit / 100 : limit)) {
      check.fail(`${text}: it takes no messages`, 'make room, or move its store to a larger disk');
    } else if (used > early) {
      const advice = `make room, keep less (fileReservedTime), or raise diskMaxUsedSpaceRatio`;
      check.warn(`${text}: messages are deleted before their time`, advice);
    }
  }
  const asked = brokers.some(({ info }) => info !== undefined);
  return check.orOk(asked ? `${percent(fullest)} full at most` : undefined);
}

const percent = (ratio: number): string => `${Math.round(ratio * 100)} %`;

export function checkPermissions({ brokers }: Facts): Finding[] {
  const check = new Check('permission to write');
  for (const broker of brokers) {
    const { config, info, brokerId } = broker;
    const perm = Number(config?.brokerPermission ?? Perm.READ | Perm.WRITE);
    if (!(perm & Perm.WRITE) && brokerId === 0) {
      const advice = `mqadmin updateBrokerConfig -b ${broker.address} -k brokerPermission -v 6`;
      check.warn(`${named(broker)} takes no messages: brokerPermission is ${perm}`, advice);
    }
    if (!(perm & Perm.READ)) {
      const advice = `mqadmin updateBrokerConfig -b ${broker.address} -k brokerPermission -v 6`;
      check.warn(`${named(broker)} gives no messages out: brokerPermission is ${perm}`, advice);
    }
    if (info?.brokerActive === 'false' && brokerId === 0) {
      check.warn(`${named(broker)} says that it is not active`, 'see its log for why it is fenced');
    }
  }
  const asked = brokers.some(({ config }) => config !== undefined);
  return check.orOk(asked ? 'all brokers may be read and written' : undefined);
}
