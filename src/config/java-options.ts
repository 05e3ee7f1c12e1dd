// What RocketMQ takes from words like -Dname=value for its virtual machine.

/** Later ones count. */
const VARIABLES = ['JAVA_TOOL_OPTIONS', 'JAVA_OPTS', 'JAVA_OPT', 'JAVA_OPT_EXT'];

export type Environment = Readonly<Record<string, string | undefined>>;

export function javaOptions(env: Environment): ReadonlyMap<string, string> {
  const values = new Map<string, string>();
  for (const name of VARIABLES) {
    for (const [, key, value] of (env[name] ?? '').matchAll(/(?:^|\s)-D([\w.]+)=(\S*)/g)) {
      values.set(key!, value!);
    }
  }
  return values;
}
