/** A real yard in a temp folder, served on a real port; its agents do nothing by themselves. */
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { request, type IncomingHttpHeaders } from 'node:http'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import type { Clock } from '../../src/base/clock.ts'
import { silentLog } from '../../src/base/log.ts'
import type { JudgingPort } from '../../src/coordinator/ports.ts'
import type { AgentId, TaskId } from '../../src/domain/ids.ts'
import { AGENT_CLIS } from '../../src/domain/settings.ts'
import { serveYard, type Served } from '../../src/headless/serve.ts'
import { agentToken, openSecret } from '../../src/yard/handlers/agent-token.ts'
import { initYard } from '../../src/yard/init-yard.ts'
import type { OpenTransport } from '../../src/yard/mail-transport/mail-runner.ts'
import { openYard } from '../../src/yard/open-yard.ts'
import type { MachineProbe } from '../../src/yard/metrics.ts'
import type { Yard } from '../../src/yard/yard.ts'
import { createIdleRuntime, type IdleRuntime } from '../support/idle-runtime.ts'

export interface TestYard {
  readonly yard: Yard
  readonly runtime: IdleRuntime
  readonly root: string
  /** Resolves when the task has a living agent. */
  agentOf(task: string): Promise<{ id: AgentId; generation: number; token: string }>
  close(): Promise<void>
}

/** The real one would be news every two seconds. */
const restingMachine: MachineProbe = {
  look: () => ({
    cores: 4,
    busyMs: 0,
    totalMs: 0,
    memoryBytes: 16 * 1024 ** 3,
    memoryUsedBytes: 4 * 1024 ** 3,
  }),
}

/** Every agent CLI is found, whatever is installed here; none is ever run. The new PATH. */
function agentClis(folder: string): string {
  mkdirSync(folder)
  for (const name of AGENT_CLIS)
    writeFileSync(join(folder, name), '#!/bin/sh\nexit 1\n', { mode: 0o755 })
  return `${folder}:${process.env['PATH'] ?? ''}`
}

export async function openTestYard(
  options: {
    readonly runsAgents?: boolean
    readonly clock?: Clock
    readonly machine?: MachineProbe
    /** Before it is opened, with the path of its database. */
    readonly prepare?: (path: string) => Promise<void>
    readonly judging?: JudgingPort
    readonly transport?: OpenTransport
  } = {},
): Promise<TestYard> {
  const { runsAgents = true, clock } = options
  const root = realpathSync(mkdtempSync(join(tmpdir(), 'yard-host-')))
  const home = join(root, 'home')
  const folder = join(root, 'project')
  mkdirSync(folder)
  const env = {
    ...process.env,
    PATH: agentClis(join(root, 'bin')),
    HOME: home,
    XDG_DATA_HOME: '',
    XDG_CONFIG_HOME: '',
  }
  const made = await initYard(folder, join(home, '.local', 'share', 'yard'))
  if (!made.ok) throw new Error(made.error.message)
  await options.prepare?.(made.value.paths.db)
  const runtime = createIdleRuntime()
  const opened = await openYard({
    paths: made.value.paths,
    host: 'service',
    log: silentLog,
    flags: {},
    runsAgents,
    env,
    resources: 'resources',
    launcherEntry: 'unused',
    tailEntry: 'unused',
    forecastEntry: resolve(import.meta.dirname, '../../src/yard/forecast/forecast-worker.ts'),
    largeWriteEntry: resolve(import.meta.dirname, '../../src/store/large/large-write-worker.ts'),
    runtime,
    machine: options.machine ?? restingMachine,
    ...(clock ? { clock } : {}),
    ...(options.judging ? { judging: options.judging } : {}),
    ...(options.transport ? { transport: options.transport } : {}),
  })
  if (!opened.ok) throw new Error(opened.error.message)
  const yard = opened.value
  const agentNow = (task: string) => yard.plan.agentOf(task as TaskId)
  return {
    yard,
    runtime,
    root,
    async agentOf(task) {
      const { promise, resolve } = Promise.withResolvers<void>()
      const stop = yard.onCommitted(() => agentNow(task) && resolve())
      if (agentNow(task)) resolve()
      await promise
      stop()
      const agent = agentNow(task)
      if (!agent) throw new Error('no agent')
      const secret = openSecret(yard.paths.service.secret)
      const { id, generation } = agent
      return { id, generation, token: agentToken(secret, id, generation) }
    },
    async close() {
      await yard.close()
      rmSync(root, { recursive: true, force: true })
    },
  }
}

export interface ServedYard extends TestYard {
  readonly served: Served
  readonly stops: number
  /** Sends raw headers, `Host` included, as no browser would let one. */
  call(path: string, more?: Call): Promise<Answer>
}

interface Call {
  readonly method?: string
  readonly headers?: Record<string, string>
  readonly body?: unknown
  /** The owner's unless said otherwise; null = none. */
  readonly token?: string | null
}

export interface Answer {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly text: string
  // oxlint-disable-next-line typescript/no-explicit-any -- a test reads what it expects
  readonly json: any
}

export async function openServedYard(): Promise<ServedYard> {
  const test = await openTestYard()
  const pageRoot = join(test.root, 'page')
  mkdirSync(join(pageRoot, 'assets'), { recursive: true })
  writeFileSync(join(pageRoot, 'index.html'), '<!doctype html><title>Yardmaster</title>')
  writeFileSync(join(pageRoot, 'assets', 'index-1a2b.js'), 'export {}')
  writeFileSync(join(test.root, 'private.txt'), 'private')
  let stops = 0
  const served = await serveYard(test.yard, {
    pageRoot,
    log: silentLog,
    onStop: () => void (stops += 1),
  })
  if (!served.ok) throw new Error(served.error.message)
  return {
    ...test,
    served: served.value,
    get stops() {
      return stops
    },
    call: (path, more = {}) => callRaw(served.value, path, more),
    async close() {
      await served.value.close()
      await test.close()
    },
  }
}

function callRaw(served: Served, path: string, more: Call): Promise<Answer> {
  const { method = 'GET', headers = {}, body, token = served.token } = more
  const text = body === undefined || typeof body === 'string' ? body : JSON.stringify(body)
  return new Promise((resolve, reject) => {
    const sent = request(
      {
        host: '127.0.0.1',
        port: served.port,
        path,
        method,
        agent: false,
        headers: {
          host: `127.0.0.1:${served.port}`,
          ...(token === null ? {} : { authorization: `Bearer ${token}` }),
          ...headers,
        },
      },
      (response) => {
        let got = ''
        response.setEncoding('utf8')
        response.on('data', (chunk: string) => (got += chunk))
        response.on('end', () =>
          resolve({
            status: response.statusCode ?? 0,
            headers: response.headers,
            text: got,
            json: response.headers['content-type']?.includes('json') ? JSON.parse(got) : null,
          }),
        )
      },
    )
    sent.on('error', reject)
    sent.end(text)
  })
}
