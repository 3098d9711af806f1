// supervise.mjs [--one-stream] DIR STDIN PROGRAM [ARGUMENT...]: the twin of supervise.sh for Windows, where there is no shell to
// count on. Same files, same order, same exit codes (0, 74, 75); its record it renames itself, which costs it no process. PROGRAM
// must be a native binary: Node starts no `.cmd` shim without a shell, and a shell line made from arguments is never safe.
import { spawn } from 'node:child_process'
import {
  closeSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
  writeSync,
} from 'node:fs'
import { constants } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'

const CANNOT_WRITE = 74
const NOT_OURS = 75
const TRIES = 30

const hasOneStream = process.argv[2] === '--one-stream'
const errors = hasOneStream ? 'stdout.log' : 'stderr.log'
const [dir = '', stdin = '', program = '', ...args] = process.argv.slice(hasOneStream ? 3 : 2)
let stop = null
for (const signal of ['SIGHUP', 'SIGINT', 'SIGTERM', 'SIGBREAK'])
  process.on(signal, () => (stop ??= signal))

const me = `${process.pid} ${startTime()}\n`
const resultFile = join(dir, `exit.${process.pid}`)

claim()
const end = await run()
await record(end)
process.exit(0)

/** Ticks since boot where there is /proc; else the instant of creation in ms, which recovery compares with a tolerance. */
function startTime() {
  try {
    const stat = readFileSync('/proc/self/stat', 'latin1')
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19]
  } catch {
    return Math.round(performance.timeOrigin)
  }
}

function claim() {
  try {
    writeFileSync(resultFile, me.trimEnd().padEnd(63) + '\n')
  } catch {
    process.exit(CANNOT_WRITE)
  }
  try {
    const pid = openSync(join(dir, 'pid'), 'wx')
    writeSync(pid, me)
    closeSync(pid)
  } catch {
    rmSync(resultFile, { force: true })
    process.exit(NOT_OURS)
  }
}

/** Resolves with the code as a shell counts it: 127 no such program, 126 not to be run, 128 + n for signal n. */
function run() {
  const env = { ...process.env }
  delete env.ELECTRON_RUN_AS_NODE
  let stderr
  try {
    stderr = openSync(join(dir, errors), 'a')
    const stdio = [openSync(stdin, 'r'), openSync(join(dir, 'stdout.log'), 'a'), stderr]
    const child = spawn(program, args, { stdio, env, windowsHide: true })
    for (const fd of stdio) closeSync(fd)
    // A signal from before it was started was meant for it; one turn later such a signal has been noted.
    setImmediate(() => stop && child.kill(stop))
    return new Promise((resolve) => {
      child.once('error', (error) => resolve(refused(error)))
      child.once('exit', (code, signal) =>
        resolve({ code: code ?? 128 + (constants.signals[signal] ?? 0), signal }),
      )
    })
  } catch (error) {
    return Promise.resolve(refused(error))
  }
}

function refused(error) {
  try {
    writeFileSync(join(dir, errors), `${program}: ${error.message}\n`, { flag: 'a' })
  } catch {
    // The code below says as much as can be said.
  }
  if (program === '') return { code: 127, signal: null }
  const code = error.syscall?.startsWith('spawn') ? (error.code === 'ENOENT' ? 127 : 126) : 2
  return { code, signal: null }
}

async function record({ code, signal }) {
  const line = JSON.stringify({ code, signal: signal ?? null })
  for (let left = TRIES; left > 0; left -= 1) {
    try {
      writeFileSync(resultFile, line.padEnd(63) + '\n', { flag: 'r+' })
      renameSync(resultFile, join(dir, 'exit.json'))
      return
    } catch {
      // A full disk, or a virus scanner that holds the file: both pass.
      await delay(1000)
    }
  }
  process.exit(CANNOT_WRITE)
}
