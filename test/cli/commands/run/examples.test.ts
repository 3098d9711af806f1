/** Every folder of `examples/` is loaded as it stands, and its graph is run with stand-ins for the programs that it names. */
import { copyFile, mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { startMockLlm, type MockLlm } from '../../../support/mock-llm/server.ts'
import { openTestYard, type TestYard } from '../../yard-command.ts'

const examples = resolve(import.meta.dirname, '../../../../examples')
const transcripts = resolve(import.meta.dirname, '../../../fixtures/transcripts')

/** What each program said once, or what it would be given: a stand-in that writes down its words. */
const PROGRAMS: Readonly<Record<string, string>> = {
  claude: `cat > /dev/null; cat '${transcripts}/claude-text.jsonl'`,
  codex: `cat > /dev/null; cat '${transcripts}/codex-text.jsonl'`,
  aider: 'for word; do echo "$word" >> words-of-aider; done; test -s "$6"',
  amplifier: 'echo "$@" > words-of-amplifier; grep -q "Explain the new command"',
}

let place: TestYard
let env: Record<string, string>
let mock: MockLlm | null

beforeEach(async () => {
  place = await openTestYard()
  mock = null
  const bin = join(place.folder, 'bin')
  await mkdir(bin)
  for (const [name, line] of Object.entries(PROGRAMS))
    await writeFile(join(bin, name), `#!/bin/sh\n${line}\n`, { mode: 0o755 })
  env = { PATH: `${bin}:${process.env['PATH'] ?? ''}`, ANTHROPIC_API_KEY: 'sk-of-a-test' }
})
afterEach(async () => {
  await place.close()
  await mock?.close()
})

async function use(name: string, change = (config: string): string => config): Promise<void> {
  const folder = join(examples, name)
  const config = change(await readFile(join(folder, 'config.toml'), 'utf8'))
  await writeFile(join(place.folder, '.yard/config.toml'), config)
  await copyFile(join(folder, 'graph.toml'), join(place.folder, 'graph.toml'))
}

const statesOf = async (): Promise<Record<string, string>> => {
  const tasks = (await place.json(['list'])) as { id: string; state: string }[]
  return Object.fromEntries(tasks.map(({ id, state }) => [id, state]))
}

describe('examples', { timeout: 120_000 }, () => {
  it('are the ones that are run here', async () => {
    const folders = (await readdir(examples)).filter((name) => !name.endsWith('.md'))
    expect(folders.toSorted()).toEqual(['local-models', 'other-clis', 'review-by-another'])
  })

  it('review-by-another goes up to the person who has the last word', async () => {
    await use('review-by-another')
    const run = await place.yard(['run', 'graph.toml'], { env })
    // A task that waits for a person is at rest, and not done.
    expect(run.code).toBe(1)
    expect(await statesOf()).toEqual({
      write: 'done',
      review: 'done',
      check: 'done',
      approve: 'ready',
    })
    expect((await place.yard(['done', 'approve'])).code).toBe(0)
  })

  it('local-models asks the address that it names, for the model that it names', async () => {
    const server = await startMockLlm()
    mock = server
    await use('local-models', (config) => config.replace('http://localhost:11434', server.url))
    const run = await place.yard(['run', 'graph.toml'], { env })
    expect({ code: run.code, err: run.err }).toMatchObject({ code: 0 })
    expect(await statesOf()).toEqual({ summarise: 'done', file: 'done' })
    expect(new Set(server.requests.map(({ model }) => model))).toEqual(new Set(['qwen3:8b']))
  })

  it('other-clis gives each program its words as a list', async () => {
    await use('other-clis')
    const run = await place.yard(['run', 'graph.toml'], { env })
    expect({ code: run.code, out: run.out }).toMatchObject({ code: 0 })
    const words = (await readFile(join(place.folder, 'words-of-aider'), 'utf8')).trim().split('\n')
    expect(words.slice(0, 6)).toEqual([
      '--yes-always',
      '--no-check-update',
      '--model',
      'sonnet',
      '--message-file',
      expect.stringMatching(/prompt\.md$/),
    ])
  })
})
