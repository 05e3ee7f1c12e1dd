// Texts with a form of their own: host lists, hours, delay levels. Spread into a row's options.

import type { RowOptions } from './rows.js';

type Form = Required<Pick<RowOptions, 'check' | 'allowed'>>;

/** `host:port` entries joined with `;`, or undefined when one is malformed. */
function hostList(value: string): string | undefined {
  const parts = value.split(';').map((part) => part.trim());
  const hosts = parts.filter((part) => part !== '');
  return hosts.length > 0 && hosts.every(isHostAndPort) ? hosts.join(';') : undefined;
}

function isHostAndPort(address: string): boolean {
  const match = /^(\[[0-9a-fA-F:.]+(?:%\w+)?\]|[^\s:,;[\]，；：]+):(\d{1,5})$/.exec(address);
  return match !== null && Number(match[2]) >= 1 && Number(match[2]) <= 65535;
}

/** NAMESRV_ADDR and namesrvAddr. */
export const isHostList: Form = {
  check: hostList,
  allowed: 'host:port entries separated by ";", as in 192.168.0.1:9876;192.168.0.2:9876',
};

/** deleteWhen: hours of the day. */
export const isHourList: Form = {
  check: (value) => (/^([01]?\d|2[0-3])(;([01]?\d|2[0-3]))*;?$/.test(value) ? value : undefined),
  allowed: 'hours from 00 to 23 separated by ";", as in 04 or 04;16',
};

/** messageDelayLevel. */
export const isDelayLevels: Form = {
  check: (value) => (/^\d+[smhd]( +\d+[smhd])*$/.test(value) ? value : undefined),
  allowed: 'durations separated by blanks, as in 1s 5s 10s 30s 1m 2h 1d',
};

/** A host name or address by itself. */
export const isHost: Form = {
  check: (value) => (/^[^\s;,]+$/.test(value) ? value : undefined),
  allowed: 'one host name or address',
};

/** A name that cannot be empty. */
export const isName: Form = {
  check: (value) => (value === '' ? undefined : value),
  allowed: 'a name',
};
