// Which address a broker names to its clients when brokerIP1 is not set, and which ports it takes.

import { networkInterfaces } from 'node:os';

export interface LocalAddress {
  address: string;
  /** Where it was found: `eth0`, or '' for the fallback. */
  interfaceName: string;
}

export interface InterfaceAddress {
  interfaceName: string;
  address: string;
  family: 'IPv4' | 'IPv6';
  internal: boolean;
}

/** Bridges and virtual links of containers and machines, which other hosts cannot reach. */
const VIRTUAL = /^(docker|br-|veth|virbr|vmnet|vboxnet|cni|flannel|cali|kube|lxc|lxd|podman)/;

export function interfaceAddresses(): InterfaceAddress[] {
  return Object.entries(networkInterfaces()).flatMap(([interfaceName, found]) =>
    (found ?? []).map(({ address, family, internal }) => ({
      interfaceName,
      address,
      family,
      internal,
    })),
  );
}

/**
 * As NetworkUtil.getLocalAddress: IPv4 before IPv6, public before private, never a bridge; and
 * never a link-local address while there is another.
 */
export function localAddress(found: readonly InterfaceAddress[]): LocalAddress {
  const outside = found.filter((each) => !each.internal);
  const physical = outside.filter((each) => !VIRTUAL.test(each.interfaceName));
  const usable = physical.length > 0 ? physical : outside;
  const v4 = usable.filter((each) => each.family === 'IPv4');
  const v6 = usable.filter((each) => each.family === 'IPv6');
  const chosen =
    v4.find((each) => !isPrivateV4(each.address)) ??
    v4.findLast((each) => !isLinkLocal(each.address)) ??
    v6.find((each) => !isPrivateV6(each.address)) ??
    v6.find((each) => !isLinkLocal(each.address)) ??
    v4[0];
  if (!chosen) return { address: '127.0.0.1', interfaceName: '' };
  const address = chosen.family === 'IPv6' ? `[${chosen.address}]` : chosen.address;
  return { address, interfaceName: chosen.interfaceName };
}

const isPrivateV4 = (address: string): boolean =>
  /^(10|127)\.|^192\.168\.|^172\.(1[6-9]|2\d|3[01])\./.test(address) || isLinkLocal(address);
const isPrivateV6 = (address: string): boolean => /^f[cd]/i.test(address) || isLinkLocal(address);
const isLinkLocal = (address: string): boolean => /^169\.254\.|^fe[89ab]/i.test(address);

/** What the log says about a brokerIP1 that was chosen here. */
export function describeChoice(local: LocalAddress): string {
  const change = 'set brokerIP1 in the configuration file, or add brokerIP1=<address>';
  return local.interfaceName === ''
    ? `brokerIP1 is not set and this host has no network: only clients on this host can connect, ` +
        `to ${local.address}; ${change}, to change it`
    : `brokerIP1 is not set: clients are told to connect to ${local.address} ` +
        `(interface ${local.interfaceName}); ${change}, if they cannot reach it`;
}

/** The second port of a broker, which clients with vipChannelEnabled use; 0 stays 0. */
export const vipPort = (listenPort: number): number => (listenPort > 2 ? listenPort - 2 : 0);

/** Where slaves connect unless haListenPort is set; 0 stays 0. */
export const defaultHaPort = (listenPort: number): number => (listenPort > 0 ? listenPort + 1 : 0);
