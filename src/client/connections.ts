// Connections that outlive a session, for a program that asks the same servers again and again.

import type { RemotingClient } from '../remoting/client.js';

export class Connections {
  private readonly clients = new Map<string, RemotingClient>();

  /** The one that was made for `key`, which stands for the account and the TLS settings. */
  clientFor(key: string, make: () => RemotingClient): RemotingClient {
    const client = this.clients.get(key) ?? make();
    this.clients.set(key, client);
    return client;
  }

  /** Closes all: what is under way fails, what comes next opens new ones. */
  close(): void {
    for (const client of this.clients.values()) client.close();
    this.clients.clear();
  }
}
