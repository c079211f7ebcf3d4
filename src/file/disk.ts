/**
 * What a file storage needs of a file system. Under tests another one takes the place of the real one, which loses,
 * tears and reorders what was not synced.
 */
export interface Disk {
  /** Makes a folder, and those above it. Resolves with the topmost that was made, undefined where all were there. */
  makeFolder(path: string): Promise<string | undefined>;
  /** Names of the files in a folder, in any order. */
  names(folder: string): Promise<string[]>;
  /** The bytes of a file, those from a place on, so many at most. Rejects with code ENOENT where there is none. */
  read(path: string, from?: number, most?: number): Promise<Uint8Array<ArrayBuffer>>;
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
  /** Whether a file is there and holds just this text. At once and cheap: it is asked twice for every frame. */
  says(path: string, text: string): boolean;
  /** Shows in a folder that this process lives, until it dies or `close` is called; see `answers`. */
  showLife(folder: string): Promise<SignOfLife>;
  /** Whether who made the sign of this name in a folder is alive. */
  answers(folder: string, name: string): Promise<boolean>;
  /** Calls back in a while. A process that has nothing else to do does not wait for that. */
  later(call: () => void, delayMs: number): void;
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
  /** No other has it, in whatever folder and on whatever machine: `life-`, 16 hexadecimal digits, `.sock`. */
  readonly name: string;
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
