import { bytesToHex } from '@noble/hashes/utils.js';
import { ed25519, type Signer } from '../../src/chain/ed25519.ts';
import { type Engine, type Signed } from '../../src/index.ts';
import { signRequest, type SigningTerms } from '../../src/signing/index.ts';
import type { ScriptCommand } from './commands.ts';

/** The chain of all scripts. */
export const CHAIN_ID = new Uint8Array(32).fill(7);

/** Who has signed anything, by public key. */
const signers = new Map<string, Signer>();

/** Whoever goes by a name: the same one every time. */
function signerNamed(name: string): Signer {
  const seed = new Uint8Array(32);
  for (let i = 0; i < name.length; i++) seed[i] = name.charCodeAt(i);
  const signer = ed25519.signer(seed);
  signers.set(bytesToHex(signer.publicKey), signer);
  return signer;
}

/** The key of a name; null for `none`. */
export function keyNamed(name: string): Uint8Array | null {
  return name === 'none' ? null : signerNamed(name).publicKey;
}

/** Signs a command with the key that its actor has, or a wrong one. */
export function sign(engine: Engine, { name, actor, request, signing }: ScriptCommand): Signed {
  const { nonce, expiresAt, wrong } = signing!;
  const key = engine.account(actor)?.key;
  const known = key === undefined ? undefined : signers.get(bytesToHex(key));
  const signer = wrong || known === undefined ? signerNamed('nobody') : known;
  const by = { chainId: CHAIN_ID, signer, nonce, expiresAt };
  return signRequest(by, name as 'submit', request as never, termsOf(engine, request));
}

/** What the script's traders know of the market. */
function termsOf(engine: Engine, request: ScriptCommand['request']): SigningTerms {
  const { product, orderId, asset } = request as Record<string, never>;
  const id: string | undefined = product ?? engine.order(orderId ?? 1)?.product;
  const known = engine.product(id ?? 'energy') ?? { row: 0, tick: '0.01', lot: '0.001' };
  const named = asset === undefined ? undefined : (engine.asset(asset) ?? { row: 0 });
  return { decimals: 9, ...known, ...named, zones: ['north', 'south', 'east'] };
}
