// Checks of name servers: can each be reached, and do all of them know the same?

import { describeError } from '../../../base/log.js';
import type { BrokerFacts, Facts, NamesrvFacts } from './facts.js';
import { named } from './brokers.js';
import { Check, type Finding } from './finding.js';

export function checkNamesrvs({ namesrvs }: Facts, nameOf: (version: number) => string): Finding[] {
  const check = new Check('name servers');
  for (const { address, error, answerMs, version } of namesrvs) {
    if (error === undefined) {
      check.ok(`${address} answers in ${answerMs.toFixed(0)} ms, ${nameOf(version)}`);
    } else {
      const advice = 'start it with mqnamesrv, open its port, or leave it out of -n';
      check.fail(`${address}: ${describeError(error)}`, advice);
    }
  }
  return check.orOk(undefined);
}

export function checkRoutes({ namesrvs, brokers }: Facts): Finding[] {
  const check = new Check('routes');
  const there = namesrvs.filter(({ error }) => error === undefined);
  for (const broker of brokers) {
    const lacking = there.filter(({ address }) => !broker.seenBy.includes(address));
    if (lacking.length === 0) continue;
    const list = lacking.map(({ address }) => address).join(', ');
    const advice = `add ${list} to its namesrvAddr, and see its log for "register"`;
    check.fail(`${named(broker)} at ${broker.address} is not registered at ${list}`, advice);
  }
  const all = new Set(there.flatMap(({ topics }) => topics));
  for (const { address, topics } of there) {
    const known = new Set(topics);
    const lacking = [...all].filter((topic) => !known.has(topic));
    if (lacking.length === 0) continue;
    const advice = 'brokers tell all name servers every 30 s: run this again in a minute';
    check.warn(`${address} does not know ${listed(lacking)}`, advice);
  }
  unnamed(check, namesrvs, brokers);
  const same = there.length > 1 ? 'all name servers know the same brokers and topics' : undefined;
  return check.orOk(same);
}

/** Brokers know their name servers: those that were not given here may be missing for clients. */
function unnamed(check: Check, namesrvs: readonly NamesrvFacts[], brokers: readonly BrokerFacts[]) {
  const given = new Set(namesrvs.map(({ address }) => address));
  const used = brokers.flatMap(({ config }) => (config?.namesrvAddr ?? '').split(/[;,]/));
  const more = new Set(used.map((one) => one.trim()).filter((one) => one !== ''));
  // The same server may have many names: only a different number says something.
  if (more.size <= given.size) return;
  const rest = [...more].filter((address) => !given.has(address));
  const advice = 'name all of them to clients and with -n, so that one may fail';
  check.warn(`brokers register at more name servers than were named: ${rest.join(', ')}`, advice);
}

export function listed(names: readonly string[], most = 5): string {
  const shown = names.slice(0, most).join(', ');
  return names.length > most ? `${shown} and ${names.length - most} more` : shown;
}
