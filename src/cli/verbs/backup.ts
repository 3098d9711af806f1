import { ok } from '../../base/result.ts'
import { findYard } from '../../config/paths.ts'
import { resolve } from 'node:path'
import type { Cli, Outcome } from '../cli.ts'
import { withYard } from '../connect.ts'
import { refuseAgent } from '../refuse-agent.ts'
import type { Words } from '../words.ts'

export const backup = (cli: Cli): Promise<Outcome> =>
  withYard(cli, async ({ client }) => {
    const made = await client.service.backup()
    cli.print.result(made, () => cli.print.line(made.path))
    return ok(0)
  })

export async function restore(cli: Cli, words: Words): Promise<Outcome> {
  const allowed = refuseAgent(cli, 'restore a backup')
  if (!allowed.ok) return allowed
  const { machine, print } = cli
  const paths = findYard(machine.cwd, machine.env, cli.dir)
  if (!paths.ok) return paths
  const { restoreBackup } = await import('../../store/restore.ts')
  const file = words.argOrNull(0)
  const restored = await restoreBackup(
    paths.value,
    file === null ? null : resolve(machine.cwd, file),
  )
  if (!restored.ok) return restored
  print.result(restored.value, () => print.line('the backup is in place'))
  return ok(0)
}
