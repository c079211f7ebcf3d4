import { readFileSync } from 'node:fs';
import { compareChains, type ProofFound, verifyProof } from '../verify/index.ts';
import { EXIT, type Outcome } from './outcome.ts';
import { bytesOf, chainFile, dateOf, hexOf, plain, sizeOf, type VerifyFlags } from './verify.ts';

/** Checks the proof in a file. */
export async function proofIn(file: string, { keys, chainId }: VerifyFlags): Promise<Outcome> {
  sizeOf(file);
  const trust = { keys, ...(chainId !== undefined && { chainId }) };
  const found = verifyProof(readFileSync(file, 'utf8'), trust);
  if (!found.ok) {
    const verdict = `NOT PROVEN: field ${found.field}: ${found.detail}`;
    const text = `${verdict}\ncode            ${found.code}`;
    return { exit: EXIT.damaged, text, json: { ...plain(found), verdict } };
  }
  const { name, chainId: id, size, root } = found.checkpoint;
  const verdict = `proven: a ${found.kind}`;
  const lines = [
    verdict,
    ...(found.kind === 'trade' ? tradeLines(found) : balanceLines(found)),
    `chain           ${name}/${hexOf(id)}`,
    `checkpoint      of block ${size}, root ${hexOf(root)}, signed by a key that you trust`,
  ];
  return { exit: EXIT.fine, text: lines.join('\n'), json: { ...plain(found), verdict } };
}

function tradeLines({ trade }: Extract<ProofFound, { kind: 'trade' }>): string[] {
  const { energy, money } = trade;
  return [
    `trade           ${trade.trade}, of ${dateOf(trade.time)}, in block ${trade.height}`,
    `product         ${trade.product}`,
    `buyer           ${trade.buyer}, fee ${trade.buyerFee} ${money}`,
    `seller          ${trade.seller}, fee ${trade.sellerFee} ${money}`,
    `quantity        ${trade.quantity} ${energy}`,
    `price           ${trade.price} ${money}/${energy}`,
  ];
}

function balanceLines({ balance }: Extract<ProofFound, { kind: 'balance' }>): string[] {
  const { account, role, status, balances } = balance;
  const rows = balances.map(
    ({ asset, available, locked }) =>
      `${asset.padEnd(15)} ${available} available, ${locked} locked`,
  );
  return [
    `account         ${account}, ${role}, ${status}`,
    `as of           ${dateOf(balance.time)}, after block ${balance.height}`,
    ...(rows.length === 0 ? ['balances        none'] : rows),
  ];
}

/** Says where two chain files differ. */
export async function compareFiles(a: string, b: string): Promise<Outcome> {
  const [left, right] = [a, b].map(chainFile) as [string, string];
  const found = await compareChains(bytesOf(left, sizeOf(left)), bytesOf(right, sizeOf(right)));
  const names = `a is ${left}\nb is ${right}`;
  if (found.ok) {
    const verdict = `the same: ${found.blocks} blocks`;
    return { exit: EXIT.fine, text: `${verdict}\n${names}`, json: { ...found, verdict } };
  }
  const verdict = `NOT THE SAME: ${found.detail}`;
  return { exit: EXIT.damaged, text: `${verdict}\n${names}`, json: { ...found, verdict } };
}
