import { resolve } from 'node:path'
import { err, ok } from '../../../base/result.ts'
import { findYard, userPaths, type YardPaths } from '../../../config/paths.ts'
import { failure, type Failure } from '../../../domain/failure.ts'
import { withYard } from '../../connect/with-yard.ts'
import { refuseAgent } from '../../connect/refuse-agent.ts'
import { argument, defineCommand, option } from '../../spec/define.ts'

export const backup = defineCommand({
  handler: (cli) =>
    withYard(cli, async ({ client }) => {
      const made = await client.service.backup()
      cli.print.result(made, () => cli.print.line(made.path))
      return ok(0)
    }),
})

export const restore = defineCommand({
  arguments: { file: argument('[file]', 'the backup (else the newest)') },
  options: { killAgents: option('--kill-agents', 'ends the agents that are still at work') },
  notes: [
    'Nothing may hold the yard meanwhile: stop the service first.',
    'Refused while agents are at work, which the backup may know nothing of, and for a file that is no database of a yard.',
    'Tasks that agents worked on since the backup, and that are open in it, are named: they start again.',
  ],
  examples: ['yard service stop && yard restore', 'yard restore --kill-agents'],
  async handler(cli, { file, killAgents }) {
    const allowed = await refuseAgent(cli, 'restore a backup')
    if (!allowed.ok) return allowed
    const { machine, print } = cli
    const paths = findYard(machine.cwd, machine.env, cli.dir)
    if (!paths.ok) return paths
    const { restoreBackup } = await import('../../../yard/backup/backups.ts')
    const { data: dataFolder } = userPaths(machine.env)
    const options = { paths: paths.value, dataFolder, at: Date.now(), killAgents }
    const path = file === undefined ? null : resolve(machine.cwd, file)
    const restored = await restoreBackup(options, path)
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
  },
})

/** Names the holder of the yard, and how to release it. */
async function heldBy(paths: YardPaths): Promise<Failure> {
  const { whoHolds } = await import('../../connect/owner.ts')
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
