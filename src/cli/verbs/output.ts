/** What an agent said and did: whole reports for people, JSON lines, or the raw text of its program. */
import { setTimeout as delay } from 'node:timers/promises'
import { ok } from '../../base/result.ts'
import type { Cli, Outcome } from '../cli.ts'
import { withYard } from '../connect.ts'
import type { Client } from '../client.ts'
import { reportLines } from '../report-words.ts'
import type { Words } from '../words.ts'

const WINDOW_BYTES = 1_000_000
/** Output is not news of the yard, so it is asked for. */
const LOOK_AGAIN_MS = 250

export function output(cli: Cli, words: Words): Promise<Outcome> {
  const at = { id: words.arg(0), isRaw: words.flag('raw') ?? false }
  const follows = words.flag('follow') ?? false
  // What was printed before a connection was lost is not printed again.
  let from = 0
  return withYard(cli, async ({ client }) => {
    for (;;) {
      // Asked before the output, so that what an agent wrote last is not missed.
      const hasEnded = !follows || (await client.agent.get({ id: at.id })).status === 'ended'
      for await (const next of printFrom(cli, client, { ...at, from })) from = next
      if (hasEnded || cli.machine.gone.aborted) return ok(0)
      await delay(LOOK_AGAIN_MS)
    }
  })
}

/** Prints all that is there now; says after each part where to go on. */
async function* printFrom(
  cli: Cli,
  client: Client,
  at: { readonly id: string; readonly from: number; readonly isRaw: boolean },
): AsyncGenerator<number> {
  let { from } = at
  for (;;) {
    const window = await client.agent.output({
      ...{ id: at.id, from, maxBytes: WINDOW_BYTES, raw: at.isRaw },
    })
    if (at.isRaw) printRaw(cli, window.text ?? '')
    else
      for (const report of window.reports)
        if (cli.print.isJson) cli.print.line(JSON.stringify(report))
        else for (const line of reportLines(report)) cli.print.line(line)
    const isStuck = window.next === from
    from = window.next
    yield from
    if (window.isEnd || isStuck || cli.machine.gone.aborted) return
  }
}

function printRaw({ print }: Cli, text: string): void {
  if (text === '') return
  if (print.isJson) print.line(JSON.stringify({ text }))
  else print.raw(text)
}
