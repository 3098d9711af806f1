/** The journal as JSON lines, with or without --json. */
import { ok } from '../../base/result.ts'
import type { Cli, Outcome } from '../cli.ts'
import { withYard, type Client, type Connection } from '../connect.ts'
import { isLostConnection } from '../failure-from-error.ts'
import type { Words } from '../words.ts'

const BATCH = 1_000

export const watch = (cli: Cli, words: Words): Promise<Outcome> =>
  withYard(cli, async (yard) => {
    const since = words.number('since')
    const { gone } = cli.machine
    if (yard.owner === null) {
      await printSince(cli, yard.client, since ?? (await newest(yard)))
      cli.print.progress(
        'no host is running, so there is no more news; start one with `yard service start`',
      )
      return ok(0)
    }
    await follow(cli, yard, since, gone)
    return ok(0)
  })

const newest = async ({ client }: Connection): Promise<number> =>
  (await client.service.snapshot()).seq

async function follow(
  cli: Cli,
  { client }: Connection,
  since: number | undefined,
  gone: AbortSignal,
): Promise<void> {
  try {
    const patches = await client.service.follow(undefined, { signal: gone })
    let printed = since ?? null
    for await (const { seq } of patches) {
      // The first patch only names where the journal stands.
      printed ??= seq
      if (seq > printed || since !== undefined) printed = await printSince(cli, client, printed)
    }
  } catch (error) {
    // What was printed must not be printed again, so the host is not looked for anew.
    if (!gone.aborted && !isLostConnection(error)) throw error
  }
}

/** Returns the last sequence number that was printed. */
async function printSince(cli: Cli, client: Client, since: number): Promise<number> {
  let last = since
  for (;;) {
    const rows = await client.service.journal({ since: last, limit: BATCH })
    for (const row of rows) cli.print.line(JSON.stringify(row))
    last = rows.at(-1)?.seq ?? last
    if (rows.length < BATCH || cli.machine.gone.aborted) return last
  }
}
