import { resolve } from 'node:path'
import { err, ok } from '../../base/result.ts'
import { findYard, userPaths, type YardPaths } from '../../config/paths.ts'
import { failure, type Failure } from '../../domain/failure.ts'
import type { Cli, Outcome } from '../cli.ts'
import { withYard } from '../connect.ts'
import { whoHolds } from '../owner.ts'
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
  const { restoreBackup } = await import('../../yard/restore-yard.ts')
  const file = words.argOrNull(0)
  const killAgents = words.flag('killAgents') ?? false
  const { data: dataFolder } = userPaths(machine.env)
  const parts = { paths: paths.value, dataFolder, at: Date.now(), killAgents }
  const restored = await restoreBackup(parts, file === null ? null : resolve(machine.cwd, file))
  if (!restored.ok)
    return restored.error.kind === 'locked' ? err(await heldBy(paths.value)) : restored
  const { from, aside, ended, again } = restored.value
  print.result(restored.value, () => {
    if (ended.length > 0) print.line(`ended ${ended.join(', ')}`)
    print.line(`restored ${from}`)
    if (aside !== null) print.line(`what was there before is kept as ${aside}`)
    if (again.length > 0)
      print.line(
        `worked on since that backup, and open again in it: ${again.join(', ')}; yard pause ID holds one back before the yard runs`,
      )
  })
  return ok(0)
}

/** Who has the yard open, and how it is let go of. */
async function heldBy(paths: YardPaths): Promise<Failure> {
  const holder = await whoHolds(paths)
  if (holder === null)
    return failure('locked', 'another command has this yard open', {
      hint: 'try again in a moment',
    })
  const { pid, host } = holder
  const [what, hint] = HOLDERS[host]
  return failure('locked', `${what} (pid ${pid}) has this yard open`, {
    hint,
    facts: { pid, host },
  })
}

const HOLDERS = {
  service: ['its service', 'yard service stop, then restore'],
  app: ['the app', 'quit it, then restore'],
  run: ['a run in a terminal', 'end it there with ^C, then restore'],
  command: ['a yard merge', 'wait until it has ended, then restore'],
} as const
