// What was acknowledged and who has consumed it: the account that a soak must balance.

interface Entry {
  topic: string;
  acknowledged: boolean;
  /** Groups that have it. */
  groups: Set<string>;
}

export class Ledger {
  sent = 0;
  acknowledged = 0;
  /** No promise was made: refused, timed out, or not copied in time. */
  uncertain = 0;
  /** Deliveries. */
  consumed = 0;
  /** Deliveries of what the group had already, or of what nobody was promised. */
  again = 0;
  /** The longest time without an acknowledgement, ms. */
  longestOutageMs = 0;
  private lastAcknowledged = performance.now();
  /** Entries whose account is open: not acknowledged yet, or not consumed by all. */
  private readonly open = new Map<string, Entry>();

  constructor(private readonly groups: readonly string[]) {}

  begin(id: string, topic: string): void {
    this.sent++;
    this.open.set(id, { topic, acknowledged: false, groups: new Set() });
  }

  promised(id: string): void {
    const now = performance.now();
    this.longestOutageMs = Math.max(this.longestOutageMs, now - this.lastAcknowledged);
    this.lastAcknowledged = now;
    this.acknowledged++;
    const entry = this.open.get(id)!;
    entry.acknowledged = true;
    this.settle(id, entry);
  }

  notPromised(id: string): void {
    this.uncertain++;
    this.open.delete(id);
  }

  received(id: string, group: string): void {
    this.consumed++;
    const entry = this.open.get(id);
    if (!entry || entry.groups.has(group)) {
      this.again++;
      return;
    }
    entry.groups.add(group);
    this.settle(id, entry);
  }

  /** Acknowledged messages that some group has not got, of one topic or of all. */
  missing(topic?: string): string[] {
    const wanted = [...this.open].filter(
      ([, entry]) => entry.acknowledged && (topic === undefined || entry.topic === topic),
    );
    return wanted.map(([id, { groups }]) => {
      const without = this.groups.filter((group) => !groups.has(group));
      return `${id} not consumed by ${without.join(', ')}`;
    });
  }

  private settle(id: string, { acknowledged, groups }: Entry): void {
    if (acknowledged && groups.size === this.groups.length) this.open.delete(id);
  }
}
