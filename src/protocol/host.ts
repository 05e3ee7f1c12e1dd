// Addresses as RocketMQ stores and prints them: 4 or 16 bytes and a port, `1.2.3.4:10911`.

import { MqError } from '../base/errors.js';

export interface Host {
  /** 4 bytes (IPv4) or 16 (IPv6). */
  address: Buffer;
  port: number;
}

/** Parses `ip:port` or `[v6]:port`; throws USAGE for anything that is not a literal address. */
export function parseHost(text: string): Host {
  const colon = text.lastIndexOf(':');
  const port = Number(text.slice(colon + 1));
  const address = colon < 0 ? undefined : addressBytes(text.slice(0, colon));
  if (!address || !Number.isInteger(port) || port < 0 || port > 65535) {
    throw new MqError('USAGE', { text: `'${text}' is not an address of the form 127.0.0.1:10911` });
  }
  return { address, port };
}

export function formatHost(host: Host): string {
  return `${formatAddress(host.address)}:${host.port}`;
}

export function formatAddress(address: Buffer): string {
  if (address.length === 4) return address.join('.');
  const groups = Array.from({ length: 8 }, (_, i) => address.readUInt16BE(i * 2).toString(16));
  return `[${groups.join(':')}]`;
}

const IPV4 = /^\d{1,3}(?:\.\d{1,3}){3}$/;

/** Bytes of a literal IPv4 or IPv6 address (with or without brackets), else undefined. */
export function addressBytes(text: string): Buffer | undefined {
  const plain = text.replace(/^\[|\]$/g, '').replace(/^::ffff:(?=\d+\.)/i, '');
  if (IPV4.test(plain)) {
    const parts = plain.split('.').map(Number);
    return parts.every((part) => part <= 255) ? Buffer.from(parts) : undefined;
  }
  return plain.includes(':') ? ipv6Bytes(plain.replace(/%\w+$/, '')) : undefined;
}

function ipv6Bytes(text: string): Buffer | undefined {
  // The last 32 bits may be written as an IPv4 address.
  const v4At = text.lastIndexOf(':') + 1;
  const v4 = text.includes('.') ? addressBytes(text.slice(v4At)) : undefined;
  const hex = v4 ? `${text.slice(0, v4At)}${v4.toString('hex').replace(/^.{4}/, '$&:')}` : text;
  const halves = hex.split('::');
  const [left, right = []] = halves.map((half) => (half === '' ? [] : half.split(':')));
  const missing = 8 - left!.length - right.length;
  if (halves.length > 2 || (halves.length === 2 ? missing < 1 : missing !== 0)) return undefined;
  const groups = [...left!, ...Array.from({ length: missing }, () => '0'), ...right];
  if (!groups.every((group) => /^[0-9a-f]{1,4}$/i.test(group))) return undefined;
  const bytes = Buffer.alloc(16);
  groups.forEach((group, i) => bytes.writeUInt16BE(parseInt(group, 16), i * 2));
  return bytes;
}

/** Offset message id: address, port and commitlog offset in upper-case hex (MessageDecoder). */
export function offsetMessageId(host: Host, offset: number): string {
  const bytes = Buffer.allocUnsafe(host.address.length + 12);
  host.address.copy(bytes);
  bytes.writeInt32BE(host.port, host.address.length);
  bytes.writeBigInt64BE(BigInt(offset), host.address.length + 4);
  return bytes.toString('hex').toUpperCase();
}

/** Reads an offset message id of 32 (IPv4) or 56 (IPv6) hex digits; undefined for another shape. */
export function parseOffsetMessageId(id: string): { host: Host; offset: number } | undefined {
  if (!/^(?:[0-9a-f]{32}|[0-9a-f]{56})$/i.test(id)) return undefined;
  const bytes = Buffer.from(id, 'hex');
  const addressLength = bytes.length - 12;
  const offset = Number(bytes.readBigInt64BE(addressLength + 4));
  const port = bytes.readInt32BE(addressLength);
  if (!Number.isSafeInteger(offset) || offset < 0 || port < 0 || port > 65535) return undefined;
  return { host: { address: bytes.subarray(0, addressLength), port }, offset };
}
