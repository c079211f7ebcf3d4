import type { Draw } from './mulberry32.ts';

/** The second of two orders of which one cancels the other; they never trade with each other. */
export function second(draw: Draw, which: 'buy' | 'sell', priceTicks: number) {
  const away = (which === 'buy' ? 1 : -1) * (1 + draw(3));
  const opposite = {
    side: which === 'buy' ? 'sell' : 'buy',
    priceTicks: priceTicks + away,
  } as const;
  const waits = draw(2) === 0 ? { stopPriceTicks: draw(9) - 4 } : {};
  return { priceTicks: draw(9) - 4, ...waits, ...(draw(10) < 3 ? opposite : {}) };
}

/** At what an order is to get rid of what it trades. */
export function exits(draw: Draw, which: 'buy' | 'sell', priceTicks: number) {
  const gain = which === 'buy' ? 1 : -1;
  const stop = { stopPriceTicks: priceTicks - gain, stopLimitTicks: draw(9) - 4 };
  return { takeProfitTicks: priceTicks + gain * (1 + draw(3)), ...stop };
}
