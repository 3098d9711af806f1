// Runs npm: the one that runs this script, else the one on the PATH.
import { handOver } from '../bin/hand-over.cjs'
import { Stop } from './project.mjs'

/** Resolves to npm's exit code; its output goes where this script's goes. */
export async function runNpm(args, { cwd } = {}) {
  const own = process.env.npm_execpath
  const isScript = own !== undefined && /\.c?js$/.test(own)
  const [command, first] = isScript ? [process.execPath, [own]] : ['npm', []]
  const shell = !isScript && process.platform === 'win32'
  const end = await handOver(command, [...first, ...args], { cwd, shell })
  if (!end.started)
    throw new Stop(`npm could not be started (${end.error.message}); is it on the PATH?`)
  return end.code ?? 1
}
