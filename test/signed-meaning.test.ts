import { describe, expect, it } from 'vitest';
import type { Sequencer } from '../src/engine/sequencer.ts';
import { type Engine, type Requests, verifySignatures } from '../src/index.ts';
import { BID, chainId, forgery, GRID, market, sign, write } from './signed-stage.ts';
import { must } from './stage.ts';

type Step = { [C in keyof Requests]: [C, Requests[C]] }[keyof Requests];

/** What makes another product of `energy`: the same words, and something else that is traded. */
const SWAP: readonly Step[] = [
  ['closeProduct', { product: 'energy' }],
  ['archiveProduct', { product: 'energy' }],
  ['listAsset', { id: 'junk', decimals: 3 }],
  ['listProduct', { id: 'energy', energy: 'junk', money: 'EUR', ...GRID }],
];

function perform(engine: Engine, steps: readonly Step[]): void {
  for (const [command, request] of steps) must(engine[command](request as never));
}

function enforce(sequencer: Sequencer, steps: readonly Step[]): void {
  for (const [command, request] of steps) {
    const encoding = sequencer.encode(command, request as never)!;
    expect(sequencer.carryOut(encoding, 0).code, command).toBe(0);
  }
}

describe('an id that is given to something else', () => {
  it('makes no other order of a signed one', () => {
    const engine = market();
    const signed = sign('submit', BID, {}, engine.product('energy'));
    perform(engine, SWAP);
    const { sequence } = engine;
    expect(engine.submit({ ...BID, signed })).toMatchObject({ code: 'SIGNATURE_WRONG' });
    expect(engine.sequence).toBe(sequence);
    expect(engine.product('energy')).toMatchObject({ row: 2, energy: 'junk', ...GRID });
    const anew = sign('submit', BID, {}, engine.product('energy'));
    expect(engine.submit({ ...BID, signed: anew })).toMatchObject({ ok: true });
  });

  it('is found by who verifies signatures', () => {
    const sequencer = forgery();
    const signed = sign('submit', BID);
    enforce(sequencer, SWAP);
    expect(write(sequencer, { ...BID, signed })).toBe(0);
    const { sequence } = sequencer.state;
    expect(verifySignatures(sequencer.commands.slice(), chainId).fault).toEqual({
      sequence,
      reason: `command ${sequence} is not signed by the key of anna`,
    });
  });

  it('makes no other transfer of a signed one', () => {
    const engine = market();
    const hour: Step[] = [
      ['listAsset', { id: 'hour', decimals: 3 }],
      [
        'listProduct',
        {
          id: 'noon',
          energy: 'hour',
          money: 'EUR',
          ...GRID,
          delivery: { start: 10, end: 20, opensMs: -5, gateMs: 0 },
        },
      ],
    ];
    perform(engine, hour);
    const gift = { account: 'anna', to: 'ben', asset: 'hour', amount: '1' } as const;
    const before = engine.asset('hour');
    const signed = sign('transfer', gift, {}, before);
    perform(engine, [
      ['advanceTime', { at: 30 }],
      ['archiveProduct', { product: 'noon' }],
      ['listAsset', { id: 'hour', decimals: 3 }],
      ['deposit', { account: 'anna', asset: 'hour', amount: '5' }],
    ]);
    expect(engine.asset('hour')).toEqual({ ...before, row: before!.row + 1 });
    expect(engine.transfer({ ...gift, signed })).toMatchObject({ code: 'SIGNATURE_WRONG' });
    const anew = sign('transfer', gift, {}, engine.asset('hour'));
    expect(engine.transfer({ ...gift, signed: anew })).toMatchObject({ ok: true });
    expect(engine.asset('nothing')).toBeUndefined();
  });
});
