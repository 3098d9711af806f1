/** Waiting for what a model says, and saying what that waits for. */
import type { JudgementView, JudgementWait } from '../../contract/judging.ts'
import { clock } from '../text/format.ts'
import type { Printer } from '../text/print.ts'
import type { Client } from './owner.ts'

/** An answer is waited for so long at a time. */
const WAIT_MS = 30_000
/** What is asked at once is not held up by anything. */
const FIRST_MS = 1000

/** Resolves when it has ended. What keeps it from being asked goes to stderr, each thing once for one and the same `told`. */
export async function judgementEnd(
  { progress }: Pick<Printer, 'progress'>,
  { judgement }: Pick<Client, 'judgement'>,
  id: string,
  told: Set<string> = new Set(),
): Promise<JudgementView> {
  for (let waitMs = FIRST_MS; ; waitMs = WAIT_MS) {
    const found = await judgement.get({ id, waitMs })
    if (found.state === 'ended') return found
    const text = found.waits && waitText(found.waits)
    if (text === null || told.has(text)) continue
    told.add(text)
    progress(text)
  }
}

function waitText({ text, until, hint }: JudgementWait): string {
  const end = until === null ? '' : ` until ${clock(until)}`
  return `waiting${end}: ${text}${hint === null ? '' : `; ${hint} ends that`}`
}
