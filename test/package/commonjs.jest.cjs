/* global test, expect */
const { Engine, WattbookError } = require('wattbook');

test('a market under Jest, as CommonJS', () => {
  const market = new Engine();
  expect(market.openAccount({ id: 'anna' })).toEqual({ ok: true, sequence: 1, repeated: false });
  const restored = Engine.restore(market.snapshot());
  expect(restored.stateHash()).toBe(market.stateHash());
  expect(Engine.replay(Buffer.from(market.commandLog())).stateHash()).toBe(market.stateHash());
  expect(() => Engine.restore(new Uint8Array(3))).toThrow(WattbookError);
});
