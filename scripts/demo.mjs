// npm run demo [-- --executor claude]: does the example in the terminal through `yard run`, to its end.
import { accessSync, constants, existsSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { parseArgs } from 'node:util'
import { buildIfStale } from './build-if-stale.mjs'
import { installMissing } from './install-missing.mjs'
import { makeDemo } from './make-demo.mjs'
import { runScript, say, Stop } from './project.mjs'
import { runYard } from './run-tool.mjs'

const GRAPHS = { shell: 'demo.toml', claude: 'claude.toml' }

await runScript(async () => {
  const executor = readExecutor(process.argv.slice(2))
  if (executor === 'claude' && !isOnPath('claude')) {
    throw new Stop(
      'There is no `claude` on the PATH. Install Claude Code and sign in, then try again.',
    )
  }
  await installMissing()
  await buildIfStale()
  const graph = GRAPHS[executor]
  const folder = await makeDemo({ graph })
  const code = await runYard(['run', graph], { cwd: folder })
  const page = join(folder, 'page.html')
  if (existsSync(page)) say(`Look at what was made: ${page}`)
  else say(`The agents' work is on branches of ${folder}; \`yard show page\` there names the last.`)
  return code
})

function readExecutor(args) {
  const usage = 'usage: npm run demo [-- --executor shell|claude]'
  let executor = 'shell'
  try {
    executor =
      parseArgs({ args, options: { executor: { type: 'string' } } }).values.executor ?? executor
  } catch (error) {
    throw new Stop(`${error.message}\n${usage}`, 2)
  }
  if (!Object.hasOwn(GRAPHS, executor)) throw new Stop(`no example for ${executor}\n${usage}`, 2)
  return executor
}

function isOnPath(name) {
  const folders = (process.env.PATH ?? '').split(delimiter)
  const endings = process.platform === 'win32' ? ['.exe', '.cmd'] : ['']
  return folders.some((folder) =>
    endings.some((ending) => isExecutable(join(folder, name + ending))),
  )
}

function isExecutable(file) {
  try {
    accessSync(file, constants.X_OK)
    return true
  } catch {
    return false // not there, or not ours to run
  }
}
