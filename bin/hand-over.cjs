// Runs another program in the place of this one: same terminal, same signals, same end.
'use strict'

const { spawn } = require('node:child_process')
const { closeSync, openSync } = require('node:fs')

/**
 * Starts a program and waits for its end. Signals that this process gets are passed on; those that a terminal
 * sends to the whole group (^C, hang-up) are not, because the program has them already.
 * With `tether`, the program gets an IPC channel whose closing tells it that this process was killed.
 * Resolves to `{started: true, code, signal}`, or `{started: false, error}` if it could not be started.
 */
function handOver(command, args, { cwd, env, shell = false, tether = false } = {}) {
  return new Promise((resolve) => {
    const stdio = ['inherit', 'inherit', 'inherit']
    if (tether) stdio.push('ipc')
    const child = spawn(command, args, { cwd, env, shell, stdio })
    const release = passSignalsOn(child)
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

function passSignalsOn(child) {
  const fromTerminal = hasTerminal()
  const passOn = (signal) => child.kill(signal)
  const listeners = [
    ['SIGTERM', passOn],
    ['SIGINT', fromTerminal ? ignore : passOn],
    ['SIGHUP', fromTerminal ? ignore : passOn],
  ]
  for (const [signal, listener] of listeners) process.on(signal, listener)
  return () => {
    for (const [signal, listener] of listeners) process.off(signal, listener)
  }
}

function ignore() {}

function hasTerminal() {
  if (process.platform === 'win32') return true
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
