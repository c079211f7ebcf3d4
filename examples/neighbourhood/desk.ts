import {
  Engine,
  Exchange,
  type Receipt,
  type Queries,
  type RequestName,
  type RequestTo,
  type TradeView,
} from 'wattbook';
import { fileStorage } from 'wattbook/file';

/** The commands that the neighbourhood uses. */
type Used = Extract<
  RequestName,
  'listAsset' | 'listProduct' | 'openAccount' | 'deposit' | 'submit' | 'amend' | 'closeProduct'
>;

/** Where the neighbourhood trades. In this market nothing is refused. */
export interface Desk {
  /** Carries a request out, at a time of the market. */
  send<C extends Used>(command: C, request: RequestTo<C>, at?: number): void;
  /** Places an order under a name that no open one of its account has. @returns its id; 0 if it is known that all of it has traded */
  submit(order: RequestTo<'submit'>, name: string, at: number): number;
  /** Has it be a time of the market. */
  advance(at: number): void;
  /** Asks how things are now. */
  look<T>(query: (market: Queries) => T): T;
}

type Calls = Record<Used, (request: object) => { readonly ok: boolean; readonly code?: string }>;

/** A market in memory. */
export class EngineDesk implements Desk {
  #time = 0;
  readonly #engine = new Engine({ clock: () => this.#time });

  send<C extends Used>(command: C, request: RequestTo<C>, at = this.#time): void {
    this.#time = at;
    const { ok, code } = (this.#engine as unknown as Calls)[command](request);
    if (!ok) throw refused(command, code);
  }

  submit(order: RequestTo<'submit'>, _name: string, at: number): number {
    this.#time = at;
    const outcome = this.#engine.submit(order);
    if (!outcome.ok) throw refused('submit', outcome.code);
    return outcome.orderId;
  }

  advance(at: number): void {
    this.#time = at;
    this.#engine.advanceTime({ at });
  }

  look<T>(query: (market: Queries) => T): T {
    return query(this.#engine);
  }

  /** The trades since it was asked last. */
  newTrades(): TradeView[] {
    const trades = [...this.#engine.trades()];
    this.#engine.forgetHistory();
    return trades;
  }
}

/** Commands in a block, but for the last one. */
const BLOCK_COMMANDS = 1_000;
/** Commands that may be executed and not stored yet; one period of the largest neighbourhood has fewer. */
const MAX_WAITING = 2 ** 20;
const MANY_WAITING = 200_000;

type StoredCalls = Record<Used, (request: object) => Promise<Receipt>>;

/** A market in files. What is sent in one go, with no await in between, is stored whole or not at all. */
export class StoredDesk implements Desk {
  readonly #exchange: Exchange;
  readonly #clock: { time: number };
  #latest: Promise<unknown> = Promise.resolve();
  #fault: unknown;
  readonly #mustBeFine = (receipt: Receipt): void => {
    if (!receipt.ok) this.#fault ??= refused('a request', receipt.code);
  };
  readonly #keepFault = (fault: unknown): void => {
    this.#fault ??= fault;
  };
  /** Up to where trades were told. */
  #told = 0;

  private constructor(exchange: Exchange, clock: { time: number }) {
    this.#exchange = exchange;
    this.#clock = clock;
  }

  /** @param goesOn whether there is a market already, all of whose trades are to be told again */
  static async open(folder: string, goesOn: boolean): Promise<StoredDesk> {
    const clock = { time: 0 };
    const exchange = await Exchange.open({
      storage: fileStorage(folder),
      clock: () => clock.time,
      maxWaiting: MAX_WAITING,
      blocks: { everyCommands: BLOCK_COMMANDS },
      ...(goesOn ? { keepBytes: 2 ** 40 } : {}),
    });
    clock.time = await exchange.read((market) => market.time);
    return new StoredDesk(exchange, clock);
  }

  send<C extends Used>(command: C, request: RequestTo<C>, at = this.#clock.time): void {
    this.#clock.time = at;
    this.#keep((this.#exchange as unknown as StoredCalls)[command](request));
  }

  advance(at: number): void {
    this.#clock.time = at;
    this.#keep(this.#exchange.advanceTime());
  }

  #keep(receipt: Promise<Receipt>): void {
    this.#latest = receipt.then(this.#mustBeFine, this.#keepFault);
  }

  submit(order: RequestTo<'submit'>, name: string, at: number): number {
    this.send('submit', { ...order, clientOrderId: name }, at);
    // Its receipt, which tells its id, comes when it is stored.
    const { account } = order;
    return this.look((market) => market.orderByClientId(account, name)?.orderId ?? 0);
  }

  look<T>(query: (market: Queries) => T): T {
    let found: { readonly answer: T } | undefined;
    const look = (market: Queries): void => void (found = { answer: query(market) });
    // What is executed can be asked for at once; only the promise comes later.
    void this.#exchange.read(look, { at: 'executed' });
    return found!.answer;
  }

  /** Whether so much waits for the disk that it should have its turn. */
  get isBehind(): boolean {
    return this.#exchange.status().waiting > MANY_WAITING;
  }

  /** Waits until everything that was sent is stored. */
  async stored(): Promise<void> {
    await this.#latest;
    if (this.#fault !== undefined) throw this.#fault;
  }

  /** The trades that were stored since it was asked last; at first, those of all runs before. */
  async *newTrades(): AsyncGenerator<TradeView> {
    const after = this.#told;
    this.#told = this.#exchange.status().storedSequence;
    yield* this.#exchange.subscribe('trades', { after, follow: false });
  }

  /** Ends the last block too. */
  close(): Promise<void> {
    return this.#exchange.close();
  }
}

function refused(command: string, code: string | undefined): Error {
  return new Error(`${command} was refused with ${code}`);
}
