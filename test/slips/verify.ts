import type { SlipGroup } from './slip.ts';

/** The verifier of chains and proofs. */
export const VERIFY: readonly SlipGroup[] = [
  {
    file: 'src/verify/block.ts',
    tests: ['verify-chain', 'verify-journal'],
    slips: [
      {
        about: 'a block of another height is taken',
        find: 'header.height === next',
        replace: 'header.height >= next',
      },
      {
        about: 'commands may be left out between blocks',
        find: 'header.firstSequence === lastSequence + 1',
        replace: 'header.firstSequence > lastSequence',
      },
      {
        about: 'a block may say that it has other events than it has',
        within: 'function eventChecks',
        find: 'count === header.events,',
        replace: 'count >= header.events,',
      },
      {
        about: 'an event may be left out',
        find: 'const isInRange = events.isInOrder && ',
        replace: 'const isInRange = ',
      },
      {
        about: 'a block without its end is whole',
        find: 'seal === undefined || others.length > 0',
        replace: 'seal === undefined',
      },
      {
        about: 'any command may end a block',
        find: 'type === SEAL_BLOCK',
        replace: 'type >= 1',
      },
      {
        about: 'the epoch of the journal does not count',
        find: 'epoch === header.epoch,',
        replace: 'epoch >= header.epoch,',
      },
      {
        about: 'history may be another one',
        find: 'isSame(header.historyRoot, historyRoot)',
        replace: 'isSame(header.historyRoot, header.historyRoot)',
      },
    ],
  },
  {
    file: 'src/verify/journal.ts',
    tests: ['verify-journal'],
    slips: [
      {
        about: 'a frame may follow on another one',
        find: 'isSame(previous, known)',
        replace: 'isSame(previous, previous)',
      },
      {
        about: 'epochs may go back',
        find: 'frame.epoch >= before.epoch',
        replace: 'frame.epoch > 0',
      },
      {
        about: 'bytes behind the last record are passed over',
        find: 'if (at !== bodyEnd) throw',
        replace: 'if (at > bodyEnd) throw',
      },
      {
        about: 'the commands of an unproven block count',
        find: 'if (this.#next > first) {',
        replace: 'if (this.#next > last) {',
      },
    ],
  },
  {
    file: 'src/verify/events.ts',
    tests: ['verify-chain'],
    slips: [
      {
        about: 'sequences may leave one out',
        find: 'sequence <= this.last + 1',
        replace: 'sequence <= this.last + 2',
      },
    ],
  },
  {
    file: 'src/verify/header.ts',
    tests: ['verify-chain'],
    slips: [
      {
        about: 'a key may be there twice',
        find: "broken('keys', `key ${keys.length + 1} is there twice`, isNew);",
        replace: '',
      },
      {
        about: 'a name may have a plus sign',
        find: " && !found.includes('+')",
        replace: '',
      },
    ],
  },
  {
    file: 'src/verify/bytes.ts',
    tests: ['verify-chain', 'verify-compare'],
    slips: [
      {
        about: 'what was read is moved to the wrong place',
        find: '[this.#end, this.at] = [this.ready, 0];',
        replace: '[this.#end, this.at] = [this.#end, 0];',
      },
    ],
  },
  {
    file: 'src/verify/note.ts',
    tests: ['verify-proof'],
    slips: [
      {
        about: 'a checkpoint that nobody trusted has signed is taken',
        find: "demand(isSigned, 'NOT_TRUSTED'",
        replace: "demand(ids.length > 0, 'NOT_TRUSTED'",
      },
      {
        about: 'a wrong signature of a trusted key is passed over',
        find: "demand(isRight, 'BAD_SIGNATURE', 'checkpoint', detail);",
        replace: 'if (!isRight && detail) continue;',
      },
      {
        about: 'bits behind the last byte are passed over',
        find: '(value & ((1 << bits) - 1)) === 0',
        replace: 'bits < 8',
      },
    ],
  },
  {
    file: 'src/verify/published.ts',
    tests: ['verify-cli'],
    slips: [
      {
        about: 'a checkpoint of another chain is taken',
        find: 'head.name !== name || !isSame(head.chainId, chainId)',
        replace: 'head.name !== name',
      },
      {
        about: 'a checkpoint of another name is taken',
        find: 'head.name !== name || ',
        replace: '',
      },
      {
        about: 'a checkpoint of other blocks is taken',
        find: 'isSame(this.#root!, head.root)',
        replace: 'isSame(head.root, head.root)',
      },
      {
        about: 'the block behind the last may have been published',
        find: 'head.size > blocks',
        replace: 'head.size > blocks + 1',
      },
    ],
  },
  {
    file: 'src/verify/chain.ts',
    tests: ['verify-cli'],
    slips: [
      {
        about: 'half a block that was published is taken for one that was being written',
        find: "refusal.code === 'TORN' ? this.#publishedFault() : undefined",
        replace: "refusal.code === 'TORN' ? undefined : undefined",
      },
      {
        about: 'a checkpoint of no block is compared with nothing',
        find: '    this.#published?.passed(this.#history);\n    this.#begin();',
        replace: '    this.#begin();',
      },
    ],
  },
  {
    file: 'src/sealing/audit.ts',
    tests: ['audit'],
    slips: [
      {
        about: 'any state root is right',
        find: 'if (!sameBytes(this.#tree.update(), stateRoot)) {',
        replace: 'if (!sameBytes(this.#tree.update(), this.#tree.root)) {',
      },
      {
        about: 'a block may have more events than its commands lead to',
        find: 'if (this.#sequenceAt(view) <= sequence) return',
        replace: 'if (this.#sequenceAt(view) < sequence) return',
      },
      {
        about: 'events are compared with those of the block before',
        within: 'async #next',
        find: '    this.#at = BLOCK_HEAD;\n',
        replace: '',
      },
      {
        about: 'what the journal tells of a command does not count',
        find: 'if (isRecorded) return undefined;',
        replace: 'return undefined;',
      },
      {
        about: 'a block that ends where the snapshot is goes unseen',
        find: 'this.#block.lastSequence < sequence) await',
        replace: 'this.#block.lastSequence <= sequence) await',
      },
      {
        about: 'a journal may end before the chain does',
        find: "return this.#fault('MISSING', undefined, undefined, detail);",
        replace: 'void detail;',
      },
      {
        about: 'events from before the snapshot are compared too',
        find: 'while (this.#sequenceAt(view) <= sequence) this',
        replace: 'while (this.#sequenceAt(view) < sequence) this',
      },
    ],
  },
  {
    file: 'src/cli/inspect-chain.ts',
    tests: ['inspect-chain'],
    slips: [
      {
        about: 'the first blocks are listed, not the last',
        find: 'last.shift()',
        replace: 'last.pop()',
      },
      {
        about: 'what is behind damage is counted',
        find: 'if (damaged !== undefined) continue;',
        replace: '',
      },
      {
        about: 'every event is a trade',
        find: 'recordType(view, at) === EventType.trade',
        replace: 'recordType(view, at) > 0',
      },
    ],
  },
  {
    file: 'src/file/seal-in-worker.ts',
    tests: ['chain-file'],
    slips: [
      {
        about: 'of two that draw a key at once one has another than the file',
        find: 'await fs.link(draft, path);',
        replace: 'await fs.copyFile(draft, path);',
      },
    ],
  },
  {
    file: 'src/verify/proof.ts',
    tests: ['verify-proof'],
    slips: [
      {
        about: 'a header need not be in the log',
        find: 'root instanceof Uint8Array && isSame(root, checkpoint.root)',
        replace: 'root instanceof Uint8Array',
      },
      {
        about: 'a record need not be in the block',
        find: 'root !== undefined && isSame(root, header.resultRoot)',
        replace: 'root !== undefined',
      },
      {
        about: 'a header of another chain is taken',
        find: 'isSame(header.chainId, checkpoint.chainId)',
        replace: 'isSame(header.chainId, header.chainId)',
      },
      {
        about: 'headers that nothing needs are taken',
        find: 'used.size === headers.length',
        replace: 'used.size <= headers.length',
      },
    ],
  },
  {
    file: 'src/verify/records.ts',
    tests: ['verify-proof'],
    slips: [
      {
        about: 'a balance may be there twice',
        find: 'assetRow > (balances',
        replace: 'assetRow >= (balances',
      },
      {
        about: 'balances of nothing are taken',
        find: "    broken(available !== 0 || locked !== 0, 'has a balance of nothing');\n",
        replace: '',
      },
    ],
  },
  {
    file: 'src/verify/trade.ts',
    tests: ['verify-proof'],
    slips: [
      {
        about: 'decimals keep zeros at their end',
        find: ".replace(/0+$/, '')",
        replace: '',
      },
    ],
  },
  {
    file: 'src/verify/compare.ts',
    tests: ['verify-compare'],
    slips: [
      {
        about: 'the wrong one goes on',
        find: "a.length > b.length ? 'a' : 'b'",
        replace: "a.length < b.length ? 'a' : 'b'",
      },
    ],
  },
];
