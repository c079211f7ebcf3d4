// examples/16-prove-a-trade.ts
import {
  ed25519,
  formatCheckpoint,
  formatNoteKey,
  LogClient,
  MerkleTree,
  parseNoteKey,
  signNote,
} from 'wattbook/chain';

const ORIGIN = 'sunstreet.example/trades';
const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

// The community: a log of its trades, and a key of its own.
const trades = new MerkleTree();
const signer = ed25519.signer(crypto.getRandomValues(new Uint8Array(32)));
const pen = { name: 'sunstreet.example', algorithm: 'ed25519', signer } as const;
const publicKey = formatNoteKey({ ...pen, key: ed25519.verifyingKey(signer.publicKey)! });
const publish = (): string => {
  const head = { origin: ORIGIN, size: trades.size, root: trades.root(), extensions: [] };
  return signNote(formatCheckpoint(head), pen);
};

trades.append(bytes('trade 1: anna sells 2 kWh to ben at 0.21 EUR'));
trades.append(bytes('trade 2: anna sells 1 kWh to cleo at 0.20 EUR'));
const monday = publish();
for (let i = 3; i <= 1000; i++) trades.append(bytes(`trade ${i}`));
const tuesday = publish();

// The home: it has the key, the last head, and what the community sends along with the next one.
const home = new LogClient({ origin: ORIGIN, keys: [parseNoteKey(publicKey)!] });
home.update(monday, []);
const outcome = home.update(tuesday, trades.consistencyProof(2, 1000));
if (outcome.ok) console.log(`a log of ${outcome.head.size} trades that begins as Monday's did`);

const mine = bytes('trade 2: anna sells 1 kWh to cleo at 0.20 EUR');
const proof = trades.inclusionProof(1);
console.log(`mine is in it: ${home.includes(mine, 1, proof)}, shown by ${proof.length} hashes`);
console.log('and not at another price:', home.includes(bytes('trade 2: at 0.30 EUR'), 1, proof));
