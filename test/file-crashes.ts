import { WattbookError } from '../src/core/errors.ts';
import { storageOn } from '../src/file/file-storage.ts';
import { Exchange } from '../src/index.ts';
import { hashOf, stagedOn } from './journals.ts';
import { type Draw, mulberry32 } from './mulberry32.ts';
import { randomRequest, type Sent } from './random-requests.ts';
import { Crashed, SimulatedDisk } from './simulated-disk.ts';

/** What the lives of a market came to. */
export interface Lives {
  /** Times that the machine or the process stopped. */
  crashes: number;
  commands: number;
  /** Commands that were sent again after a crash, and had been stored. */
  known: number;
  /** Times that the end of the journal was in doubt, and the operator went on without its last frame. */
  doubtful: number;
  /** Times that acknowledged commands lay behind the latest snapshot that was read. */
  snapshots: number;
}

const FOLDER = '/market';

/**
 * A market that goes through so many crashes, each at any call of the file system. After each it must be as it was after one
 * of its commands, and not before the last that was acknowledged; what was under way is sent again.
 * @throws Error telling what was lost, doubled or changed
 */
export async function liveThrough(seed: number, crashes: number): Promise<Lives> {
  const market = new CrashingMarket(seed);
  await market.begin();
  while (market.lives.crashes < crashes) await market.live();
  return market.lives;
}

class CrashingMarket {
  readonly lives: Lives = { crashes: 0, commands: 0, known: 0, doubtful: 0, snapshots: 0 };
  readonly #draw: Draw;
  /** `stateHash` after each command, whether it was stored or not. */
  readonly #hashes: string[] = [];
  /** Sequence that each command id was acknowledged with. */
  readonly #receipts = new Map<string, number>();
  #disk = new SimulatedDisk();
  #acknowledged = 0;
  /** What was under way when the market stopped. */
  #underWay: readonly Sent[] = [];
  #number = 0;

  constructor(seed: number) {
    this.#draw = mulberry32(seed);
  }

  async begin(): Promise<void> {
    const exchange = await stagedOn(storageOn(this.#disk, FOLDER));
    this.#acknowledged = exchange.status().sequence;
    this.#hashes[this.#acknowledged] = await hashOf(exchange);
    await exchange.close();
  }

  /** From opening the market to its next crash. */
  async live(): Promise<void> {
    const draw = this.#draw;
    const crashAt = this.#disk.calls + 1 + draw(draw(2) === 0 ? 12 : 150);
    let dead = false;
    this.#disk.beforeCall = (_call, calls) => {
      if (calls < crashAt) return;
      dead = true;
      throw new Crashed();
    };
    try {
      const exchange = await this.#opened();
      while (!dead) await this.#burst(exchange);
    } catch (fault) {
      if (!dead) throw fault;
    }
    this.lives.crashes++;
    this.#disk = this.#disk.afterCrash(draw, draw(3) === 0 ? 'process' : 'machine');
  }

  async #opened(): Promise<Exchange> {
    const open = (acceptTailLoss: boolean): Promise<Exchange> => {
      const dropsOldSegments = this.#draw(2) === 0;
      const options = { acceptTailLoss, segmentBytes: 4096, dropsOldSegments };
      const storage = storageOn(this.#disk, FOLDER, options);
      return Exchange.open({ storage, clock: () => 1_000 + this.#number });
    };
    const exchange = await open(false).catch((fault: unknown) => {
      if (!(fault instanceof WattbookError && fault.code === 'TAIL_IN_DOUBT')) throw fault;
      this.lives.doubtful++;
      return open(true);
    });
    const { sequence } = exchange.status();
    if (sequence < this.#acknowledged) {
      throw new Error(`of ${this.#acknowledged} acknowledged commands ${sequence} are there`);
    }
    if ((await hashOf(exchange)) !== this.#hashes[sequence]) {
      throw new Error(`the state after ${sequence} commands has changed`);
    }
    this.#acknowledged = sequence;
    return exchange;
  }

  /** Some requests at once, what was under way first; and perhaps a snapshot. */
  async #burst(exchange: Exchange): Promise<void> {
    const draw = this.#draw;
    const fresh = Array.from({ length: 1 + draw(5) }, () =>
      randomRequest(this.#number++, 1_000 + this.#number, draw),
    );
    const again = this.#underWay.filter(({ commandId }) => commandId !== undefined);
    const sent = [...again, ...fresh];
    if (draw(4) === 0) for (const call of this.#disk.waiting.splice(0)) call();
    this.#underWay = sent;
    const before = exchange.status().sequence;
    const receipts = sent.map((each) => {
      const receipt = each.send(exchange);
      receipt.catch(() => {});
      void exchange
        .read(
          (market) => {
            this.#hashes[exchange.status().sequence] = market.stateHash();
          },
          { at: 'executed' },
        )
        .catch(() => {});
      return receipt;
    });
    this.lives.commands += exchange.status().sequence - before;
    if (draw(8) === 0) {
      exchange.saveSnapshot().then(
        () => this.lives.snapshots++,
        () => {},
      );
    }
    for (const [i, receipt] of receipts.entries()) {
      const { sequence } = (await receipt) as { readonly sequence: number };
      const { commandId } = sent[i]!;
      this.#acknowledged = Math.max(this.#acknowledged, sequence);
      if (sequence <= before) this.lives.known++;
      if (commandId === undefined) continue;
      const first = this.#receipts.get(commandId) ?? sequence;
      if (first !== sequence) throw new Error(`${commandId} was carried out twice`);
      this.#receipts.set(commandId, sequence);
    }
    this.#underWay = [];
  }
}
