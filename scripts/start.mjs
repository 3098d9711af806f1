// npm start [-- FOLDER] [--demo] [--port P] [--no-open]: opens Yardmaster in a window, or serves the same page.
import { existsSync, statSync } from 'node:fs'
import { dirname, isAbsolute, join, relative, resolve } from 'node:path'
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
  FOLDER     the folder with the yard (default: where you are; without a yard there, you choose one)
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
  const choice = chooseYard(wish)
  await installMissing()
  await buildIfStale()
  const shown =
    choice.kind === 'example' ? { kind: 'yard', folder: await makeDemo({ load: true }) } : choice
  return wish.wantsPage ? servePage(shown, wish) : openWindow(shown, wish)
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

/** What is shown: the example, the yard of the folder, or the page where one is chosen. */
export function chooseYard({ demo, folder, wantsPage }) {
  if (demo) return { kind: 'example' }
  if (!statSync(folder, { throwIfNoEntry: false })?.isDirectory()) {
    throw new Stop(`There is no folder ${folder}.`)
  }
  const yard = yardAbove(folder)
  if (yard !== null) return { kind: 'yard', folder: yard }
  // A port is asked for a page that stays; the page of welcome only leads on to another.
  if (wantsPage) {
    throw new Stop(
      `No yard in ${folder}. Make one with \`yard init --dir ${folder}\`, ` +
        'or see the example with `npm start -- --demo`.',
    )
  }
  return { kind: 'welcome', folder }
}

async function openWindow(shown, wish) {
  if (!hasDisplay()) {
    say('There is no display here, so the page is served instead of a window.')
    return servePage(shown, wish)
  }
  const binary = electronBinary() ?? (isKnownUnavailable() ? null : await downloadElectron())
  if (binary === null) {
    say('There is no Electron binary here, so the page is served instead of a window.')
    return servePage(shown, wish)
  }
  const startedAt = Date.now()
  // Chromium's sandbox refuses to run as root.
  const flags = process.getuid?.() === 0 ? ['--no-sandbox'] : []
  const end = await handOver(binary, [...flags, root, ...wordsFor(shown)], { cwd: root })
  const failedAtOnce = !end.started || (end.code > 0 && Date.now() - startedAt < QUICK_END_MS)
  if (failedAtOnce) {
    say('The window could not be opened (see above), so the page is served instead.')
    return servePage(shown, wish)
  }
  if (end.signal !== null) endLike(end)
  return end.code
}

/** The app looks for a yard where it is pointed to; pointed nowhere, it shows its welcome. */
const wordsFor = (shown) => (shown.kind === 'yard' ? [shown.folder] : ['--welcome'])

function servePage({ kind, folder }, { port, open }) {
  if (kind === 'welcome') return runYard(['welcome', '--open'], { cwd: folder })
  const words = ['serve', '--dir', folder]
  if (port !== undefined) words.push('--port', port)
  if (open) words.push('--open')
  return runYard(words, { cwd: folder })
}
