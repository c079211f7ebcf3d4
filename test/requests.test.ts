import { describe, expect, it } from 'vitest';
import { isId, isIdAt } from '../src/core/limits.ts';
import { HEADER } from '../src/core/registry.ts';
import { requestDigest, fieldsOf } from '../src/engine/fields.ts';
import { Engine } from '../src/index.ts';
import { mulberry32 } from './mulberry32.ts';
import { codeOf, limit, must, stage, thrownBy, trace } from './stage.ts';

/** The digest as it is defined: over one text. */
function naiveDigest(text: string): { high: number; low: number } {
  let [high, low] = [0x811c_9dc5, 0x9747_b28c];
  for (const code of Array.from({ length: text.length }, (_, i) => text.charCodeAt(i))) {
    high = Math.imul(high ^ code, 0x0100_0193);
    low = Math.imul(low ^ code, 0x85eb_ca6b) ^ (low >>> 15);
  }
  return { high: high >>> 0, low: low >>> 0 };
}

describe('the digest of a request', () => {
  it('is over its fields in one order, text as JSON has it', () => {
    const random = mulberry32(41);
    const odd = ['"', '\\', '\n', '\u0000', '\u007f', 'ä', '\u2028', '\ud800', '😀', 'a', '0'];
    for (let round = 0; round < 500; round++) {
      const account = Array.from({ length: random(6) }, () => odd[random(odd.length)]).join('');
      const amountQuanta = random(2) === 0 ? random(1e9) : random(100) / 8;
      const text = `deposit,account:${JSON.stringify(account)},amountQuanta:${amountQuanta}`;
      const request = { commandId: 'c', amountQuanta, at: random(9), asset: undefined, account };
      expect(requestDigest(fieldsOf('deposit'), request), text).toEqual(naiveDigest(text));
    }
  });

  it('tells what looks alike apart, and looks into a band', () => {
    const setBand = fieldsOf('setBand');
    const band = { low: '1', high: '2' };
    const whole = 'setBand,band:object"1":"2",product:"p"';
    expect(requestDigest(setBand, { product: 'p', band })).toEqual(naiveDigest(whole));
    const none = 'setBand,band:object,product:"p"';
    expect(requestDigest(setBand, { product: 'p', band: null })).toEqual(naiveDigest(none));
    const time = fieldsOf('advanceTime');
    expect(requestDigest(time, { at: 5 })).toEqual(naiveDigest('advanceTime5'));
    expect(requestDigest(time, { at: 5 })).not.toEqual(requestDigest(time, { at: 6 }));
  });
});

describe('names of fields', () => {
  it('are checked in each request, whatever those before it had', () => {
    const engine = stage();
    const deposit = (request: object) => engine.deposit(request as never);
    const good = { account: 'bob', asset: 'EUR', amount: '1' };
    const turned = { amount: '1', asset: 'EUR', account: 'bob' };
    for (const first of [good, turned, { ...good, at: 0 }, { ...good, actor: 'operator' }]) {
      expect(codeOf(deposit(first))).toBe('ok');
      const before = trace(engine);
      for (const wrong of [
        { acount: 'bob', ...first },
        { ...first, ammount: '1' },
        Object.create({ ...first, side: 'buy' }) as object,
      ]) {
        expect(thrownBy(() => deposit(wrong)).message).toMatch(/^deposit has no field "\w+"$/);
      }
      expect(trace(engine)).toEqual(before);
    }
  });

  it('are looked for where they are not listed, too', () => {
    class Hidden {
      readonly account = 'bob';
      readonly asset = 'EUR';
      readonly tpyo: number = 1;
      get amount(): string {
        return '1';
      }
    }
    // As many listed names as fields that are there: only one of the names is wrong.
    expect(thrownBy(() => stage().deposit(new Hidden())).message).toBe(
      'deposit has no field "tpyo"',
    );
  });
});

describe.each(['keep', 'drop'] as const)('a request within a request, history %s', (history) => {
  const id = 'a-longer-name-than-that-of-any-other-account';
  const order = { account: 'alice', product: 'noon', side: 'buy', priceTicks: 7 } as const;

  it('is another command, of which nothing is left in the one around it', () => {
    const engine = stage({ history });
    const { sequence } = engine;
    let inside = 0;
    const request = {
      ...order,
      get quantityLots() {
        if (inside++ === 0) {
          must(engine.openAccount({ id, commandId: 'inner' }));
          expect(thrownBy(() => engine.openAccount({ id: 'no good' })).name).toBe('RangeError');
          expect(codeOf(engine.cancel({ actor: id, orderId: 99 }))).toBe('UNKNOWN_ORDER');
        }
        return 3;
      },
    };
    const outcome = must(engine.submit(request));
    expect(outcome).toMatchObject({ sequence: sequence + 3, orderId: 1 });
    expect(engine.order(1)).toMatchObject({ account: 'alice', priceTicks: 7, openLots: 3 });
    expect(engine.account(id)).toMatchObject({ id, status: 'open' });
    if (history === 'drop') return;
    expect(Engine.replay(engine.commandLog()).stateHash()).toBe(engine.stateHash());
  });

  it('may be sent by the clock, which may fail: the next request is whole again', () => {
    let tick: (() => void) | undefined;
    const engine = stage({
      history,
      clock: () => {
        const once = tick;
        tick = undefined;
        once?.();
        return 9;
      },
    });
    tick = () => void must(engine.openAccount({ id, at: 9 }));
    expect(must(engine.submit({ ...order, quantityLots: 4 })).orderId).toBe(1);
    tick = () => {
      throw new Error('no time');
    };
    expect(thrownBy(() => engine.closeAccount({ account: id })).message).toBe('no time');
    expect(engine.account(id)).toMatchObject({ status: 'open' });
    expect(must(engine.submit({ ...order, quantityLots: 5 })).orderId).toBe(2);
    expect(engine.openOrders().map(({ openLots }) => openLots)).toEqual([4, 5]);
    if (history === 'drop') return;
    expect(Engine.replay(engine.commandLog()).stateHash()).toBe(engine.stateHash());
  });

  it('leaves the events of the latest command where it is a repetition', () => {
    const engine = stage({ history });
    limit(engine, 'alice', 'buy', 4, 300, { commandId: 'c' });
    limit(engine, 'bob', 'sell', 4, 300);
    const told = [...engine.events()];
    expect(told.at(-1)).toMatchObject({ type: 'orderEnded' });
    limit(engine, 'alice', 'buy', 4, 300, { commandId: 'c' });
    const reused = { ...order, quantityLots: 1, commandId: 'c' };
    expect(codeOf(engine.submit(reused))).toBe('ID_REUSED');
    expect([...engine.events()]).toEqual(told);
  });
});

describe('a log that is gone through again', () => {
  it('has each id in its own record only', () => {
    const engine = stage();
    const request = { account: 'bob', asset: 'EUR', amount: '1' };
    for (let round = 0; round < 2; round++) {
      must(engine.openAccount({ id: `home-${round}`, commandId: `o-${round}` }));
      must(engine.deposit(request));
      expect(codeOf(engine.cancel({ actor: 'nobody', orderId: 1 }))).toBe('UNKNOWN_ACTOR');
      must(engine.deposit(request));
      expect(codeOf(engine.withdraw({ ...request, account: 'nobody' }))).toBe('UNKNOWN_ACTOR');
      must(engine.deposit({ ...request, commandId: `d-${round}` }));
    }
    expect(Engine.replay(engine.commandLog()).stateHash()).toBe(engine.stateHash());
  });

  it('may stand anywhere in its memory, and is kept as it was', () => {
    const engine = stage();
    limit(engine, 'bob', 'sell', 10, 300);
    limit(engine, 'alice', 'buy', 4, 300);
    const log = engine.commandLog();
    const memory = new Uint8Array(log.length + 30).fill(0xff);
    memory.set(log, 13);
    const commands = memory.subarray(13, 13 + log.length);
    const copy = Engine.replay(commands);
    memory.fill(0);
    expect(copy.commandLog()).toEqual(log);
    expect([...copy.events()]).toEqual([...engine.events()]);
    limit(copy, 'alice', 'buy', 1, 300);
    expect(Engine.replay(copy.commandLog()).stateHash()).toBe(copy.stateHash());
    const lean = Engine.replay(log, { history: 'drop' });
    const last = [...engine.events({ after: engine.sequence - 1 })];
    expect([...lean.events()]).toEqual(last);
  });

  it('names the command that does not follow', () => {
    const log = stage().commandLog();
    new DataView(log.buffer).setUint8(HEADER.sequence + 7, 9);
    const message = 'command 1 of the log is numbered 9, or a repetition';
    expect(thrownBy(() => Engine.replay(log)).message).toBe(message);
  });
});

it('an id is the same as text and in bytes', () => {
  const bytes = new Uint8Array(80).fill('x'.charCodeAt(0));
  const view = new DataView(bytes.buffer);
  for (let byte = 0; byte < 256; byte++) {
    bytes[9] = byte;
    const text = String.fromCharCode(...bytes.subarray(5, 12));
    expect(isIdAt(view, 5, 7), text).toBe(isId(text));
  }
  bytes[9] = 'x'.charCodeAt(0);
  for (const length of [0, 1, 64, 65]) {
    expect(isIdAt(view, 5, length)).toBe(isId('x'.repeat(length)));
    expect(isIdAt(view, 5, length)).toBe(length === 1 || length === 64);
  }
});
