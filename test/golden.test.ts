import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { PRECEDENCE, RejectCode, type RejectName, type Requests } from '../src/index.ts';
import { formatScript, parseScript, runSection, type Section } from './golden-runner.ts';

/**
 * Runs the scripts in test/golden. UPDATE_GOLDEN=1 writes what comes out into the scripts; read the
 * difference before you keep it.
 */
const FOLDER = new URL('golden/', import.meta.url);
const names = readdirSync(FOLDER)
  .filter((name) => name.endsWith('.txt'))
  .sort();
const read = (name: string): string => readFileSync(new URL(name, FOLDER), 'utf8');

if (process.env['UPDATE_GOLDEN'] === '1') {
  for (const name of names) {
    const script = parseScript(read(name));
    writeFileSync(new URL(name, FOLDER), formatScript(script, script.sections.map(runSection)));
  }
}
const scripts = names.map((name) => ({ name, script: parseScript(read(name)) }));
const sections: readonly Section[] = scripts.flatMap(({ script }) => script.sections);

describe.each(scripts)('$name', ({ name, script }) => {
  test.each(script.sections)('$title', (section) => {
    const outputs = runSection(section);
    expect(outputs.map((lines) => lines.join('\n'))).toEqual(
      section.blocks.map(({ expected }) => expected.join('\n')),
    );
  });
  test('is written as the runner would write it', () => {
    const expected = script.sections.map(({ blocks }) =>
      blocks.map(({ expected: lines }) => [...lines]),
    );
    expect(formatScript(script, expected)).toBe(read(name));
  });
});

type CommandName = keyof Requests;

const STAMPED: readonly RejectName[] = ['ID_REUSED', 'TIME_BACKWARDS', 'UNKNOWN_ACTOR'];
const ACCOUNT: readonly RejectName[] = [
  'UNKNOWN_ACCOUNT',
  'FORBIDDEN',
  'SYSTEM_ACCOUNT',
  'ACCOUNT_CLOSED',
];
/** Of a command that may be signed. */
const MAY = ['SIGNATURE_WRONG', 'NO_KEY', 'SIGNATURE_EXPIRED', 'NONCE_USED'] as const;
/** Of one that must be, if there is a key. */
const MUST: readonly RejectName[] = [...MAY, 'SIGNATURE_MISSING'];
const PRODUCT: readonly RejectName[] = [
  'UNKNOWN_PRODUCT',
  'FORBIDDEN',
  'PRODUCT_CLOSED',
  'GATE_CLOSED',
];
const OPENED: readonly RejectName[] = [
  'UNKNOWN_PRODUCT',
  'FORBIDDEN',
  'PRODUCT_CLOSED',
  'NOT_YET_OPEN',
  'GATE_CLOSED',
];
const FUNDS: readonly RejectName[] = [
  'UNKNOWN_ACCOUNT',
  'UNKNOWN_ASSET',
  'FORBIDDEN',
  'SYSTEM_ACCOUNT',
  'ACCOUNT_CLOSED',
];

/** The codes that each command can give besides the STAMPED ones, in the order of precedence. */
const CODES: { readonly [C in CommandName]: readonly RejectName[] } = {
  openAccount: ['FORBIDDEN', 'DUPLICATE_ACCOUNT'],
  freezeAccount: ACCOUNT,
  closeAccount: [...MUST, ...ACCOUNT, 'ACCOUNT_NOT_EMPTY'],
  deposit: [...FUNDS, 'MINT_LIMIT'],
  withdraw: [...MUST, ...FUNDS, 'ACCOUNT_FROZEN', 'IN_DEBT', 'INSUFFICIENT_FUNDS'],
  transfer: [...MUST, ...FUNDS, 'ACCOUNT_FROZEN', 'IN_DEBT', 'INSUFFICIENT_FUNDS'],
  listAsset: ['FORBIDDEN', 'DUPLICATE_ASSET'],
  listProduct: [
    'UNKNOWN_ACCOUNT',
    'UNKNOWN_ASSET',
    'UNKNOWN_NETWORK',
    'FORBIDDEN',
    'SYSTEM_ACCOUNT',
    'ACCOUNT_CLOSED',
    'DUPLICATE_PRODUCT',
    'INVALID_PRODUCT',
    'GATE_CLOSED',
  ],
  setFees: PRODUCT,
  setBand: [...PRODUCT, 'PRICE_OUTSIDE_BAND'],
  haltProduct: OPENED,
  resumeProduct: OPENED,
  closeProduct: PRODUCT,
  endSession: OPENED,
  sealBlock: ['FORBIDDEN'],
  setAccountKey: [...MUST, ...ACCOUNT],
  archiveProduct: ['UNKNOWN_PRODUCT', 'FORBIDDEN', 'NOT_CLOSED'],
  runAuction: [
    'UNKNOWN_PRODUCT',
    'FORBIDDEN',
    'PRODUCT_CLOSED',
    'PRODUCT_HALTED',
    'NOT_YET_OPEN',
    'GATE_CLOSED',
    'NOT_A_CALL',
  ],
  submit: [
    ...MUST,
    'UNKNOWN_ACCOUNT',
    'UNKNOWN_PRODUCT',
    'UNKNOWN_ZONE',
    'FORBIDDEN',
    'SYSTEM_ACCOUNT',
    'ACCOUNT_CLOSED',
    'ACCOUNT_FROZEN',
    'IN_DEBT',
    'NOT_IN_NETWORK',
    'PRODUCT_CLOSED',
    'PRODUCT_HALTED',
    'NOT_YET_OPEN',
    'GATE_CLOSED',
    'DUPLICATE_CLIENT_ORDER_ID',
    'ALREADY_EXPIRED',
    'NOT_IN_CALL',
    'NO_PROTECTION',
    'EMPTY_SIDE',
    'NO_REFERENCE',
    'FOLLOWER_LIMIT',
    'LANE_LIMIT',
    'PRICE_OUTSIDE_BAND',
    'PRICE_OUTSIDE_COLLAR',
    'LOCK_LIMIT',
    'CLIP_LIMIT',
    'POST_ONLY_CROSSES',
    'FOK_UNFILLABLE',
    'MONEY_TOO_LITTLE',
    'MIN_QUANTITY',
    'OPEN_ORDER_LIMIT',
    'EXPOSURE_LIMIT',
    'POSITION_LIMIT',
    'INSUFFICIENT_ENERGY',
    'INSUFFICIENT_MONEY',
  ],
  amend: [
    ...MUST,
    'UNKNOWN_ORDER',
    'FORBIDDEN',
    'ACCOUNT_FROZEN',
    'PRODUCT_HALTED',
    'STALE_VERSION',
    'NOT_WAITING',
    'NO_REFERENCE',
    'LANE_LIMIT',
    'PRICE_OUTSIDE_BAND',
    'PRICE_OUTSIDE_COLLAR',
    'LOCK_LIMIT',
    'CLIP_LIMIT',
    'POST_ONLY_CROSSES',
    'LEGS_CROSS',
    'EXPOSURE_LIMIT',
    'POSITION_LIMIT',
    'INSUFFICIENT_ENERGY',
    'INSUFFICIENT_MONEY',
  ],
  cancel: [...MAY, 'UNKNOWN_ORDER', 'FORBIDDEN'],
  cancelAll: [...MAY, 'UNKNOWN_ACCOUNT', 'UNKNOWN_PRODUCT', 'FORBIDDEN'],
  take: [
    ...MUST,
    'UNKNOWN_ACCOUNT',
    'UNKNOWN_ZONE',
    'UNKNOWN_ORDER',
    'FORBIDDEN',
    'SYSTEM_ACCOUNT',
    'ACCOUNT_CLOSED',
    'ACCOUNT_FROZEN',
    'IN_DEBT',
    'NOT_IN_NETWORK',
    'PRODUCT_HALTED',
    'NOT_IN_CALL',
    'PRICE_OUTSIDE_COLLAR',
    'LOCK_LIMIT',
    'OWN_ORDER',
    'KEPT_APART',
    'PRICE_CHANGED',
    'QUANTITY_GONE',
    'ALL_OR_NONE',
    'EXPOSURE_LIMIT',
    'POSITION_LIMIT',
    'INSUFFICIENT_ENERGY',
    'INSUFFICIENT_MONEY',
  ],
  advanceTime: [],
  setCircuit: [
    'UNKNOWN_PRODUCT',
    'FORBIDDEN',
    'NOT_IN_NETWORK',
    'PRODUCT_CLOSED',
    'GATE_CLOSED',
    'NOT_IN_CALL',
  ],
  setAccountLimits: FUNDS,
  kill: [...MAY, ...ACCOUNT],
  recordReading: [
    'UNKNOWN_ACCOUNT',
    'UNKNOWN_PRODUCT',
    'FORBIDDEN',
    'SYSTEM_ACCOUNT',
    'ACCOUNT_CLOSED',
    'PREPAID',
    'NOT_DELIVERED',
    'READING_OLD',
  ],
  setImbalancePrices: ['UNKNOWN_PRODUCT', 'FORBIDDEN', 'PREPAID', 'PRICE_OUTSIDE_BAND'],
  settleProduct: [
    'UNKNOWN_PRODUCT',
    'FORBIDDEN',
    'PREPAID',
    'NOT_DELIVERED',
    'NO_IMBALANCE_PRICES',
    'READING_MISSING',
    'MINT_LIMIT',
    'UTILITY_SHORT',
  ],
  recallTrade: [
    'UNKNOWN_ACCOUNT',
    'UNKNOWN_PRODUCT',
    'UNKNOWN_ZONE',
    'UNKNOWN_TRADE',
    'FORBIDDEN',
    'SYSTEM_ACCOUNT',
    'ACCOUNT_CLOSED',
    'NOT_IN_NETWORK',
    'ALREADY_RECALLED',
    'RECALL_SHORT',
  ],
  listNetwork: ['FORBIDDEN', 'DUPLICATE_NETWORK'],
  addZone: [
    'UNKNOWN_ACCOUNT',
    'UNKNOWN_NETWORK',
    'FORBIDDEN',
    'SYSTEM_ACCOUNT',
    'ACCOUNT_CLOSED',
    'DUPLICATE_ZONE',
    'ZONE_LIMIT',
  ],
  setGridFee: ['UNKNOWN_NETWORK', 'UNKNOWN_ZONE', 'FORBIDDEN'],
  setCapacity: [
    'UNKNOWN_PRODUCT',
    'UNKNOWN_ZONE',
    'FORBIDDEN',
    'NOT_IN_NETWORK',
    'PRODUCT_CLOSED',
    'GATE_CLOSED',
  ],
  setPartner: [...MUST, ...ACCOUNT],
};

/** It takes millions of commands: listing-limit.test.ts has it. */
const OUT_OF_REACH: RejectName = 'LISTING_LIMIT';

const ONE_ACCOUNT = 'it is about one account, and a system account is never closed';
const ONE_STATE = 'a product has one status';
const ONE_STATUS = 'an account has one status';
const NO_ENERGY = 'no energy is locked where there are positions';
const NO_SETTLEMENT = 'what is prepaid is not settled';
const NOBODY = 'an account that is not known has no key';
const NO_OWNER = 'whose order it would be is not known';

/** Neighbours that no command can break at once, and why. */
const NEVER_BOTH: Readonly<Record<string, string>> = {
  'freezeAccount: SYSTEM_ACCOUNT before ACCOUNT_CLOSED': ONE_ACCOUNT,
  'closeAccount: SIGNATURE_MISSING before UNKNOWN_ACCOUNT': NOBODY,
  'closeAccount: SYSTEM_ACCOUNT before ACCOUNT_CLOSED': ONE_ACCOUNT,
  'closeAccount: ACCOUNT_CLOSED before ACCOUNT_NOT_EMPTY': 'a closed account is empty for good',
  'deposit: SYSTEM_ACCOUNT before ACCOUNT_CLOSED': ONE_ACCOUNT,
  'withdraw: SIGNATURE_MISSING before UNKNOWN_ACCOUNT': NOBODY,
  'withdraw: SYSTEM_ACCOUNT before ACCOUNT_CLOSED': ONE_ACCOUNT,
  'withdraw: ACCOUNT_CLOSED before ACCOUNT_FROZEN': ONE_STATUS,
  'listProduct: SYSTEM_ACCOUNT before ACCOUNT_CLOSED': ONE_ACCOUNT,
  'setFees: PRODUCT_CLOSED before GATE_CLOSED': ONE_STATE,
  'setBand: PRODUCT_CLOSED before GATE_CLOSED': ONE_STATE,
  'haltProduct: PRODUCT_CLOSED before NOT_YET_OPEN': ONE_STATE,
  'haltProduct: NOT_YET_OPEN before GATE_CLOSED': ONE_STATE,
  'resumeProduct: PRODUCT_CLOSED before NOT_YET_OPEN': ONE_STATE,
  'resumeProduct: NOT_YET_OPEN before GATE_CLOSED': ONE_STATE,
  'closeProduct: PRODUCT_CLOSED before GATE_CLOSED': ONE_STATE,
  'endSession: PRODUCT_CLOSED before NOT_YET_OPEN': ONE_STATE,
  'endSession: NOT_YET_OPEN before GATE_CLOSED': ONE_STATE,
  'setAccountKey: SIGNATURE_MISSING before UNKNOWN_ACCOUNT': NOBODY,
  'setAccountKey: SYSTEM_ACCOUNT before ACCOUNT_CLOSED': ONE_ACCOUNT,
  'runAuction: PRODUCT_CLOSED before PRODUCT_HALTED': ONE_STATE,
  'runAuction: PRODUCT_HALTED before NOT_YET_OPEN': ONE_STATE,
  'runAuction: NOT_YET_OPEN before GATE_CLOSED': ONE_STATE,
  'submit: SIGNATURE_MISSING before UNKNOWN_ACCOUNT': NOBODY,
  'submit: SYSTEM_ACCOUNT before ACCOUNT_CLOSED': ONE_ACCOUNT,
  'submit: ACCOUNT_CLOSED before ACCOUNT_FROZEN': ONE_STATUS,
  'submit: PRODUCT_CLOSED before PRODUCT_HALTED': ONE_STATE,
  'submit: PRODUCT_HALTED before NOT_YET_OPEN': ONE_STATE,
  'submit: NOT_YET_OPEN before GATE_CLOSED': ONE_STATE,
  'submit: NO_PROTECTION before EMPTY_SIDE': 'a market order that may rest needs no protection',
  'submit: EMPTY_SIDE before NO_REFERENCE': 'a market order that may rest is no stop order',
  'submit: FOLLOWER_LIMIT before LANE_LIMIT': 'an order in a network follows nothing',
  'submit: POST_ONLY_CROSSES before FOK_UNFILLABLE': 'a post-only order is not immediate',
  'submit: POSITION_LIMIT before INSUFFICIENT_ENERGY': NO_ENERGY,
  'amend: SIGNATURE_MISSING before UNKNOWN_ORDER': NO_OWNER,
  'amend: UNKNOWN_ORDER before FORBIDDEN': NO_OWNER,
  'amend: NO_REFERENCE before LANE_LIMIT': 'an order in a network is not pegged',
  'amend: POST_ONLY_CROSSES before LEGS_CROSS': 'a linked order is not post-only',
  'amend: POSITION_LIMIT before INSUFFICIENT_ENERGY': NO_ENERGY,
  'cancel: UNKNOWN_ORDER before FORBIDDEN': NO_OWNER,
  'take: SIGNATURE_MISSING before UNKNOWN_ACCOUNT': NOBODY,
  'take: SYSTEM_ACCOUNT before ACCOUNT_CLOSED': ONE_ACCOUNT,
  'take: ACCOUNT_CLOSED before ACCOUNT_FROZEN': ONE_STATUS,
  'take: NOT_IN_CALL before PRICE_OUTSIDE_COLLAR': 'what trades in auctions has no collar',
  'take: PRICE_OUTSIDE_COLLAR before LOCK_LIMIT':
    'a network has no collar, and what one takes elsewhere is within the limit already',
  'take: QUANTITY_GONE before ALL_OR_NONE': 'one asks for more than there is, the other for less',
  'take: POSITION_LIMIT before INSUFFICIENT_ENERGY': NO_ENERGY,
  'setCircuit: PRODUCT_CLOSED before GATE_CLOSED': ONE_STATE,
  'setAccountLimits: SYSTEM_ACCOUNT before ACCOUNT_CLOSED': ONE_ACCOUNT,
  'kill: SYSTEM_ACCOUNT before ACCOUNT_CLOSED': ONE_ACCOUNT,
  'recordReading: SYSTEM_ACCOUNT before ACCOUNT_CLOSED': ONE_ACCOUNT,
  'recordReading: PREPAID before NOT_DELIVERED': NO_SETTLEMENT,
  'recordReading: NOT_DELIVERED before READING_OLD':
    'there is no reading before the delivery has ended',
  'setImbalancePrices: PREPAID before PRICE_OUTSIDE_BAND': NO_SETTLEMENT,
  'settleProduct: PREPAID before NOT_DELIVERED': NO_SETTLEMENT,
  'addZone: SYSTEM_ACCOUNT before ACCOUNT_CLOSED': ONE_ACCOUNT,
  'setCapacity: PRODUCT_CLOSED before GATE_CLOSED': ONE_STATE,
  'setPartner: SIGNATURE_MISSING before UNKNOWN_ACCOUNT': NOBODY,
  'setPartner: SYSTEM_ACCOUNT before ACCOUNT_CLOSED': ONE_ACCOUNT,
};

const commands = Object.entries(CODES).map(([command, codes]) => ({
  command,
  codes: PRECEDENCE.filter((code) => STAMPED.includes(code) || codes.includes(code)),
}));
const pairs = commands.flatMap(({ command, codes }) =>
  codes.slice(1).map((second, i) => `${command}: ${codes[i]} before ${second}`),
);

/** Refusals in a block's output. */
function refusals(lines: readonly string[]): string[] {
  return lines.flatMap((line) => / (\w+ refused: \w+)$/.exec(line)?.[1] ?? []);
}

describe('reject codes', () => {
  const all = new Set(
    sections.flatMap(({ blocks }) => blocks.flatMap(({ expected }) => refusals(expected))),
  );

  test('the scripts give every code', () => {
    const given = new Set([...all].map((refusal) => refusal.split(' ').at(-1)));
    const reached = Object.keys(RejectCode).filter((code) => code !== OUT_OF_REACH);
    expect([...given].sort()).toEqual(reached.sort());
  });

  test('the scripts give every code of every command, and no others', () => {
    const expected = commands.flatMap(({ command, codes }) =>
      codes.map((code) => `${command} refused: ${code}`),
    );
    expect([...all].sort()).toEqual(expected.sort());
  });
});

describe('precedence', () => {
  const claims = sections.flatMap((section) => {
    const claim = /^(\w+): (\w+) before (\w+)$/.exec(section.title);
    return claim === null ? [] : [{ section, claim: claim as unknown as readonly string[] }];
  });

  test('the codes of each command stand in the order of PRECEDENCE', () => {
    for (const { command, codes } of commands) {
      expect(codes, command).toEqual(PRECEDENCE.filter((code) => codes.includes(code)));
    }
  });

  test('each pair of neighbours has a section, or a reason why not', () => {
    const titles = new Set(claims.map(({ section }) => section.title));
    const reasons = Object.keys(NEVER_BOTH);
    expect(pairs.filter((pair) => !titles.has(pair))).toEqual(reasons);
    expect(reasons.filter((pair) => titles.has(pair))).toEqual([]);
  });

  test.each(claims)('$section.title', ({ section, claim }) => {
    const [, command, first, second] = claim;
    const before = PRECEDENCE.indexOf(first as RejectName);
    expect(before).toBeLessThan(PRECEDENCE.indexOf(second as RejectName));
    const outputs = section.blocks.map(({ expected }) => refusals(expected));
    const both = new Set(outputs.pop());
    expect([...both], 'both broken').toEqual([`${command} refused: ${first}`]);
    expect(outputs.flat(), 'the second alone').toContain(`${command} refused: ${second}`);
  });
});
