/** The command `yard` on a process of its own. What parses and runs commands is loaded late: the version needs none of it. */
import { readFileSync } from 'node:fs'
import { flushed } from '../base/flushed.ts'
import type { Machine } from './spec/define.ts'
import { createPrinter } from './text/print.ts'

/** Runs on the real process and ends it. `entry` is src/cli/index.ts or out/main/cli.js: two folders up is the project. */
export async function runProcess(entry: URL): Promise<void> {
  const { argv, env, stdout, stderr } = process
  const cwd = currentFolder()
  if (cwd === null) {
    stderr.write('yard: the folder that you are in does not exist any more; go to another one\n')
    process.exitCode = 1
    return
  }
  const gone = new AbortController()
  let writeProblem: string | null = null
  for (const stream of [stdout, stderr])
    stream.on('error', (error: NodeJS.ErrnoException) => {
      // A reader that has enough (`yard list | head`) is no error. A full disk is one.
      if (stream === stdout && error.code !== 'EPIPE') writeProblem ??= error.message
      gone.abort()
    })
  const code = await runCli({
    argv: argv.slice(2),
    env,
    cwd,
    // Most commands read nothing, and opening it takes a while.
    get stdin() {
      return process.stdin
    },
    stdout,
    stderr,
    entry,
    root: new URL('../../', entry),
    gone: gone.signal,
  })
  await Promise.all([stdout, stderr].map((each) => flushed(each)))
  if (writeProblem !== null)
    stderr.write(`yard: the output could not be written: ${writeProblem}\n`)
  // Idle connections and an open stdin must not keep a finished command alive.
  process.exit(writeProblem === null ? code : 1)
}

function currentFolder(): string | null {
  try {
    return process.cwd()
  } catch {
    return null // deleted under us
  }
}

/** Returns the exit code. */
export async function runCli(machine: Machine): Promise<number> {
  const { argv, env, stdout, stderr } = machine
  const version = versionOf(machine.root)
  const flags = flagsBeforeParsing(argv)
  if (asksForVersion(argv)) {
    const print = createPrinter({ stdout, stderr, env, isJson: flags.isJson })
    print.result({ version }, () => print.line(version))
    return 0
  }
  const { invoke } = await import('./invoke.ts')
  return invoke(machine, version, flags)
}

/** Needed for the report even when parsing fails. */
function flagsBeforeParsing(argv: readonly string[]): { isJson: boolean; isDebug: boolean } {
  const end = argv.indexOf('--')
  const flags = end === -1 ? argv : argv.slice(0, end)
  return { isJson: flags.includes('--json'), isDebug: flags.includes('--debug') }
}

const asksForVersion = (argv: readonly string[]): boolean =>
  argv.find((word) => word !== '--json' && word !== '--debug') === '--version'

function versionOf(root: URL): string {
  const about: unknown = JSON.parse(readFileSync(new URL('package.json', root), 'utf8'))
  return typeof about === 'object' && about !== null && 'version' in about
    ? String(about.version)
    : 'unknown'
}
