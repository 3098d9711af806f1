/** The end of what a check printed, as judges are shown it: masked together with what stood before it, for a secret may reach across the cut. */
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { readRawOutput } from '../../agents/output/read-output.ts'
import type { Mask } from '../../domain/mask.ts'
import { plainText } from '../../domain/output.ts'
import { cleanPart } from './clean-part.ts'

/** So much of its output is read again, in bytes. */
const CONTEXT = 64_000

/** `stage`: how the folders of its runs, below the agent's, begin. */
export async function checkTail(
  tail: string,
  clean: Mask,
  { folder, stage }: { readonly folder: string; readonly stage: 'verify' | 'check-' },
): Promise<string> {
  const text = plainText(tail)
  if (!text.startsWith('…')) return clean(text)
  const known = text.slice(1).trim()
  const before = known === '' ? null : await outputBefore(known, folder, stage)
  if (before === null) return cleanPart(clean, text, { start: true })
  const whole = cleanPart(clean, before.text, { start: before.isCut })
  const from = Math.max(0, whole.length - known.length)
  // From a whole line on, if there is one.
  const line = from === 0 ? 0 : whole.indexOf('\n', from - 1) + 1
  return line > 0 ? `…\n${whole.slice(line)}` : `…${whole.slice(from).toWellFormed()}`
}

/** Of the run that ended so; null where its output is not there any more. */
async function outputBefore(
  known: string,
  folder: string,
  stage: string,
): Promise<{ readonly text: string; readonly isCut: boolean } | null> {
  const names = await readdir(folder).catch(() => [])
  for (const name of names.filter((each) => each.startsWith(stage)))
    for (const stream of ['stderr', 'stdout'] as const) {
      const window = { folder: join(folder, name), stream, isEnded: true } as const
      const read = await readRawOutput({ ...window, from: -CONTEXT, maxBytes: CONTEXT }).catch(
        () => null,
      )
      const text = read === null ? '' : plainText(read.bytes.toString('utf8')).trim()
      if (read !== null && text.endsWith(known)) return { text, isCut: read.offset > 0 }
    }
  return null
}
