/** Every read that the contract has, asked of a living yard. */
import { spawn } from 'node:child_process'
import { get, type IncomingMessage } from 'node:http'
import { join } from 'node:path'
import { text as readText } from 'node:stream/consumers'
import { expect } from 'vitest'
import { parseGraphFile } from '../../src/graph-file/read-graph.ts'
import { PROGRAM } from '../cli/yard-command.ts'
import { procedures, type Procedure } from './http/hostile-values.ts'
import type { Answer, ServedYard } from './served-yard.ts'

/** Neither ends nor answers by itself, or would really start or spend something. */
const LEFT_OUT = new Set([
  'service.follow',
  'service.testExecutor',
  'task.pilot',
  'startScreen.clis',
])
export const called = procedures.filter(({ name }) => !LEFT_OUT.has(name))

export interface Request {
  /** `task.add` */
  readonly call: string
  readonly input: Record<string, unknown>
}

export const named = (name: string): Procedure => {
  const found = procedures.find((one) => one.name === name)
  if (!found) throw new Error(`there is no ${name}`)
  return found
}

export const rpc = (host: ServedYard, { call, input }: Request): Promise<Answer> =>
  host.call(`/rpc/${call.replace('.', '/')}`, { method: 'POST', body: { json: input } })

/** The same over REST: what stands in the path goes there, the rest into the query or the body. */
export function rest(host: ServedYard, { call, input }: Request): Promise<Answer> {
  const procedure = named(call)
  const { method } = procedure
  const body = { ...input }
  const path = procedure.path.replaceAll(/\{(\w+)\}/g, (_, key: string) => {
    const value = String(body[key])
    delete body[key]
    return encodeURIComponent(value.toWellFormed()).slice(0, 3000) || '-'
  })
  if (method !== 'GET') return host.call(`/api${path}`, { method, body })
  const query = new URLSearchParams(
    Object.fromEntries(Object.entries(body).map(([key, value]) => [key, String(value)])),
  )
  return host.call(`/api${path}?${query}`, { method })
}

async function readEvents(host: ServedYard): Promise<number> {
  const { seq } = host.yard.store
  const authorization = `Bearer ${host.served.token}`
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    get(`${host.served.url}/api/events`, { agent: false, headers: { authorization } }, resolve).on(
      'error',
      reject,
    )
  })
  let text = ''
  for await (const chunk of response.setEncoding('utf8')) {
    text += chunk
    if (text.includes(`id: ${seq}\n`) && text.endsWith('\n\n')) break
  }
  response.destroy()
  const lines = text.split('\n')
  for (const line of lines) if (line.startsWith('data: ')) JSON.parse(line.slice(6))
  return Number(lines.findLast((line) => line.startsWith('id: '))?.slice(4))
}

async function readOne(host: ServedYard, read: Request): Promise<void> {
  const told = `${read.call} ${JSON.stringify(read.input)}`
  const answer = await rest(host, read)
  if (answer.status !== 200)
    throw new Error(`${told}: ${answer.status} ${answer.text.slice(0, 600)}`)
  if (Object.keys(read.input).length > 0) return
  const over = await rpc(host, read)
  if (over.status !== answer.status)
    throw new Error(`${told}: ${answer.status} over REST, ${over.status} over RPC`)
}

/** Every read that takes no more than the name of a task, over RPC and REST. */
export async function readAll(host: ServedYard): Promise<void> {
  const tasks = [...host.yard.plan.tasks.keys()]
  const reads: Request[] = called
    .filter(({ method, name }) => method === 'GET' && !name.startsWith('startScreen.'))
    .flatMap(({ name: call, path }): Request[] => {
      const key = /\{(\w+)\}/.exec(path)?.[1]
      const more = MORE[call] ?? [{}]
      if (key === undefined) return more.map((input) => ({ call, input }))
      if (!path.startsWith('/task/')) return []
      return tasks
        .slice(-MOST_TASKS)
        .flatMap((id) => more.map((input) => ({ call, input: { ...input, [key]: id } })))
    })
  await Promise.all(reads.map((read) => readOne(host, read)))
  for (const format of ['toml', 'json', 'jsonl']) {
    const { json } = await host.call(`/api/export?format=${format}`)
    const read = parseGraphFile(json.text, `export.${format}`)
    if (!read.ok) throw new Error(`${format}: ${read.error.message}\n${json.text.slice(0, 2000)}`)
    expect(read.value.tasks.map(({ id }) => id).toSorted()).toEqual(tasks.toSorted())
  }
  if (host.yard.store.seq > 0) expect(await readEvents(host)).toBe(host.yard.store.seq)
}

/** The lists hold all of them. */
const MOST_TASKS = 4
const MORE: Readonly<Record<string, Record<string, unknown>[]>> = {
  // It takes the path of a file as well, and these tasks have none.
  'page.artifact': [],
  'task.export': ['mermaid', 'dot', 'toml', 'json', 'jsonl'].map((format) => ({ format })),
  'transfer.export': ['agentweave', 'workgraph'].map((format) => ({ format })),
  'page.cost': [{ by: 'task' }, { by: 'day', parts: 'model' }],
  'page.moment': [{ at: '2090-01-01' }],
  'page.history': [{ from: '2026-01-01' }],
  'page.agenda': [{ until: '2027-01-01' }, { until: '+275760-09-13T00:00:00.000Z' }],
}

/** What the command line prints of it, by the real command beside its owner. */
export async function readByCommand(host: ServedYard, words: readonly string[]): Promise<string> {
  const env = { PATH: process.env['PATH'] ?? '', HOME: join(host.root, 'home'), TZ: 'UTC' }
  const folder = host.yard.paths.root
  const child = spawn(process.execPath, [PROGRAM, ...words, '--dir', folder], { cwd: folder, env })
  const said = await Promise.all([
    readText(child.stdout),
    readText(child.stderr),
    new Promise((resolve) => child.once('close', resolve)),
  ])
  const [out, err, code] = said
  if (code !== 0) throw new Error(`yard ${words.join(' ')}: exit ${String(code)}: ${err}`)
  return out
}
