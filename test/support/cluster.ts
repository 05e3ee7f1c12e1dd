// A name server and a broker to test against, whoever made them.

export interface Cluster {
  /** `host:port` of the name server, and of the broker. */
  namesrv: string;
  broker: string;
  brokerName: string;
  /** Of the name server and the broker; empty when they run in this process. */
  pids: number[];
  /** The folder that holds all they write. */
  home: string;
}
