// Runs another program in the place of this one: same terminal, same signals, same end.
'use strict'

const { spawn } = require('node:child_process')
const { closeSync, openSync } = require('node:fs')

/** Signals that a terminal or a group kill sends to this process and to the program alike. */
const GROUP_SIGNALS = ['SIGINT', 'SIGHUP']

/**
 * Starts a program and waits for its end. Signals that this process gets are passed on, each once: those of a
 * terminal (^C, hang-up) reach the whole group, so the program may have them already.
 * With `tether`, the program gets an IPC channel whose closing tells it that this process was killed, and over which
 * it is told of such signals as `{signal}`. Without one it is signalled only where there is no terminal.
 * Resolves to `{started: true, code, signal}`, or `{started: false, error}` if it could not be started.
 */
function handOver(command, args, { cwd, env, shell = false, tether = false } = {}) {
  return new Promise((resolve) => {
    const stdio = ['inherit', 'inherit', 'inherit']
    if (tether) stdio.push('ipc')
    const child = spawn(command, args, { cwd, env, shell, stdio })
    const release = passSignalsOn(child, tether)
    child.once('error', (error) => {
      if (child.pid !== undefined) return
      release()
      resolve({ started: false, error })
    })
    child.once('exit', (code, signal) => {
      release()
      resolve({ started: true, code, signal })
    })
  })
}

function passSignalsOn(child, tether) {
  const isWindows = process.platform === 'win32'
  const passOn = (signal) => child.kill(signal)
  const report = (signal) => child.connected && child.send({ signal })
  const ignore = () => {}
  // A console of Windows reaches every process that is attached to it, and nothing else sends these signals there.
  const onGroupSignal = isWindows ? ignore : tether ? report : hasTerminal() ? ignore : passOn
  const listeners = [['SIGTERM', passOn], ...GROUP_SIGNALS.map((signal) => [signal, onGroupSignal])]
  for (const [signal, listener] of listeners) process.on(signal, listener)
  return () => {
    for (const [signal, listener] of listeners) process.off(signal, listener)
  }
}

function hasTerminal() {
  try {
    closeSync(openSync('/dev/tty', 'r'))
    return true
  } catch {
    return false // this process has no controlling terminal
  }
}

/** Ends this process as the program ended: with its exit code, or by its signal. */
function endLike({ code, signal }) {
  if (signal === null) process.exit(code)
  process.kill(process.pid, signal)
  // A signal that is ignored or has no default end still has to end this process.
  setTimeout(() => process.exit(1), 1000)
}

module.exports = { endLike, handOver }
