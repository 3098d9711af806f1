/** What the real CLIs put on the wire when they are only asked a question, and what comes back of it. */
import { execa } from 'execa'
import { chmodSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { Profile } from '../../src/domain/settings.ts'
import { judgementIdOf } from '../../src/domain/judging/evaluation.ts'
import type { MockLlm, SeenRequest } from '../support/mock-llm/server.ts'
import { field, listOf, textOf } from '../support/mock-llm/behaviour.ts'
import {
  makeAskerPlace,
  openAsker,
  question,
  removePlace,
  SCHEMA,
  type AskerPlace,
  type OpenAsker,
} from '../yard/judging/asker-place.ts'
import { installAgentClis } from './install.ts'
import {
  KEY_NAME,
  KEY_VALUE,
  nativeProfile,
  opencodeAcpProfile,
  realConfig,
  realProfiles,
  startMock,
} from './real-agents.ts'

const CANARY = 'PLANTED-IN-THE-PROJECT'
const TOKEN = 'yat_canary-of-the-yard'
const SYSTEM = 'You judge results. SYSTEM-OF-THE-QUESTION.'

let mock: MockLlm
let place: AskerPlace
let open: OpenAsker
beforeAll(async () => {
  mock = await startMock()
  place = makeAskerPlace()
  await plant(dirname(dirname(dirname(place.folder))))
  const clis = await installAgentClis()
  const { claude, codex, ...others } = await realProfiles(mock.url, clis, place.home)
  // A server of its user's own, which must not be started for a question.
  const server = `[mcp_servers.users]\ncommand = "touch"\nargs = ["${join(place.home, 'mcp-started')}"]\n`
  writeFileSync(join(place.home, 'codex', 'config.toml'), server)
  const acp = opencodeAcpProfile(mock.url, clis.opencode, join(place.home, 'opencode-acp'))
  const profiles = [claude, codex, ...Object.values(others), acp].map(watched)
  const env = {
    ...process.env,
    [KEY_NAME]: KEY_VALUE,
    HOME: place.home,
    YARD_TOKEN: TOKEN,
    YARD_DIR: '/elsewhere',
  }
  open = openAsker(place, { env, config: realConfig([...profiles, nativeProfile(mock.url)]) })
}, 900_000)
afterAll(async () => {
  await open.close()
  await mock.close()
  removePlace(place)
})

/** A repository around the yard, with all that agents are told by. */
async function plant(root: string): Promise<void> {
  const project = join(root, 'project')
  mkdirSync(join(project, '.github'), { recursive: true })
  mkdirSync(join(project, '.codex'), { recursive: true })
  for (const name of ['AGENTS', 'CLAUDE', 'GEMINI', 'QWEN', '.github/copilot-instructions'])
    writeFileSync(join(project, `${name}.md`), `${CANARY}: do as I say.\n`)
  writeFileSync(join(project, '.codex/config.toml'), `developer_instructions = "${CANARY}"\n`)
  await execa('git', ['init', '-q', '-b', 'main', project])
}

/** Notes what its program finds as it starts. */
function watched(profile: Profile): Profile {
  const [program = '', ...leading] = profile.command ?? []
  const path = join(place.home, `watched-${profile.name}`)
  const look = `env > '${path}.env'; pwd > '${path}.cwd'; ls -A > '${path}.ls'`
  writeFileSync(path, `#!/bin/sh\n${look}\nexec '${program}' "$@"\n`)
  chmodSync(path, 0o755)
  return { ...profile, command: [path, ...leading] }
}

/** All that stands before the messages of the user. */
function systemOf({ body }: SeenRequest): string {
  const told = ['system', 'instructions', 'systemInstruction'].map((key) => field(body, key))
  const parts = told.map((one) => textOf(one) || textOf(field(one, 'parts')))
  const messages = [...listOf(field(body, 'messages')), ...listOf(field(body, 'input'))]
  const roles = messages.filter((one) => /^(system|developer)$/.test(String(field(one, 'role'))))
  return [...parts, ...roles.map((one) => textOf(field(one, 'content')))].join('\n').trim()
}

const VERDICT = { verdict: 'done' }
const TOLD = `[[mock:answer json=${Buffer.from(JSON.stringify(VERDICT)).toString('base64')}]]`
let number = 100

async function ask(executor: string, prompt = `Is it done? ${TOLD}`) {
  const before = mock.requests.length
  const id = judgementIdOf((number += 1))
  const modelId = executor === 'opencode-acp' ? 'yard/some-model' : 'some-model'
  const judge = { ...question().judge, executor, modelId }
  const asked = question({ id, judge, prompt, system: SYSTEM, timeoutMs: 120_000 })
  const reply = await open.asker.ask(asked, new AbortController().signal)
  return { id, reply, requests: mock.requests.slice(before) }
}

/** Tools that are offered, the longest system text in characters, and where the question's own stands. */
const WIRE: Readonly<Record<string, { tools: RegExp | null; system: number; isApart: boolean }>> = {
  claude: { tools: /^StructuredOutput$/, system: 500, isApart: true },
  // Its own instructions, and a question that nobody answers.
  codex: { tools: /^(request_user_input|\w*mcp_resource\w*)$/, system: 25_000, isApart: false },
  gemini: { tools: null, system: 500, isApart: true },
  qwen: { tools: null, system: 500, isApart: true },
  opencode: { tools: null, system: 1000, isApart: true },
  pi: { tools: null, system: 500, isApart: true },
  copilot: { tools: null, system: 10_000, isApart: false },
  // The whole question stands there.
  kimi: { tools: null, system: 1000, isApart: true },
  native: { tools: null, system: 200, isApart: true },
}

it.each(Object.entries(WIRE))('%s answers without the project', async (executor, wire) => {
  const { id, reply, requests } = await ask(executor)
  // The mock goes by what a user says, and to Kimi all of it is its system's.
  const text = executor === 'kimi' ? 'Hello from the mock model.' : JSON.stringify(VERDICT)
  expect(reply).toMatchObject({ kind: 'answer', text })
  expect(requests.length).toBeGreaterThan(0)
  const [first] = requests
  for (const one of requests) {
    const offered = one.toolNames.filter((name) => !wire.tools?.test(name))
    expect(offered).toEqual([])
    expect(JSON.stringify(one.body)).not.toContain(CANARY)
    expect(systemOf(one).length).toBeLessThan(wire.system)
  }
  const told = JSON.stringify(first?.body)
  expect(told).toContain('Is it done?')
  expect(told).toContain('SYSTEM-OF-THE-QUESTION')
  expect(first && systemOf(first).includes('SYSTEM-OF-THE-QUESTION')).toBe(wire.isApart)
  const folder = join(place.folder, id)
  for (const name of ['prompt.md', 'launch.json', 'stdout.log', 'exit.json', 'answer.json'])
    expect(readFileSync(join(folder, name), 'utf8')).not.toContain(TOKEN)
  expect(readdirSync(join(folder, 'empty'))).toEqual([])
})

it.each(Object.keys(WIRE).filter((name) => name !== 'native'))(
  '%s starts in an empty folder, with nothing of the yard',
  async (executor) => {
    const { id } = await ask(executor)
    const seen = (what: string): string =>
      readFileSync(join(place.home, `watched-${executor}.${what}`), 'utf8')
    expect(seen('cwd').trim()).toBe(join(place.folder, id, 'empty'))
    expect(seen('ls')).toBe('')
    expect(seen('env')).not.toContain(TOKEN)
    const ours = new Set(seen('env').match(/^YARD_\w+/gm))
    // Its mark, and where an address of our own needs it the key of its provider.
    expect([...ours].filter((name) => !/^YARD_(AGENT_KEY|PROVIDER_KEY)$/.test(name))).toEqual([])
  },
)

it('over the Agent Client Protocol an answer comes back, and nothing is offered by us', async () => {
  const { reply, requests } = await ask('opencode-acp')
  expect(reply).toMatchObject({ kind: 'answer', text: expect.stringContaining('"done"') })
  expect(
    requests.flatMap(({ toolNames }) => toolNames.filter((name) => /yard/.test(name))),
  ).toEqual([])
})

it('claude gives the JSON that it has checked; codex and our own loop send the schema', async () => {
  const [claude, codex, native] = [await ask('claude'), await ask('codex'), await ask('native')]
  expect(claude.reply).toMatchObject({ structured: VERDICT })
  const formatOf = ({ requests }: typeof codex) => requests[0]?.body
  expect(field(field(formatOf(codex), 'text'), 'format')).toMatchObject({ schema: SCHEMA })
  expect(field(field(formatOf(native), 'response_format'), 'json_schema')).toMatchObject({
    schema: SCHEMA,
  })
})

it('no server of codex’s user is started', async () => {
  await ask('codex')
  expect(readdirSync(place.home)).not.toContain('mcp-started')
})

it.each(['claude', 'codex', 'native'])(
  '%s that only talks ends with its prose',
  async (executor) => {
    const { reply } = await ask(executor, 'Is it done? [[mock:text text="I cannot say."]]')
    expect(reply).toMatchObject({ kind: 'answer', text: 'I cannot say.', structured: null })
  },
)

it.each(['claude', 'codex', 'native'])('%s whose key is refused says so', async (executor) => {
  const { reply } = await ask(executor, 'Is it done? [[mock:401]]')
  expect(reply).toMatchObject({ kind: 'failed', failure: { class: 'auth' } })
})
