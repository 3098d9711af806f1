/** What a person says became of a piloted task. */
import { createInterface } from 'node:readline/promises'
import type { Cli } from './cli.ts'
import type { Words } from './words.ts'

export type Verdict =
  | { readonly kind: 'done' }
  | { readonly kind: 'fail'; readonly reason: string }
  /** Neither: the task is open again and goes on where it was left. */
  | { readonly kind: 'back' }

/** As the options say it beforehand; null when they leave it open. */
export function saidVerdict(words: Words): Verdict | null {
  if (words.flag('done')) return { kind: 'done' }
  const reason = words.text('fail')
  if (reason !== undefined) return { kind: 'fail', reason: reason.trim() || NO_REASON }
  return words.flag('back') ? { kind: 'back' } : null
}

const NO_REASON = 'its pilot says that it failed'

/** Asks on a terminal; without one nobody can say anything, so it is given back. */
export async function askVerdict({ machine }: Cli, task: string): Promise<Verdict> {
  const { stdin: input, stderr: output } = machine
  if (!input.isTTY || !output.isTTY) return { kind: 'back' }
  const lines = createInterface({ input, output })
  try {
    // ^C and ^D say nothing of the task either.
    const signal = new AbortController()
    lines.on('SIGINT', () => signal.abort()).on('close', () => signal.abort())
    const ask = (text: string): Promise<string> => lines.question(text, signal)
    const answer = await ask(`What became of ${task}? [d]one, [f]ailed, [b]ack to the yard (b): `)
    const word = answer.trim().toLowerCase()
    if (word === 'd' || word === 'done') return { kind: 'done' }
    if (word !== 'f' && word !== 'failed') return { kind: 'back' }
    const reason = (await ask('Why? ')).trim()
    return { kind: 'fail', reason: reason || NO_REASON }
  } catch {
    return { kind: 'back' } // not answered
  } finally {
    lines.close()
  }
}
