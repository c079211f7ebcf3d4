/**
 * What a file storage needs of a file system. Under tests another one takes the place of the real one, which loses,
 * tears and reorders what was not synced.
 */
export interface Disk {
  /** Makes a folder, and those above it; one that is there is left as it is. */
  makeFolder(path: string): Promise<void>;
  /** Names of the files in a folder, in any order. */
  names(folder: string): Promise<string[]>;
  /** The bytes of a file, or the first ones. Rejects with code ENOENT where there is none. */
  read(path: string, most?: number): Promise<Uint8Array<ArrayBuffer>>;
  /** A new file, open for writing. Rejects with code EEXIST where there is one. */
  create(path: string): Promise<DiskFile>;
  /** A file that is there, open for writing. Rejects with code ENOENT where there is none. */
  open(path: string): Promise<DiskFile>;
  /** Gives a file a second name. Rejects with code EEXIST where that name is taken. */
  link(path: string, name: string): Promise<void>;
  /** Gives a file another name, which may be that of another file: that one is gone then. */
  rename(path: string, name: string): Promise<void>;
  remove(path: string): Promise<void>;
  /** Resolves once the names in a folder are on the medium. */
  syncFolder(folder: string): Promise<void>;
  /** At once and cheap: it is asked after every frame. */
  exists(path: string): boolean;
  /** Shows that this process lives, until it dies or `close` is called; see `answers`. */
  showLife(folder: string): Promise<SignOfLife>;
  /** Whether who made this sign is alive. */
  answers(address: string): Promise<boolean>;
}

/** A file that is written to. */
export interface DiskFile {
  /** Resolves once all bytes are written, from a place in the file on. */
  write(bytes: Uint8Array, at: number): Promise<void>;
  /** Resolves once what was written is on the medium. */
  sync(): Promise<void>;
  close(): Promise<void>;
}

/** Something that goes with the process, also when it is killed. */
export interface SignOfLife {
  readonly address: string;
  close(): Promise<void>;
}

/** The code of a fault of the file system, such as 'ENOENT'. */
export function codeOf(fault: unknown): unknown {
  return (fault as { readonly code?: unknown } | undefined)?.code;
}

/** What `call` resolves to; undefined where there is no such file. */
export async function ifThere<T>(call: Promise<T>): Promise<T | undefined> {
  try {
    return await call;
  } catch (fault) {
    if (codeOf(fault) === 'ENOENT') return undefined;
    throw fault;
  }
}
