import { ARCHIVE } from './archive.ts';
import { AUCTION } from './auction.ts';
import { BY_MONEY } from './by-money.ts';
import { CALL } from './call.ts';
import { CONTRACTS } from './contracts.ts';
import { FOLLOWERS } from './followers.ts';
import { CHAIN } from './chain.ts';
import { VERIFY } from './verify.ts';
import { FORWARD } from './forward.ts';
import { LEDGER } from './ledger.ts';
import { LIFE_CYCLE } from './life-cycle.ts';
import { LIMITS } from './limits.ts';
import { LINKED_ORDERS } from './linked.ts';
import { MATCHING } from './matching.ts';
import { NETWORKS } from './networks.ts';
import { ORDERBOOK } from './orderbook.ts';
import { READ_MODELS } from './read-models.ts';
import { SETTLEMENT } from './settlement.ts';
import { SHOWN } from './shown.ts';
import { SIGNED } from './signed.ts';
import type { SlipGroup } from './slip.ts';
import { SNAPSHOT } from './snapshot.ts';
import { SEALING } from './sealing.ts';
import { SESSION } from './session.ts';
import { STOPS } from './stops.ts';

/** Every slip that there is, in the order in which they are tried. */
export const SLIP_GROUPS: readonly SlipGroup[] = [
  ...MATCHING,
  ...CONTRACTS,
  ...ORDERBOOK,
  ...SHOWN,
  ...STOPS,
  ...LINKED_ORDERS,
  ...FOLLOWERS,
  ...LEDGER,
  ...SNAPSHOT,
  ...SEALING,
  ...SESSION,
  ...LIMITS,
  ...BY_MONEY,
  ...AUCTION,
  ...CALL,
  ...LIFE_CYCLE,
  ...ARCHIVE,
  ...NETWORKS,
  ...SETTLEMENT,
  ...CHAIN,
  ...SIGNED,
  ...VERIFY,
  ...FORWARD,
  ...READ_MODELS,
];
