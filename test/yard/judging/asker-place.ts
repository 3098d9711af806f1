/** A folder with a yard's name in it, a stand-in for an agent CLI, and askers with real launchers, supervisors and processes. */
import { randomUUID } from 'node:crypto'
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { loadConfig } from '../../../src/config/load.ts'
import { systemClock, type Clock } from '../../../src/base/clock.ts'
import { silentLog } from '../../../src/base/log.ts'
import { openTail } from '../../../src/agents/output/tail.ts'
import { createProcessHost } from '../../../src/agents/process/host/identity.ts'
import { openLauncher, supervisorCommand } from '../../../src/agents/process/launcher/launcher.ts'
import { createLocalRuntime } from '../../../src/agents/runtime/local-runtime.ts'
import type { LaunchOrder, Runtime } from '../../../src/domain/executor.ts'
import { judgementIdOf } from '../../../src/domain/judging/evaluation.ts'
import {
  createModelAsker,
  type ModelAsker,
  type Question,
} from '../../../src/yard/judging/ask-model.ts'
import { hostGit } from '../../../src/yard/git/plan-git-guard.ts'

const ROOT = resolve(import.meta.dirname, '../../..')

export interface AskerPlace {
  readonly home: string
  /** `.yard/judgements`. */
  readonly folder: string
  readonly program: string
}

export function makeAskerPlace(): AskerPlace {
  const home = realpathSync(mkdtempSync(join(tmpdir(), 'yard-asker-')))
  const folder = join(home, 'project', '.yard', 'judgements')
  mkdirSync(dirname(folder), { recursive: true })
  return { home, folder, program: join(home, 'stand-in') }
}

/** `lines`: the rest of a shell script, with the place's home in `$T`. It notes each start and what it reads. */
export function standIn({ home, program }: AskerPlace, lines: string): void {
  const text = `#!/bin/sh\nT='${home}'\necho $$ >> "$T/started"\ncat > "$T/prompt"\n${lines}\n`
  writeFileSync(program, text)
  chmodSync(program, 0o755)
}

/** Pids of the stand-ins so far. */
export function startedIn({ home }: AskerPlace): readonly number[] {
  const file = join(home, 'started')
  return existsSync(file) ? readFileSync(file, 'utf8').trim().split('\n').map(Number) : []
}

export interface OpenAsker {
  readonly asker: ModelAsker
  readonly launches: readonly LaunchOrder[]
  close(): Promise<void>
}

interface Opening {
  readonly clock?: Clock
  readonly env?: NodeJS.ProcessEnv
  /** Of executors. */
  readonly config?: string
  readonly mayBegin?: () => boolean
}

const standInConfig = ({ program }: AskerPlace): string =>
  ['claude', 'command']
    .map((type) => `[executors.${type === 'claude' ? 'judge' : 'line'}]\ntype = "${type}"\n`)
    .map((table) => `${table}command = ["${program}"]\n`)
    .join('')

export function openAsker(place: AskerPlace, opening: Opening = {}): OpenAsker {
  const { clock = systemClock, env = process.env, config = standInConfig(place) } = opening
  const { mayBegin = () => true } = opening
  const root = join(place.home, 'project')
  const node = process.execPath
  const launcherEntry = join(ROOT, 'src/agents/launcher-entry.ts')
  const supervisor = supervisorCommand(join(ROOT, 'resources'), node)
  const log = silentLog
  const launcher = openLauncher({ entry: launcherEntry, node, supervisor, log })
  const tail = openTail({ entry: join(ROOT, 'src/agents/tail-worker.ts'), log })
  const host = createProcessHost()
  const projectFile = join(dirname(place.folder), 'config.toml')
  writeFileSync(projectFile, config)
  const loaded = loadConfig({
    projectFile,
    globalFile: join(place.home, 'none'),
    env: {},
    flags: {},
  })
  if (!loaded.ok) throw new Error(loaded.error.message)
  const { settings } = loaded.value
  const launches: LaunchOrder[] = []
  const openRuntime = (agents: string): Runtime => {
    const runtime = createLocalRuntime({
      root,
      agents,
      launcher,
      launcherEntry,
      tail,
      host,
      clock,
      log,
      env,
      worktrees: join(root, '.yard/worktrees'),
      shimFolder: join(place.home, 'bin'),
      worktree: () => settings.worktree,
      git: hostGit({ yard: dirname(agents) }),
      mayTouch: () => true,
      agentVariables: () => ({}),
      reportOf: () => null,
      hasLogged: () => false,
      newKey: () => randomUUID(),
      newUuid: () => randomUUID(),
    })
    const launch = (order: LaunchOrder): void => {
      launches.push(order)
      runtime.launch(order)
    }
    return new Proxy(runtime, {
      get: (target, key) => {
        if (key === 'launch') return launch
        const value: unknown = Reflect.get(target, key)
        return typeof value === 'function' ? value.bind(target) : value
      },
    })
  }
  const asker = createModelAsker({
    folder: place.folder,
    clock,
    log,
    host,
    openRuntime,
    settings: () => settings,
    mayAsk: () => true,
    mayBegin,
  })
  return {
    asker,
    launches,
    async close() {
      await asker.close()
      await tail.close()
      await launcher.close()
    },
  }
}

export const removePlace = ({ home }: AskerPlace): void =>
  rmSync(home, { recursive: true, force: true, maxRetries: 5 })

export const SCHEMA = {
  type: 'object',
  properties: { verdict: { type: 'string' } },
  required: ['verdict'],
  additionalProperties: false,
}

export const question = (more: Partial<Question> = {}): Question => ({
  id: judgementIdOf(7),
  key: 'judge-7-one',
  turn: 1,
  judge: {
    executor: 'judge',
    model: null,
    modelId: 'some-model',
    provider: 'anthropic',
    provenance: 'test',
    prompt: 'evaluation-1',
  },
  system: 'You judge results.',
  prompt: 'Is it done?',
  schema: SCHEMA,
  timeoutMs: 60_000,
  ...more,
})

/** The events of Claude Code for one answer, as lines of the stand-in. */
export function says(text: string, more: object = {}): string {
  const usage = { input_tokens: 100, output_tokens: 10 }
  const result = {
    type: 'result',
    subtype: 'success',
    is_error: false,
    result: text,
    session_id: 's',
    total_cost_usd: 0.25,
    usage,
    ...more,
  }
  const lines = [{ type: 'system', subtype: 'init', session_id: 's' }, result]
  return lines.map((line) => `echo '${JSON.stringify(line).replaceAll("'", `'\\''`)}'`).join('\n')
}
