// Where a Node.js that can run Yardmaster may lie on this machine. Runs on Node 18, without dependencies.
'use strict'

const { existsSync } = require('node:fs')
const { homedir } = require('node:os')
const { join } = require('node:path')

/** The version that comes with the project: a package on Linux, fetched into the cache folder elsewhere. */
const NODE_VERSION = '24.21.0'

/**
 * @typedef {{ env?: Record<string, string | undefined>, platform?: string, home?: string }} Place
 * A machine as far as folders go; this one where a field is left out.
 */

/**
 * The user's cache folder for Yardmaster. Nothing is lost if it is deleted.
 * @param {Place} place
 */
function cacheFolder({ env = process.env, platform = process.platform, home = homedir() } = {}) {
  if (platform === 'win32') {
    return join(env.LOCALAPPDATA || join(home, 'AppData', 'Local'), 'yardmaster', 'Cache')
  }
  if (env.XDG_CACHE_HOME) return join(env.XDG_CACHE_HOME, 'yardmaster')
  return platform === 'darwin'
    ? join(home, 'Library/Caches/yardmaster')
    : join(home, '.cache/yardmaster')
}

/**
 * The folder given to `npm install --prefix` for the fetched Node.
 * @param {Place} [place]
 */
function fetchedNodeFolder(place) {
  return join(cacheFolder(place), `node-${NODE_VERSION}`)
}

/**
 * The fetched Node's binary, whether it is there or not.
 * @param {Place} place
 */
function fetchedNode(place = {}) {
  const binary = (place.platform || process.platform) === 'win32' ? 'node.exe' : 'node'
  return join(fetchedNodeFolder(place), 'node_modules/node/bin', binary)
}

/**
 * The Node that npm installs beside the project on Linux, or null.
 * @param {string} root
 */
function packagedNode(root, arch = process.arch) {
  try {
    const manifest = require.resolve(`node-linux-${arch}/package.json`, { paths: [root] })
    const binary = join(manifest, '../bin/node')
    return existsSync(binary) ? binary : null
  } catch {
    return null // no such package on this system, or nothing is installed yet
  }
}

/**
 * Every Node worth trying instead of the current one, best first. Their versions are not checked here.
 * @param {Place & { root: string, arch?: string }} place
 */
function findNodes({ root, env = process.env, platform = process.platform, arch, home }) {
  const found = platform === 'linux' ? [packagedNode(root, arch)] : []
  found.push(fetchedNode({ env, platform, home }), env.YARD_NODE || null)
  return found.filter((file) => file !== null && existsSync(file))
}

module.exports = {
  NODE_VERSION,
  cacheFolder,
  fetchedNode,
  fetchedNodeFolder,
  findNodes,
  packagedNode,
}
