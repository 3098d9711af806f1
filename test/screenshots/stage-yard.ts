/** The yard of the pictures: a release under way, made by a real host with real agents; only those that play Claude Code, Codex and their judge are actors. */
import { execFile } from 'node:child_process'
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { promisify } from 'node:util'
import { makeYard } from '../e2e/yard-under-test.ts'

const project = resolve(import.meta.dirname, '../..')
const run = promisify(execFile)

export interface StagedYard {
  /** A fresh address of its page. */
  readonly address: () => Promise<string>
  /** Ends the host and its agents, and removes everything. */
  close(): Promise<void>
}

/** Resolves when everything that can happen has happened and three agents are at work. */
export async function stageYard(): Promise<StagedYard> {
  const programs = await mkdtemp(join(tmpdir(), 'yard-programs-'))
  for (const name of ['claude', 'codex', 'gemini']) {
    const actor = join(import.meta.dirname, `${name}-actor.mjs`)
    const script = `#!/bin/sh\nexec '${process.execPath}' '${actor}' "$@"\n`
    await writeFile(join(programs, name), script, { mode: 0o755 })
  }
  // What the yard inherits: only there are they the actors.
  process.env['PATH'] = `${programs}:${process.env['PATH'] ?? ''}`
  const yard = await makeYard('atlas')
  await makeRepository(yard.folder)
  const yardCli = (...words: readonly string[]) =>
    run(process.execPath, [join(project, 'bin/yard'), ...words], {
      cwd: yard.folder,
      env: { ...yard.env },
    })
  await yardCli('config', 'coordinator.max_agents', '3')
  await yardCli('config', 'budget.day_usd', '40')
  await yardCli('config', 'evaluation.gate', '0.7')
  await yardCli('config', 'judging.executor', 'gemini')
  const graph = (await readFile(join(import.meta.dirname, 'release.toml'), 'utf8'))
    .replaceAll('HOLD', 'until [ -e told-over ]; do sleep 0.5; done')
    .replace('NOT_BEFORE', new Date(Date.now() + 7_200_000).toISOString())
  const file = join(yard.folder, 'release.toml')
  await writeFile(file, graph)
  const first = await yard.start()
  await yardCli('import', file)
  await yardCli('abandon', 'press-kit')
  await untilAtRest(yardCli).catch(async (error: unknown) => {
    await yard.close()
    throw error
  })
  let isFirst = true
  return {
    async close() {
      await yard.close()
      await rm(programs, { recursive: true, force: true })
    },
    async address() {
      if (isFirst) {
        isFirst = false
        return first
      }
      return JSON.parse((await yardCli('page', '--json')).stdout).pageUrl
    },
  }
}

/** What the agents work on: a small program with the fault that one of them mends. */
async function makeRepository(folder: string): Promise<void> {
  const git = (...words: readonly string[]) => run('git', words, { cwd: folder })
  await git('init', '--quiet', '--initial-branch=main')
  await git('config', 'user.name', 'Ada')
  await git('config', 'user.email', 'ada@example.org')
  await mkdir(join(folder, 'src/agents'), { recursive: true })
  await writeFile(join(folder, 'src/agents/adopt.ts'), ADOPT)
  await writeFile(join(folder, 'src/agents/store-version.ts'), 'export const STORE_VERSION = 13\n')
  await git('add', 'src')
  await git('commit', '--quiet', '-m', 'The store at version 13')
}

const ADOPT = `import { readExit, readPid } from './folder.ts'
import { settle, watch, type Agent } from './agent.ts'

/** Takes up an agent that another owner has left. */
export async function adopt(agent: Agent, folder: string): Promise<void> {
  const pid = await readPid(folder)
  if (pid === null) return settle(agent, null)
  const exit = await readExit(folder)
  if (exit !== null) return settle(agent, exit)
  watch(agent, pid)
}
`

type Cli = (...words: readonly string[]) => Promise<{ readonly stdout: string }>

/** Three at work and the rest waiting for them. */
async function untilAtRest(yardCli: Cli): Promise<void> {
  const patience = AbortSignal.timeout(90_000)
  for (;;) {
    const list: { id: string; state: string }[] = JSON.parse(
      (await yardCli('list', '--json')).stdout,
    )
    const stateOf = (id: string) => list.find((task) => task.id === id)?.state
    const isSet =
      stateOf('sign-win') === 'failed' &&
      stateOf('release-notes') === 'parked' &&
      ['fix-flaky', 'notarise', 'screens'].every((id) => stateOf(id) === 'in-progress')
    if (isSet) return
    patience.throwIfAborted()
  }
}
