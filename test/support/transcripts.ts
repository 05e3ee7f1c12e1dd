// Recorded runs of RocketMQ 5.5.0's mqadmin (test/golden/mqadmin/<command>.txt).

import { readdirSync, readFileSync } from 'node:fs';

export interface Transcript {
  number: number;
  title: string;
  /** Words behind `mqadmin`. */
  argv: string[];
  exit: string;
  stdout: string;
  /** The first lines of Java's exceptions; '' where there was none. */
  stderr: string;
}

const folder = new URL('../golden/mqadmin/', import.meta.url);

export function transcripts(): Map<number, Transcript> {
  const found = new Map<number, Transcript>();
  for (const file of readdirSync(folder)) {
    const text = readFileSync(new URL(file, folder), 'utf8');
    for (const part of text.split(/^=== case /m).slice(1)) {
      const one = transcript(part);
      found.set(one.number, one);
    }
  }
  return found;
}

function transcript(part: string): Transcript {
  const [, number, title] = /^(\d+) \[\w+\] (.*)/.exec(part)!;
  const command = /^\$ mqadmin (.*)$/m.exec(part)![1]!;
  const section = (name: string): string => {
    const start = part.indexOf(`\n--- ${name}\n`);
    if (start < 0) return '';
    const text = part.slice(start + name.length + 6);
    const body = text.slice(0, text.search(/^--- /m));
    // The note stands in the place of the newline that was not printed.
    return body.replace(/<no newline at end>\n?$/, '');
  };
  return {
    number: Number(number),
    title: title!,
    argv: words(command),
    exit: /^exit: (\S+)/m.exec(part)![1]!,
    stdout: section('stdout'),
    stderr: section('stderr'),
  };
}

/** Words as a shell takes them: single quotes hold one together. */
function words(command: string): string[] {
  const found = command.match(/'[^']*'|[^\s']+/g) ?? [];
  return found.map((word) => word.replace(/^'(.*)'$/s, '$1'));
}
