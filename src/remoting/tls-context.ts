// TLS at work: contexts from PEM files, the handshakes of servers and clients. Loaded when the
// first TLS connection comes or goes: node:tls takes longer to load than a command to run.

import type { Socket } from 'node:net';
import {
  connect as connectTls,
  type ConnectionOptions,
  createSecureContext,
  createServer as createTlsServer,
  type SecureContextOptions,
  type Server as TlsServer,
  type TLSSocket,
} from 'node:tls';
import type { Clock } from '../base/clock.js';
import type { FileSystem } from '../base/files.js';
import { MqError } from '../base/errors.js';
import { describeError, type Logger } from '../base/log.js';
import { DEFAULT_TLS, type TlsKeys, type TlsSettings } from '../config/tls.js';
import { selfSigned } from './self-signed.js';

export type TlsFiles = Pick<FileSystem, 'readText' | 'stat'>;

/** How a server or a client uses TLS. */
export interface Tls {
  settings: TlsSettings;
  files: TlsFiles;
}

export interface TlsHandshakesOptions {
  tls: Tls | undefined;
  clock: Clock;
  log: Logger;
  onSocket: (socket: Socket) => void;
}

/** Node's TLS server without a port. */
export class TlsHandshakes {
  private readonly settings: TlsSettings;
  private readonly server: TlsServer;
  private loaded = '';

  /** Throws CONFIG_INVALID for keys that cannot be used. */
  constructor(private readonly options: TlsHandshakesOptions) {
    this.settings = options.tls?.settings ?? DEFAULT_TLS;
    const { clientAuth, testMode } = this.settings;
    // The peer's certificate is checked below: Node cannot take a missing and refuse a bad one.
    const requestCert = !testMode && clientAuth !== 'none';
    const tlsOptions = { ...this.context(), requestCert, rejectUnauthorized: false };
    this.server = createTlsServer(tlsOptions, (socket) => this.take(socket));
    this.server.on('tlsClientError', (error, socket) => this.refuse(socket, describeError(error)));
  }

  start(socket: Socket): void {
    if (!this.settings.testMode && this.loaded !== this.state()) {
      this.options.log.info('The certificate or private key changed, reload the ssl context');
      this.server.setSecureContext(this.context());
    }
    this.server.emit('connection', socket);
  }

  private take(socket: TLSSocket): void {
    const { clientAuth, server, testMode } = this.settings;
    const named = Object.keys(socket.getPeerCertificate()).length > 0;
    const missing = !named && clientAuth === 'require';
    const wrong = named && server.checkPeer && !socket.authorized;
    if (!testMode && (missing || wrong)) {
      const reason = missing ? 'it has no certificate' : String(socket.authorizationError);
      this.refuse(socket, reason);
      return;
    }
    this.options.onSocket(socket);
  }

  private context(): SecureContextOptions {
    if (this.settings.testMode) return selfSigned(this.options.clock.now());
    const state = this.state();
    const context = contextOf(this.settings.server, this.options.tls!.files, 'server');
    this.loaded = state;
    return context;
  }

  /** Changes when one of the files does. */
  private state(): string {
    const { keyPath, certPath, trustCertPath } = this.settings.server;
    return [keyPath, certPath, trustCertPath]
      .map((path) => (path === '' ? '' : this.options.tls!.files.stat(path)?.mtimeMs))
      .join();
  }

  private refuse(socket: Socket, reason: string): void {
    this.options.log.warn(`closing ${socket.remoteAddress ?? 'a TLS socket'}: ${reason}`);
    socket.destroy();
  }
}

/** A client's socket; ready at `secureConnect`. */
export function connectSecurely(host: string, port: number, tls: Tls): TLSSocket {
  const { client, testMode } = tls.settings;
  const checkPeer = !testMode && client.checkPeer;
  const options: ConnectionOptions = {
    ...(testMode ? {} : contextOf(client, tls.files, 'client')),
    host,
    port,
    rejectUnauthorized: checkPeer,
    // RocketMQ checks who signed the certificate, not for which host
    checkServerIdentity: () => undefined,
  };
  return connectTls(options);
}

function contextOf(
  keys: TlsKeys,
  files: TlsFiles,
  side: 'server' | 'client',
): SecureContextOptions {
  const read = (key: 'keyPath' | 'certPath' | 'trustCertPath'): string | undefined => {
    const path = keys[key];
    if (path === '') return undefined;
    const text = files.readText(path);
    if (text === undefined) throw unusable(`tls.${side}.${key}`, path, 'there is no such file');
    return text;
  };
  const options: SecureContextOptions = {
    key: read('keyPath'),
    cert: read('certPath'),
    ca: keys.checkPeer ? read('trustCertPath') : undefined,
    passphrase: keys.keyPassword || undefined,
  };
  if (side === 'server' && (!options.key || !options.cert)) {
    throw unusable('tls.server.keyPath and certPath', 'missing', 'a server needs both');
  }
  try {
    createSecureContext(options);
  } catch (cause) {
    throw unusable(`tls.${side}.keyPath`, keys.keyPath, describeError(cause));
  }
  return options;
}

function unusable(key: string, value: string, reason: string): MqError {
  return new MqError('CONFIG_INVALID', { problems: `${key} = ${value}: ${reason}` });
}
