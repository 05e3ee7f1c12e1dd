// Who produces (ProducerManager): producer groups and their connections, as heartbeats say.

import type { Clock } from '../../../base/clock.js';
import type { Logger } from '../../../base/log.js';
import type { Connection } from '../../../remoting/connection.js';
import type { ClientMember, Producers } from '../parts.js';

export interface ProducersConfig {
  enableRegisterProducer: boolean;
  rejectTransactionMessage: boolean;
}

export interface ProducerMember extends ClientMember {
  /** Time of the last heartbeat (Clock.now). */
  seenAt: number;
}

/** RocketMQ gives producers this time whatever channelExpiredTimeout says. */
const EXPIRED_MS = 120_000;

export class ProducerTable implements Producers {
  private readonly groups = new Map<string, Map<Connection, ProducerMember>>();
  private readonly clients = new Map<string, Connection>();
  private turn = 0;

  constructor(
    private readonly config: ProducersConfig,
    private readonly clock: Clock,
    private readonly log: Logger,
  ) {}

  members(group: string): ProducerMember[] | undefined {
    const table = this.groups.get(group);
    return table && [...table.values()];
  }

  all(): Map<string, ProducerMember[]> {
    return new Map([...this.groups].map(([name, table]) => [name, [...table.values()]]));
  }

  connectionOf(group: string): Connection | undefined {
    const connections = [...(this.groups.get(group)?.keys() ?? [])].filter(({ closed }) => !closed);
    return connections[this.turn++ % Math.max(1, connections.length)];
  }

  byClientId(clientId: string): Connection | undefined {
    return this.clients.get(clientId);
  }

  register(group: string, client: ClientMember): void {
    const known = this.groups.get(group)?.get(client.connection);
    if (known) {
      known.seenAt = this.clock.now();
      return;
    }
    if (!this.config.enableRegisterProducer && this.config.rejectTransactionMessage) return;
    let table = this.groups.get(group);
    if (!table) this.groups.set(group, (table = new Map()));
    table.set(client.connection, { ...client, seenAt: this.clock.now() });
    this.clients.set(client.clientId, client.connection);
    this.log.info(`new producer ${client.clientId} at ${client.connection.remote} in ${group}`);
  }

  unregister(group: string, connection: Connection): void {
    const table = this.groups.get(group);
    const member = table?.get(connection);
    if (!table || !member) return;
    table.delete(connection);
    if (table.size === 0) this.groups.delete(group);
    if (this.clients.get(member.clientId) === connection) this.clients.delete(member.clientId);
    this.log.info(`producer ${member.clientId} left ${group}`);
  }

  closed(connection: Connection): void {
    for (const [group, table] of this.groups) {
      if (table.has(connection)) this.unregister(group, connection);
    }
  }

  /** Closes the connections of members that sent no heartbeat for two minutes. */
  scan(): void {
    const oldest = this.clock.now() - EXPIRED_MS;
    for (const [group, table] of this.groups) {
      for (const { seenAt, clientId, connection } of table.values()) {
        if (seenAt >= oldest) continue;
        this.log.warn(`producer ${clientId} of ${group} is silent: closing ${connection.remote}`);
        connection.close();
        this.unregister(group, connection);
      }
    }
  }
}
