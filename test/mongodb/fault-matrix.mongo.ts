import { afterAll, describe, expect, inject, it } from 'vitest';
import { applies, FAULTS, liveThrough, type Outcome, type Step, STEPS } from './fault-rows.ts';

/** Every step of a market's life on MongoDB with everything that can happen to it on the wire, each in a market of its own. */
describe('a fault on the wire', () => {
  const rows: string[] = [];
  let number = 0;
  const lines: [string, Step, string, boolean][] = [];
  for (const step of Object.keys(STEPS) as Step[]) {
    for (const [name, fault] of Object.entries(FAULTS)) {
      if (!applies(step, fault)) continue;
      for (const asSet of [false, true]) {
        lines.push([`${step} x ${name}, ${asSet ? 'set' : 'alone'}`, step, name, asSet]);
      }
    }
  }

  afterAll(() => {
    console.log(
      ['step x fault | acknowledged | stopped by | lost | doubled | ms', ...rows.sort()].join('\n'),
    );
  });

  it.concurrent.each(lines)('%s', async (label, step, name, asSet) => {
    const url = new URL(inject('mongodbUrl'));
    const db = `faults-${process.pid}-${++number}`;
    const outcome: Outcome = await liveThrough(url, db, step, FAULTS[name]!, asSet);
    const { acknowledged, stoppedBy, lost, doubled, ms } = outcome;
    const cells = [label, acknowledged, stoppedBy ?? '-', lost, doubled, ms.toFixed(0)];
    rows.push(cells.join(' | '));
    expect(outcome).toMatchObject({ fired: true, lost: 0, doubled: 0, isSame: true });
  });
});
