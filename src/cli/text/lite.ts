// Listings of what each broker says of lite topics.

import type { BrokerAnswer } from '../../client/admin/lite.js';
import { format } from '../output/format.js';

type Info = NonNullable<BrokerAnswer['info']>;

/** A row per broker; a broker that refused has a line that says so. */
export function liteText(
  answers: readonly BrokerAnswer[],
  row: string,
  head: readonly string[],
  cells: (info: Info) => unknown[],
  detail: (info: Info) => string = () => '',
): string {
  const lines = answers.map(({ brokerName, info, error }) => {
    if (error !== undefined) return `[${brokerName}] error.\n`;
    const values = cells(info ?? {}).map((value) =>
      Array.isArray(value) ? `[${value.join(', ')}]` : String(value ?? 'null'),
    );
    return format(row, brokerName, ...values) + detail(info ?? {});
  });
  return format(row, ...head) + lines.join('');
}
