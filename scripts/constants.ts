/**
 * Makes constants again of what a bundler turned into variables. V8 folds a constant of a module into machine
 * code; a variable it reads and checks at each use, which cost `apply` a fifth of its time.
 */
export function withConstants(code: string): string {
  return code.replaceAll(/^var ([A-Z][A-Z_0-9]*) = /gm, 'const $1 = ');
}
