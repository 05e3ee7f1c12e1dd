// Traces of a consumer go out through a producer of its own.

import { createProducer } from '../producer.js';
import { TraceWriter } from '../trace-writer.js';
import type { ConsumerSettings } from './options.js';

export interface Tracer {
  writer: TraceWriter;
  stop(): Promise<void>;
}

export function createTracer(settings: ConsumerSettings, topic: string | undefined): Tracer {
  const { group, namesrvAddr, clock, log, sign, tls } = settings;
  const producer = createProducer({
    group: `_INNER_TRACE_PRODUCER-${group}-CONSUME`,
    namesrvAddr,
    ...(clock === undefined ? {} : { clock }),
    ...(log === undefined ? {} : { log }),
    ...(sign === undefined ? {} : { sign }),
    ...(tls === undefined ? {} : { tls }),
  });
  const writer = new TraceWriter((message) => producer.send(message), topic);
  return {
    writer,
    async stop() {
      await writer.flush();
      await producer.stop();
    },
  };
}
