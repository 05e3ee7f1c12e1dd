// What a load generator is told to do.

export interface LoadPlan {
  kind: 'send' | 'pull' | 'consume' | 'transaction' | 'pop' | 'timed';
  /** Its address. */
  broker: string;
  brokerName: string;
  topic: string;
  queues: number;
  connections: number;
  inFlight: number;
  bodyBytes: number;
  batch: number;
  /** Further properties of what is sent. */
  properties?: Record<string, string>;
  /** Messages a second that are sent, if not as many as can be. */
  perSecond?: number;
  /** A pull's filter in SQL. */
  sql?: string;
  /** Consumers read what there is once, however long that takes. */
  once?: boolean;
  warmMs: number;
  runMs: number;
}
