import { basename, dirname } from 'node:path';
import type { Disk, DiskFile, SignOfLife } from '../src/file/disk.ts';
import type { Draw } from './mulberry32.ts';

const SECTOR = 512;
/** No two processes have the same sign of life, on whatever disk. */
let lives = 0;

/** A file: what a program sees of it, and what the medium has. */
class Inode {
  bytes = new Uint8Array(0);
  synced = new Uint8Array(0);

  write(bytes: Uint8Array, at: number): void {
    const grown = new Uint8Array(Math.max(this.bytes.length, at + bytes.length));
    grown.set(this.bytes);
    grown.set(bytes, at);
    this.bytes = grown;
  }

  /** What a medium may have of it after a crash: of each sector that was not synced the old or the new, zeros where it had none. */
  crashed(draw: Draw): Inode {
    const after = new Inode();
    const grew = Math.max(0, this.bytes.length - this.synced.length);
    const length = draw(2) === 0 ? this.synced.length : this.synced.length + draw(grew + 1);
    const mostly = draw(4);
    after.bytes = new Uint8Array(Math.max(length, this.synced.length));
    for (let at = 0; at < after.bytes.length; at += SECTOR) {
      const isNew = mostly < 2 ? mostly === 1 : draw(2) === 1;
      const from = isNew ? this.bytes : this.synced;
      after.bytes.set(from.subarray(at, Math.min(at + SECTOR, after.bytes.length)), at);
    }
    after.synced = after.bytes.slice();
    return after;
  }
}

/** Stands for all that a process does not live to see. */
export class Crashed extends Error {}

/**
 * A file system of one folder in memory that loses, tears and reorders what was not synced. Names are kept in the order in
 * which they were given, as file systems with a log of their own do.
 */
export class SimulatedDisk implements Disk {
  /** Calls that change something, so far. */
  calls = 0;
  /** Whether it says that it has synced, and has not. */
  isLying = false;
  /** Called before each of them; may throw a fault of the disk. */
  beforeCall: (call: string, number: number) => void = () => {};
  #names = new Map<string, Inode>();
  #syncedNames = new Map<string, Inode>();
  #log: ((names: Map<string, Inode>) => void)[] = [];
  #alive = new Set<string>();

  /** The disk as the next process finds it: after a crash of the machine, or only of the process. */
  afterCrash(draw: Draw, lost: 'machine' | 'process'): SimulatedDisk {
    const disk = new SimulatedDisk();
    if (lost === 'process') {
      disk.#names = new Map(this.#names);
      disk.#syncedNames = new Map(this.#syncedNames);
      disk.#log = [...this.#log];
      return disk;
    }
    const names = new Map(this.#syncedNames);
    for (const change of this.#log.slice(0, draw(this.#log.length + 1))) change(names);
    const inodes = new Map<Inode, Inode>();
    for (const [name, inode] of names) {
      if (!inodes.has(inode)) inodes.set(inode, inode.crashed(draw));
      disk.#names.set(name, inodes.get(inode)!);
    }
    disk.#syncedNames = new Map(disk.#names);
    return disk;
  }

  /** Bytes of a file, for tests that damage it. */
  file(name: string): Uint8Array {
    return this.#inode(name).bytes;
  }

  /** Puts other bytes in the place of a file. */
  replace(name: string, bytes: Uint8Array): void {
    const inode = new Inode();
    inode.bytes = new Uint8Array(bytes);
    inode.synced = inode.bytes;
    this.#change((names) => names.set(name, inode));
  }

  async makeFolder(): Promise<void> {}

  async names(): Promise<string[]> {
    return [...this.#names.keys()];
  }

  async read(path: string, most?: number): Promise<Uint8Array<ArrayBuffer>> {
    return this.#inode(basename(path)).bytes.slice(0, most);
  }

  async create(path: string): Promise<DiskFile> {
    await this.#called('create');
    const name = basename(path);
    if (this.#names.has(name)) throw fault('EEXIST', name);
    const inode = new Inode();
    this.#change((names) => names.set(name, inode));
    return this.#fileOf(inode);
  }

  async open(path: string): Promise<DiskFile> {
    return this.#fileOf(this.#inode(basename(path)));
  }

  async link(path: string, name: string): Promise<void> {
    await this.#called('link');
    const inode = this.#inode(basename(path));
    if (this.#names.has(basename(name))) throw fault('EEXIST', name);
    this.#change((names) => names.set(basename(name), inode));
  }

  async rename(path: string, name: string): Promise<void> {
    await this.#called('rename');
    const inode = this.#inode(basename(path));
    this.#change((names) => {
      names.delete(basename(path));
      names.set(basename(name), inode);
    });
  }

  async remove(path: string): Promise<void> {
    if (!this.#names.has(basename(path))) return;
    await this.#called('remove');
    this.#change((names) => names.delete(basename(path)));
  }

  async syncFolder(): Promise<void> {
    await this.#called('syncFolder');
    if (this.isLying) return;
    for (const change of this.#log.splice(0)) change(this.#syncedNames);
  }

  exists(path: string): boolean {
    return this.#names.has(basename(path));
  }

  async showLife(folder: string): Promise<SignOfLife> {
    const address = `${dirname(folder)}/life-${++lives}`;
    this.#alive.add(address);
    return { address, close: async () => void this.#alive.delete(address) };
  }

  async answers(address: string): Promise<boolean> {
    return this.#alive.has(address);
  }

  #fileOf(inode: Inode): DiskFile {
    return {
      write: async (bytes, at) => {
        await this.#called('write');
        inode.write(bytes, at);
      },
      sync: async () => {
        await this.#called('sync');
        if (!this.isLying) inode.synced = inode.bytes.slice();
      },
      close: async () => {},
    };
  }

  #inode(name: string): Inode {
    const inode = this.#names.get(name);
    if (inode === undefined) throw fault('ENOENT', name);
    return inode;
  }

  #change(change: (names: Map<string, Inode>) => void): void {
    change(this.#names);
    this.#log.push(change);
  }

  async #called(call: string): Promise<void> {
    this.beforeCall(call, ++this.calls);
  }
}

/** A fault of a file system. */
export function fault(code: string, name: string): Error {
  return Object.assign(new Error(`${code}: ${name}`), { code });
}
