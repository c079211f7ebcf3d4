/** A consumer's tests, with fast-check installed: for the type checker, and then run. */
import { Engine } from 'wattbook';
import fc from 'fast-check';
import {
  arbitraryMarket,
  arbitraryRequests,
  openingRequests,
  perform,
  requestsOf,
  workload,
} from 'wattbook/testing';

const streams = fc.tuple(arbitraryMarket(fc), arbitraryRequests(fc));
fc.assert(
  fc.property(streams, ([opening, requests]) => {
    const market = new Engine();
    for (const each of [...opening, ...requests]) perform(market, each);
    return market.isConserved();
  }),
  { seed: 1, numRuns: 20 },
);

const load = workload('A', { commands: 10, prefill: 10 });
const market = new Engine();
for (const each of openingRequests(load)) perform(market, each);
for (const each of requestsOf(load)) perform(market, each);
if (market.sequence === 0) throw new Error('no command came of the workload');
