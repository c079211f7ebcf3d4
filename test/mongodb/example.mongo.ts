import { execFile } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { MongoClient } from 'mongodb';
import { afterAll, describe, expect, inject, it } from 'vitest';
import { openMarket, verify } from '../../examples/mongodb/service.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const FOLDER = `${ROOT}examples/mongodb/`;
const URL_OF_SERVER = inject('mongodbUrl');
const DATABASE = `wattbook-example-${process.pid}`;
const CONSERVED = 'all balances add up to zero';
const AGREE = 'the read models say what the market says';

const client = new MongoClient(URL_OF_SERVER);
afterAll(async () => {
  await client.db(DATABASE).dropDatabase();
  await client.close();
});

function run(): Promise<{ readonly code: unknown; readonly out: string; readonly said: string }> {
  const args = ['--import', 'tsx', `${FOLDER}main.ts`];
  const env = { ...process.env, MONGODB_URL: URL_OF_SERVER, MONGODB_DATABASE: DATABASE };
  return new Promise((resolve) => {
    execFile(process.execPath, args, { cwd: ROOT, env }, (fault, out, said) =>
      resolve({ code: fault?.code ?? 0, out, said }),
    );
  });
}

describe('examples/mongodb', () => {
  it('has fewer than 150 lines', () => {
    const files = readdirSync(FOLDER).filter((name) => name.endsWith('.ts'));
    const lines = files.flatMap((name) =>
      readFileSync(FOLDER + name, 'utf8')
        .trimEnd()
        .split('\n'),
    );
    expect(lines.length).toBeLessThan(150);
  });

  it('is killed, opened again and verified, twice on the same market', async () => {
    let before = 0;
    for (let time = 0; time < 2; time++) {
      const { code, out, said } = await run();
      expect({ code, said }).toEqual({ code: 0, said: '' });
      const found = /^killed after (\d+) answers, opened at (\d+)$/m.exec(out);
      const [answers, sequence] = [Number(found?.[1]), Number(found?.[2])];
      expect(answers).toBeGreaterThanOrEqual(100);
      expect(sequence).toBeGreaterThanOrEqual(before + answers);
      before = sequence;
      expect(out).toMatch(
        new RegExp(
          `^sent again ${answers + 8}: \\d+ were there, ${answers} of them answered$`,
          'm',
        ),
      );
      for (const start of [
        'open, anna: 0.1 kWh',
        'trades, ben: 0.1 kWh',
        'trades, noon: ',
        'blocks: ',
      ]) {
        expect(out).toMatch(new RegExp(`^${start}.+, .+, .+$`, 'm'));
      }
      expect(out.match(/^(yes|NO ) .+$/gm)?.map((line) => line.slice(0, 4))).toEqual(
        Array.from({ length: 5 }, () => 'yes '),
      );
    }
  });

  it.each([
    ['orders', { endedAt: null }, { open: '0.2' }],
    ['orders', { endedAt: null }, { endedAt: 1 }],
    ['balances', { _id: 'anna kWh' }, { available: '1.000000' }],
    ['balances', { _id: 'anna kWh' }, { availableQuanta: 0, lockedQuanta: 0 }],
  ])('finds read models that say something else: %s %o %o', async (name, filter, changed) => {
    const market = await openMarket(URL_OF_SERVER, DATABASE);
    const documents = client.db(DATABASE).collection<{ _id: string | number }>(`wattbook_${name}`);
    const kept = (await documents.findOne(filter))!;
    expect((await verify(market))[AGREE]).toBe(true);
    await documents.updateOne({ _id: kept._id }, { $set: changed });
    expect(await verify(market)).toMatchObject({ [AGREE]: false, [CONSERVED]: true });
    await documents.replaceOne({ _id: kept._id }, kept);
    await market.close();
  });

  it('says so in the end, and by its exit code', async () => {
    const orders = client.db(DATABASE).collection('wattbook_orders');
    await orders.updateOne({ account: 'anna', status: 'ended' }, { $set: { endedAt: null } });
    const { code, out } = await run();
    expect(code).toBe(1);
    expect(out.match(/^NO .*$/gm)).toEqual([`NO  ${AGREE}`]);
  });
});
