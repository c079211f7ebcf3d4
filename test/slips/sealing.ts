import type { SlipGroup } from './slip.ts';

/** Where blocks end, who makes them, and what they are over. */
export const SEALING: readonly SlipGroup[] = [
  {
    file: 'src/matching/seal-block.ts',
    tests: ['golden', 'state-tree'],
    slips: [
      {
        about: 'anyone ends a block',
        find: 'if (!isOperator(state, view.getUint32(at + AT.actor))) return RejectCode.FORBIDDEN;\n',
        replace: '',
      },
      {
        about: 'a block begins with the end of the one before',
        find: 'state.sealedSequence + 1',
        replace: 'state.sealedSequence',
      },
    ],
  },
  {
    file: 'src/exchange/block-policy.ts',
    tests: ['exchange-blocks'],
    slips: [
      {
        about: 'a block ends behind every command once there was a trade',
        find: 'lastTrade > this.#lastTrade',
        replace: 'lastTrade > 0',
      },
      {
        about: 'a block ends one command late',
        find: 'sequence - sealedSequence >= everyCommands',
        replace: 'sequence - sealedSequence > everyCommands',
      },
      {
        about: 'a block without commands ends when the exchange is closed',
        find: 'if (this.#state.sequence > this.#state.sealedSequence) this.#seal();\n    this.stop();',
        replace: 'this.#seal();\n    this.stop();',
      },
      {
        about: 'what was there when the exchange was opened never ends by time',
        find: '    if (state.sequence > state.sealedSequence) this.#wait();\n',
        replace: '',
      },
    ],
  },
  {
    file: 'src/chain/row-tree.ts',
    tests: ['state-tree'],
    slips: [
      {
        about: 'a node that stands alone meets itself',
        find: 'if (2 * parent + 1 === this.#counts[level]!) {',
        replace: 'if (2 * parent + 2 === this.#counts[level]!) {',
      },
      {
        about: 'a leaf that changes changes no root',
        find: '    this.#changed.add(index);\n',
        replace: '',
      },
    ],
  },
  {
    file: 'src/chain/root-stream.ts',
    tests: ['sealer'],
    slips: [
      {
        about: 'leaves of a block before count',
        find: '    this.count = 0;\n  }',
        replace: '  }',
      },
    ],
  },
  {
    file: 'src/ledger/row-changes.ts',
    tests: ['ledger', 'state-tree'],
    slips: [
      {
        about: 'what is locked is in no leaf',
        find: ' && rows[at + 3] === locked',
        replace: '',
      },
      {
        about: 'a row of another asset is the same',
        find: 'rows[at] === account && rows[at + 1] === asset',
        replace: 'rows[at] === account',
      },
    ],
  },
  {
    file: 'src/sealing/account-leaves.ts',
    tests: ['state-tree'],
    slips: [
      {
        about: 'a status changes no leaf',
        find: '      changed.add(row);\n    });',
        replace: '    });',
      },
      {
        about: 'balances of a leaf stand as they were made',
        find: '    held.sort((a, b) => ledger.asset(a) - ledger.asset(b));\n',
        replace: '',
      },
    ],
  },
  {
    file: 'src/sealing/state-tree.ts',
    tests: ['state-tree'],
    slips: [
      {
        about: 'orders of a leaf stand as they came',
        find: '      ids.sort((a, b) => a - b);\n',
        replace: '      ids.reverse();\n',
      },
      {
        about: 'a command that has left the window is remembered',
        find: 'if (entry === undefined && this.#remembered[leaf] === 0) continue;',
        replace: 'if (entry === undefined) continue;',
      },
      {
        about: 'an order that has ended stays',
        find: '} else if (!open && at >= 0) {',
        replace: '} else if (open && at >= 0) {',
      },
    ],
  },
  {
    file: 'src/sealing/replica.ts',
    tests: ['sealer', 'sealer-faults'],
    slips: [
      {
        about: 'a chain that its commands do not lead to goes on',
        find: 'if (head === undefined || sameBytes(head.header.stateRoot, this.#tree.root)) return;',
        replace: 'if (head !== null) return;',
      },
      {
        about: 'events of a block before are in the next one too',
        find: '    body.length = 0;\n',
        replace: '',
      },
    ],
  },
  {
    file: 'src/sealing/sealer.ts',
    tests: ['sealer', 'sealer-faults'],
    slips: [
      {
        about: 'what was published does not count',
        find: '    this.#keepsPromise();\n',
        replace: '',
      },
      {
        about: 'a journal that has lost what was sealed goes unnoticed',
        find: '      if (signal === undefined) this.#mustHaveReached();\n',
        replace: '',
      },
      {
        about: 'frames that are not known to stay are sealed',
        find: "if (signal !== undefined || storage.supports.level === 'executed') {",
        replace: 'if (signal === undefined) {',
      },
      {
        about: 'any snapshot will do',
        find: '      storage.latestSnapshot(lastSequence),\n',
        replace: '      storage.latestSnapshot(),\n',
      },
    ],
  },
  {
    file: 'src/file/chain-file.ts',
    tests: ['chain-file', 'sealer-faults'],
    slips: [
      {
        about: 'readers and writers know of one another nothing',
        find: 'const done = this.#turn.then(call);',
        replace: 'const done = call();',
      },
      {
        about: 'what a crash has left stays behind the next block',
        find: '        await file.truncate(this.#end);\n',
        replace: '',
      },
    ],
  },
  {
    file: 'src/sealing/prover.ts',
    tests: ['prover', 'sealer-faults'],
    slips: [
      {
        about: 'a damaged block is read as a good one',
        find: '        if (!this.#chain.isSound(block)) return;\n',
        replace: '',
      },
      {
        about: 'an event is looked for in the block before',
        find: 'if (this.#highest[middle]![name] >= number) high = middle;',
        replace: 'if (this.#highest[middle]![name] > number) high = middle;',
      },
    ],
  },
];
