import { hexOf, isSame } from './bytes.ts';
import type { ChainState } from './chain.ts';
import type { EventWalk, Seal } from './events.ts';
import { type FaultCode, Refusal } from './faults.ts';
import { type Header, HEADER_SIZE, SIGNATURE_SIZE } from './header.ts';
import { type Journal, SEAL_BLOCK, type SealedCommands } from './journal.ts';

/** A block, and what was computed from it. */
export interface BlockFindings {
  readonly header: Header;
  readonly signature: Uint8Array;
  readonly events: EventWalk;
  /** Bytes of the entry, without its length. */
  readonly length: number;
  /** Root of the headers before. */
  readonly historyRoot: Uint8Array;
  readonly journal: Journal | undefined;
}

/** What was found out about a block. */
export interface BlockResult {
  readonly fault: Refusal | undefined;
  readonly signed: boolean;
  readonly commandRootChecked: boolean;
}

/** A check: field, whether it is as it should be, and what to say if not. */
type Check = readonly [field: string, holds: boolean, detail: string];

const isAtLeast = (value: number, least: number): boolean => value >= least;

/** Checks a block in the order of docs/format.md, behind its version. O(1), but for the commands of the journal. */
export async function blockFault(found: BlockFindings, state: ChainState): Promise<BlockResult> {
  const { header, signature, journal } = found;
  const key = state.genesis.keys.find(({ bytes }) => isSame(bytes, header.proposer));
  const signed = key?.verify(header.bytes, signature) === true;
  const ended = (fault: Refusal | undefined, commandRootChecked = false): BlockResult => ({
    fault,
    signed,
    commandRootChecked,
  });
  const place = firstOf(followChecks(header, state, found.historyRoot));
  if (place !== undefined) {
    const [field, , detail] = place;
    const signer = signed
      ? 'the header is signed as it stands'
      : 'the header was changed after it was signed, or never signed';
    return ended(mismatch(field, `${detail}; ${signer}`));
  }
  if (key === undefined) {
    return ended(mismatch('proposer', `${hexOf(header.proposer)} is no key of the genesis`));
  }
  if (!signed) return ended(await suspicion(found));
  const event = firstOf(eventChecks(found));
  if (event !== undefined) return ended(mismatch(event[0], event[2]));
  if (journal === undefined) return ended(undefined);
  try {
    const commands = await journal.block(header.firstSequence, header.lastSequence);
    if (commands === undefined) return ended(undefined);
    const wrong = firstOf(commandChecks(header, commands));
    return ended(wrong && mismatch(wrong[0], wrong[2]), true);
  } catch (fault) {
    if (fault instanceof Refusal) return ended(fault);
    throw fault;
  }
}

function mismatch(field: string, detail: string, code: FaultCode = 'MISMATCH'): Refusal {
  return new Refusal(code, field, detail);
}

function firstOf(checks: readonly Check[]): Check | undefined {
  return checks.find(([, holds]) => !holds);
}

/** What the block before leads to. */
function followChecks(header: Header, state: ChainState, historyRoot: Uint8Array): Check[] {
  const { genesis, hash, height, lastSequence } = state;
  const next = height + 1;
  const before = height === 0 ? 'the genesis' : `block ${height}`;
  const isOther = next === 1 && isSame(header.previous, header.chainId);
  return [
    [
      'chainId',
      isSame(header.chainId, genesis.chainId),
      isOther
        ? `the block is of chain ${hexOf(header.chainId)}, the genesis of ${hexOf(genesis.chainId)}: one of them was changed`
        : `the block is of chain ${hexOf(header.chainId)}`,
    ],
    ['height', header.height === next, `block ${header.height} stands where ${next} should`],
    [
      'previous',
      isSame(header.previous, hash),
      `it follows on another block than ${before}, whose hash is ${hexOf(hash)}`,
    ],
    [
      'firstSequence',
      header.firstSequence === lastSequence + 1,
      `it begins with command ${header.firstSequence} behind ${lastSequence}`,
    ],
    [
      'lastSequence',
      isAtLeast(header.lastSequence, header.firstSequence),
      `it ends with command ${header.lastSequence}, before its first`,
    ],
    ['historySize', header.historySize === height, `not ${height} blocks before it`],
    [
      'historyRoot',
      isSame(header.historyRoot, historyRoot),
      `the headers before it have the root ${hexOf(historyRoot)}`,
    ],
    ['time', isAtLeast(header.time, state.time), `${header.time} is before ${before}`],
    ['epoch', isAtLeast(header.epoch, state.epoch), `${header.epoch} is before ${before}`],
    [
      'rulesVersion',
      isAtLeast(header.rulesVersion, state.rulesVersion),
      `${header.rulesVersion} is before ${before}`,
    ],
  ];
}

function eventChecks({ header, events, length }: BlockFindings): Check[] {
  const { firstSequence, lastSequence } = header;
  const { announced, first, last, count } = events;
  const size = length - HEADER_SIZE - SIGNATURE_SIZE;
  // The events are there, and then something else.
  const isLonger =
    announced !== undefined && announced.length < size && isSame(announced.root, header.resultRoot);
  const isInRange = events.isInOrder && first === firstSequence && last === lastSequence;
  return [
    ['length', !isLonger, `the events end before the entry`],
    ['events', events.fault === undefined, events.fault ?? ''],
    [
      'events',
      count === header.events,
      `${count} events, where the header tells of ${header.events}`,
    ],
    [
      'events',
      isInRange,
      `the events are not, in order, those of commands ${firstSequence} to ${lastSequence}`,
    ],
    [
      'resultRoot',
      isSame(events.root(), header.resultRoot),
      'the events are not those that the header was signed for',
    ],
    [
      'events',
      isSealedOnce(events.seals, header),
      `not one blockSealed, at its end, of height ${header.height} and first command ${firstSequence}`,
    ],
  ];
}

/** A block ends with the first command that seals one, and with no later one. */
function isSealedOnce([seal, ...others]: readonly Seal[], header: Header): boolean {
  if (seal === undefined || others.length > 0) return false;
  const { sequence, height, firstSequence } = seal;
  const isItsOwn = height === header.height && firstSequence === header.firstSequence;
  return isItsOwn && sequence === header.lastSequence;
}

function commandChecks(header: Header, commands: SealedCommands): Check[] {
  const { root, type, time, epoch, rulesVersion } = commands;
  return [
    [
      'commandRoot',
      isSame(root, header.commandRoot),
      'the commands of the journal are not those that the header was signed for',
    ],
    [
      'lastSequence',
      type === SEAL_BLOCK,
      `command ${header.lastSequence} is of type ${type}, no sealBlock`,
    ],
    ['time', time === header.time, `its last command is of time ${time}`],
    ['epoch', epoch === header.epoch, `its last command is in a frame of epoch ${epoch}`],
    [
      'rulesVersion',
      rulesVersion === header.rulesVersion,
      `its last command is in a frame of rules ${rulesVersion}`,
    ],
  ];
}

/** What a wrong signature comes from: the one field that does not agree with what it stands for, as far as that can be computed. */
async function suspicion(found: BlockFindings): Promise<Refusal> {
  const { header, events, journal } = found;
  const wrong: Check[] = [];
  if (isSame(events.root(), header.resultRoot)) {
    wrong.push(
      ['events', events.count === header.events, 'how many events there are'],
      ['lastSequence', events.last === header.lastSequence, 'the last event'],
    );
  } else wrong.push(['resultRoot', events.count !== header.events, 'its events']);
  if (journal !== undefined && events.last === header.lastSequence) {
    try {
      const commands = await journal.block(header.firstSequence, header.lastSequence);
      if (commands !== undefined) wrong.push(...commandChecks(header, commands));
    } catch (fault) {
      if (!(fault instanceof Refusal)) throw fault;
    }
  }
  const fields = wrong.flatMap(([field, holds]) => (holds ? [] : [field]));
  const what =
    fields.length === 1
      ? `the header is not as it was signed: ${fields[0]} does not agree with the rest of the block`
      : `the header or its signature was changed: no signature by ${hexOf(header.proposer)} of this header`;
  return mismatch(fields.length === 1 ? fields[0]! : 'signature', what, 'BAD_SIGNATURE');
}
