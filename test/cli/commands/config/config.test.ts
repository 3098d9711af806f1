/** A real service that goes by what it read, beside files and an environment that say something else. */
import { appendFile, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { openTestYard, type TestYard } from '../../yard-command.ts'

let place: TestYard
let file: string
let text: string
beforeAll(async () => {
  place = await openTestYard()
  file = join(place.folder, '.yard', 'config.toml')
  await place.yard(['config', 'agent.max_subtasks', '7', '--no-reload'])
  const env = { YARD_COORDINATOR_POLL_INTERVAL: '77' }
  const started = await place.yard(['service', 'start'], { env })
  if (started.code !== 0) throw new Error(started.err)
  text = await readFile(file, 'utf8')
}, 60_000)
afterEach(async () => {
  await writeFile(file, text)
  await place.yard(['service', 'reload'])
}, 60_000)
afterAll(() => place.close(), 60_000)

const saidSchema = z.looseObject({ value: z.unknown(), source: z.string() })
const entrySchema = saidSchema.extend({ key: z.string(), pending: saidSchema.nullable() })
const listed = async () => z.array(entrySchema).parse(await place.json(['config', '--list']))
const one = async (key: string) => (await listed()).find((entry) => entry.key === key)
const statusSchema = z.object({
  configPending: z.object({ keys: z.array(z.string()), problem: z.string().nullable() }).nullable(),
})
const pendingOf = async () =>
  statusSchema.parse(await place.json(['service', 'status'])).configPending

const replaceInFile = async (from: string, to: string): Promise<void> => {
  if (!text.includes(from)) throw new Error(`${from} is not in the file`)
  await writeFile(file, text.replace(from, to))
}

describe('config beside a living owner', { timeout: 60_000 }, () => {
  it('shows the environment of the owner, not that of this terminal', async () => {
    const env = { YARD_COORDINATOR_MAX_AGENTS: '99' }
    const { out } = await place.yard(['config', '--list', '--json'], { env })
    const entries = z.array(entrySchema).parse(JSON.parse(out))
    const at = (key: string) => entries.find((entry) => entry.key === key)
    expect(at('coordinator.max_agents')).toMatchObject({ value: 4, source: 'default' })
    expect(at('coordinator.poll_interval')).toMatchObject({ value: 77, source: 'env' })
    expect((await place.yard(['config', 'coordinator.max_agents'], { env })).out).toBe('4\n')
    expect((await place.yard(['config', 'coordinator.poll_interval'])).out).toBe('77\n')
  })

  it('tells what is in force from what the file says now', async () => {
    expect(await one('agent.max_subtasks')).toMatchObject({
      value: 7,
      source: 'project',
      pending: null,
    })
    expect(await pendingOf()).toBeNull()
    await replaceInFile('max_subtasks = 7', 'max_subtasks = 9')
    await appendFile(file, '\n[executors.mine]\ntype = "shell"\n')
    expect(await one('agent.max_subtasks')).toMatchObject({
      value: 7,
      source: 'project',
      pending: { value: 9, source: 'project', file },
    })
    expect(await one('executors.mine.type')).toMatchObject({
      value: null,
      source: 'default',
      pending: { value: 'shell', source: 'project' },
    })
    const shown = await place.yard(['config', 'agent.max_subtasks'])
    expect(shown).toMatchObject({ code: 0, out: '7\n' })
    expect(shown.err).toContain('9')
    expect(shown.err).toContain('not reloaded')
    const { out } = await place.yard(['config', '--list'])
    expect(out).toMatch(/^agent\.max_subtasks\s+project\s+7\s+9$/m)
    expect(await pendingOf()).toEqual({
      keys: ['agent.max_subtasks', 'executors.mine.type'],
      problem: null,
    })
    const status = (await place.yard(['service', 'status'])).out
    expect(status).toContain('config changed, not reloaded: agent.max_subtasks')
    await place.yard(['service', 'reload'])
    expect(await pendingOf()).toBeNull()
    expect(await one('agent.max_subtasks')).toMatchObject({ value: 9, pending: null })
  })

  it('says what else an unrelated change applies', async () => {
    await replaceInFile('max_subtasks = 7', 'max_subtasks = 9')
    const kept = await place.yard(['config', 'coordinator.max_agents', '3', '--no-reload'])
    expect(kept.out).toContain('not applied')
    expect(await one('coordinator.max_agents')).toMatchObject({ value: 4, pending: { value: 3 } })
    const { out } = await place.yard(['config', 'schedule.missed', 'skip'])
    expect(out).toContain('schedule.missed = skip')
    expect(out).toMatch(/also applied.*agent\.max_subtasks = 9 \(was 7\)/)
    expect(out).toMatch(/also applied.*coordinator\.max_agents = 3 \(was 4\)/)
    expect(await pendingOf()).toBeNull()
  })

  it('names it in JSON, behind what was asked for', async () => {
    await replaceInFile('max_subtasks = 7', 'max_subtasks = 9')
    expect(await place.json(['config', 'schedule.missed', 'skip'])).toEqual([
      { key: 'schedule.missed', value: 'skip', file, asked: true },
      { key: 'agent.max_subtasks', value: 9, file, asked: false },
    ])
  })

  it('shows what is in force beside a file that is broken now, and says so', async () => {
    await appendFile(file, '\nnonsense here\n')
    const { code, out, err } = await place.yard(['config', '--list'])
    expect(code).toBe(0)
    expect(out).toMatch(/^agent\.max_subtasks\s+project\s+7\s*$/m)
    expect(err).toContain('config.toml')
    expect((await pendingOf())?.problem).toContain('config.toml')
    expect((await place.yard(['service', 'status'])).out).toContain('config changed, not reloaded')
  })

  it('says what stands above a change: a flag, the environment', async () => {
    const { out } = await place.yard(['config', 'coordinator.poll_interval', '5'])
    expect(out).toContain('keeps coordinator.poll_interval = 77: its environment says that')
    expect(out).not.toContain('goes by it already')
    await place.yard(['service', 'reload', '--max-agents', '2'])
    const more = await place.yard(['config', '--max-agents', '6'])
    expect(more.out).toContain('keeps coordinator.max_agents = 2: it was started with that')
    expect((await place.yard(['config', 'agent.max_subtasks', '8'])).out).toContain('already')
  })

  it('names the way to an executor that it has not read yet', async () => {
    await appendFile(file, '\n[executors.mine]\ntype = "command"\ncommand = ["true"]\n')
    const refused = await place.yard(['add', 'X', '--executor', 'mine'])
    expect(refused).toMatchObject({ code: 3, err: expect.stringContaining('yard service reload') })
    const unknown = await place.yard(['add', 'X', '--executor', 'nobodys'])
    expect(unknown.err).not.toContain('reload')
  })
})

it('says without an owner what the files and this environment say', async () => {
  await place.yard(['service', 'stop'])
  const env = { YARD_COORDINATOR_MAX_AGENTS: '99' }
  const { out } = await place.yard(['config', '--list', '--json'], { env })
  const entries = z.array(entrySchema).parse(JSON.parse(out))
  expect(entries.find(({ key }) => key === 'coordinator.max_agents')).toMatchObject({
    value: 99,
    source: 'env',
    pending: null,
  })
})

it('warns of a variable that is no setting, on stderr only', async () => {
  const env = { YARD_COORDINATOR_MAX_AGENT: '7' }
  const { out, err } = await place.yard(['list', '--json'], { env })
  expect(JSON.parse(out)).toEqual([])
  expect(err).toBe(
    'yard: warning: the variable YARD_COORDINATOR_MAX_AGENT is no setting and is ignored; did you mean YARD_COORDINATOR_MAX_AGENTS?\n',
  )
  expect((await place.yard(['list'], { env: { YARD_MODEL: 'opus' } })).err).toBe('no tasks\n')
})
