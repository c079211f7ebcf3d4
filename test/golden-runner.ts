import { expect } from 'vitest';
import { Engine, type EventRecord, type OrderOutcome, type Outcome } from '../src/index.ts';
import { MAX_FOLLOWERS, MAX_LANES } from '../src/core/limits.ts';
import {
  bandOf,
  callOf,
  deliveryOf,
  feesOf,
  parseCommand,
  settlementOf,
  type ScriptCommand,
  splitLine,
} from './golden/commands.ts';
import { Renderer } from './golden/render.ts';
import { CHAIN_ID, sign } from './golden/signers.ts';

/** Commands and what is expected to come of them. */
export interface Block {
  readonly commands: readonly string[];
  readonly expected: readonly string[];
}

/** A market of its own and what happens in it. */
export interface Section {
  readonly title: string;
  readonly comment: readonly string[];
  readonly setUp: readonly string[];
  readonly blocks: readonly Block[];
}

export interface Script {
  /** Lines in front of the first section. */
  readonly preface: readonly string[];
  readonly sections: readonly Section[];
}

const RULE = '----';

/** Reads a script; `formatScript` writes the same text again. */
export function parseScript(text: string): Script {
  const [preface = '', ...rest] = `\n${text}`.split(/\n(?=# )/);
  return { preface: trimmedLines(preface), sections: joinComments(rest).map(parseSection) };
}

/** A line that begins with '# ' right behind another one is a comment, not a title. */
function joinComments(parts: readonly string[]): string[] {
  const sections: string[] = [];
  for (const part of parts) {
    const previous = sections.at(-1);
    const belongs =
      previous !== undefined && previous.trimEnd().split('\n').at(-1)!.startsWith('# ');
    if (belongs) sections[sections.length - 1] = `${previous}\n${part}`;
    else sections.push(part);
  }
  return sections;
}

function parseSection(text: string): Section {
  const lines = trimmedLines(text);
  const heads = lines.findIndex((line) => !line.startsWith('# '));
  const [title = '', ...comment] = lines.slice(0, heads).map((line) => line.slice(2));
  const chunks = lines.slice(heads).join('\n').split(/\n\n+/);
  const setUp: string[] = [];
  const blocks = chunks.map((chunk) => {
    const all = chunk.split('\n');
    const rule = all.indexOf(RULE);
    if (rule < 0) throw new Error(`script: ${title}: a block without ${RULE}`);
    const commands = all.slice(0, rule);
    while (commands.length > 0 && isSetUp(commands[0]!)) setUp.push(commands.shift()!);
    return { commands, expected: all.slice(rule + 1) };
  });
  return { title, comment, setUp, blocks };
}

function trimmedLines(text: string): string[] {
  const trimmed = text.trim();
  return trimmed === '' ? [] : trimmed.split('\n').map((line) => line.trimEnd());
}

/** The script as text, with these outputs in place of what was expected. */
export function formatScript(script: Script, outputs: readonly string[][][]): string {
  const parts = script.sections.map(({ title, comment, setUp, blocks }, i) => {
    const head = [title, ...comment].map((line) => `# ${line}`);
    const bodies = blocks.map(({ commands }, j) => {
      const before = j === 0 ? [...head, ...setUp] : [];
      return [...before, ...commands, RULE, ...outputs[i]![j]!].join('\n');
    });
    return bodies.join('\n\n');
  });
  return `${[script.preface.join('\n'), ...parts].join('\n\n').trim()}\n`;
}

function isSetUp(line: string): boolean {
  return /^market\b|^\S+ has\b/.test(line);
}

/** Runs a section in a market of its own; the answer is what each block put out. */
export function runSection(section: Section): string[][] {
  const market = new ScriptMarket();
  for (const line of section.setUp) market.setUp(line);
  market.showChanges();
  const outputs = section.blocks.map(({ commands }) => [
    ...commands.flatMap((line) => market.run(line)),
    ...market.showChanges(),
  ]);
  market.checkRebuilt();
  return outputs;
}

/** An engine under a script, with the checks that every command has to stand. */
class ScriptMarket {
  readonly #engine = new Engine({ chainId: CHAIN_ID });
  readonly #renderer = new Renderer(this.#engine);
  /** What was shown last, by account or product. */
  readonly #shown = new Map<string, string>();

  /**
   * `market` lists the assets EUR and kWh and the product `energy` and opens alice, bob and carol
   * with 100 of each; `dave has 5 EUR 1 kWh` opens one more account.
   */
  setUp(text: string): void {
    const engine = this.#engine;
    const { words, options } = splitLine(text);
    if (words[0] !== 'market') {
      this.#fund(words[0]!, words.slice(2));
      return;
    }
    must(engine.listAsset({ id: 'EUR', decimals: 9 }));
    must(engine.listAsset({ id: 'kWh', decimals: 3 }));
    const [tick, lot] = [options.get('tick')?.[0] ?? '0.01', options.get('lot')?.[0] ?? '0.001'];
    const grid = { id: 'energy', energy: 'kWh', money: 'EUR', tick, lot };
    const network = options.get('network')?.[0];
    if (network !== undefined) this.#network(network, tick);
    const member = network === undefined ? {} : { network };
    const plan = { ...deliveryOf(options), ...settlementOf(options) };
    const terms = { ...feesOf(options), ...bandOf(options), ...plan };
    if (options.has('settled')) this.#fund('grid', ['100', 'EUR']);
    must(engine.listProduct({ ...grid, ...terms, ...callOf(options), ...member }));
    for (const account of ['alice', 'bob', 'carol']) {
      this.#fund(account, ['100', 'EUR', '100', 'kWh']);
    }
    if (!options.has('crowded')) return;
    if (network === undefined) this.#crowd();
    else this.#crowdLanes();
  }

  /** Lists a network of three zones, whose fees go to an account of their own. */
  #network(id: string, tick: string): void {
    this.#fund('wires', []);
    must(this.#engine.listNetwork({ id, tick }));
    for (const zone of ['north', 'south', 'east']) {
      must(this.#engine.addZone({ network: id, id: zone, gridAccount: 'wires' }));
    }
  }

  #crowd(): void {
    const order = { account: 'alice', product: 'energy', side: 'sell', quantityLots: 1 } as const;
    for (let i = 0; i < MAX_FOLLOWERS; i++) {
      must(this.#engine.submit({ ...order, priceTicks: 1, stopPriceTicks: 1, trailTicks: 5 }));
    }
  }

  /** As many lanes on the side of buyers as there may be, and two orders in the first of them. */
  #crowdLanes(): void {
    const order = { account: 'alice', product: 'energy', side: 'buy', zone: 'south' } as const;
    for (let i = 0; i <= MAX_LANES; i++) {
      const premiums = { solarTicks: Math.max(1, i) };
      must(this.#engine.submit({ ...order, quantityLots: 1, priceTicks: 1, premiums }));
    }
  }

  #fund(account: string, amounts: readonly string[]): void {
    must(this.#engine.openAccount({ id: account }));
    for (let i = 0; i + 1 < amounts.length; i += 2) {
      const [amount, asset] = [amounts[i]!, amounts[i + 1]!];
      must(this.#engine.deposit({ account, asset, amount }));
    }
  }

  /** Runs one line and checks what has to hold whatever it does. */
  run(line: string): string[] {
    const engine = this.#engine;
    const command = this.#signed(parseCommand(line, this.#renderer.find));
    this.#renderer.note();
    const before = {
      sequence: engine.sequence,
      market: engine.marketHash(),
      all: engine.stateHash(),
    };
    let outcome: Outcome | OrderOutcome;
    try {
      outcome = engine[command.name](command.request as never);
    } catch (error) {
      if (!(error instanceof TypeError || error instanceof RangeError)) throw error;
      expect(engine.stateHash(), `${line}: misuse leaves no trace`).toBe(before.all);
      return [`${error.name}: ${error.message}`];
    }
    expect(engine.isConserved(), `${line}: conserved`).toBe(true);
    const events = [...engine.events({ after: before.sequence })];
    if (outcome.repeated) {
      expect(engine.stateHash(), `${line}: a repetition changes nothing`).toBe(before.all);
      expect(events).toEqual([]);
      return [this.#repetition(command, outcome)];
    }
    if (!outcome.ok && outcome.code === 'SIGNATURE_WRONG') {
      expect(engine.stateHash(), `${line}: a wrong signature changes nothing`).toBe(before.all);
      expect(events).toEqual([]);
      return [`${command.actor} ${command.name} refused: SIGNATURE_WRONG`];
    }
    const timers = ofTime(events);
    if (!outcome.ok && timers.length === 0) {
      expect(engine.marketHash(), `${line}: refused, so unchanged`).toBe(before.market);
    }
    const others = events.filter(({ type }) => type !== 'orderMoved').length;
    if (!outcome.ok) expect(others, `${line}: refused`).toBe(timers.length + 1);
    checkReceipt(line, outcome, events);
    return events.map((event) => this.#renderer.event(event));
  }

  #signed(command: ScriptCommand): ScriptCommand {
    if (command.signing === undefined) return command;
    const signed = sign(this.#engine, command);
    return { ...command, request: { ...command.request, signed } };
  }

  #repetition({ name, actor }: ScriptCommand, outcome: Outcome | OrderOutcome): string {
    const head = `${actor} ${name}`;
    if (!outcome.ok && outcome.code === 'ID_REUSED') return `${head} refused: ID_REUSED`;
    if (!outcome.ok) return `${head} repeated: was refused with ${outcome.code}`;
    if (!('orderId' in outcome)) return `${head} repeated: was accepted`;
    const { orderId, filledLots } = outcome;
    return `${head} repeated: was ${this.#renderer.label(orderId)}, ${filledLots} lots filled`;
  }

  /** Books and balances that are not as they were shown last. */
  showChanges(): string[] {
    const renderer = this.#renderer;
    const lines: string[] = [];
    for (const product of this.#engine.products()) {
      const ladder = renderer.ladder(product);
      if (this.#changed(`product ${product.id}`, ladder.join('\n'))) lines.push(...ladder);
      this.#checkDepth(product.id);
    }
    for (const { id } of this.#engine.accounts()) {
      const balances = renderer.balances(id);
      if (this.#changed(`account ${id}`, balances)) lines.push(`${id}: ${balances}`);
    }
    return lines;
  }

  #changed(what: string, text: string): boolean {
    const before = this.#shown.get(what) ?? '';
    this.#shown.set(what, text);
    return before !== text;
  }

  /** The levels that everyone sees are the sums of the queues. */
  #checkDepth(product: string): void {
    const depth = this.#engine.depth(product, 1_000);
    for (const [side, levels] of [
      ['buy', depth.bids],
      ['sell', depth.asks],
    ] as const) {
      const sums = new Map<number, { open: number; orders: number }>();
      for (const { priceTicks, shownLots } of this.#engine.queue(product, side)) {
        if (shownLots === 0) continue;
        const level = sums.get(priceTicks) ?? { open: 0, orders: 0 };
        sums.set(priceTicks, { open: level.open + shownLots, orders: level.orders + 1 });
      }
      const seen = levels.map(({ priceTicks, openLots, orders }) => [
        priceTicks,
        { open: openLots, orders },
      ]);
      expect(seen, `${product} ${side} levels`).toEqual([...sums]);
    }
  }

  /** The same state comes out of the command log and out of a snapshot. */
  checkRebuilt(): void {
    const hash = this.#engine.stateHash();
    expect(Engine.replay(this.#engine.commandLog()).stateHash(), 'after replay').toBe(hash);
    expect(Engine.restore(this.#engine.snapshot()).stateHash(), 'after restore').toBe(hash);
  }
}

/** The events of a refused command that tell of what the time has brought about. */
function ofTime(events: readonly EventRecord[]): EventRecord[] {
  const held = lastAuction(events);
  return events.filter((event, i) => {
    if (i <= held || event.type === 'productOpened' || event.type === 'gateClosed') return true;
    if (event.type !== 'orderEnded') return false;
    return event.reason === 'expired' || event.reason === 'gateClosed';
  });
}

/** Where the last auction among events ends, or -1. */
function lastAuction(events: readonly EventRecord[]): number {
  return events.map(({ type }) => type).lastIndexOf('auctionHeld');
}

function must(outcome: Outcome): void {
  if (!outcome.ok) throw new Error(`script: set-up refused: ${outcome.code}`);
}

/** What the caller is told agrees with what happened. */
function checkReceipt(
  line: string,
  outcome: Outcome | OrderOutcome,
  events: readonly EventRecord[],
): void {
  const codes = events.flatMap((event) => (event.type === 'rejected' ? [event.code] : []));
  expect(codes, `${line}: outcome`).toEqual(outcome.ok ? [] : [outcome.code]);
  if (!('orderId' in outcome)) return;
  const { orderId, filledLots } = outcome;
  const trades = events.slice(lastAuction(events) + 1).filter((event) => event.type === 'trade');
  const own = trades.filter(({ takerOrder }) => takerOrder === orderId);
  const filled = own.reduce((sum, { quantity }) => sum + quantity, 0);
  expect(filledLots, `${line}: filled`).toBe(filled);
  const triggered = events.flatMap((event) =>
    event.type === 'stopTriggered' ? [event.order] : [],
  );
  const linked = events.flatMap((event) =>
    event.type === 'ordersLinked' ? [event.order, event.other] : [],
  );
  const takers = new Set([orderId, ...triggered, ...linked]);
  expect(trades.every(({ takerOrder }) => takers.has(takerOrder))).toBe(true);
}
