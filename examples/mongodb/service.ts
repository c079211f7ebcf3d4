import { Exchange, type StorageAdapter } from 'wattbook';
import { ed25519 } from 'wattbook/chain';
import { mongoProjections, mongoStorage } from 'wattbook/mongodb';
import { memoryBlocks, Sealer } from 'wattbook/sealing';
import { verifyChain } from 'wattbook/verify';
import { MongoClient } from 'mongodb';

/** Opens the market of a database, or a new one; two seconds later if its writer was killed, unless it is told to take over. */
export async function openMarket(url: string, database: string, takeOver = false) {
  const limits = { serverSelectionTimeoutMS: 5_000, socketTimeoutMS: 10_000 }; // without, a lost answer holds its connection for ever
  const driver = { appName: 'market', retryWrites: true, ...limits };
  const client = await new MongoClient(url, driver).connect();
  const db = client.db(database);
  const [storage, models] = [mongoStorage({ db, leaseMs: 2_000 }), mongoProjections({ db })];
  const options = { storage, takeOver, blocks: { everyCommands: 25 } };
  const exchange = await Exchange.open(options).catch(async (fault) => {
    await client.close();
    throw fault;
  });
  const stop = new AbortController();
  const following = models.follow(stop.signal);
  following.catch(() => {}); // `reached` tells what it has failed with
  /** Waits until the read models have what was answered by now. */
  const caughtUp = () => models.reached(exchange.status().storedSequence);
  const close = async () => {
    try {
      await exchange.close(); // takes no more, ends the last block, waits for the storage
      await caughtUp();
    } finally {
      stop.abort();
      await following.finally(() => client.close());
    }
  };
  return { exchange, models, storage, caughtUp, close };
}

/** What must hold while nobody trades, and whether it does. Goes through the whole journal. */
export async function verify(service: Awaited<ReturnType<typeof openMarket>>) {
  const { exchange, models, storage } = service;
  await service.caughtUp();
  let same = true;
  for (const { id: account } of await exchange.read((market) => market.accounts())) {
    const orders = await models.openOrders(account, { limit: 1_000 });
    const balances = await models.balances(account);
    const held = balances.filter((each) => each.availableQuanta !== 0 || each.lockedQuanta !== 0);
    same &&= await exchange.read(
      (market) =>
        orders.length === Math.min(1_000, market.openOrders({ account }).length) &&
        orders.every(({ _id, open }) => market.order(_id)?.open === open) &&
        held.length === market.balances(account).length &&
        held.every((each) => market.balance(account, each.asset).available === each.available),
    );
  }
  return {
    'all balances add up to zero': await exchange.read((market) => market.isConserved()),
    'the read models say what the market says': same,
    'all commands, carried out again, make blocks that verify': await isSealable(storage),
  };
}

/** In earnest the blocks and the key are kept, and a process beside the service makes them. */
async function isSealable(storage: StorageAdapter): Promise<boolean> {
  const signer = ed25519.signer(crypto.getRandomValues(new Uint8Array(32)));
  const blocks = memoryBlocks();
  await (await Sealer.open({ storage, blocks, signer })).seal();
  const file: Uint8Array[] = []; // each entry behind its length
  for await (const entry of blocks.read(0)) {
    file.push(Buffer.from(Uint32Array.of(entry.length).buffer).swap32(), entry);
  }
  const found = await verifyChain(file, { keys: [signer.publicKey], journal: storage.read(0) });
  return found.ok && found.commandRootChecked && found.unsealed === 0;
}
