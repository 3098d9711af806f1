/** What runs below an agent counts as that agent, whatever it takes out of its environment. */
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { findCaller } from '../../../src/yard/access/caller.ts'
import { yardPaths } from '../../../src/config/paths.ts'
import type { AgentId } from '../../../src/domain/ids.ts'
import { agentToken, openSecret } from '../../../src/yard/handlers/agent-token.ts'
import { openTestYard, type TestYard } from '../yard-command.ts'

describe('a marker without a token', () => {
  let root: string
  beforeEach(() => {
    root = realpathSync(mkdtempSync(join(tmpdir(), 'yard-marked-')))
  })
  afterEach(() => rmSync(root, { recursive: true, force: true }))

  function started(agent: string, record: object | string): void {
    const folder = join(yardPaths(root).agents, agent)
    mkdirSync(folder, { recursive: true })
    const text = typeof record === 'string' ? record : JSON.stringify({ agent, ...record })
    writeFileSync(join(folder, 'launch.json'), text)
  }

  it('names the agent that was started with it, and stands for its token', () => {
    started('agent-2', { task: 'a', generation: 1, key: 'first' })
    started('agent-10', { task: 'b', generation: 3, key: 'second' })
    started('agent-11', 'torn')
    const secret = openSecret(yardPaths(root).service.secret)
    const url = 'http://127.0.0.1:1'
    expect(findCaller({ YARD_AGENT_KEY: 'second', YARD_URL: url }, root, () => [])).toEqual({
      kind: 'agent',
      agentId: 'agent-10',
      taskId: 'b',
      generation: 3,
      url,
      token: agentToken(secret, 'agent-10' as AgentId, 3),
    })
    expect(findCaller({}, root, () => [{ YARD_AGENT_KEY: 'first' }])).toMatchObject({
      agentId: 'agent-2',
    })
  })

  it('is no one’s when no agent here has it', () => {
    started('agent-1', { task: 'a', generation: 1, key: 'first' })
    expect(findCaller({ YARD_AGENT_KEY: 'other' }, root, () => [])).toEqual({ kind: 'nameless' })
  })
})

describe('a command below an agent', { timeout: 60_000 }, () => {
  let place: TestYard
  beforeEach(async () => {
    place = await openTestYard()
  })
  afterEach(() => place.close(), 60_000)

  const yard = `"${process.execPath}" "${resolve(import.meta.dirname, '../../../src/cli/index.ts')}"`
  const told = (name: string): string => readFileSync(join(place.folder, name), 'utf8')

  it('may not add a task with a command, from a verify command either', async () => {
    const verify = `${yard} add x --exec true 2> told; echo $? >> told; true`
    await place.yard(['add', 'A', '--id', 'a', '--exec', 'true', '--verify', verify])
    expect((await place.yard(['run'])).code).toBe(0)
    expect(told('told')).toMatch(/agent.*\n4\n$/)
    expect((await place.yard(['show', 'x'])).code).toBe(3)
  })

  it.each([
    '-u YARD_TOKEN',
    '-u YARD_TOKEN -u YARD_AGENT_ID -u YARD_URL',
    '-i YARD_AGENT_KEY="$YARD_AGENT_KEY"',
  ])('may not pause the yard with env %s', async (words) => {
    const exec = `env ${words} ${yard} service pause 2> told; echo $? >> told`
    await place.yard(['add', 'A', '--id', 'a', '--exec', exec])
    expect((await place.yard(['run'])).code).toBe(0)
    expect(told('told')).toMatch(/agent-1.*may not pause.*\n4\n$/)
  })

  it('that has ended is told at once that it comes too late, by the owner', async () => {
    await place.yard(['service', 'start'])
    const exec = `setsid sh -c 'until [ -e late ]; do sleep 0.05; done; env -u YARD_TOKEN ${yard} log a late 2> told; echo $? >> told; touch over' >/dev/null 2>&1 & true`
    await place.yard(['add', 'A', '--id', 'a', '--exec', exec])
    await place.yard(['wait', 'a'])
    writeFileSync(join(place.folder, 'late'), '')
    await expect.poll(() => existsSync(join(place.folder, 'over'))).toBe(true)
    expect(told('told')).toMatch(/agent-1 .*comes too late.*\n4\n$/)
  })

  it('may neither make nor use another yard', async () => {
    const env = {
      YARD_TOKEN: 't',
      YARD_AGENT_ID: 'agent-1',
      YARD_TASK_ID: 'a',
      YARD_GENERATION: '1',
      YARD_DIR: place.folder,
      YARD_AGENT_KEY: 'key',
    }
    const other = join(place.folder, 'other')
    mkdirSync(other)
    const refused = { code: 4, err: expect.stringContaining('agent') }
    const init = ['init', '--dir', other]
    expect(await place.yard(init, { env })).toMatchObject(refused)
    expect((await place.yard(init)).code).toBe(0)
    for (const words of [['add', 'X', '--exec', 'true'], ['run'], ['list'], ['service', 'start']])
      expect(await place.yard([...words, '--dir', other], { env })).toMatchObject(refused)
    expect((await place.yard(['list', '--json', '--dir', other])).out).not.toContain('"X"')
  })

  it.runIf(process.platform === 'linux')(
    'may do nothing when it cannot be told which (on Linux, where /proc tells who started it)',
    async () => {
      const marked = { env: { YARD_AGENT_KEY: 'of-nobody' } }
      for (const words of [['list'], ['add', 'B'], ['service', 'pause'], ['run'], ['watch']])
        expect(await place.yard(words, marked)).toMatchObject({
          code: 4,
          out: '',
          err: expect.stringContaining('started by an agent'),
        })
    },
  )
})
