// Java's String.format and date texts, as far as RocketMQ's tools use them.

type Cell = string | number | boolean;

/** `%-16s`, `%d`, `%08d`, `%.2f`, `%16s`, `%n` and `%%`. */
export function format(pattern: string, ...cells: readonly Cell[]): string {
  let next = 0;
  return pattern.replace(
    /%(-?)(0?)(\d*)(?:\.(\d+))?([sdfn%])/g,
    (_, left, zero, width, digits, to) =>
      to === 'n'
        ? '\n'
        : to === '%'
          ? '%'
          : cell(cells[next++]!, { left, zero, width, digits, to }),
  );
}

interface Directive {
  left: string;
  zero: string;
  width: string;
  digits: string | undefined;
  to: string;
}

function cell(value: Cell, { left, zero, width, digits, to }: Directive): string {
  const text = to === 'f' ? fixed(Number(value), Number(digits ?? 6)) : String(value);
  const columns = Number(width || 0);
  return left ? text.padEnd(columns) : text.padStart(columns, zero ? '0' : ' ');
}

/** Rounds half up on the decimal text, as Java does; toFixed rounds on the binary value. */
function fixed(value: number, digits: number): string {
  if (!Number.isFinite(value)) return javaDouble(value);
  const shifted = Number(`${Math.abs(value)}e${digits}`);
  if (!Number.isFinite(shifted)) return value.toFixed(digits);
  const text = String(Number(`${Math.round(shifted)}e-${digits}`));
  const sign = value < 0 ? '-' : '';
  const [whole, part = ''] = text.split('.');
  if (/e/.test(text)) return value.toFixed(digits);
  return digits === 0 ? sign + whole! : `${sign}${whole}.${part.padEnd(digits, '0')}`;
}

/** A double as Java prints it. */
export function javaDouble(value: number): string {
  if (Number.isNaN(value)) return 'NaN';
  if (!Number.isFinite(value)) return value > 0 ? 'Infinity' : '-Infinity';
  const size = Math.abs(value);
  if (size !== 0 && (size < 1e-3 || size >= 1e7)) {
    const [mantissa, exponent] = value.toExponential().split('e');
    return `${mantissa!.includes('.') ? mantissa : `${mantissa}.0`}E${Number(exponent)}`;
  }
  return Number.isInteger(value) ? `${value}.0` : String(value);
}

const two = (value: number): string => String(value).padStart(2, '0');

/** `2026-11-21 01:44:21`, local time (UtilAll.YYYY_MM_DD_HH_MM_SS). */
export function dateTime(timestamp: number): string {
  const d = new Date(timestamp);
  const date = `${d.getFullYear()}-${two(d.getMonth() + 1)}-${two(d.getDate())}`;
  return `${date} ${two(d.getHours())}:${two(d.getMinutes())}:${two(d.getSeconds())}`;
}

/** `2026-11-21 01:44:21,343`, local time (UtilAll.timeMillisToHumanString2). */
export function dateTimeMillis(timestamp: number): string {
  const millis = new Date(timestamp).getMilliseconds();
  return `${dateTime(timestamp)},${String(millis).padStart(3, '0')}`;
}

/** `{a=1, b=2}`: a Java map's toString. */
export function mapText(entries: Iterable<readonly [unknown, unknown]>): string {
  return `{${[...entries].map(([key, value]) => `${String(key)}=${String(value)}`).join(', ')}}`;
}

/** Cuts a text to `size` UTF-8 bytes (UtilAll.frontStringAtLeast counts characters). */
export function front(text: string, size: number): string {
  return text.length > size ? text.slice(0, size) : text;
}
