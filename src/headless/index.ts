/** The service's own process, started in the background by `yard service start`. */
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { nodeProblem, yardPaths } from '../config/paths.ts'
import type { Flags } from '../contract/service.ts'
import { parseDuration } from '../domain/duration.ts'

const usage =
  'headless --dir ROOT [--max-agents N] [--model M] [--executor E] [--interval T] [--port P]'

async function main(): Promise<number> {
  // Where the app is our Node: what we start is told so by name, and nothing else inherits it.
  delete process.env['ELECTRON_RUN_AS_NODE']
  const problem = nodeProblem(process.versions)
  if (problem !== null) return fail(problem)
  const words = readWords(process.argv.slice(2))
  if (typeof words === 'string') return fail(`${words} (${usage})`)
  // Only now: an older Node dies of loading the database.
  const { runHost } = await import('./run-host.ts')
  const { openLogFile } = await import('./log-file.ts')
  const paths = yardPaths(words.dir)
  const log = openLogFile({ file: paths.service.log, env: process.env })
  process.on('uncaughtException', (error) => log.error('uncaught', { error: error.stack }))
  process.on('unhandledRejection', (reason) =>
    log.error('unhandled', { error: reason instanceof Error ? reason.stack : String(reason) }),
  )
  const host = await runHost({
    ...{ paths, log, kind: 'service', flags: words.flags, port: words.port, env: process.env },
    ...places(),
    notice: (text) => log.info(text),
  })
  if (!host.ok) {
    const isRunning = host.error.kind === 'locked' && host.error.facts?.['url'] !== undefined
    log.warn('not started', { why: host.error.message })
    return isRunning ? 0 : fail(host.error.message)
  }
  await host.value.ended
  return 0
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
    headlessEntry: fileURLToPath(import.meta.url),
  }
}

interface ServiceWords {
  readonly dir: string
  readonly port: number | undefined
  readonly flags: Flags
}

/** The command line has checked them already; what is wrong here is told in one line. */
function readWords(args: readonly string[]): ServiceWords | string {
  const text = { type: 'string' } as const
  const read = tryParse(() =>
    parseArgs({
      args: [...args],
      options: {
        ...{ dir: text, 'max-agents': text, model: text, executor: text },
        ...{ interval: text, port: text },
      },
    }),
  )
  if (typeof read === 'string') return read
  const { dir, model, executor, interval, port, 'max-agents': maxAgents } = read.values
  if (dir === undefined) return '--dir is missing'
  const pollIntervalMs = interval === undefined ? undefined : parseDuration(interval, 's')
  if (pollIntervalMs === null) return `--interval ${interval} is no duration`
  const numbers = [maxAgents, port].filter((n) => n !== undefined)
  if (!numbers.every((n) => /^\d{1,9}$/.test(n))) return '--max-agents and --port take numbers'
  return {
    dir,
    port: port === undefined ? undefined : Number(port),
    flags: {
      ...(maxAgents === undefined ? {} : { maxAgents: Number(maxAgents) }),
      ...(model === undefined ? {} : { model }),
      ...(executor === undefined ? {} : { executor }),
      ...(pollIntervalMs === undefined ? {} : { pollIntervalMs }),
    },
  }
}

function tryParse<T>(parse: () => T): T | string {
  try {
    return parse()
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  }
}

process.exitCode = await main()
