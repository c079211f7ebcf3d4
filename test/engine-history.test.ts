import { describe, expect, it } from 'vitest';
import { Engine, type OrderRequest, WattbookError } from '../src/index.ts';
import { buy, codeOf, faultOf, limit, must, stage, thrownBy } from './stage.ts';
import { stateOf } from '../src/engine/queries.ts';
import { Sequencer } from '../src/engine/sequencer.ts';

describe('a command id', () => {
  const request = { ...buy, commandId: 'once' };

  it('gets the recorded outcome again, and leaves no trace', () => {
    const engine = stage();
    const first = must(engine.submit(request));
    const [hash, log] = [engine.stateHash(), engine.commandLog()];
    const events = [...engine.events()].length;
    expect(engine.submit(request)).toEqual({ ...first, repeated: true });
    const shuffled = Object.fromEntries(Object.entries(request).reverse());
    expect(engine.submit(shuffled as unknown as OrderRequest)).toEqual({
      ...first,
      repeated: true,
    });
    expect(engine.submit({ ...request, at: 77 })).toEqual({ ...first, repeated: true });
    expect(engine.submit({ ...request, at: 0 })).toEqual({ ...first, repeated: true });
    expect([engine.stateHash(), engine.commandLog()]).toEqual([hash, log]);
    expect([...engine.events()]).toHaveLength(events);
  });

  it('is held to its content', () => {
    const engine = stage();
    must(engine.submit(request));
    const hash = engine.stateHash();
    const others: object[] = [
      { quantityLots: 4 },
      { priceTicks: 6 },
      { side: 'sell' },
      { account: 'bob' },
      { product: 'dusk' },
      { clientOrderId: 'c' },
      { timeInForce: 'ioc' },
      { actor: 'operator' },
      { minQuantityLots: 1 },
    ];
    for (const other of others) {
      const outcome = engine.submit({ ...request, ...other });
      expect(outcome, JSON.stringify(other)).toMatchObject({ ok: false, code: 'ID_REUSED' });
    }
    expect(codeOf(engine.openAccount({ id: 'carol', commandId: 'once' }))).toBe('ID_REUSED');
    expect(engine.stateHash()).toBe(hash);
  });

  it('is held to the content of a band, too', () => {
    const engine = stage();
    const band = { product: 'noon', band: { low: '0', high: '1' }, commandId: 'band' };
    must(engine.setBand(band));
    expect(engine.setBand({ ...band, band: { high: '1', low: '0' } })).toMatchObject({
      ok: true,
      repeated: true,
    });
    expect(codeOf(engine.setBand({ ...band, band: { low: '0', high: '2' } }))).toBe('ID_REUSED');
    expect(codeOf(engine.setBand({ ...band, band: null }))).toBe('ID_REUSED');
  });

  it('is held to fields that a request inherits', () => {
    const engine = stage();
    const made = (fields: object) => Object.create({ ...request, ...fields }) as OrderRequest;
    must(engine.submit(made({})));
    expect(codeOf(engine.submit(made({ side: 'sell', quantityLots: 9 })))).toBe('ID_REUSED');
  });

  it('remembers refusals', () => {
    const engine = stage();
    const cancel = { actor: 'carol', orderId: 1, commandId: 'c' };
    const submit = { ...request, account: 'carol' };
    const first = [engine.cancel(cancel), engine.submit(submit)];
    expect(first.map(codeOf)).toEqual(['UNKNOWN_ACTOR', 'UNKNOWN_ACTOR']);
    must(engine.openAccount({ id: 'carol' }));
    must(engine.deposit({ account: 'carol', asset: 'EUR', amount: '9' }));
    must(engine.submit(buy));
    const again = [engine.cancel(cancel), engine.submit(submit)];
    expect(again).toEqual(first.map((outcome) => ({ ...outcome, repeated: true })));
  });

  it('outlives the order that it is about', () => {
    const engine = stage();
    const { orderId } = must(engine.submit({ ...buy, quantityLots: 10 }));
    const amend = { actor: 'alice', orderId, quantity: '0.5', commandId: 'a' };
    const cancel = { actor: 'alice', orderId, commandId: 'c' };
    const first = [engine.amend(amend), engine.cancel(cancel)].map(must);
    const again = [engine.amend(amend), engine.cancel(cancel)];
    expect(again).toEqual(first.map((outcome) => ({ ...outcome, repeated: true })));
  });

  it('outlives the grid that its text was read on', () => {
    const engine = stage();
    const deposit = { account: 'alice', asset: 'GBP', amount: '0.001', commandId: 'd' };
    const submit = { ...request, product: 'dusk', quantity: '0.05', commandId: 's' };
    const { quantityLots: _, ...dusk } = submit;
    const first = [engine.deposit(deposit), engine.submit(dusk)];
    expect(first.map(codeOf)).toEqual(['UNKNOWN_ASSET', 'UNKNOWN_PRODUCT']);
    must(engine.listAsset({ id: 'GBP', decimals: 2 }));
    must(engine.listProduct({ id: 'dusk', energy: 'kWh', money: 'EUR', tick: '0.001', lot: '1' }));
    const again = [engine.deposit(deposit), engine.submit(dusk)];
    expect(again).toEqual(first.map((outcome) => ({ ...outcome, repeated: true })));
    const { commandId: __, ...fresh } = deposit;
    expect(thrownBy(() => engine.deposit(fresh)).message).toContain('no whole multiple of 0.01');
  });

  it('tells one instant from another where time is all that is asked for', () => {
    const engine = stage();
    must(engine.advanceTime({ at: 1_000, commandId: 't' }));
    expect(engine.advanceTime({ at: 1_000, commandId: 't' }).repeated).toBe(true);
    expect(codeOf(engine.advanceTime({ at: 2_000, commandId: 't' }))).toBe('ID_REUSED');
    expect(engine.time).toBe(1_000);
  });

  it('is forgotten after 65,536 further commands', () => {
    const engine = stage({ history: 'drop' });
    const open = { id: 'carol', commandId: 'once' };
    const { sequence } = must(engine.openAccount(open));
    while (engine.sequence < sequence + 65_535) engine.advanceTime({ at: 1 });
    expect(engine.openAccount(open)).toEqual({ ok: true, sequence, repeated: true });
    const copy = Engine.restore(engine.snapshot());
    expect(copy.openAccount(open).repeated).toBe(true);
    engine.advanceTime({ at: 1 });
    expect(engine.openAccount(open)).toEqual({
      ok: false,
      code: 'DUPLICATE_ACCOUNT',
      sequence: sequence + 65_537,
      repeated: false,
    });
    expect(engine.openAccount(open)).toMatchObject({ sequence: sequence + 65_537, repeated: true });
  });
});

describe('history', () => {
  it("'drop' keeps the events of the latest command, and no commands", () => {
    const engine = stage({ history: 'drop' });
    expect(faultOf(() => engine.commandLog())).toBe('NOT_KEPT');
    limit(engine, 'bob', 'sell', 10, 300);
    limit(engine, 'alice', 'buy', 3, 300);
    expect([...engine.trades()]).toHaveLength(1);
    const events = [...engine.events()];
    expect(new Set(events.map((event) => event.sequence))).toEqual(new Set([engine.sequence]));
    expect(thrownBy(() => engine.openAccount({ id: '' })).name).toBe('RangeError');
    expect([...engine.events()]).toEqual(events);
    limit(engine, 'alice', 'buy', 1, 10);
    expect([...engine.trades()]).toEqual([]);
  });

  it("'drop' keeps them when an earlier command is repeated", () => {
    const engine = stage({ history: 'drop' });
    const request = { ...buy, commandId: 'once' };
    must(engine.submit(request));
    const events = [...engine.events()];
    expect(events.length).toBeGreaterThan(0);
    expect(engine.submit(request).repeated).toBe(true);
    expect([...engine.events()]).toEqual(events);
  });

  it("'drop' takes no more room with time, and gives the same state", () => {
    const [dropping, keeping] = [stage({ history: 'drop' }), stage()];
    for (let i = 0; i < 2_000; i++) {
      for (const engine of [dropping, keeping]) {
        limit(engine, 'bob', 'sell', 1, 300 + (i % 7));
        limit(engine, 'alice', 'buy', 1, 310);
      }
    }
    expect(dropping.stateHash()).toBe(keeping.stateHash());
    expect([...keeping.trades()]).toHaveLength(2_000);
    const sequencer = new Sequencer(stateOf(dropping), undefined, false);
    const room = () => sequencer.events.bytes.length + sequencer.commands.bytes.length;
    const before = room();
    for (let i = 0; i < 2_000; i++) sequencer.perform('cancelAll', { account: 'bob' });
    expect(room()).toBe(before);
  });

  it.each(['keep', 'drop'] as const)(
    '%s: stands a clock or a request that asks the engine',
    (history) => {
      let inside: (() => void) | undefined;
      const ask = (): void => {
        const once = inside;
        inside = undefined;
        once?.();
      };
      const clock = (): number => {
        ask();
        return 5;
      };
      const engine = stage({ history, clock });
      const listed = 'a-long-name-so-that-its-records-are-of-another-length';
      for (const request of [
        { actor: 'alice', orderId: 1 },
        {
          actor: 'alice',
          get orderId() {
            ask();
            return 1;
          },
        },
      ]) {
        inside = () => void engine.openAccount({ id: `${listed}${engine.sequence}`, at: 5 });
        expect(codeOf(engine.cancel(request))).toBe('UNKNOWN_ORDER');
        expect([...engine.events()].at(-1)).toMatchObject({ type: 'rejected', command: 'cancel' });
        if (history === 'drop') expect([...engine.events()]).toHaveLength(1);
      }
      expect(codeOf(engine.cancel({ actor: 'alice', orderId: 1 }))).toBe('UNKNOWN_ORDER');
    },
  );

  it('can be forgotten: what comes after follows on a snapshot of then', () => {
    const engine = stage();
    limit(engine, 'bob', 'sell', 10, 300);
    const [from, hash] = [engine.snapshot(), engine.stateHash()];
    engine.forgetHistory();
    expect(engine.stateHash()).toBe(hash);
    expect([engine.commandLog().length, [...engine.events()].length]).toEqual([0, 0]);
    limit(engine, 'alice', 'buy', 4, 300);
    expect([...engine.trades()]).toHaveLength(1);
    const copy = Engine.replay(engine.commandLog(), { from });
    expect(copy.snapshot()).toEqual(engine.snapshot());
    expect(faultOf(() => Engine.replay(engine.commandLog()))).toBe('SEQUENCE_GAP');
  });

  it.each(['keep', 'drop'] as const)('%s: may be read while commands go on', (history) => {
    const engine = stage({ history });
    for (let i = 0; i < 5; i++) limit(engine, 'bob', 'sell', 1, 300 + i);
    limit(engine, 'alice', 'buy', 3, 310);
    const expected = [...engine.events()].map((event) => event.type);
    expect(expected.length).toBeGreaterThan(3);
    const seen: string[] = [];
    for (const event of engine.events()) {
      seen.push(event.type);
      if (seen.length === 2) must(engine.cancelAll({ product: 'noon' }));
      if (seen.length === 3) engine.forgetHistory();
    }
    expect(seen).toEqual(expected);
    expect([...engine.events()]).toEqual([]);
  });
});

describe('a fault', () => {
  it('stops the engine; what was is still there to read', () => {
    const engine = stage();
    const orderId = limit(engine, 'alice', 'buy', 3, 5);
    // What no command can bring about: a lock vanishes from the ledger.
    const { ledger } = stateOf(engine);
    const row = ledger.find(3, 1);
    expect([ledger.locked(row), ledger.available(row)]).toEqual([1_500, 999_998_500]);
    ledger.set(row, ledger.available(row), 0);
    const fault = thrownBy(() => engine.cancel({ actor: 'alice', orderId }));
    expect(fault).toBeInstanceOf(WattbookError);
    expect((fault as WattbookError).code).toBe('BROKEN_INVARIANT');
    const requests = [
      () => engine.openAccount({ id: 'carol' }),
      () => engine.submit(buy),
      () => engine.advanceTime({ at: 5 }),
      () => engine.deposit({ account: 'bob', asset: 'EUR', amount: 'nonsense' }),
    ];
    for (const request of requests) {
      const error = thrownBy(request) as WattbookError;
      expect([error.code, error.cause]).toEqual(['ENGINE_STOPPED', fault]);
    }
    expect(engine.balance('bob', 'EUR').available).toBe('1000.000000');
    expect(engine.product('noon')?.status).toBe('open');
    expect(engine.depth('noon')).toBeDefined();
    expect([...engine.events()].length).toBeGreaterThan(0);
    expect(engine.stateHash()).toHaveLength(64);
  });
});

describe('a refusal of somebody unknown', () => {
  it('can be read whatever stands behind its record', () => {
    for (let commands = 0; commands < 400; commands++) {
      const engine = new Engine({ history: 'keep' });
      for (let at = 0; at < commands; at++) engine.advanceTime({ at });
      engine.advanceTime({ at: commands, actor: 'mallory' });
      expect(() => [...engine.events()], `after ${commands} commands`).not.toThrow();
    }
  });

  it('reads the same however the events are kept', () => {
    const [kept, dropped] = (['keep', 'drop'] as const).map((history) => {
      const engine = stage({ history });
      engine.openAccount({ id: 'a-long-name-to-be-left-behind-in-the-buffer' });
      engine.advanceTime({ at: 1, actor: 'mallory' });
      return [...engine.events({ after: engine.sequence - 1 })];
    });
    expect(dropped).toEqual(kept);
  });
});
