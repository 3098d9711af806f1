// Makes the example: a small git repository with a yard in a new temporary folder.
import { execFileSync } from 'node:child_process'
import { copyFileSync, cpSync, mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { root, say, Stop } from './project.mjs'
import { runYard } from './run-tool.mjs'

/**
 * Resolves to the folder. `graph` names a graph file of resources/demo, which is copied there;
 * with `load` its tasks are in the yard already, waiting for a coordinator.
 */
export async function makeDemo({ graph = 'demo.toml', load = false } = {}) {
  const folder = mkdtempSync(join(tmpdir(), 'yardmaster-demo-'))
  say(`The example is in ${folder}`)
  makeRepository(folder, graph)
  if ((await runYard(['init'], { cwd: folder })) !== 0)
    throw new Stop('The yard could not be made (see above).')
  if (load && (await runYard(['import', graph], { cwd: folder })) !== 0) {
    throw new Stop('The graph could not be loaded (see above).')
  }
  return folder
}

/** The files of the example in a git repository with one commit. */
export function makeRepository(folder, graph) {
  const source = join(root, 'resources/demo')
  cpSync(join(source, 'repository'), folder, { recursive: true })
  copyFileSync(join(source, graph), join(folder, graph))
  git(folder, ['init', '-q'])
  git(folder, ['symbolic-ref', 'HEAD', 'refs/heads/main'])
  // The example must not depend on, or sign as, whoever tries it.
  git(folder, ['config', 'user.name', 'Yardmaster example'])
  git(folder, ['config', 'user.email', 'example@yardmaster.invalid'])
  git(folder, ['config', 'commit.gpgsign', 'false'])
  git(folder, ['add', '.'])
  git(folder, ['commit', '-q', '-m', 'The line as the evening finds it'])
}

function git(cwd, args) {
  const env = { ...process.env }
  for (const name of Object.keys(env)) if (name.startsWith('GIT_')) delete env[name]
  try {
    execFileSync('git', args, { cwd, env, stdio: ['ignore', 'ignore', 'pipe'] })
  } catch (error) {
    const reason = error.code === 'ENOENT' ? 'git is not installed' : String(error.stderr).trim()
    throw new Stop(`The example could not be made: ${reason}`)
  }
}
