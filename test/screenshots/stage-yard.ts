/** The yard of the pictures: a release under way, made by a real host with real agents; only the one that plays Claude Code is an actor. */
import { execFile } from 'node:child_process'
import { readFile, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { promisify } from 'node:util'
import { makeYard, type YardUnderTest } from '../e2e/yard-under-test.ts'

const project = resolve(import.meta.dirname, '../..')
const run = promisify(execFile)

export interface StagedYard {
  readonly yard: YardUnderTest
  readonly address: () => Promise<string>
}

/** Resolves when everything that can happen has happened and three agents are at work. */
export async function stageYard(): Promise<StagedYard> {
  const yard = await makeYard('atlas')
  const yardCli = (...words: readonly string[]) =>
    run(process.execPath, [join(project, 'bin/yard'), ...words], {
      cwd: yard.folder,
      env: { ...yard.env },
    })
  const actor = join(import.meta.dirname, 'actor.mjs')
  const profile = (name: string, part: string): string =>
    `\n[executors.${name}]\ntype = "claude"\ncommand = [${[process.execPath, actor, part].map((w) => JSON.stringify(w)).join(', ')}]\n`
  const config = join(yard.folder, '.yard/config.toml')
  await writeFile(
    config,
    `${await readFile(config, 'utf8')}${profile('works', 'works')}${profile('writes', 'ends')}\n`,
  )
  await yardCli('config', 'coordinator.max_agents', '3')
  const graph = (await readFile(join(import.meta.dirname, 'release.toml'), 'utf8'))
    .replaceAll('HOLD', 'until [ -e told-over ]; do sleep 0.5; done')
    .replace('NOT_BEFORE', new Date(Date.now() + 7_200_000).toISOString())
  const file = join(yard.folder, 'release.toml')
  await writeFile(file, graph)
  const first = await yard.start()
  await yardCli('import', file)
  await yardCli('abandon', 'press-kit')
  await untilAtRest(yardCli)
  let isFirst = true
  return {
    yard,
    async address() {
      if (isFirst) {
        isFirst = false
        return first
      }
      return JSON.parse((await yardCli('page', '--json')).stdout).pageUrl
    },
  }
}

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
      ['fix-flaky', 'notarise', 'screens'].every((id) => stateOf(id) === 'in-progress')
    if (isSet) return
    patience.throwIfAborted()
  }
}
