/**
 * Compares the quarter hours of every day since 1990, in every time zone, with what the clocks show:
 *
 *   npx tsx scripts/calendar.ts --part 1/2
 *   npx tsx scripts/calendar.ts --zone Asia/Aden   goes on there
 *
 * `npm test` looks at the days around the changes of the clocks.
 */
import { parseArgs } from 'node:util';
import { checkDay, dayText, ZONES } from '../test/calendar-days.ts';

const DAY = 86_400_000;

function main(): void {
  const { values } = parseArgs({
    options: {
      part: { type: 'string', default: '1/1' },
      zone: { type: 'string', default: '' },
      from: { type: 'string', default: '1990-01-01' },
      to: { type: 'string', default: '2027-12-31' },
    },
  });
  const [part = 1, parts = 1] = values.part.split('/').map(Number);
  const [from, to] = [Date.parse(values.from), Date.parse(values.to)];
  if (!(part >= 1 && part <= parts))
    throw new Error(`--part must be such as 1/2, got '${values.part}'`);
  if (!(from <= to)) throw new Error('--from and --to must be days such as 1990-01-01');
  const zones = ZONES.filter((zone, i) => i % parts === part - 1 && zone >= values.zone);
  const started = performance.now();
  let days = 0;
  let mismatches = 0;
  zones.forEach((zone, i) => {
    for (let day = from; day <= to; day += DAY) {
      days++;
      try {
        checkDay(zone, dayText(day));
      } catch (error) {
        mismatches++;
        console.log(String(error));
      }
    }
    const seconds = ((performance.now() - started) / 1000).toFixed(0);
    console.log(`${i + 1} of ${zones.length}  ${zone}  ${days} days  ${seconds} s`);
  });
  console.log(`days        ${days}`);
  console.log(`mismatches  ${mismatches}`);
  process.exitCode = mismatches > 0 ? 1 : 0;
}

main();
