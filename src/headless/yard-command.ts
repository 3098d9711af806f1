import { dirname, join } from 'node:path'

/** A command of ours as a person can paste it wherever they are: the program by its path, each word as the shell reads it. */
export const yardCommand = (resources: string, ...words: readonly string[]): string =>
  [join(dirname(resources), 'bin', 'yard'), ...words].map(shellWord).join(' ')

const shellWord = (word: string): string => {
  if (/^[\w./:~@=+-]+$/.test(word)) return word
  return process.platform === 'win32' ? `"${word}"` : `'${word.replaceAll("'", `'\\''`)}'`
}
