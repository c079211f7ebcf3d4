import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Worker, WorkerOptions } from 'node:worker_threads';
import { afterAll, afterEach, describe, expect, it, vi } from 'vitest';
import type { SealInWorkerOptions } from 'wattbook/file';

/** What a worker runs instead of a sealer, how many were started, and the last of them. */
const workers = vi.hoisted(() => ({
  script: undefined as string | undefined,
  started: 0,
  last: undefined as Worker | undefined,
}));

vi.mock('node:worker_threads', async (original) => {
  const real = await original<typeof import('node:worker_threads')>();
  class Worker extends real.Worker {
    constructor(url: URL, options: WorkerOptions) {
      workers.started++;
      const { script } = workers;
      super(script ?? url, script === undefined ? options : { ...options, eval: true });
      workers.last = this;
    }
  }
  return { ...real, Worker };
});

// Test files of one process share their modules: those that hold the real worker are not for this file, nor its own for others.
vi.resetModules();
afterAll(() => void vi.resetModules());
const { Exchange, WattbookError } = await import('wattbook');
const { ed25519 } = await import('wattbook/chain');
const { fileBlocks, fileStorage, sealInWorker } = await import('wattbook/file');
const { Sealer } = await import('wattbook/sealing');

const seed = new Uint8Array(32).fill(1);
const folders: string[] = [];

function folder(): string {
  const made = mkdtempSync(join(tmpdir(), 'wattbook-worker-'));
  folders.push(made);
  return made;
}

afterEach(() => {
  workers.script = undefined;
  for (const each of folders.splice(0)) rmSync(each, { recursive: true });
});

/** Lets a market in a folder end some blocks. */
async function trade(dir: string): Promise<void> {
  const exchange = await Exchange.open({
    storage: fileStorage(dir),
    blocks: { everyCommands: 3 },
  });
  for (let i = 0; i < 9; i++) await exchange.openAccount({ id: `home${i}` });
  await exchange.close();
}

const OPENED = `
  const { parentPort } = require('node:worker_threads');
  const tell = (notice) => parentPort.postMessage(notice);
  const head = { height: 0, sequence: 0, hash: new Uint8Array(32), key: 'key' };
  tell({ kind: 'opened', ...head });`;
/** What becomes of a worker that has opened its chain, when it is sent anything. */
const DEATHS = {
  exits: 'process.exit(3);',
  'is at its end': 'parentPort.close();',
  throws: "throw new Error('out of memory');",
  rejects: "void Promise.reject(new RangeError('no room'));",
  'tells a fault': `
    tell({ kind: 'stopped', fault: { kind: 'STORAGE_FAILED', message: 'no disk' } });
    parentPort.close();`,
  'tells a fault and throws': `
    tell({ kind: 'stopped', fault: { kind: 'STORAGE_FAILED', message: 'no disk' } });
    throw new Error('and more');`,
};

/** A worker that begins, and dies when it is sent anything: sooner, its end could overtake its beginning. */
const mortal = (death: string): string => `${OPENED} parentPort.on('message', () => { ${death} });`;
const kill = (): void => workers.last!.postMessage('die');

/** Starts a worker that runs something else. */
async function standIn(death: string) {
  workers.script = mortal(death);
  const faults: unknown[] = [];
  let told = (): void => {};
  const once = new Promise<void>((resolve) => (told = resolve));
  const onFault = (fault: InstanceType<typeof WattbookError>): void => {
    faults.push(fault);
    told();
  };
  const worker = await sealInWorker({ folder: folder(), seed, onFault });
  return { worker, faults, once };
}

describe('a worker that dies', () => {
  for (const [what, script] of Object.entries(DEATHS)) {
    it(`unasked is told of once, and cannot be stopped any more: it ${what}`, async () => {
      const { worker, faults, once } = await standIn(script);
      kill();
      await once;
      const stopped = await worker.stop().catch((fault: unknown) => fault);
      expect(stopped).toBeInstanceOf(WattbookError);
      expect(stopped).toMatchObject({ code: 'STORAGE_FAILED' });
      expect(faults).toEqual([stopped]);
      expect(faults[0]).toBe(stopped);
      await expect(worker.stop()).rejects.toBe(stopped);
    });

    it(`while it stops has not sealed: it ${what}`, async () => {
      const { worker, faults } = await standIn(script);
      await expect(worker.stop()).rejects.toMatchObject({ code: 'STORAGE_FAILED' });
      expect(faults).toEqual([]);
    });
  }

  it('says why', async () => {
    const { worker, once } = await standIn(DEATHS.throws);
    kill();
    await once;
    await expect(worker.stop()).rejects.toMatchObject({
      message: expect.stringContaining('out of memory') as string,
      cause: expect.objectContaining({ message: 'out of memory' }) as Error,
    });
    const gone = await standIn(DEATHS.exits);
    kill();
    await gone.once;
    await expect(gone.worker.stop()).rejects.toThrow(/exit code 3/);
  });

  it('before it has begun fails to open, and is told of to nobody else', async () => {
    const onFault = vi.fn();
    for (const script of ['process.exit(0);', "throw new Error('no loader');", '']) {
      workers.script = script;
      const started = sealInWorker({ folder: folder(), seed, onFault });
      await expect(started).rejects.toMatchObject({ code: 'STORAGE_FAILED' });
    }
    expect(onFault).not.toHaveBeenCalled();
  });

  it('leaves the process alone, whatever its listener does', async () => {
    for (const onFault of [
      () => {
        throw new Error('listener');
      },
      () => Promise.reject(new Error('listener')),
    ]) {
      workers.script = mortal(DEATHS.exits);
      const worker = await sealInWorker({ folder: folder(), seed, onFault });
      kill();
      await vi.waitFor(() => expect(worker.observerFaults).toBe(1));
      await expect(worker.stop()).rejects.toMatchObject({ code: 'STORAGE_FAILED' });
    }
  });
});

describe('a worker', () => {
  it('seals on while its listener throws or rejects, which is counted', async () => {
    const dir = folder();
    const heights: number[] = [];
    const worker = await sealInWorker({
      folder: dir,
      seed,
      onSealed: ({ height }) => {
        heights.push(height);
        if (heights.length === 1) throw new Error('listener');
        return Promise.reject(new Error('listener')) as never;
      },
    });
    expect(worker.observerFaults).toBe(0);
    await trade(dir);
    await worker.stop();
    expect(worker.head.height).toBe(3);
    expect(heights.at(-1)).toBe(3);
    expect(worker.observerFaults).toBe(heights.length);
  });

  it('tells a misuse from a fault by its class', async () => {
    const dir = folder();
    const named = sealInWorker({ folder: dir, seed, name: 'a+b' });
    await expect(named).rejects.toThrow(RangeError);
    await expect(named).rejects.toThrow(/name must be/);
    const [storage, blocks] = [fileStorage(dir), fileBlocks(dir)];
    await Sealer.open({ storage, blocks, signer: ed25519.signer(seed) });
    const other = sealInWorker({ folder: dir, seed: new Uint8Array(32).fill(2) });
    await expect(other).rejects.toThrow(RangeError);
    await expect(other).rejects.toThrow(/key/);
    workers.script = `${OPENED.replace(/tell\(\{ kind: 'opened'.*/, '')}
      tell({ kind: 'stopped', fault: { kind: 'TypeError', message: 'no text' } });
      parentPort.close();`;
    await expect(sealInWorker({ folder: dir, seed })).rejects.toThrow(new TypeError('no text'));
  });

  it('is not started by options that are none', async () => {
    const dir = folder();
    const good: SealInWorkerOptions = { folder: dir, seed };
    const before = workers.started;
    const wrong: readonly (readonly [unknown, RegExp])[] = [
      [undefined, /^options /],
      [{ ...good, names: 'street' }, /^options has no field/],
      [{ ...good, folder: 5 }, /^folder /],
      [{ ...good, seed: 'secret' }, /^seed /],
      [{ ...good, name: 5 }, /^name /],
      [{ ...good, name: null }, /^name /],
      [{ ...good, onSealed: 5 }, /^onSealed /],
      [{ ...good, onFault: {} }, /^onFault /],
    ];
    for (const [options, message] of wrong) {
      const started = sealInWorker(options as SealInWorkerOptions);
      await expect(started).rejects.toThrow(TypeError);
      await expect(started).rejects.toThrow(message);
    }
    await expect(sealInWorker({ ...good, name: 'a b' })).rejects.toThrow(RangeError);
    expect(workers.started).toBe(before);
  });
});
