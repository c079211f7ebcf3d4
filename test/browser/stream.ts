/**
 * What a browser and every Node have to agree on: a seeded stream of commands and the hash of the
 * state behind it. Bundled by main.ts out of the built package; the same bytes run everywhere.
 */
import { Engine, Exchange, memoryStorage, type Queries } from 'wattbook';
import { ed25519, encodeGenesis } from 'wattbook/chain';
import { memoryBlocks, Prover, Sealer } from 'wattbook/sealing';
import { openingRequests, requestsOf, workload } from 'wattbook/testing';
import { LightClient, verifyChain } from 'wattbook/verify';

export interface Report {
  readonly commands: number;
  readonly trades: number;
  readonly conserved: boolean;
  readonly stateHash: string;
}

const COMMANDS = 50_000;
const FEES = { makerPpm: 500, takerPpm: 1000 };
/** Requests to an exchange that are under way together. */
const AT_ONCE = 1000;

type Market<R> = Record<string, (request: object) => R>;

/** Flow A with its prefill and what it needs before, sent to a market of either kind. */
function* send<R>(market: object): Generator<R> {
  const load = workload('A', { commands: COMMANDS });
  const methods = market as Market<R>;
  for (const each of openingRequests(load, FEES)) yield methods[each.command]!(each.request);
  for (const each of requestsOf(load, FEES)) yield methods[each.command]!(each.request);
}

function reportOf(market: Queries, trades: number): Report {
  return {
    commands: market.sequence,
    trades,
    conserved: market.isConserved(),
    stateHash: market.stateHash(),
  };
}

function engineReport(): Report {
  const market = new Engine();
  for (const _ of send(market));
  return reportOf(market, [...market.trades()].length);
}

/** The same stream through an exchange, which is then opened again on what it stored. */
async function exchangeReport(): Promise<Report> {
  const storage = memoryStorage();
  const clock = (): number => 0;
  // The salts of an exchange are drawn, those of an engine are zeros.
  const drawSalt = (): Uint8Array => new Uint8Array(16);
  const market = await Exchange.open({ storage, clock, drawSalt });
  let waiting: Promise<unknown>[] = [];
  for (const answer of send<Promise<unknown>>(market)) {
    waiting.push(answer);
    if (waiting.length < AT_ONCE) continue;
    await Promise.all(waiting);
    waiting = [];
  }
  await Promise.all(waiting);
  let trades = 0;
  for await (const _ of market.subscribe('trades', { after: 0, follow: false })) trades++;
  await market.close();
  const again = await Exchange.open({ storage, clock });
  const report = await again.read((queries) => reportOf(queries, trades));
  await again.close();
  return report;
}

const SEALED = 10_000;

/**
 * The signed head of the chain of a part of the stream, after its verifier and a proof of a balance have been asked: roots,
 * signatures and proofs are the same everywhere.
 */
export async function signedHead(): Promise<string> {
  const storage = memoryStorage();
  const blocks = memoryBlocks();
  const signer = ed25519.signer(new Uint8Array(32).fill(7));
  const nonce = new Uint8Array(16);
  await blocks.append([encodeGenesis({ name: 'stream', nonce, keys: [signer.publicKey] })], 0);
  const market = await Exchange.open({
    storage,
    clock: () => 0,
    drawSalt: () => new Uint8Array(16).fill(9),
    blocks: { everyCommands: 1000 },
  });
  const sent: Promise<unknown>[] = [];
  for (const answer of send<Promise<unknown>>(market)) if (sent.push(answer) === SEALED) break;
  await Promise.all(sent);
  await market.close();
  const sealer = await Sealer.open({ storage, blocks, signer });
  await sealer.seal();
  const chunks: Uint8Array[] = [];
  for await (const entry of blocks.read(0)) {
    const length = new Uint8Array(4);
    new DataView(length.buffer).setUint32(0, entry.length);
    chunks.push(length, entry);
  }
  const found = await verifyChain(chunks, { keys: [signer.publicKey], journal: storage.read(0) });
  if (!found.ok) throw new Error(found.detail);
  const proof = await (await Prover.open({ blocks, storage })).balance('outside');
  const shown = new LightClient({ key: sealer.key }).verifyBalance(proof!);
  if (!shown.ok) throw new Error(shown.code);
  return (await blocks.published())!;
}

/** Every way in, by name. */
export const REPORTS: Readonly<Record<string, () => Report | Promise<Report>>> = {
  Engine: engineReport,
  Exchange: exchangeReport,
};
