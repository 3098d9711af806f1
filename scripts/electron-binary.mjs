// The Electron binary: where it is, and one try at its normal download. Never imports `electron`: that downloads.
import { spawn } from 'node:child_process'
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { root, say, Stop } from './project.mjs'
import { rightNode } from './right-node.mjs'

const NO_ANSWER_MS = 15_000
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP']

/** The binary's path, or null where it has not been downloaded. */
export function electronBinary({ folder = root, env = process.env } = {}) {
  const home = join(folder, 'node_modules/electron')
  const pathFile = join(home, 'path.txt')
  const name = existsSync(pathFile) ? readFileSync(pathFile, 'utf8').trim() : null
  const override = env.ELECTRON_OVERRIDE_DIST_PATH
  if (override) return existing(join(override, name ?? 'electron'))
  return name === null ? null : existing(join(home, 'dist', name))
}

/** Whether a window could be shown at all. */
export function hasDisplay({ env = process.env, platform = process.platform } = {}) {
  if (platform === 'darwin' || platform === 'win32') return true
  return Boolean(env.DISPLAY || env.WAYLAND_DISPLAY)
}

/** Whether a download of this Electron version has been given up before. */
export function isKnownUnavailable(folder = root) {
  const note = noteFile(folder)
  return existsSync(note) && readFileSync(note, 'utf8').trim() === electronVersion(folder)
}

/**
 * Electron's own installer, stopped after `noAnswerMs` without a new byte. Failing is remembered in
 * .cache/electron-unavailable until Electron's version changes or that file is deleted.
 */
export async function downloadElectron({ folder = root, noAnswerMs = NO_ANSWER_MS } = {}) {
  if (!existsSync(join(folder, 'node_modules/electron/install.js'))) return null
  say('Downloading Electron for the window (once) …')
  const reason = await runInstaller(folder, noAnswerMs)
  const binary = reason === null ? electronBinary({ folder }) : null
  if (binary !== null) return binary
  mkdirSync(join(folder, '.cache'), { recursive: true })
  writeFileSync(noteFile(folder), `${electronVersion(folder)}\n`)
  say(`Electron could not be downloaded (${reason ?? 'the installer left no binary'}).`)
  say('To try again: delete .cache/electron-unavailable.')
  return null
}

async function runInstaller(folder, noAnswerMs) {
  mkdirSync(join(folder, '.cache'), { recursive: true })
  const temporary = mkdtempSync(join(folder, '.cache/electron-download-'))
  const child = spawn(await rightNode(), ['install.js'], {
    cwd: join(folder, 'node_modules/electron'),
    env: { ...process.env, TMPDIR: temporary, TEMP: temporary, TMP: temporary },
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  const watched = [temporary, join(folder, 'node_modules/electron/dist')]
  let isInterrupted = false
  const interrupt = () => {
    isInterrupted = true
    child.kill('SIGKILL')
  }
  for (const signal of SIGNALS) process.on(signal, interrupt)
  try {
    const reason = await installerEnd(child, watched, noAnswerMs)
    if (isInterrupted) throw new Stop('Interrupted.', 130)
    return reason
  } finally {
    for (const signal of SIGNALS) process.off(signal, interrupt)
    rmSync(temporary, { recursive: true, force: true })
  }
}

/** Resolves to null when the installer ended well, else to the reason in words. */
function installerEnd(child, watched, noAnswerMs) {
  return new Promise((resolve) => {
    let complaint = ''
    let isSilent = false
    child.stderr.on('data', (chunk) => (complaint = (complaint + chunk).slice(-4000)))
    const stopWatching = whenSilent(watched, noAnswerMs, () => {
      isSilent = true
      child.kill('SIGKILL')
    })
    child.once('error', (error) => (complaint = error.message))
    child.once('close', (code) => {
      stopWatching()
      if (isSilent) resolve(`no answer for ${noAnswerMs / 1000} s`)
      else resolve(code === 0 ? null : firstLine(complaint))
    })
  })
}

function whenSilent(watched, noAnswerMs, onSilent) {
  let sizeBytes = sizeOf(watched)
  let grewAt = Date.now()
  const timer = setInterval(
    () => {
      const now = sizeOf(watched)
      if (now !== sizeBytes) grewAt = Date.now()
      sizeBytes = now
      if (Date.now() - grewAt >= noAnswerMs) onSilent()
    },
    Math.min(500, noAnswerMs / 4),
  )
  return () => clearInterval(timer)
}

function sizeOf(paths) {
  let sum = 0
  for (const path of paths) {
    const found = statSync(path, { throwIfNoEntry: false })
    if (found === undefined) continue
    if (found.isDirectory()) sum += sizeOf(readdirSync(path).map((name) => join(path, name)))
    else sum += found.size
  }
  return sum
}

function firstLine(text) {
  return text.trim().split('\n')[0]?.slice(0, 200) || 'the installer failed'
}

function existing(file) {
  return existsSync(file) ? file : null
}

function electronVersion(folder) {
  return JSON.parse(readFileSync(join(folder, 'node_modules/electron/package.json'), 'utf8'))
    .version
}

function noteFile(folder) {
  return join(folder, '.cache/electron-unavailable')
}
