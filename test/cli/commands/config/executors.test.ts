import { chmod, mkdir, readdir, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { openTestYard, type TestYard } from '../../yard-command.ts'

const transcript = (name: string): string =>
  resolve(import.meta.dirname, `../../../fixtures/transcripts/${name}`)

let place: TestYard
let env: Record<string, string>

beforeEach(async () => {
  place = await openTestYard()
  env = { PATH: `${join(place.folder, 'bin')}:${process.env['PATH'] ?? ''}` }
})
afterEach(() => place.close())

/** A `claude` that answers as the real one once did. */
async function standIn(lines: string): Promise<void> {
  await mkdir(join(place.folder, 'bin'), { recursive: true })
  const file = join(place.folder, 'bin', 'claude')
  await writeFile(file, `#!/bin/sh\n${lines}\n`)
  await chmod(file, 0o755)
}

const test = async (name: string) => {
  const { code, out, err } = await place.yard(['executors', 'test', name, '--json'], { env })
  return { code, err, json: JSON.parse(out) }
}

describe('yard executors test', () => {
  it('shows the answer of one real turn, and leaves no task, no agent and no folder', async () => {
    await standIn(`cat > /dev/null; cat '${transcript('claude-text.jsonl')}'`)
    const { code, json } = await test('claude')
    expect(code).toBe(0)
    expect(json).toMatchObject({ name: 'claude', ok: true, failure: null })
    expect(json.text).not.toBe('')
    expect(json.usage.inputTokens).toBeGreaterThan(0)
    expect(await place.json(['list'])).toEqual([])
    expect(await place.json(['agents'])).toEqual([])
    const left = await readdir(join(place.folder, '.yard/trials/agents'))
    expect(left.filter((name) => name.startsWith('agent-'))).toEqual([])
  })

  it('tells in words what it used, which counts nowhere else', async () => {
    await standIn(`cat > /dev/null; cat '${transcript('claude-text.jsonl')}'`)
    const { out } = await place.yard(['executors', 'test', 'claude'], { env })
    expect(out).toMatch(/answered in .* \([\d,]+ in, [\d,]+ out, \$[\d.]+\): /)
    expect(await place.json(['cost'])).toMatchObject({ total: { costUsd: null } })
  })

  it('tells the class and the reason of a failure, and exits with 1', async () => {
    await standIn(`cat > /dev/null; cat '${transcript('claude-401.jsonl')}'; exit 1`)
    const { code, json } = await test('claude')
    expect(code).toBe(1)
    expect(json).toMatchObject({ ok: false, failure: { class: 'auth' } })
    await standIn('cat > /dev/null; echo "no disk left" >&2; exit 3')
    const { out } = await place.yard(['executors', 'test', 'claude'], { env })
    expect(out).toContain('\n  no disk left\n')
    await standIn('exit 127')
    expect((await test('claude')).json.failure.class).toBe('missing-program')
  })

  it('tells nothing of the yard to what it tries', async () => {
    await standIn(`cat > /dev/null; env > '${place.folder}/env.txt'; exit 3`)
    await test('claude')
    const { readFile } = await import('node:fs/promises')
    expect(await readFile(join(place.folder, 'env.txt'), 'utf8')).not.toContain('YARD_TOKEN')
  })

  it.each([
    ['shell', 2, 'its tasks bring commands of their own'],
    ['manual', 2, 'a person does its tasks'],
    ['http', 2, 'a service would take the test for a task'],
    ['cloud', 3, 'there is no executor "cloud"'],
  ])('refuses %s in words', async (name, code, words) => {
    const refused = await test(name)
    expect(refused.code).toBe(code)
    expect(refused.err).toContain(words)
  })
})
