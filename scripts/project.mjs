// Where the project lies, and how its scripts talk to a person. All scripts run on Node 18 without dependencies.
import { basename, dirname } from 'node:path'
import { fileURLToPath } from 'node:url'

export const root = dirname(dirname(fileURLToPath(import.meta.url)))

/** News for the person who typed the command; stdout belongs to the program that is run. */
export function say(text) {
  process.stderr.write(`${text}\n`)
}

/** A script's expected failure: shown as one line, without a stack. */
export class Stop extends Error {
  constructor(message, exitCode = 1) {
    super(message)
    this.exitCode = exitCode
  }
}

/** Runs a script's main function and ends the process as it says. */
export async function runScript(main) {
  endWithNpm()
  try {
    process.exitCode = (await main()) ?? 0
  } catch (error) {
    if (!(error instanceof Stop)) throw error
    say(error.message)
    process.exitCode = error.exitCode
  }
}

/**
 * Asked to end, npm ends the shell between it and us, and no word of it comes here. Only for a script that npm has started itself:
 * what that runs has npm's variables, too.
 */
function endWithNpm() {
  const { argv, env, pid, platform, ppid } = process
  const isOfNpm = env.npm_lifecycle_script?.includes(basename(argv[1] ?? ''))
  if (!isOfNpm || platform === 'win32') return
  const timer = setInterval(() => {
    if (process.ppid === ppid) return
    clearInterval(timer) // once: a second one would cut short what ends in order
    process.kill(pid, 'SIGTERM')
  }, 500)
  timer.unref()
}
