// What an address gives away: whether only its own host, or only containers on it, can reach it.

export type AddressKind = 'loopback' | 'container' | 'link-local' | 'unspecified' | 'other';

/** Of `host:port`. */
export function addressKind(address: string): AddressKind {
  const host = address.slice(0, address.lastIndexOf(':')).replace(/^\[|\]$/g, '');
  if (/^(localhost|127(\.\d+){3}|::1)$/i.test(host)) return 'loopback';
  if (/^(0\.0\.0\.0|::)$/.test(host)) return 'unspecified';
  if (/^169\.254\.|^fe80:/i.test(host)) return 'link-local';
  return CONTAINER.test(host) ? 'container' : 'other';
}

/** Docker's bridges, Docker Desktop, Podman, and the usual networks of Kubernetes. */
const CONTAINER = /^(172\.(17|18|19)|192\.168\.65|10\.88|10\.244|10\.42)\./;
