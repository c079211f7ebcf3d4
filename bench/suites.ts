import type { Flow } from '../src/testing/index.ts';
import { applyPath } from './apply.ts';
import { bookPath } from './book.ts';
import { cancelCases } from './cancels.ts';
import { chainCases } from './chain.ts';
import { durableCases } from './durable.ts';
import { auctionCase, yearCase } from './energy.ts';
import { homesCase } from './energy-homes.ts';
import { exchangePath } from './exchange.ts';
import { flowCases, specialCase } from './flows.ts';
import { latencyCases } from './latency.ts';
import { limitCases } from './limit.ts';
import { memoryCases } from './memory.ts';
import { mongodbCases } from './mongodb.ts';
import { recoveryCase } from './recovery.ts';
import { replayCase } from './replay.ts';
import { scaleCases } from './scale.ts';
import { restoreCase, snapshotCase } from './snapshot.ts';
import { specialBookPath } from './special-book.ts';
import { submitPath } from './submit.ts';
import type { Suite } from './suite.ts';

const FLOWS: readonly Flow[] = ['A', 'B', 'C', 'D', 'E'];

/** All suites, in the order in which they run. */
export const SUITES: readonly Suite[] = [
  { name: 'book', cases: [...flowCases(FLOWS, bookPath), specialCase(specialBookPath, bookPath)] },
  { name: 'apply', cases: [...flowCases(FLOWS, applyPath), specialCase(applyPath)] },
  { name: 'submit', cases: flowCases(['A'], submitPath) },
  { name: 'exchange', cases: flowCases(['A'], exchangePath) },
  { name: 'durable', cases: durableCases() },
  {
    name: 'scale',
    cases: [
      ...scaleCases('', applyPath),
      ...scaleCases('book-', bookPath),
      ...cancelCases('cancel-', applyPath),
      ...cancelCases('cancel-book-', bookPath),
    ],
  },
  { name: 'latency', cases: latencyCases() },
  { name: 'memory', cases: memoryCases() },
  { name: 'snapshot', cases: [snapshotCase()] },
  { name: 'restore', cases: [restoreCase()] },
  { name: 'replay', cases: [replayCase()] },
  { name: 'recover', byNameAlone: true, cases: [recoveryCase()] },
  {
    name: 'energy',
    cases: [yearCase(), auctionCase(), homesCase('homes1000-week', 7)],
  },
  { name: 'energy-year', byNameAlone: true, cases: [homesCase('homes1000', 365, 1)] },
  { name: 'chain', cases: chainCases() },
  { name: 'limit', cases: limitCases() },
  { name: 'mongodb', cases: mongodbCases() },
];
