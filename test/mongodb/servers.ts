/**
 * The servers the suites of MongoDB run against, on real sockets: FerretDB on real files, and for change streams
 * mongo-java-server in memory. Both are built once per machine, into the user's cache.
 */
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { createHash, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { createServer, type AddressInfo, type Socket } from 'node:net';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { MongoClient } from 'mongodb';

const HOST = '127.0.0.1';
const START_MS = 30_000;
const PORT_ATTEMPTS = 3;
const run = promisify(execFile);

/** A server of these tests, while it runs. */
export interface Server {
  /** What it is, with its version. */
  readonly name: string;
  /** For a `MongoClient`; of this one server alone. */
  readonly url: string;
  readonly host: string;
  readonly port: number;
  readonly pid: number;
  /** Ends it, by SIGKILL unless told, and resolves when it is gone; again: at once. */
  kill(signal?: NodeJS.Signals): Promise<void>;
}

/** A program that builds or runs a server is not on this machine. */
export class MissingProgram extends Error {
  override readonly name = 'MissingProgram';
}

function folderOf(name: string): string {
  return fileURLToPath(new URL(name, import.meta.url));
}

function versionIn(file: string, pattern: RegExp): string {
  return pattern.exec(readFileSync(folderOf(file), 'utf8'))?.[1] ?? 'of unknown version';
}

function hashOf(folder: string, names: readonly string[]): string {
  const hash = createHash('sha256');
  for (const name of names) hash.update(readFileSync(join(folder, name)));
  return hash.digest('hex').slice(0, 16);
}

function cache(): string {
  return join(process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'wattbook');
}

/** Runs a program to its end. Throws MissingProgram, or an Error with what it said. */
async function build(
  program: string,
  args: readonly string[],
  options: { readonly cwd: string; readonly env?: NodeJS.ProcessEnv },
): Promise<void> {
  try {
    await run(program, args, options);
  } catch (cause) {
    const { code, stderr } = cause as { code?: unknown; stderr?: string };
    if (code === 'ENOENT') throw new MissingProgram(missing(program), { cause });
    throw new Error(`${program} ${args.join(' ')} failed: ${stderr ?? String(cause)}`, { cause });
  }
}

const missing = (program: string): string =>
  `${program} is not on the PATH: the MongoDB tests need it to build or run their server`;

/**
 * `make` puts what is missing at a path of its own, which then becomes `path` in one step: two that build at once do the
 * work twice, and neither sees the half of the other.
 */
async function cached(path: string, make: (temporary: string) => Promise<void>): Promise<string> {
  if (existsSync(path)) return path;
  mkdirSync(cache(), { recursive: true });
  const temporary = `${path}.${randomUUID()}`;
  try {
    await make(temporary);
    renameSync(temporary, path);
  } catch (cause) {
    rmSync(temporary, { recursive: true, force: true });
    // A folder does not replace another that was quicker.
    if (!existsSync(path)) throw cause;
  }
  return path;
}

/** The path of FerretDB, built when it is not in the cache: about 50 s and a download. Throws MissingProgram without go. */
export function ferretServer(): Promise<string> {
  const cwd = folderOf('server');
  const name = `ferret-${hashOf(cwd, ['go.mod', 'go.sum', 'main.go'])}`;
  return cached(join(cache(), name), (temporary) =>
    build('go', ['build', '-trimpath', '-o', temporary, '.'], {
      cwd,
      env: { ...process.env, CGO_ENABLED: '0' },
    }),
  );
}

/** The folder with the jars of mongo-java-server, fetched when not in the cache. Throws MissingProgram without mvn. */
export function changeStreamJars(): Promise<string> {
  const cwd = folderOf('change-streams');
  return cached(join(cache(), `change-streams-${hashOf(cwd, ['pom.xml'])}`), (temporary) =>
    build('mvn', ['-q', '-B', 'dependency:copy-dependencies', `-DoutputDirectory=${temporary}`], {
      cwd,
    }),
  );
}

/**
 * FerretDB on the files of `folder`, which must exist; resolves when it answers. Without a port it takes a free one; given
 * the port and folder of one that was killed, it is that server restarted. Three things are unlike MongoDB: its updates are
 * not atomic (of 64 that compare and set at once several win, increments get lost; inserts under one `_id` or unique index
 * are exclusive); each find reads its whole collection (2.4 s at 20,000 documents of 5 kB), so keep collections small; and
 * read and write concerns are ignored, every write is synced before its reply.
 */
export async function startFerret(options: {
  readonly folder: string;
  readonly port?: number | undefined;
}): Promise<Server> {
  const program = await ferretServer();
  const name = `FerretDB ${versionIn('server/go.mod', /\/FerretDB v(\S+)/)}`;
  return start(name, options.port, (port) => [program, `${HOST}:${port}`, options.folder]);
}

/** mongo-java-server with change streams, in memory; resolves when it answers. Throws MissingProgram without java or mvn. */
export async function startChangeStreams(
  options: { readonly port?: number | undefined } = {},
): Promise<Server> {
  const jars = await changeStreamJars();
  const main = join(folderOf('change-streams'), 'Main.java');
  const name = `mongo-java-server ${versionIn('change-streams/pom.xml', /server<.*\s+<version>(.*)</)}`;
  return start(name, options.port, (port) => ['java', '-cp', join(jars, '*'), main, String(port)]);
}

type CommandLine = (port: number) => readonly [string, ...string[]];

/** Another may take the free port in between: then one more is tried. */
async function start(
  name: string,
  port: number | undefined,
  commandLine: CommandLine,
): Promise<Server> {
  for (let attempt = 1; ; attempt++) {
    const chosen = port ?? (await freePort());
    try {
      return { name, ...(await startAt(chosen, commandLine(chosen))) };
    } catch (cause) {
      const isLast = port !== undefined || attempt === PORT_ATTEMPTS;
      if (isLast || cause instanceof MissingProgram) throw cause;
    }
  }
}

/** A port of 127.0.0.1 that nobody listens at now. */
async function freePort(): Promise<number> {
  const server = createServer().listen(0, HOST);
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

async function startAt(
  port: number,
  [program, ...args]: readonly string[],
): Promise<Omit<Server, 'name'>> {
  const child = spawn(program as string, args, { stdio: ['pipe', 'pipe', 'pipe'] });
  const closed = new Promise<void>((resolve) => {
    child.once('exit', () => resolve());
    child.once('error', () => resolve());
  });
  // By its standard input it ends with this process even when that is killed, unless it is stopped at the time.
  const killNow = (): void => void child.kill('SIGKILL');
  process.once('exit', killNow);
  void closed.then(() => process.off('exit', killNow));
  const kill = async (signal: NodeJS.Signals = 'SIGKILL'): Promise<void> => {
    child.ref();
    child.kill(signal);
    await closed;
  };
  const url = `mongodb://${HOST}:${port}/?directConnection=true`;
  try {
    await listening(child, program as string);
    await answers(url);
  } catch (cause) {
    await kill();
    throw cause;
  }
  leaveAlone(child);
  return { url, host: HOST, port, pid: child.pid as number, kill };
}

/** Resolves at the first line the server says. Connecting until it works could meet a socket that connected to itself. */
async function listening(child: ChildProcess, program: string): Promise<void> {
  let said = '';
  child.stderr?.on('data', (chunk: Buffer) => (said = (said + String(chunk)).slice(-4000)));
  child.stdin?.on('error', () => undefined);
  let timer: NodeJS.Timeout | undefined;
  await new Promise<void>((resolve, reject) => {
    child.stdout?.on('data', () => resolve());
    child.once('error', (cause: NodeJS.ErrnoException) =>
      reject(cause.code === 'ENOENT' ? new MissingProgram(missing(program), { cause }) : cause),
    );
    child.once('exit', (code, signal) =>
      reject(new Error(`${program} ended at its start (${signal ?? code}): ${said}`)),
    );
    timer = setTimeout(
      () => reject(new Error(`${program} says nothing in ${START_MS} ms: ${said}`)),
      START_MS,
    );
  }).finally(() => clearTimeout(timer));
}

async function answers(url: string): Promise<void> {
  const client = new MongoClient(url, { serverSelectionTimeoutMS: START_MS });
  try {
    await client.db('admin').command({ ping: 1 });
  } finally {
    await client.close();
  }
}

/** A server that still runs keeps no test process from ending. */
function leaveAlone(child: ChildProcess): void {
  child.unref();
  for (const stream of child.stdio) (stream as Socket | null)?.unref();
}
