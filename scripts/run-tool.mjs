// Runs a tool of the project, or a script file, on the right Node.
import { existsSync } from 'node:fs'
import { isAbsolute, join } from 'node:path'
import { endLike, handOver } from '../bin/hand-over.cjs'
import { installMissing } from './install-missing.mjs'
import { root, Stop } from './project.mjs'
import { environmentWith, rightNode } from './right-node.mjs'

/**
 * `tool` is a name in node_modules/.bin or a path to a .js, .mjs, .cjs or .ts file (or bin/yard).
 * Resolves to the exit code; ends this process by the same signal if a signal ended the tool.
 */
export async function runTool(
  tool,
  args = [],
  { cwd = root, env = process.env, tether = false } = {},
) {
  await installMissing()
  const node = await rightNode()
  const { command, first, shell } = commandFor(tool, node)
  const options = { cwd, env: environmentWith(node, env), shell, tether }
  if (tether) options.env.YARD_HANDED_OVER = '1'
  const end = await handOver(command, [...first, ...args], options)
  if (!end.started) throw new Stop(`${tool} could not be started: ${end.error.message}`)
  if (end.signal !== null) endLike(end)
  return end.code ?? 1
}

/** The command `yard` of this checkout. It ends when this process is killed. */
export function runYard(args, options = {}) {
  return runTool(join(root, 'bin/yard'), args, { ...options, tether: true })
}

function commandFor(tool, node) {
  if (/\.[cm]?[jt]s$/.test(tool) || isAbsolute(tool)) {
    return { command: node, first: [tool], shell: false }
  }
  const isWindows = process.platform === 'win32'
  const binary = join(root, 'node_modules/.bin', isWindows ? `${tool}.cmd` : tool)
  if (!existsSync(binary)) throw new Stop(`${tool} is not installed; run \`npm ci\` in ${root}`)
  return { command: isWindows ? `"${binary}"` : binary, first: [], shell: isWindows }
}
