/** The service's own process, started in the background by `yard service start`. */
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { nodeProblem, yardPaths } from '../config/paths.ts'
import type { Log } from '../base/log.ts'
import { errorText } from '../base/text.ts'
import type { Flags } from '../contract/service.ts'
import { parseDuration } from '../domain/format.ts'

const usage =
  'headless --dir ROOT [--dir ROOT …] [--together] [--max-agents N] [--model M] [--executor E] [--interval T] [--retry-after T] [--port P]'

async function main(): Promise<number> {
  // Where the app is our Node: what we start is told so by name, and nothing else inherits it.
  delete process.env['ELECTRON_RUN_AS_NODE']
  const problem = nodeProblem(process.versions)
  if (problem !== null) return fail(problem)
  let words: ReturnType<typeof readWords>
  try {
    words = readWords(process.argv.slice(2))
  } catch (error) {
    return fail(`${errorText(error)} (${usage})`)
  }
  // A log file would make the folder of a yard where there is none.
  const missing = words.dirs.filter((dir) => !existsSync(yardPaths(dir).yard))
  if (missing.length > 0 && (words.isTogether || missing.length === words.dirs.length))
    return fail(`there is no yard in ${missing.join(' and ')}`)
  return serveYards(words, missing)
}

async function serveYards(
  words: ReturnType<typeof readWords>,
  missing: readonly string[],
): Promise<number> {
  // Only now: an older Node dies of loading the database.
  const { runHosts } = await import('./run-hosts.ts')
  const { openLogFile } = await import('./log-file.ts')
  const yards = words.dirs
    .filter((dir) => !missing.includes(dir))
    .map(yardPaths)
    .map((paths) => ({ paths, log: openLogFile({ file: paths.service.log, env: process.env }) }))
  const logs = yards.map(({ log }) => log)
  logAccidents(logs)
  const hosts = await runHosts({
    yards,
    kind: 'service',
    flags: words.flags,
    port: words.port,
    env: process.env,
    ...places(),
    isAllOrNone: words.isTogether,
    notice: (text) => logs[0]?.info(text),
  })
  if (!hosts.ok) {
    const isRunning = hosts.error.kind === 'locked' && hosts.error.facts?.['url'] !== undefined
    for (const log of logs) log.warn('not started', { why: hosts.error.message })
    return isRunning && yards.length === 1 ? 0 : fail(hosts.error.message)
  }
  const unserved = [
    ...missing.map((root) => `${root} is not served: there is no yard in it`),
    ...hosts.value.failed.map(({ root, failure }) => `${root} is not served: ${failure.message}`),
  ]
  for (const why of unserved) {
    for (const log of logs) log.error(why)
    fail(why)
  }
  await hosts.value.ended
  return 0
}

/** It is unknown in which yard it happened. */
function logAccidents(logs: readonly Log[]): void {
  const logAll = (message: string, error: unknown): void => {
    const text = error instanceof Error ? error.stack : String(error)
    for (const log of logs) log.error(message, { error: text })
  }
  process.on('uncaughtException', (error) => logAll('uncaught', error))
  process.on('unhandledRejection', (reason) => logAll('unhandled', reason))
}

function fail(text: string): number {
  process.stderr.write(`yard: ${text.replace(/\s*\n\s*/g, ' ')}\n`)
  return 1
}

/** The same two levels below the project's folder, from source and built. */
function places() {
  const isSource = import.meta.url.endsWith('.ts')
  const at = (path: string): string => fileURLToPath(new URL(`../../${path}`, import.meta.url))
  // For work on the page itself: another built page, shown by the source only.
  const page = process.env['YARD_DEV'] === '1' ? process.env['YARD_PAGE'] : undefined
  return {
    resources: at('resources'),
    pageRoot: page ?? at('out/renderer'),
    launcherEntry: at(isSource ? 'src/agents/launcher-entry.ts' : 'out/main/launcher.js'),
    tailEntry: at(isSource ? 'src/agents/tail-worker.ts' : 'out/main/tail-worker.js'),
    forecastEntry: at(
      isSource ? 'src/yard/forecast/forecast-worker.ts' : 'out/main/forecast-worker.js',
    ),
    largeWriteEntry: at(
      isSource ? 'src/store/large/large-write-worker.ts' : 'out/main/large-write-worker.js',
    ),
    headlessEntry: fileURLToPath(import.meta.url),
  }
}

/** The command line has checked them already; what is wrong here is thrown in one line. */
function readWords(args: readonly string[]) {
  const text = { type: 'string' } as const
  const { values } = parseArgs({
    args: [...args],
    options: {
      dir: { ...text, multiple: true },
      together: { type: 'boolean' },
      'max-agents': text,
      model: text,
      executor: text,
      interval: text,
      'retry-after': text,
      port: text,
    },
  })
  const { dir: dirs = [], together: isTogether = false, model, executor } = values
  if (dirs.length === 0) throw new Error('--dir is missing')
  if (dirs.length > 1 && values.port !== undefined) throw new Error('--port is for one yard')
  const numberOf = (name: 'port' | 'max-agents'): number | undefined => {
    const given = values[name]
    if (given !== undefined && !/^\d{1,9}$/.test(given)) throw new Error(`--${name} takes a number`)
    return given === undefined ? undefined : Number(given)
  }
  const msOf = (name: 'interval' | 'retry-after'): number | undefined => {
    const given = values[name]
    const ms = given === undefined ? undefined : parseDuration(given, 's')
    if (ms === null) throw new Error(`--${name} ${given} is no duration`)
    return ms
  }
  const [pollIntervalMs, retryAfterMs] = [msOf('interval'), msOf('retry-after')]
  const maxAgents = numberOf('max-agents')
  const flags: Flags = { model, executor, pollIntervalMs, retryAfterMs, maxAgents }
  // `isTogether`: all of them are served, or none.
  return { dirs, isTogether, port: numberOf('port'), flags }
}

process.exitCode = await main()
