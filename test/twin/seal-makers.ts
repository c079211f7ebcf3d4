import type { CommandSource } from '../random-commands.ts';
import type { Draw } from '../mulberry32.ts';
import type { Command } from './commands.ts';
import { command } from './makers.ts';

/** Sixteen bytes for a new account. */
export function saltOf(draw: Draw) {
  const highest = 0xffff_ffff;
  return { salt0: draw(2) * highest, salt1: draw(256), salt2: draw(65_536), salt3: draw(3) };
}

export function sealBlock(source: CommandSource, draw: Draw): Command {
  return command('sealBlock', source.operator(draw), {});
}
