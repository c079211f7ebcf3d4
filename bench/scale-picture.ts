import type { Figure } from './suite.ts';

const WIDTH = 760;
const HEIGHT = 440;
/** Where the axes end. */
const FRAME = { left: 76, right: 740, top: 56, bottom: 350 } as const;

const CURVES = [
  { prefix: '', label: 'apply: flow A', color: '#1f77b4' },
  { prefix: 'cancel-', label: 'apply: cancels of one queue', color: '#d95f02' },
  { prefix: 'book-', label: 'book: flow A', color: '#2a9d5c' },
  { prefix: 'cancel-book-', label: 'book: cancels of one queue', color: '#b05bc4' },
] as const;

interface Point {
  readonly orders: number;
  readonly perSecond: number;
}

/** The figures of the suite `scale` as an SVG: speed by resting orders, both axes logarithmic. */
export function scalePicture(figures: readonly Figure[]): string {
  const curves = CURVES.map((curve) => ({ ...curve, points: pointsOf(figures, curve.prefix) }));
  const points = curves.flatMap((curve) => curve.points);
  const x = axis(
    points.map(({ orders }) => orders),
    FRAME.left + 24,
    FRAME.right - 24,
  );
  const y = axis(
    points.map(({ perSecond }) => perSecond),
    FRAME.bottom,
    FRAME.top,
  );
  const lines = [
    ...x.ticks.map((tick) => text(x.of(tick), FRAME.bottom + 20, short(tick), 'middle')),
    ...y.ticks.flatMap((tick) => [
      `<path class="grid" d="M${FRAME.left} ${fixed(y.of(tick))}H${FRAME.right}"/>`,
      text(FRAME.left - 8, y.of(tick) + 4, short(tick), 'end'),
    ]),
    `<path class="axis" d="M${FRAME.left} ${FRAME.top}V${FRAME.bottom}H${FRAME.right}"/>`,
    ...curves.flatMap((curve, index) => [...drawn(curve, x.of, y.of), ...legend(curve, index)]),
  ];
  return `${HEAD}${lines.map((line) => `  ${line}\n`).join('')}</svg>\n`;
}

function pointsOf(figures: readonly Figure[], prefix: string): Point[] {
  return figures.flatMap(({ name, median, details }) => {
    const [, found] = /^scale\/([a-z-]*)\d+[kM]$/.exec(name) ?? [];
    return found === prefix ? [{ orders: details!['orders']!, perSecond: median }] : [];
  });
}

interface Axis {
  readonly ticks: number[];
  of(value: number): number;
}

/** A logarithmic axis from one pixel to another, with room for all values. */
function axis(values: readonly number[], from: number, to: number): Axis {
  const ticks = ticksAround(Math.min(...values), Math.max(...values));
  const low = Math.log(Math.min(...values, ticks[0]!));
  const high = Math.log(Math.max(...values, ticks.at(-1)!));
  return { ticks, of: (value) => from + ((Math.log(value) - low) / (high - low)) * (to - from) };
}

/** Powers of ten, and 2 and 5 times them where the values span less than a hundredfold. */
function ticksAround(least: number, most: number): number[] {
  const steps = most / least < 100 ? [1, 2, 5] : [1];
  const first = Math.floor(Math.log10(least * 1.1));
  const last = Math.ceil(Math.log10(most));
  const powers = Array.from({ length: last - first + 1 }, (_, i) => 10 ** (first + i));
  const ticks = powers.flatMap((power) => steps.map((step) => step * power));
  const begin = ticks.filter((tick) => tick <= least * 1.1).length - 1;
  const end = ticks.findIndex((tick) => tick >= most / 1.1);
  return ticks.slice(begin, end + 1);
}

interface Curve {
  readonly label: string;
  readonly color: string;
  readonly points: readonly Point[];
}

function drawn(curve: Curve, x: Axis['of'], y: Axis['of']): string[] {
  const places = curve.points.map(({ orders, perSecond }) => [
    fixed(x(orders)),
    fixed(y(perSecond)),
  ]);
  const dots = places.map(
    ([cx, cy]) => `<circle cx="${cx}" cy="${cy}" r="4" fill="${curve.color}"/>`,
  );
  const line = places.map((place) => place.join()).join(' ');
  return [`<polyline class="curve" stroke="${curve.color}" points="${line}"/>`, ...dots];
}

/** Below the axis, two in a row. */
function legend({ label, color }: Curve, index: number): string[] {
  const left = FRAME.left + (index % 2) * 320;
  const top = FRAME.bottom + 64 + (index >> 1) * 20;
  const stroke = `<path class="curve" stroke="${color}" d="M${left} ${top - 4}h24"/>`;
  return [stroke, text(left + 32, top, label, 'start')];
}

function text(x: number, y: number, content: string, anchor: string): string {
  return `<text x="${fixed(x)}" y="${fixed(y)}" text-anchor="${anchor}">${content}</text>`;
}

function fixed(pixels: number): string {
  return pixels.toFixed(1);
}

/** 1000 -> '1k', 2e6 -> '2M'. */
function short(value: number): string {
  if (value >= 1e6) return `${value / 1e6}M`;
  return value >= 1000 ? `${value / 1000}k` : `${value}`;
}

const TITLE = 'Commands per second by resting orders';
const MIDDLE = (FRAME.top + FRAME.bottom) / 2;
const HEAD = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="${TITLE}">
  <style>
    text { font: 13px sans-serif; fill: #333 }
    .title { font-size: 16px; font-weight: bold }
    .axis, .grid, .curve { fill: none }
    .axis { stroke: #777 }
    .grid { stroke: #7774 }
    .curve { stroke-width: 2.5 }
    @media (prefers-color-scheme: dark) { text { fill: #ddd } }
  </style>
  <text class="title" x="${FRAME.left}" y="28">${TITLE}</text>
  <text x="${(FRAME.left + FRAME.right) / 2}" y="${FRAME.bottom + 40}" text-anchor="middle">resting orders</text>
  <text transform="translate(20 ${MIDDLE}) rotate(-90)" text-anchor="middle">commands/s</text>
`;
