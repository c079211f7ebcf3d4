import { describe, expect, it, vi } from 'vitest';
import { type BlockPolicy, Exchange, type ExchangeOptions, memoryStorage } from 'wattbook';
import { collected } from './collected.ts';
import { bid, staged } from './exchange-stage.ts';
import { codeOf, must } from './stage.ts';

const offer = { account: 'alice', product: 'noon', side: 'sell', quantityLots: 1 } as const;

/** Where the blocks of an exchange end: first and last sequence of each. */
async function blocksOf(exchange: Exchange): Promise<readonly (readonly [number, number])[]> {
  const events = await collected(exchange.subscribe('events', { after: 0, follow: false }));
  return events.flatMap((event) =>
    event.type === 'blockSealed' ? [[event.firstSequence, event.sequence] as const] : [],
  );
}

async function opened(blocks: BlockPolicy, options: Partial<ExchangeOptions> = {}) {
  return Exchange.open({ storage: memoryStorage(), clock: () => 1_000, blocks, ...options });
}

describe('blocks', () => {
  it('end behind every command that traded, and no other', async () => {
    const exchange = await staged({ blocks: { everyTrade: true } });
    const { sequence } = exchange.status();
    must(await exchange.submit({ ...offer, priceTicks: 5 }));
    must(await exchange.submit({ ...bid, priceTicks: 4 }));
    must(await exchange.submit({ ...bid, priceTicks: 5, quantityLots: 1 }));
    must(await exchange.submit({ ...offer, priceTicks: 6 }));
    must(await exchange.submit({ ...bid, priceTicks: 6 }));
    expect(await blocksOf(exchange)).toEqual([
      [1, sequence + 4],
      [sequence + 5, sequence + 7],
    ]);
    await exchange.close();
  });

  it('end once there are so many commands, the seal not among them', async () => {
    const exchange = await opened({ everyCommands: 2 });
    for (const id of ['a', 'b', 'c', 'd']) must(await exchange.openAccount({ id }));
    expect(codeOf(await exchange.openAccount({ id: 'a' }))).toBe('DUPLICATE_ACCOUNT');
    expect(await blocksOf(exchange)).toEqual([
      [1, 3],
      [4, 6],
    ]);
    expect(await exchange.read((market) => market.height)).toBe(2);
    await exchange.close();
  });

  it('end so long after their first command, and none is empty', async () => {
    vi.useFakeTimers();
    try {
      const exchange = await opened({ everyMs: 500 });
      await vi.advanceTimersByTimeAsync(5_000);
      await exchange.openAccount({ id: 'a' });
      await vi.advanceTimersByTimeAsync(499);
      await exchange.openAccount({ id: 'b' });
      expect(exchange.status().sequence).toBe(2);
      await vi.advanceTimersByTimeAsync(1);
      expect(exchange.status().sequence).toBe(3);
      await vi.advanceTimersByTimeAsync(5_000);
      await exchange.openAccount({ id: 'c' });
      await exchange.sealBlock();
      await vi.advanceTimersByTimeAsync(5_000);
      expect(exchange.status().sequence).toBe(5);
      await exchange.close();
    } finally {
      vi.useRealTimers();
    }
  });

  it('end at whichever comes first', async () => {
    const exchange = await opened({ everyTrade: true, everyCommands: 3 });
    for (const id of ['a', 'b', 'c', 'd']) must(await exchange.openAccount({ id }));
    expect(await blocksOf(exchange)).toEqual([[1, 4]]);
    await exchange.close();
  });

  it('end with the exchange, unless there is nothing in them', async () => {
    const storage = memoryStorage();
    const policy = { everyCommands: 1_000 };
    const first = await opened(policy, { storage });
    must(await first.openAccount({ id: 'a' }));
    await first.close();
    const second = await opened(policy, { storage });
    expect(second.status().sequence).toBe(2);
    await second.close();
    const third = await opened(policy, { storage });
    expect(third.status().sequence).toBe(2);
    await third.close();
  });

  it('go on where they stopped when an exchange is opened again', async () => {
    vi.useFakeTimers();
    try {
      const storage = memoryStorage();
      const first = await Exchange.open({ storage, clock: () => 1_000 });
      must(await first.openAccount({ id: 'a' }));
      await first.close();
      const second = await opened({ everyMs: 500 }, { storage });
      await vi.advanceTimersByTimeAsync(500);
      expect(second.status().sequence).toBe(2);
      await second.close();
    } finally {
      vi.useRealTimers();
    }
  });

  it('are not ended by an account that is no operator, and no limit keeps the policy from it', async () => {
    const exchange = await opened({ everyCommands: 1 }, { maxWaiting: 1 });
    const [first, second] = [exchange.openAccount({ id: 'a' }), exchange.openAccount({ id: 'b' })];
    expect([codeOf(await first), codeOf(await second)]).toEqual(['ok', 'OVERLOADED']);
    expect(await blocksOf(exchange)).toEqual([[1, 2]]);
    await exchange.close();
    const plain = await Exchange.open({ storage: memoryStorage(), clock: () => 1_000 });
    must(await plain.openAccount({ id: 'a' }));
    expect(codeOf(await plain.sealBlock({ actor: 'a' }))).toBe('FORBIDDEN');
    await plain.close();
  });

  it.each([
    [{}, TypeError, 'blocks needs everyTrade, everyCommands or everyMs'],
    [{ everyTrade: 1 }, TypeError, 'blocks.everyTrade'],
    [{ everyCommands: 0 }, RangeError, 'blocks.everyCommands'],
    [{ everyMs: 0.5 }, RangeError, 'blocks.everyMs'],
    [{ everyMs: 86_400_001 }, RangeError, 'blocks.everyMs'],
    [{ often: true }, TypeError, 'often'],
    [5, TypeError, 'blocks'],
  ])('are not ended by a policy such as %j', async (blocks, error, what) => {
    const sent = opened(blocks as BlockPolicy);
    await expect(sent).rejects.toBeInstanceOf(error);
    await expect(sent).rejects.toThrow(what);
  });
});

describe('salts', () => {
  const saltOf = async (options: Partial<ExchangeOptions>): Promise<string> => {
    const exchange = await Exchange.open({
      storage: memoryStorage(),
      clock: () => 1_000,
      ...options,
    });
    must(await exchange.openAccount({ id: 'a' }));
    const hash = await exchange.read((market) => market.stateHash());
    await exchange.close();
    return hash;
  };

  it('are drawn by an exchange, and differ', async () => {
    expect(await saltOf({})).not.toBe(await saltOf({}));
  });

  it('are what it is told to draw, and change nothing that anyone has at stake', async () => {
    const drawSalt = (): Uint8Array => new Uint8Array(16).fill(7);
    expect(await saltOf({ drawSalt })).toBe(await saltOf({ drawSalt }));
    expect(await saltOf({ drawSalt })).not.toBe(
      await saltOf({ drawSalt: () => new Uint8Array(16) }),
    );
  });

  it.each([
    [() => new Uint8Array(15), RangeError],
    [() => 'salt', TypeError],
  ])('must be sixteen bytes', async (drawSalt, error) => {
    await expect(saltOf({ drawSalt: drawSalt as () => Uint8Array })).rejects.toBeInstanceOf(error);
    await expect(saltOf({ drawSalt: drawSalt as () => Uint8Array })).rejects.toThrow('drawSalt');
  });
});
