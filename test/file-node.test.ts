import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  promises,
  readdirSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { storageOn } from '../src/file/file-storage.ts';
import { fileStorage } from '../src/file/index.ts';
import { nodeDisk } from '../src/file/node-disk.ts';
import { inParts } from '../src/file/parts.ts';
import { appended, NOWHERE, openOn } from '../src/testing/storage-checks.ts';
import { codeOfRejection } from './journals.ts';

const scratch = mkdtempSync(join(tmpdir(), 'wattbook-node-'));
afterAll(() => rmSync(scratch, { recursive: true }));
const sockets = (folder: string): string[] =>
  readdirSync(folder).filter((name) => name.includes('.sock'));

describe('a sign of life', () => {
  it.each([20, 60, 150, 600])('is found in a folder whose path has %i bytes more', async (more) => {
    const deep = Array.from({ length: Math.ceil(more / 200) }, () => 'x'.repeat(more % 200 || 200));
    const folder = join(scratch, ...deep);
    const writer = await openOn(fileStorage(folder));
    expect(sockets(folder)).toHaveLength(1);
    expect(await codeOfRejection(openOn(fileStorage(folder)))).toBe('STORAGE_IN_USE');
    await writer.close();
    expect(sockets(folder)).toEqual([]);
    await (await openOn(fileStorage(folder))).close();
  });

  it('goes with a folder that gets another name, and does not with a copy', async () => {
    const [here, there, copy] = ['here', 'there', 'copy'].map((name) => join(scratch, name));
    const writer = await openOn(fileStorage(here!));
    cpSync(here!, copy!, { recursive: true, filter: (path) => !path.endsWith('.sock') });
    renameSync(here!, there!);
    expect(await codeOfRejection(openOn(fileStorage(there!)))).toBe('STORAGE_IN_USE');
    expect((await openOn(fileStorage(copy!))).epoch).toBe(2);
    await writer.close();
  });
});

describe('a sign of life that cannot be shown', () => {
  it('leaves nothing behind', async () => {
    const folder = join(scratch, 'unshown');
    mkdirSync(folder);
    const { rename } = promises;
    const closed: unknown[] = [];
    promises.rename = async (draft) => {
      closed.push(draft, await nodeDisk.answers(folder, basename(String(draft))));
      throw Object.assign(new Error('EIO'), { code: 'EIO' });
    };
    syncBuiltinESMExports();
    try {
      await expect(nodeDisk.showLife(folder)).rejects.toMatchObject({ code: 'EIO' });
    } finally {
      promises.rename = rename;
      syncBuiltinESMExports();
    }
    expect(closed).toEqual([expect.stringMatching(/\.sock\.draft$/), true]);
    expect(readdirSync(folder)).toEqual([]);
  });
});

describe('what others have left in a folder', () => {
  it('is removed by the next writer, save what belongs to somebody who lives', async () => {
    const folder = join(scratch, 'left');
    const storage = fileStorage(folder);
    const writer = await openOn(storage);
    await appended(writer, NOWHERE, 1);
    await writer.close();
    const alive = await nodeDisk.showLife(folder);
    const dead = [
      'life-0123456789abcdef.sock',
      'draft-life-0123456789abcdef.sock',
      'life-0123456789abcdef.sock.draft',
      'journal-00000002.wbj.1.draft',
      'HEAD-000000000000',
      'journal-00000000.wbj',
    ];
    const others = [
      'notes.txt',
      'life-1.sock',
      'old.draft',
      'notes.1.draft',
      `draft-${alive.name}`,
    ];
    for (const name of [...dead, ...others]) writeFileSync(join(folder, name), '');
    const next = await openOn(storage);
    const names = readdirSync(folder);
    expect(names).toEqual(expect.arrayContaining([...others, alive.name]));
    expect(dead.filter((name) => names.includes(name))).toEqual([]);
    const rest = names.filter((name) => !others.includes(name) && name !== alive.name);
    expect(rest.map((name) => name.slice(0, 5))).toEqual(['HEAD-', 'journ', 'life-', 'write']);
    await next.close();
    await alive.close();
  });
});

describe('a new folder', () => {
  it('is synced up to the one that was there', async () => {
    const synced: string[] = [];
    const syncFolder = (folder: string): Promise<void> => {
      synced.push(folder);
      return nodeDisk.syncFolder(folder);
    };
    const [above, folder] = [join(scratch, 'above'), join(scratch, 'above', 'a', 'b', 'c')];
    mkdirSync(above);
    const storage = storageOn({ ...nodeDisk, syncFolder }, folder);
    await (await openOn(storage)).close();
    expect(synced.slice(0, 3)).toEqual([join(above, 'a', 'b'), join(above, 'a'), above]);
    synced.length = 0;
    await (await openOn(storage)).close();
    expect(new Set(synced)).toEqual(new Set([folder]));
  });
});

describe('bytes', () => {
  it('are moved by as many calls as it takes', async () => {
    const calls: (readonly [number, number])[] = [];
    const moving = (...moved: number[]) =>
      inParts(
        10,
        async (from, most) => {
          calls.push([from, most]);
          return Math.min(most, moved.shift() ?? most);
        },
        4,
      );
    expect(await moving()).toBe(10);
    expect(calls.splice(0)).toEqual([
      [0, 4],
      [4, 4],
      [8, 2],
    ]);
    expect(await moving(1, 3, 0)).toBe(4);
    expect(calls).toEqual([
      [0, 4],
      [1, 4],
      [4, 4],
    ]);
  });

  it('are 1 GiB a call at most', async () => {
    const most: number[] = [];
    await inParts(2 ** 31, async (_, length) => {
      most.push(length);
      return length;
    });
    expect(most).toEqual([2 ** 30, 2 ** 30]);
  });
});
