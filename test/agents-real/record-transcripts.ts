/**
 * Records what the real CLIs print into `test/fixtures/transcripts/`, for the tests of their readers:
 * `node test/agents-real/record-transcripts.ts [PATTERN]`, with a pattern of file names to record only some.
 */
import { mkdtemp, realpath, rm, writeFile } from 'node:fs/promises'
import { homedir, tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { executorOf } from '../../src/agents/executors/registry.ts'
import type { Profile } from '../../src/domain/settings.ts'
import { installAgentClis } from './install.ts'
import { neutral } from './neutral.ts'
import { nativeProfile, realProfiles, startMock } from './real-agents.ts'
import { runCli } from './run-cli.ts'

const FOLDER = resolve(import.meta.dirname, '../fixtures/transcripts')
const CLIS = ['claude', 'codex', 'gemini', 'qwen', 'opencode', 'pi', 'copilot', 'native'] as const

/** name → marker, and what differs in the profile. */
const SCENES: Readonly<
  Record<string, { readonly prompt: string; readonly profile?: Partial<Profile> }>
> = {
  text: { prompt: '[[mock:text]]' },
  think: { prompt: '[[mock:think]]' },
  tool: { prompt: '[[mock:tool cmd="echo hi > out.txt; echo seen"]]' },
  'tool-fails': { prompt: '[[mock:tool cmd="echo bad >&2; exit 3"]]' },
  // Some take only a whole path.
  write: { prompt: '[[mock:write file={cwd}/out.txt]]' },
  ask: { prompt: '[[mock:tool cmd="echo hi > out.txt"]]', profile: { permissions: 'ask' } },
  workspace: {
    prompt: '[[mock:tool cmd="echo hi > out.txt"]]',
    profile: { permissions: 'workspace' },
  },
  'quota-reset': { prompt: '[[mock:quota reset=7200]]' },
  quota: { prompt: '[[mock:quota]]' },
  400: { prompt: '[[mock:400]]' },
  401: { prompt: '[[mock:401]]' },
  403: { prompt: '[[mock:403]]' },
  404: { prompt: '[[mock:404]]' },
  429: { prompt: '[[mock:429 retry-after=1]]' },
  500: { prompt: '[[mock:500]]' },
  529: { prompt: '[[mock:529]]' },
  '529-recovers': { prompt: '[[mock:529 times=1 id=recovers]]' },
  overflow: { prompt: '[[mock:overflow]]' },
  streamerr: { prompt: '[[mock:streamerr]]' },
  drop: { prompt: '[[mock:drop]]' },
}

const RESUMED = ['claude', 'codex', 'gemini', 'qwen', 'opencode', 'pi'] as const

/** Where stderr says what stdout does not. */
const TOLD_ON_STDERR = new Set(['529-recovers', 'quota-reset'])

const wanted = new RegExp(process.argv[2] ?? '')
const home = await realpath(await mkdtemp(join(tmpdir(), 'yard-record-')))
const mock = await startMock()
const clis = await installAgentClis()
const profiles = {
  ...(await realProfiles(mock.url, clis, home)),
  native: nativeProfile(mock.url),
}
const machine = { folder: home, home: homedir(), mockUrl: mock.url }
/** Without stack traces, which are full of paths. */
const cleanErrors = (text: string): string =>
  neutral(text, machine)
    .split('\n')
    .filter((line) => !/^\s+at /.test(line))
    .join('\n')
for (const cli of CLIS) {
  for (const [name, scene] of Object.entries(SCENES)) {
    const file = `${cli}-${name}.jsonl`
    if (!wanted.test(file)) continue
    const cwd = await mkdtemp(join(home, 'work-'))
    const ran = await runCli({
      profile: { ...profiles[cli], ...scene.profile },
      prompt: scene.prompt.replace('{cwd}', cwd),
      cwd,
      ...(cli === 'native' ? { home: join(home, 'homes') } : {}),
    })
    if (!ran.ok) throw new Error(ran.error.reason)
    await writeFile(join(FOLDER, file), neutral(ran.value.stdout, machine))
    if (executorOf(cli)?.createReader().readError && TOLD_ON_STDERR.has(name))
      await writeFile(
        join(FOLDER, file.replace('.jsonl', '.stderr.txt')),
        cleanErrors(ran.value.stderr),
      )
    process.stdout.write(`${file}: exit ${ran.value.exitCode}\n`)
  }
}
// One conversation in two runs, to see what the second tells of the tokens of the first.
for (const cli of RESUMED) {
  if (!wanted.test(`${cli}-first-turn.jsonl`)) continue
  const cwd = await mkdtemp(join(home, 'work-'))
  let resume: string | null = null
  for (const turn of ['first', 'resumed']) {
    const order = { profile: profiles[cli], prompt: `the ${turn} turn`, cwd }
    const ran = await runCli({ ...order, ...(resume === null ? {} : { resume }) })
    if (!ran.ok) throw new Error(ran.error.reason)
    resume = ran.value.summary.conversation ?? ran.value.conversationId
    const file = `${cli}-${turn}-turn.jsonl`
    await writeFile(join(FOLDER, file), neutral(ran.value.stdout, machine))
    process.stdout.write(`${file}: exit ${ran.value.exitCode}\n`)
  }
}
await mock.close()
await rm(home, { recursive: true, force: true })
