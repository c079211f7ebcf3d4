import { memoryStorage, type StorageAdapter } from 'wattbook';
import { AskSource, askExchange, staged, TestClock } from './exchange-stage.ts';

/** The journal of so many random requests, whose blocks end after forty commands. */
export async function randomJournal(count: number, seed: number): Promise<StorageAdapter> {
  const storage = memoryStorage();
  const clock = new TestClock();
  const exchange = await staged({ storage, clock: clock.tell, blocks: { everyCommands: 40 } });
  const source = new AskSource(seed, clock);
  for (let i = 0; i < count; i++) {
    const ask = await exchange.read((market) => source.next(market), { at: 'executed' });
    const sent = askExchange(exchange, ask);
    if (i % 7 === 0) await sent;
    else void sent;
  }
  await exchange.close();
  return storage;
}
