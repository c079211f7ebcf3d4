/**
 * A wire between driver and server that can break. It asks `decide` for each command and does the fault it is told, on
 * real sockets; what it is not told passes through unchanged.
 *
 * A driver that sees a replica set retries writes with a transaction number. FerretDB takes `lsid` and `txnNumber` and
 * ignores them, so that there a retried write is plainly a second write: a server of MongoDB would answer the second as
 * the first, without doing it again.
 */
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { type Document, ObjectId } from 'mongodb';
import {
  answeredBy,
  editedReply,
  handshakeOf,
  idOf,
  isCommand,
  replyOf,
  type Request,
  requestOf,
  splitter,
  withId,
} from './wire.ts';

export type { Request } from './wire.ts';

/** What a server says when it refuses. */
export interface Refusal {
  readonly code: number;
  readonly codeName: string;
  readonly errmsg: string;
  /** Error labels, e.g. `RetryableWriteError`. */
  readonly labels?: readonly string[];
}

/** What goes wrong with one command. */
export type Fault =
  /** The server never sees it, the client hears nothing. */
  | { readonly kind: 'dropRequest' }
  /** The server carries it out, the client hears nothing. */
  | { readonly kind: 'dropReply' }
  /** The server carries it out twice; the client hears of the first. */
  | { readonly kind: 'duplicate' }
  /** It arrives `ms` late, even if the client is gone by then. */
  | { readonly kind: 'delayRequest'; readonly ms: number }
  /** Its reply arrives `ms` late. */
  | { readonly kind: 'delayReply'; readonly ms: number }
  /** The connection is reset; the server never sees the command. */
  | { readonly kind: 'resetBefore' }
  /** Half of its bytes reach the server, then the connection is reset. */
  | { readonly kind: 'resetHalfRequest' }
  /** The server carries it out, then the connection is reset. */
  | { readonly kind: 'resetAfter' }
  /** The server carries it out, half of the reply arrives, then the connection is reset. */
  | { readonly kind: 'resetHalfReply' }
  /** Refused in the server's name; the server never sees it. */
  | ({ readonly kind: 'replyError' } & Refusal)
  /** The server carries it out, and is said to doubt its durability. */
  | ({ readonly kind: 'writeConcernError' } & Refusal)
  /** The server carries it out, and is said to have refused. */
  | ({ readonly kind: 'errorAfter' } & Refusal);

/** Asked once for each command, in the order of arrival over all connections. What it throws nobody catches. */
export type Decide = (request: Request) => Fault | undefined;

/** A proxy that listens. */
export interface Proxy {
  /** For a `MongoClient`. */
  readonly url: string;
  readonly host: string;
  readonly port: number;
  /** Commands that came, by name, those with a fault among them; a driver's own `hello`, `ping`, `endSessions` too. */
  readonly counts: ReadonlyMap<string, number>;
  /** May be set at any time; it concerns commands that arrive later. */
  decide: Decide | undefined;
  /** With `asReplicaSet`: whether the server says to be primary, or else secondary. */
  isPrimary: boolean;
  /** While false each new connection is reset at once, as if the server were down. */
  isUp: boolean;
  /** Resets every connection that is open. */
  resetAll(): void;
  /** Resets every connection and stops listening; resolves when all is closed. */
  close(): Promise<void>;
}

const HOST = '127.0.0.1';
const SET_NAME = 'wattbook';
const ELECTION = new ObjectId('7fffffff0000000000000001');
/** Ids of what the proxy sends itself: above those of a driver, which counts from 1. */
const OWN_IDS = 0x40000000;

/**
 * Listens on a free port of 127.0.0.1 and passes to `target`, which need not be there yet. With `asReplicaSet` the server
 * looks like the primary of a set of one, so that a driver retries and rediscovers as it does with a set.
 */
export async function startProxy(options: {
  readonly target: { readonly host: string; readonly port: number };
  readonly asReplicaSet?: boolean;
  readonly decide?: Decide;
}): Promise<Proxy> {
  const wires = new Set<Wire>();
  const counts = new Map<string, number>();
  const server = createServer((client) => {
    client.on('error', () => undefined);
    if (!proxy.isUp) return void client.resetAndDestroy();
    const wire = new Wire(client, connect(options.target), {
      decide: (request) => proxy.decide?.(request),
      count: (command) => void counts.set(command, (counts.get(command) ?? 0) + 1),
      hello: (body) => (options.asReplicaSet === true ? asMember(body, proxy) : body),
    });
    wires.add(wire);
    // What is late outlives the client.
    wire.server.once('close', () => wires.delete(wire));
  });
  server.listen(0, HOST);
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const query = options.asReplicaSet === true ? `replicaSet=${SET_NAME}` : 'directConnection=true';
  const resetAll = (): void => wires.forEach((wire) => wire.reset());
  const proxy: Proxy = {
    url: `mongodb://${HOST}:${port}/?${query}`,
    host: HOST,
    port,
    counts,
    decide: options.decide,
    isPrimary: true,
    isUp: true,
    resetAll,
    close: () => closed(server, resetAll),
  };
  return proxy;
}

async function closed(server: Server, resetAll: () => void): Promise<void> {
  if (!server.listening) return;
  const closing = once(server, 'close');
  server.close();
  resetAll();
  await closing;
}

/** The reply to a hello as the one member of a set would give it. */
function asMember(body: Document, { host, port, isPrimary }: Proxy): Document {
  const me = `${host}:${port}`;
  // Without a topologyVersion the driver asks again and again instead of waiting for a stream of replies.
  const { topologyVersion: _version, msg: _msg, ...rest } = body;
  return {
    logicalSessionTimeoutMinutes: 30,
    ...rest,
    ismaster: isPrimary,
    isWritablePrimary: isPrimary,
    secondary: !isPrimary,
    setName: SET_NAME,
    setVersion: 1,
    electionId: ELECTION,
    hosts: [me],
    me,
    ...(isPrimary ? { primary: me } : {}),
  };
}

interface Hooks {
  readonly decide: Decide;
  readonly count: (command: string) => void;
  readonly hello: (body: Document) => Document;
}

/** What is to be done with a reply when it comes. */
type OnReply = (reply: Buffer) => void;

/** One connection of the driver and the one to the server behind it. */
class Wire {
  readonly #client: Socket;
  readonly server: Socket;
  readonly #hooks: Hooks;
  readonly #replies = new Map<number, OnReply>();
  /** Each resolves when all before it is on its way: a late message holds up those behind it. */
  #toServer = Promise.resolve();
  #toClient = Promise.resolve();
  #nextId = OWN_IDS;

  constructor(client: Socket, server: Socket, hooks: Hooks) {
    this.#client = client;
    this.server = server;
    this.#hooks = hooks;
    this.#read(client, (message) => this.#fromClient(message));
    this.#read(server, (message) => this.#fromServer(message));
    // Who leaves has sent all it had to say, and what is late still arrives.
    client.on('end', () => this.#passOn(() => this.server.end()));
    server.on('end', () => void this.#toClient.then(() => this.#client.end()));
    client.on('error', () => this.#passOn(() => this.server.end()));
    server.on('error', () => void this.#toClient.then(() => this.#client.resetAndDestroy()));
    server.on('close', () => void this.#toClient.then(() => this.#client.destroy()));
    client.on('close', () => this.#passOn(() => this.server.end()));
  }

  reset(): void {
    this.#client.resetAndDestroy();
    this.server.resetAndDestroy();
  }

  #passOn(last: () => void): void {
    void this.#toServer.then(last);
  }

  #read(socket: Socket, take: (message: Buffer) => void): void {
    socket.setNoDelay(true);
    socket.on('data', splitter(take));
  }

  #fromClient(message: Buffer): void {
    const handshake = handshakeOf(message);
    if (handshake !== undefined) {
      this.#hooks.count(handshake);
      this.#replies.set(idOf(message), (reply) => this.#answer(this.#introduced(reply)));
      return this.#ask(message);
    }
    if (!isCommand(message)) return this.#ask(message);
    const request = requestOf(message);
    this.#hooks.count(request.command);
    if (/^(hello|ismaster)$/i.test(request.command)) {
      this.#replies.set(request.id, (reply) => this.#answer(this.#introduced(reply)));
    }
    const fault = this.#hooks.decide(request);
    if (fault === undefined) this.#ask(message);
    else this.#fail(fault, message, request);
  }

  #introduced(reply: Buffer): Buffer {
    return editedReply(reply, this.#hooks.hello);
  }

  #fromServer(reply: Buffer): void {
    const id = answeredBy(reply);
    const onReply = this.#replies.get(id);
    this.#replies.delete(id);
    if (onReply === undefined) this.#answer(reply);
    else onReply(reply);
  }

  #ask(message: Buffer): void {
    this.#passOn(() => {
      if (this.server.writable) this.server.write(message);
    });
  }

  #answer(reply: Buffer): void {
    this.#toClient = this.#toClient.then(() => {
      if (this.#client.writable) this.#client.write(reply);
    });
  }

  /** The server carries it out; the reply goes to `onReply`. */
  #askFor(message: Buffer, onReply: OnReply): void {
    this.#replies.set(idOf(message), onReply);
    this.#ask(message);
  }

  #fail(fault: Fault, message: Buffer, request: Request): void {
    switch (fault.kind) {
      case 'dropRequest':
        return;
      case 'dropReply':
        return this.#askFor(message, () => undefined);
      case 'duplicate':
        this.#ask(message);
        return this.#askFor(withId(message, this.#nextId++), () => undefined);
      case 'delayRequest':
        this.#toServer = this.#toServer.then(() => later(fault.ms));
        return this.#ask(message);
      case 'delayReply':
        return this.#askFor(message, (reply) => {
          this.#toClient = this.#toClient.then(() => later(fault.ms));
          this.#answer(reply);
        });
      case 'resetBefore':
        return this.reset();
      case 'resetHalfRequest':
        return this.#passOn(() => this.#half(this.server, message));
      case 'resetAfter':
        return this.#askFor(message, () => this.reset());
      case 'resetHalfReply':
        return this.#askFor(message, (reply) => {
          void this.#toClient.then(() => this.#half(this.#client, reply));
        });
      default:
        return this.#refuse(fault, message, request);
    }
  }

  #refuse(fault: Extract<Fault, Refusal>, message: Buffer, { id, isAnswered }: Request): void {
    const { code, codeName, errmsg, labels } = fault;
    const labelled = labels === undefined ? {} : { errorLabels: labels };
    const error = replyOf(id, { ok: 0, errmsg, code, codeName, ...labelled });
    if (fault.kind === 'replyError') {
      if (isAnswered) this.#answer(error);
    } else if (fault.kind === 'errorAfter') {
      this.#askFor(message, () => this.#answer(error));
    } else {
      const writeConcernError = { code, codeName, errmsg };
      this.#askFor(message, (reply) =>
        this.#answer(editedReply(reply, (body) => ({ ...body, writeConcernError, ...labelled }))),
      );
    }
  }

  /** Half of the message leaves, then all is reset. */
  #half(socket: Socket, message: Buffer): void {
    socket.write(message.subarray(0, message.length >> 1), () => this.reset());
  }
}

function later(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
