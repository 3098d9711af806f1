/** What each CLI hands on to our tools, and that its model can call them. */
import { chmod, mkdir, mkdtemp, readFile, realpath, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { execa } from 'execa'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { YARD_VARIABLES } from '../../src/agents/executors/launch/program.ts'
import type { Profile } from '../../src/domain/settings.ts'
import type { MockLlm } from '../support/mock-llm/server.ts'
import { installAgentClis, type AgentCli } from './install.ts'
import { realProfiles, startMock } from './real-agents.ts'
import { makeRealYard, ROOT, type RealYard } from './real-yard.ts'
import { runCli } from './run-cli.ts'

const RUN_MS = 180_000
const CLIS = ['claude', 'codex', 'gemini', 'qwen', 'opencode', 'copilot'] as const

let mock: MockLlm
let home: string
let profiles: Record<AgentCli, Profile>

beforeAll(async () => {
  mock = await startMock()
  home = await realpath(await mkdtemp(join(tmpdir(), 'yard-tools-')))
  profiles = await realProfiles(mock.url, await installAgentClis(), home)
}, 300_000)
afterAll(async () => {
  await mock.close()
  await rm(home, { recursive: true, force: true })
})

/** A `yard` that does something first, then is the real one. */
async function yardAfter(first: string, cwd: string): Promise<string> {
  const bin = join(cwd, 'bin')
  await mkdir(bin)
  const program = [process.execPath, join(ROOT, 'src/cli/index.ts')]
  const exec = `exec ${program.map((part) => `'${part}'`).join(' ')} "$@"`
  await writeFile(join(bin, 'yard'), `#!/bin/sh\n${first}\n${exec}\n`)
  await chmod(join(bin, 'yard'), 0o755)
  return bin
}

it.each(CLIS)('%s hands all that they need on to our tools', { timeout: RUN_MS }, async (cli) => {
  const cwd = await mkdtemp(join(home, 'work-'))
  const bin = await yardAfter(`env > '${cwd}/given'`, cwd)
  const own = Object.fromEntries(YARD_VARIABLES.map((name) => [name, `value-of-${name}`]))
  const before = mock.requests.length
  const ran = await runCli({
    profile: profiles[cli],
    prompt: '[[mock:text text="All well."]]',
    cwd,
    modelId: 'a-model',
    variables: { ...own, PATH: `${bin}${delimiter}${process.env['PATH'] ?? ''}` },
  })
  if (!ran.ok) throw new Error(ran.error.reason)
  const given = (await readFile(join(cwd, 'given'), 'utf8')).split('\n')
  for (const [name, value] of Object.entries(own)) expect(given).toContain(`${name}=${value}`)
  expect(mock.requests.length).toBeGreaterThan(before)
})

/** Qwen shows its model only the names of such tools until it asks for them. */
const CALLS: Partial<Record<AgentCli, string>> = { qwen: 'tool_search,' }
const SEARCH = 'with-query="select:mcp__yard__yard_status,mcp__yard__yard_log,mcp__yard__yard_done"'

/** Longer than any of them waits for a server by default that it may begin without: claude does for five seconds. */
const LATE_S = 8

it.concurrent.each(CLIS)(
  'the model of %s sees them although they start late',
  { timeout: RUN_MS },
  async (cli) => {
    const cwd = await mkdtemp(join(home, 'work-'))
    const bin = await yardAfter(`sleep ${LATE_S}`, cwd)
    const id = `late-${cli}`
    const ran = await runCli({
      profile: profiles[cli],
      prompt: `[[mock:call id=${id} tool=${CALLS[cli] ?? ''}yard_status ${SEARCH}]]`,
      cwd,
      modelId: 'a-model',
      hasTools: true,
      variables: { PATH: `${bin}${delimiter}${process.env['PATH'] ?? ''}` },
    })
    if (!ran.ok) throw new Error(ran.error.reason)
    const asked = mock.requests.filter(({ behaviour }) => behaviour.args['id'] === id)
    expect(asked.at(-1)?.toolNames).toContainEqual(expect.stringMatching(/yard_status$/))
  },
)

describe('in a yard', () => {
  let place: RealYard
  beforeAll(async () => {
    place = await makeRealYard(mock.url)
  }, 300_000)
  afterAll(() => place.remove())

  const yard = (...words: string[]) =>
    execa(process.execPath, [join(ROOT, 'src/cli/index.ts'), ...words, '--dir', place.root], {
      env: place.env,
      reject: false,
    })

  const runs = (['full', 'light'] as const).flatMap((mode) =>
    CLIS.map((cli) => [cli, mode] as const),
  )

  it.each(runs)(
    'the model of %s reports with them in mode %s',
    { timeout: RUN_MS },
    async (cli, mode) => {
      const id = `${cli}-${mode}`
      const task = {
        id,
        title: 'Report',
        description: `[[mock:call tool=${CALLS[cli] ?? ''}yard_log,yard_done ${SEARCH} with-text="said by ${id}"]]`,
        executor: cli,
        model: cli === 'claude' ? null : 'plain',
        mode,
        worktree: 'off',
      }
      const graph = join(place.root, '..', `${id}.jsonl`)
      await writeFile(graph, `${JSON.stringify(task)}\n`)
      const ran = await yard('run', graph)
      expect({ code: ran.exitCode, told: ran.stderr }).toMatchObject({ code: 0 })
      const shown: unknown = JSON.parse((await yard('show', id, '--json')).stdout)
      expect(shown).toMatchObject({
        state: 'done',
        attempts: 1,
        log: [{ by: expect.stringMatching(/^agent-/), text: `said by ${id}` }],
      })
    },
  )
})
