import { basename } from 'node:path';
import type { Disk, DiskFile, SignOfLife } from '../src/file/disk.ts';
import type { Draw } from './mulberry32.ts';

const SECTOR = 512;
/** No two processes have the same sign of life, on whatever disk. */
let lives = 0;

/** A file: what a program sees of it, and what the medium has. */
class Inode {
  bytes = new Uint8Array(0);
  synced = new Uint8Array(0);
  /** Numbers of the sectors that a sync would bring to the medium. */
  #dirty = new Set<number>();

  write(bytes: Uint8Array, at: number): void {
    const grown = new Uint8Array(Math.max(this.bytes.length, at + bytes.length));
    grown.set(this.bytes);
    grown.set(bytes, at);
    this.bytes = grown;
    const end = Math.ceil((at + bytes.length) / SECTOR);
    for (let sector = Math.floor(at / SECTOR); sector < end; sector++) this.#dirty.add(sector);
  }

  sync(): void {
    const medium = new Uint8Array(this.bytes.length);
    medium.set(this.synced.subarray(0, medium.length));
    for (const sector of this.#dirty) {
      const at = sector * SECTOR;
      medium.set(this.bytes.subarray(at, at + SECTOR), at);
    }
    this.synced = medium;
    this.#dirty.clear();
  }

  /** What a kernel does that could not write: it gives up what it had, and shows it as long as it runs. */
  failToSync(): void {
    this.#dirty.clear();
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
      const from = isNew && this.#dirty.has(at / SECTOR) ? this.bytes : this.synced;
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
  /** Called before each of them, with the file; may throw a fault of the disk, or take its time. */
  beforeCall: (call: string, number: number, name: string) => void | Promise<void> = () => {};
  /** What was to be called later. */
  waiting: (() => void)[] = [];
  /** Bytes that were read so far. */
  bytesRead = 0;
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

  /** The same disk as another process has it. */
  ofOther(): SimulatedDisk {
    const disk = new SimulatedDisk();
    [disk.#names, disk.#syncedNames] = [this.#names, this.#syncedNames];
    [disk.#log, disk.#alive] = [this.#log, this.#alive];
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

  async makeFolder(): Promise<string | undefined> {
    return undefined;
  }

  async names(): Promise<string[]> {
    return [...this.#names.keys()];
  }

  async read(path: string, from = 0, most = Infinity): Promise<Uint8Array<ArrayBuffer>> {
    const bytes = this.#inode(basename(path)).bytes.slice(from, from + most);
    this.bytesRead += bytes.length;
    return bytes;
  }

  async create(path: string): Promise<DiskFile> {
    await this.#called('create', path);
    const name = basename(path);
    if (this.#names.has(name)) throw fault('EEXIST', name);
    const inode = new Inode();
    this.#change((names) => names.set(name, inode));
    return this.#fileOf(inode, name);
  }

  async open(path: string): Promise<DiskFile> {
    return this.#fileOf(this.#inode(basename(path)), basename(path));
  }

  async link(path: string, name: string): Promise<void> {
    await this.#called('link', name);
    const inode = this.#inode(basename(path));
    if (this.#names.has(basename(name))) throw fault('EEXIST', name);
    this.#change((names) => names.set(basename(name), inode));
  }

  async rename(path: string, name: string): Promise<void> {
    await this.#called('rename', name);
    const inode = this.#inode(basename(path));
    this.#change((names) => {
      names.delete(basename(path));
      names.set(basename(name), inode);
    });
  }

  async remove(path: string): Promise<void> {
    if (!this.#names.has(basename(path))) return;
    await this.#called('remove', path);
    this.#change((names) => names.delete(basename(path)));
  }

  async syncFolder(): Promise<void> {
    await this.#called('syncFolder');
    if (this.isLying) return;
    for (const change of this.#log.splice(0)) change(this.#syncedNames);
  }

  says(path: string, text: string): boolean {
    const inode = this.#names.get(basename(path));
    return inode !== undefined && new TextDecoder().decode(inode.bytes) === text;
  }

  async showLife(): Promise<SignOfLife> {
    const name = `life-${String(++lives).padStart(16, '0')}.sock`;
    this.#alive.add(name);
    this.#change((names) => names.set(name, new Inode()));
    const close = async (): Promise<void> => {
      this.#alive.delete(name);
      this.#change((names) => names.delete(name));
    };
    return { name, close };
  }

  async answers(_folder: string, name: string): Promise<boolean> {
    return this.#alive.has(name) && this.#names.has(name);
  }

  later(call: () => void): void {
    this.waiting.push(call);
  }

  #fileOf(inode: Inode, name: string): DiskFile {
    return {
      write: async (bytes, at) => {
        await this.#called('write', name);
        inode.write(bytes, at);
      },
      sync: async () => {
        await this.#called('sync', name).catch((fault: unknown) => {
          inode.failToSync();
          throw fault;
        });
        if (!this.isLying) inode.sync();
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

  async #called(call: string, path = ''): Promise<void> {
    await this.beforeCall(call, ++this.calls, basename(path));
  }
}

/** A fault of a file system. */
export function fault(code: string, name: string): Error {
  return Object.assign(new Error(`${code}: ${name}`), { code });
}
