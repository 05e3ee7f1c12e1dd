// One line of a log as RocketMQ's appenders write it, `2026-01-31 09:05:07 INFO main - text`, but
// in local time, where RocketMQ always writes that of GMT+8.

export type LogLevel = 'DEBUG' | 'INFO' | 'WARN' | 'ERROR';

let second = NaN;
let stamp = '';

export function logLine(nowMs: number, level: LogLevel, name: string, text: string): string {
  const now = Math.floor(nowMs / 1000);
  if (now !== second) {
    second = now;
    stamp = format(new Date(now * 1000));
  }
  return `${stamp} ${level} ${name} - ${text}`;
}

function format(time: Date): string {
  const two = (value: number): string => String(value).padStart(2, '0');
  const day = `${time.getFullYear()}-${two(time.getMonth() + 1)}-${two(time.getDate())}`;
  return `${day} ${two(time.getHours())}:${two(time.getMinutes())}:${two(time.getSeconds())}`;
}
