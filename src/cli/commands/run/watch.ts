/** The journal as JSON lines, with or without --json. */
import { ok } from '../../../base/result.ts'
import { userPaths } from '../../../config/paths.ts'
import { findCaller } from '../../../yard/access/caller.ts'
import { yardOf } from '../../connect/connect.ts'
import { isLostConnection } from '../../connect/failure-from-error.ts'
import { askOwner, type Client } from '../../connect/owner.ts'
import { defineCommand, option, type Cli } from '../../spec/define.ts'
import { whole } from '../../spec/values.ts'

const BATCH = 1_000

export const watch = defineCommand({
  options: { since: option('--since <seq>', 'from after this sequence number', whole(0, 1e15)) },
  notes: ['Without --since it begins now; --since 0 begins at the first line.'],
  /** Live through the owner. Without one it only reads: it neither settles anything nor holds the yard. */
  async handler(cli, { since }) {
    const { machine } = cli
    const paths = yardOf(cli)
    if (!paths.ok) return paths
    const owner = await askOwner(paths.value, findCaller(machine.env, paths.value.root))
    if (!owner.ok) return owner
    if (owner.value) {
      await follow(cli, owner.value.client, since)
      return ok(0)
    }
    const { readJournalOf } = await import('../../../yard/without-owner.ts')
    const yard = { paths: paths.value, dataFolder: userPaths(machine.env).data }
    const rows = readJournalOf(yard, since ?? null)
    if (!rows.ok) return rows
    for (const row of rows.value) cli.print.json(row)
    cli.print.progress(
      'no host is running, so there is no more news; start one with `yard service start`',
    )
    return ok(0)
  },
})

async function follow(cli: Cli, client: Client, since: number | undefined): Promise<void> {
  const { gone } = cli.machine
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
    for (const row of rows) cli.print.json(row)
    last = rows.at(-1)?.seq ?? last
    if (rows.length < BATCH || cli.machine.gone.aborted) return last
  }
}
