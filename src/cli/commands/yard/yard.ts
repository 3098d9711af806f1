import { existsSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { err, ok } from '../../../base/result.ts'
import { findYard, isWithin, userPaths, type YardPaths } from '../../../config/paths.ts'
import { failure, type Failure } from '../../../domain/failure.ts'
import { refuseAgent, withYard, yardOfPerson } from '../../connect/connect.ts'
import { whoHolds } from '../../connect/owner.ts'
import { argument, defineCommand, option } from '../../spec/define.ts'

export const init = defineCommand({
  examples: ['yard init', 'yard init --dir ~/projects/shop'],
  notes: [
    'Writes .yard/ with a commented config.toml, and a line in .git/info/exclude where the folder is in a git repository.',
  ],
  async handler(cli) {
    const allowed = refuseAgent(cli, 'make a yard')
    if (!allowed.ok) return allowed
    const { machine, print } = cli
    const folder = resolve(machine.cwd, cli.dir ?? (machine.env.YARD_DIR || '.'))
    const main = mainYardOf(folder, machine.env)
    if (main !== null) {
      const config = join(main, '.yard', 'config.toml')
      print.result({ root: main, config, created: false, offersRestore: null }, () =>
        print.line(`this is a worktree of ${main}: it uses the yard there, and none was made here`),
      )
      return ok(0)
    }
    const { initYard } = await import('../../../yard/init-yard.ts')
    const made = await initYard(folder, userPaths(machine.env).data)
    if (!made.ok) return made
    const { paths, created, offersRestore } = made.value
    print.result({ root: paths.root, config: paths.config, created, offersRestore }, () => {
      print.line(created ? `a new yard in ${paths.root}` : `${paths.root} is a yard already`)
      if (created) print.line(`its configuration: ${paths.config}`)
      const above = created ? yardAbove(paths.root, machine.env) : null
      if (above !== null)
        print.line(`it lies in the yard of ${above}: commands below this folder use the new one`)
      if (offersRestore !== null)
        print.line(
          `there is a backup of an earlier yard of this folder: yard restore ${offersRestore}`,
        )
    })
    return ok(0)
  },
})

function yardAbove(root: string, env: NodeJS.ProcessEnv): string | null {
  const { YARD_DIR: _, ...rest } = env
  const found = findYard(dirname(root), rest)
  return found.ok && found.value.root !== root ? found.value.root : null
}

/** The main checkout's yard, which a linked worktree uses whatever lies in the worktree; null anywhere else. */
function mainYardOf(folder: string, env: NodeJS.ProcessEnv): string | null {
  const { YARD_DIR: _, ...rest } = env
  const found = existsSync(join(folder, '.git')) ? findYard(folder, rest) : null
  return found?.ok && !isWithin(found.value.root, folder) ? found.value.root : null
}

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
    const { machine, print } = cli
    const paths = yardOfPerson(cli, 'restore a backup')
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
