import type { CommandSource } from '../random-commands.ts';
import type { Draw } from '../mulberry32.ts';
import type { Command } from './commands.ts';
import { MAY_BE_SIGNED, type Signed } from './keys.ts';
import { command } from './makers.ts';

export function setAccountKey(source: CommandSource, draw: Draw): Command {
  const account = source.account(draw);
  const hasKey = draw(4) === 0 ? 0 : 1;
  const word = (): number => hasKey * draw(2 ** 32);
  const low = { key0: word(), key1: word(), key2: word(), key3: word() };
  const key = { ...low, key4: word(), key5: word(), key6: word(), key7: word() };
  return command('setAccountKey', source.actorFor(account, draw), { account, hasKey, ...key });
}

/** How a command is signed, if it is: as a rule where its actor has a key. */
export function signedOf(source: CommandSource, made: Command, draw: Draw): Signed | undefined {
  if (!MAY_BE_SIGNED.includes(made.type) || typeof made.actor !== 'number') return undefined;
  const { market } = source;
  const keys = market.accounts[made.actor]?.keys;
  const known = keys?.key !== undefined;
  if (known ? draw(10) === 0 : draw(200) > 0) return undefined;
  const highest = Math.max(0, ...(keys?.nonces ?? []));
  const expiresAt = draw(12) === 0 ? Math.max(0, made.time - draw(3)) : made.time + draw(4);
  const signature = Array.from({ length: 64 }, () => draw(256));
  return { nonce: nonceNear(highest, draw), expiresAt, signature };
}

/** Mostly one that was not used. */
function nonceNear(highest: number, draw: Draw): number {
  const chance = draw(100);
  if (chance === 0) return Math.max(highest, Number.MAX_SAFE_INTEGER - draw(80));
  const next = chance < 70 ? highest + 1 + draw(3) : highest + draw(140) - 70;
  return Math.min(Math.max(1, next), Number.MAX_SAFE_INTEGER);
}
