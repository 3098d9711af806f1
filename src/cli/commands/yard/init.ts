import { existsSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { ok } from '../../../base/result.ts'
import { findYard, isWithin, userPaths } from '../../../config/paths.ts'
import { refuseAgent } from '../../connect/refuse-agent.ts'
import { defineCommand } from '../../spec/define.ts'

export const init = defineCommand({
  examples: ['yard init', 'yard init --dir ~/projects/shop'],
  notes: [
    'Writes .yard/ with a commented config.toml, and a line in .git/info/exclude where the folder is in a git repository.',
  ],
  async handler(cli) {
    const allowed = await refuseAgent(cli, 'make a yard')
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
