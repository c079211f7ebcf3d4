/** MongoDB's wire messages, as far as the proxy must read and write them: no compression, no checksums of its own. */
import { BSON, type Document } from 'mongodb';

const HEADER = 16;
const OP_REPLY = 1;
const OP_MSG = 2013;
const MORE_TO_COME = 2;
/** Of an OP_REPLY: header, flags, cursor id, start, count. */
const REPLY_HEADER = HEADER + 20;
const OP_QUERY = 2004;
const LONGEST = 64 * 1024 * 1024;

/** A command on its way to the server. */
export interface Request {
  readonly id: number;
  /** The first field of the body: `insert`, `find`, `hello`, ... */
  readonly command: string;
  /** What the command names, where that is a text: a collection mostly. */
  readonly collection: string | undefined;
  readonly database: string | undefined;
  /** All its fields, document sequences among them as arrays. */
  readonly body: Document;
  /** The client waits for a reply: not so with `{ w: 0 }`. */
  readonly isAnswered: boolean;
}

/** Takes chunks of any size and calls `take` with each whole message, in order. Throws RangeError at an impossible length. */
export function splitter(take: (message: Buffer) => void): (chunk: Buffer) => void {
  let chunks: Buffer[] = [];
  let size = 0;
  return (chunk) => {
    chunks.push(chunk);
    size += chunk.length;
    // Joined only once the message is whole: a large one comes in hundreds of chunks.
    for (let wanted = lengthOf(chunks); size >= wanted; wanted = lengthOf(chunks)) {
      const all = Buffer.concat(chunks);
      chunks = all.length > wanted ? [all.subarray(wanted)] : [];
      size = all.length - wanted;
      take(all.subarray(0, wanted));
    }
  };
}

/** Of the message the chunks begin with; infinite while they do not say. */
function lengthOf(chunks: Buffer[]): number {
  while (chunks.length > 1 && chunks[0]!.length < 4) {
    chunks.splice(0, 2, Buffer.concat(chunks.slice(0, 2)));
  }
  const first = chunks[0];
  if (first === undefined || first.length < 4) return Infinity;
  const length = first.readInt32LE(0);
  if (length < HEADER || length > LONGEST) throw new RangeError(`a message of ${length} bytes`);
  return length;
}

export const idOf = (message: Buffer): number => message.readInt32LE(4);
export const answeredBy = (message: Buffer): number => message.readInt32LE(8);
const opcodeOf = (message: Buffer): number => message.readInt32LE(12);
export const isCommand = (message: Buffer): boolean => opcodeOf(message) === OP_MSG;

/** The same message under another request id. */
export function withId(message: Buffer, id: number): Buffer {
  const copy = Buffer.from(message);
  copy.writeInt32LE(id, 4);
  return copy;
}

/** Reads an OP_MSG of a client. Throws when it is none. */
export function requestOf(message: Buffer): Request {
  const flags = message.readUInt32LE(HEADER);
  // With a checksum four bytes follow the last section.
  const end = message.length - (flags & 1) * 4;
  const body: Document = {};
  for (let at = HEADER + 4; at < end;) {
    const kind = message[at++];
    const size = message.readInt32LE(at);
    const section = message.subarray(at, at + size);
    if (kind === 0) Object.assign(body, BSON.deserialize(section));
    else if (kind === 1) Object.assign(body, sequenceOf(section));
    else throw new RangeError(`a section of kind ${kind}`);
    at += size;
  }
  const command = Object.keys(body)[0] ?? '';
  const named: unknown = body[command];
  const database: unknown = body['$db'];
  return {
    id: idOf(message),
    command,
    collection: typeof named === 'string' ? named : undefined,
    database: typeof database === 'string' ? database : undefined,
    body,
    isAnswered: (flags & MORE_TO_COME) === 0,
  };
}

/** A section of kind 1: its length, a name, then documents. */
function sequenceOf(section: Buffer): Document {
  const nameEnd = section.indexOf(0, 4);
  const documents: Document[] = [];
  for (let at = nameEnd + 1; at < section.length;) {
    const size = section.readInt32LE(at);
    documents.push(BSON.deserialize(section.subarray(at, at + size)));
    at += size;
  }
  return { [section.toString('utf8', 4, nameEnd)]: documents };
}

/** The command of an OP_QUERY, which a driver says hello with; undefined of any other message. */
export function handshakeOf(message: Buffer): string | undefined {
  if (opcodeOf(message) !== OP_QUERY) return undefined;
  // Flags, a name, to skip, to return, the document.
  const at = message.indexOf(0, HEADER + 4) + 1 + 8;
  return Object.keys(BSON.deserialize(message.subarray(at)))[0];
}

/** A reply of one document to the request `answers`, by the proxy itself. */
export function replyOf(answers: number, body: Document): Buffer {
  const document = BSON.serialize(body);
  const message = Buffer.alloc(HEADER + 5 + document.length);
  message.writeInt32LE(message.length, 0);
  message.writeInt32LE(0, 4);
  message.writeInt32LE(answers, 8);
  message.writeInt32LE(OP_MSG, 12);
  message.set(document, HEADER + 5);
  return message;
}

/** The reply, OP_MSG or OP_REPLY, with its document changed; numbers keep their types. */
export function editedReply(message: Buffer, edit: (body: Document) => Document): Buffer {
  const isOld = opcodeOf(message) === OP_REPLY;
  const at = isOld ? REPLY_HEADER : HEADER + 5;
  const size = message.readInt32LE(at);
  const body = BSON.deserialize(message.subarray(at, at + size), { promoteValues: false });
  const document = BSON.serialize(edit(body));
  const edited = Buffer.concat([message.subarray(0, at), document]);
  edited.writeInt32LE(edited.length, 0);
  // What may follow the document is a checksum alone, and that would be wrong now.
  if (!isOld) edited.writeUInt32LE((edited.readUInt32LE(HEADER) & ~1) >>> 0, HEADER);
  return edited;
}
