import { counted } from '../base/counted.js';
import { readCap } from '../store-tools/cap.js';
import type { LoadedPlan } from './load-plan.js';

/** Says on stderr, before a run begins, that it is expected to make the store larger than its cap. */
export async function warnAboutCap({ decisions }: LoadedPlan): Promise<void> {
  const { layout } = decisions.store;
  const cap = readCap(layout);
  if (cap === undefined) return;
  // Most stores have no cap, and a run with nothing to do should not pay for one.
  const { examine } = await import('./examine.js');
  const { forecastSize } = await import('../store-tools/forecast.js');
  const { listed, textOf } = await import('../pipeline/terminal-text.js');
  const { sizeText } = await import('../store-tools/sizes.js');
  const open = examine(decisions).filter(({ outputs }) => outputs === undefined);
  if (open.length === 0) return;
  const { now, more, unknown } = forecastSize(
    layout,
    open.map(({ definition, K }) => ({ definition, type: textOf(K['type']) })),
  );
  if (now + more <= cap) return;
  const beside =
    unknown.length === 0 ? '' : `, not counting ${listed(unknown, 4)}, of which there is no result yet`;
  console.error(
    `ticketlab: warning: the store holds ${sizeText(now)}, and ${counted(open.length, 'instance')} may add ${sizeText(more)}${beside}: more than its cap of ${sizeText(cap)}.\n` +
      '  ticketlab gc says what could go; ticketlab gc --cap changes the cap.',
  );
}
