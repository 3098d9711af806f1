// The Node.js that every tool of the project runs on: the packaged one, this one if it is new enough, or a fetched one.
import { existsSync, mkdirSync } from 'node:fs'
import { delimiter, dirname, join } from 'node:path'
import {
  fetchedNode,
  fetchedNodeFolder,
  findNodes,
  NODE_VERSION,
  packagedNode,
} from '../bin/find-node.cjs'
import { runNpm } from './npm.mjs'
import { root, say, Stop } from './project.mjs'

/**
 * Node-API 10 for better-sqlite3, type stripping to run the sources.
 * @param {{ versions?: { napi?: string }, features?: { typescript?: string | boolean } }} node
 */
export function isSuitable({ versions = process.versions, features = process.features } = {}) {
  return Number(versions.napi) >= 10 && Boolean(features.typescript)
}

/** The path of a suitable Node, fetched into the user's cache folder if there is no other way. */
export async function rightNode() {
  const packaged = process.platform === 'linux' ? packagedNode(root) : null
  if (packaged !== null) return packaged
  if (isSuitable()) return process.execPath
  return findNodes({ root })[0] ?? (await fetchNode())
}

async function fetchNode() {
  const folder = fetchedNodeFolder()
  say(`This is Node.js ${process.versions.node}; fetching ${NODE_VERSION} into ${folder} (once) …`)
  mkdirSync(folder, { recursive: true })
  const code = await runNpm([
    'install',
    '--prefix',
    folder,
    '--no-audit',
    '--no-fund',
    `node@${NODE_VERSION}`,
  ])
  if (code === 0 && existsSync(fetchedNode())) return fetchedNode()
  throw new Stop(
    `Node.js ${NODE_VERSION} could not be fetched. Install Node.js 22.18 or newer and try again, ` +
      `or set YARD_NODE to the path of one.`,
  )
}

/** The environment in which `node` is the given one and the project's tools are found by name. */
export function environmentWith(node, env = process.env) {
  const name = Object.keys(env).find((key) => key.toUpperCase() === 'PATH') ?? 'PATH'
  const path = [dirname(node), join(root, 'node_modules/.bin'), env[name] ?? ''].join(delimiter)
  return { ...env, [name]: path }
}
