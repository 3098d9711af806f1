// npm start [-- FOLDER] [--demo] [--port P] [--no-open]: opens Yardmaster in a window, or serves the same page.
import { existsSync, statSync } from 'node:fs'
import { dirname, isAbsolute, join, relative, resolve } from 'node:path'
import { createInterface } from 'node:readline/promises'
import { pathToFileURL } from 'node:url'
import { parseArgs } from 'node:util'
import { endLike, handOver } from '../bin/hand-over.cjs'
import { buildIfStale } from './build-if-stale.mjs'
import {
  downloadElectron,
  electronBinary,
  hasDisplay,
  isKnownUnavailable,
} from './electron-binary.mjs'
import { installMissing } from './install-missing.mjs'
import { makeDemo } from './make-demo.mjs'
import { root, runScript, say, Stop } from './project.mjs'
import { runYard } from './run-tool.mjs'

const USAGE = `usage: npm start [-- [FOLDER] [--demo] [--port P] [--no-open]]
  FOLDER     the folder with the yard (default: where you are)
  --demo     makes an example in a new temporary folder and opens that
  --port P   serves the page on this port, without a window
  --no-open  serves the page and opens neither a window nor a browser`

const QUICK_END_MS = 5_000

if (import.meta.url === pathToFileURL(process.argv[1]).href) await runScript(start)

async function start() {
  const wish = readWish(process.argv.slice(2))
  if (wish.help) {
    say(USAGE)
    return 0
  }
  const choice = wish.demo ? 'example' : await chooseYard(wish.folder)
  if (choice === 'quit') return 0
  await installMissing()
  await buildIfStale()
  const folder = await prepareYard(choice, wish.folder)
  return wish.wantsPage ? servePage(folder, wish) : openWindow(folder, wish)
}

/** The command's words as a wish; `env.INIT_CWD` is where the person stood when npm was called. */
export function readWish(args, { env = process.env, checkout = root } = {}) {
  const { values, positionals } = parseWords(args)
  const demo = values.demo === true
  const open = values['no-open'] !== true
  if (positionals.length > 1) throw new Stop(`one folder at most\n${USAGE}`, 2)
  if (demo && positionals.length > 0) throw new Stop('--demo makes its own folder; name none', 2)
  if (values.port !== undefined && !isPort(values.port)) {
    throw new Stop(`--port wants a number from 0 to 65535, not ${JSON.stringify(values.port)}`, 2)
  }
  const folder = wishedFolder(positionals[0], env.INIT_CWD ?? process.cwd(), checkout)
  const wantsPage = values.port !== undefined || !open
  return { folder, demo, help: values.help === true, port: values.port, open, wantsPage }
}

/** Below the checkout, without a folder named, the checkout itself is meant: npm finds it from anywhere in it. */
function wishedFolder(named, here, checkout) {
  if (named !== undefined) return resolve(here, named)
  const fromCheckout = relative(checkout, here)
  return fromCheckout.startsWith('..') || isAbsolute(fromCheckout) ? here : checkout
}

function parseWords(args) {
  const flag = { type: 'boolean' }
  const options = { demo: flag, 'no-open': flag, help: flag, port: { type: 'string' } }
  try {
    return parseArgs({ args, options, allowPositionals: true })
  } catch (error) {
    throw new Stop(`${error.message}\n${USAGE}`, 2)
  }
}

function isPort(text) {
  return /^\d+$/.test(text) && Number(text) <= 65_535
}

/** The folder that holds `.yard`, from here upwards, or null. */
export function yardAbove(folder) {
  if (existsSync(join(folder, '.yard'))) return folder
  const parent = dirname(folder)
  return parent === folder ? null : yardAbove(parent)
}

async function chooseYard(folder) {
  if (!statSync(folder, { throwIfNoEntry: false })?.isDirectory()) {
    throw new Stop(`There is no folder ${folder}.`)
  }
  if (yardAbove(folder) !== null) return 'open'
  if (!process.stdin.isTTY) {
    throw new Stop(
      `No yard in ${folder}. Make one with \`yard init --dir ${folder}\`, ` +
        'or see the example with `npm start -- --demo`.',
    )
  }
  return askForYard(folder)
}

async function askForYard(folder) {
  const terminal = createInterface({ input: process.stdin, output: process.stderr })
  const interrupted = new Promise((done) => terminal.once('close', () => done('q')))
  try {
    say(`No yard in ${folder}.`)
    const question = terminal.question('Make one [y], try the example [e], quit [q]? ')
    const answer = (await Promise.race([question, interrupted])).trim().toLowerCase()
    if (answer.startsWith('y')) return 'make'
    return answer.startsWith('e') ? 'example' : 'quit'
  } finally {
    terminal.close()
  }
}

async function prepareYard(choice, folder) {
  if (choice === 'open') return yardAbove(folder)
  if (choice === 'example') return makeDemo({ load: true })
  if ((await runYard(['init', '--dir', folder])) !== 0)
    throw new Stop('The yard could not be made (see above).')
  return folder
}

async function openWindow(folder, wish) {
  if (!hasDisplay()) {
    say('There is no display here, so the page is served instead of a window.')
    return servePage(folder, wish)
  }
  const binary = electronBinary() ?? (isKnownUnavailable() ? null : await downloadElectron())
  if (binary === null) {
    say('There is no Electron binary here, so the page is served instead of a window.')
    return servePage(folder, wish)
  }
  const startedAt = Date.now()
  // Chromium's sandbox refuses to run as root.
  const flags = process.getuid?.() === 0 ? ['--no-sandbox'] : []
  const end = await handOver(binary, [...flags, root, folder], { cwd: root })
  const failedAtOnce = !end.started || (end.code > 0 && Date.now() - startedAt < QUICK_END_MS)
  if (failedAtOnce) {
    say('The window could not be opened (see above), so the page is served instead.')
    return servePage(folder, wish)
  }
  if (end.signal !== null) endLike(end)
  return end.code
}

function servePage(folder, { port, open }) {
  const words = ['serve', '--dir', folder]
  if (port !== undefined) words.push('--port', port)
  if (open) words.push('--open')
  return runYard(words, { cwd: folder })
}
