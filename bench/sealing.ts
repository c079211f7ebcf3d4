import { hash as nativeHash } from 'node:crypto';
import { bytesToHex } from '@noble/hashes/utils.js';
import { encodeHeader, HEADER_BYTES } from '../src/chain/block.ts';
import { ed25519, MerkleTree } from '../src/chain/index.ts';
import { RootStream } from '../src/chain/root-stream.ts';
import { Sequencer } from '../src/engine/sequencer.ts';
import { MarketState } from '../src/matching/state.ts';
import { memoryBlocks, Sealer } from '../src/sealing/index.ts';
import { StateTree } from '../src/sealing/state-tree.ts';
import { Exchange, memoryStorage } from '../src/index.ts';
import { openingRequests, perform, requestsOf, workload } from '../src/testing/index.ts';
import { verifyChain } from '../src/verify/index.ts';
import { mulberry32 } from '../test/mulberry32.ts';
import { durableCostCase } from './durable-cost.ts';
import { FEES } from './opening.ts';
import { collectGarbage, median } from './rounds.ts';
import type { Case } from './suite.ts';
import { inTurns } from './turns.ts';

const RECORD = 256;
const NODE = 65;
const RECORDS = 200_000;
const ACCOUNTS = 131_072;
const CHANGED = 2_000;
const CHAIN_COMMANDS = 200_000;

/** What sealing takes, and checking what was sealed. */
export function sealingCases(): Case[] {
  return [sealCase(100), sealCase(1000), stateRootCase(), verifyCase(), durableCostCase()];
}

/**
 * Blocks of so many records of 256 bytes: root, header, signature, and the tree of headers. Against as many hashes of the same lengths and
 * nothing else.
 */
function sealCase(count: number): Case {
  return {
    name: `seal-${count}`,
    async measure(plan, note) {
      const blocks = Math.ceil(plan.size(RECORDS) / count);
      const bytes = new Uint8Array(count * RECORD).map(
        (_, at) => Math.imul(at, 0x9e37_79b1) >>> 24,
      );
      const signer = ed25519.signer(new Uint8Array(32).fill(7));
      const zeros = new Uint8Array(32);
      let head = '';
      const seal = (sign: (header: Uint8Array) => unknown): void => {
        const history = new MerkleTree();
        const stream = new RootStream();
        for (let block = 1; block <= blocks; block++) {
          for (let at = 0; at < bytes.length; at += RECORD) stream.add(bytes, at, at + RECORD);
          const header = encodeHeader({
            rulesVersion: 0,
            chainId: zeros,
            height: block,
            epoch: 1,
            previous: zeros,
            firstSequence: block,
            lastSequence: block,
            events: count,
            commandRoot: zeros,
            resultRoot: stream.root(),
            stateRoot: zeros,
            historyRoot: history.root(),
            time: block,
            proposer: signer.publicKey,
          });
          sign(header);
          history.append(header);
          stream.clear();
        }
        head = bytesToHex(history.root());
      };
      const leaf = new Uint8Array(1 + RECORD);
      const node = new Uint8Array(NODE);
      const bare = (): void => {
        for (let i = 0; i < blocks * count; i++) {
          nativeHash('sha256', leaf, 'binary');
          nativeHash('sha256', node, 'binary');
        }
      };
      const [sealed, hashes, unsigned] = inTurns(plan.rounds, note, [
        () => seal((header) => signer.sign(header)),
        bare,
        () => seal(() => {}),
      ]);
      return {
        unit: 'records/s',
        median: (blocks * count) / median(sealed!),
        against: 'the same hashes, and nothing else',
        ratio: median(sealed!.map((seconds, i) => hashes![i]! / seconds)),
        details: {
          unsignedRatio: median(unsigned!.map((seconds, i) => hashes![i]! / seconds)),
          blockBytes: HEADER_BYTES + count * RECORD,
        },
        checksum: head.slice(0, 16),
      };
    },
  };
}

/** The state root after 2,000 of 131,072 accounts have changed, of 262,144 balances and some open orders. */
function stateRootCase(): Case {
  return {
    name: 'state-root',
    async measure(plan, note) {
      const accounts = plan.size(ACCOUNTS);
      const changed = plan.size(CHANGED);
      const market = new Sequencer(new MarketState(), undefined, false);
      for (const [id, decimals] of [
        ['EUR', 9],
        ['kWh', 3],
      ] as const) {
        market.perform('listAsset', { id, decimals });
      }
      for (let i = 0; i < accounts; i++) {
        market.perform('openAccount', { id: `home${i}` });
        for (const asset of ['EUR', 'kWh']) {
          market.perform('deposit', { account: `home${i}`, asset, amountQuanta: 1_000_000 });
        }
      }
      const before = performance.now();
      const tree = new StateTree(market.state);
      const built = (performance.now() - before) / 1000;
      const draw = mulberry32(7);
      const seconds: number[] = [];
      let root = '';
      for (let round = 0; round <= 2 * plan.rounds; round++) {
        note(`round ${round} of ${2 * plan.rounds}`);
        for (let i = 0; i < changed / 2; i++) {
          const [account, to] = [`home${draw(accounts)}`, `home${draw(accounts)}`];
          if (account === to) continue;
          market.perform('transfer', { account, to, asset: 'EUR', amountQuanta: 1 });
        }
        collectGarbage();
        const start = performance.now();
        root = bytesToHex(tree.update());
        if (round > 0) seconds.push((performance.now() - start) / 1000);
      }
      if (bytesToHex(new StateTree(market.state).root) !== root) throw new Error('roots differ');
      return {
        unit: 's',
        median: median(seconds),
        details: { accounts, changed, anew: built },
        checksum: root.slice(0, 16),
      };
    },
  };
}

/** A chain of blocks of flow A, a thousand commands each, and its check without carrying anything out. */
function verifyCase(): Case {
  return {
    name: 'verify',
    async measure(plan, note) {
      const storage = memoryStorage();
      const load = workload('A', { commands: plan.size(CHAIN_COMMANDS), prefill: 1_000 });
      const exchange = await Exchange.open({
        storage,
        clock: () => 1,
        drawSalt: () => new Uint8Array(16),
        blocks: { everyCommands: 1_000 },
      });
      const sent: Promise<unknown>[] = [];
      for (const request of openingRequests(load, FEES)) sent.push(perform(exchange, request));
      for (const request of requestsOf(load)) sent.push(perform(exchange, request));
      await Promise.all(sent);
      await exchange.close();
      const blocks = memoryBlocks();
      const signer = ed25519.signer(new Uint8Array(32).fill(7));
      const start = performance.now();
      const sealer = await Sealer.open({ storage, blocks, signer });
      await sealer.seal();
      const sealing = (performance.now() - start) / 1000;
      const chunks: Uint8Array[] = [];
      for await (const entry of blocks.read(0)) chunks.push(lengthOf(entry), entry);
      const rates: number[] = [];
      const withJournal: number[] = [];
      let records = 0;
      for (let round = 0; round <= plan.rounds; round++) {
        note(`round ${round} of ${plan.rounds}`);
        for (const rate of [rates, withJournal]) {
          collectGarbage();
          const before = performance.now();
          const journal = rate === withJournal ? { journal: storage.read(0) } : {};
          const found = await verifyChain(chunks, journal);
          if (!found.ok) throw new Error(found.detail);
          records = found.records + found.commands;
          if (round > 0) rate.push(records / ((performance.now() - before) / 1000));
        }
      }
      const { sequence } = sealer;
      return {
        unit: 'records/s',
        median: median(rates),
        details: { records, withJournal: median(withJournal), sealedCommands: sequence / sealing },
        checksum: String(records),
      };
    },
  };
}

function lengthOf(entry: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setUint32(0, entry.length);
  return bytes;
}
