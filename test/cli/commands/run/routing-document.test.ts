/** A wish list of tasks for several runtimes, whose configuration and commands must work as they were written. */
import { chmod, mkdir, readFile, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { openService, type ServiceUnderTest } from '../../../agents/http/service-under-test.ts'
import { openTestYard, type TestYard } from '../../yard-command.ts'

const project = resolve(import.meta.dirname, '../../../..')
const document = await readFile(join(project, 'test/fixtures/multi-executor-routing.md'), 'utf8')
const blocks = [...document.matchAll(/```(sh|toml)\n(.*?)```/gs)].map(([, kind, text = '']) => ({
  kind,
  text,
}))
const linesOf = (index: number): string[] =>
  (blocks.filter(({ kind }) => kind === 'sh')[index]?.text ?? '')
    .split('\n')
    .filter((line) => line.startsWith('yard '))

let place: TestYard
let research: ServiceUnderTest
let deploy: ServiceUnderTest

/** The ports of the document are whoever's on a test machine. */
const here = (text: string): string =>
  text
    .replace('http://localhost:3530', research.origin.replace('127.0.0.1', 'localhost'))
    .replace('http://localhost:3531', deploy.origin.replace('127.0.0.1', 'localhost'))

/** As a person would type it, in a shell. */
async function type(line: string): Promise<{ code: number | null; out: string; err: string }> {
  const file = join(place.folder, 'line.sh')
  await writeFile(file, `${line}\n`)
  const { execFile } = await import('node:child_process')
  return new Promise((done) => {
    const env = { ...place.env, PATH: `${join(place.folder, 'bin')}:${process.env['PATH'] ?? ''}` }
    execFile('/bin/sh', [file], { cwd: place.folder, env }, (error, out, err) =>
      done({ code: error === null ? 0 : Number(error.code ?? 1), out, err }),
    )
  })
}

beforeEach(async () => {
  place = await openTestYard()
  research = await openService()
  deploy = await openService()
  const bin = join(place.folder, 'bin')
  await mkdir(bin)
  const program = join(project, 'src/cli/index.ts')
  const transcript = join(project, 'test/fixtures/transcripts/claude-text.jsonl')
  await writeFile(join(bin, 'yard'), `#!/bin/sh\nexec '${process.execPath}' '${program}' "$@"\n`)
  await writeFile(join(bin, 'claude'), `#!/bin/sh\ncat > /dev/null\ncat '${transcript}'\n`)
  for (const name of ['yard', 'claude']) await chmod(join(bin, name), 0o755)
  const config = blocks.find(({ kind }) => kind === 'toml')?.text ?? ''
  await writeFile(join(place.folder, '.yard/config.toml'), here(config))
})
afterEach(async () => {
  await place.close()
  await research.close()
  await deploy.close()
})

test('each task gets to the runtime that its line names, and ends by the callback', async () => {
  expect(linesOf(0)).toHaveLength(4)
  for (const line of linesOf(0))
    expect({ line, ...(await type(here(line))) }).toMatchObject({ code: 0, err: '' })
  expect((await type('yard service start')).code).toBe(0)
  await research.received(1)
  await deploy.received(1)
  const posted = JSON.parse(deploy.sent[0]?.body ?? '')
  expect(deploy.sent[0]).toMatchObject({ method: 'POST', path: '/api/task' })
  expect(JSON.parse(research.sent[0]?.body ?? '').task.title).toBe('Research competitor landscape')
  const [line = ''] = linesOf(1)
  const ended = line.replace('<task-id>', posted.task.id).replace('<agent-id>', posted.agent)
  expect((await type(ended)).code).toBe(0)
  expect((await type(ended)).code).toBe(4)

  const state = JSON.parse(await readFile(join(place.folder, '.yard/service/state.json'), 'utf8'))
  const { task, token } = JSON.parse(research.sent[0]?.body ?? '')
  const answered = await fetch(`${state.url}/api/task/${task.id}/complete`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, origin: state.url },
  })
  expect(answered.status).toBe(200)
  const shown = async (): Promise<Record<string, string>> => {
    const tasks = JSON.parse((await type('yard list --json')).out)
    return Object.fromEntries(tasks.map((t: Record<string, string>) => [t['title'], t['state']]))
  }
  await expect.poll(shown, { timeout: 60_000, interval: 500 }).toEqual({
    'Fix auth bug': 'done',
    'Research competitor landscape': 'done',
    'Deploy to staging': 'done',
    'Generate weekly report': 'delayed',
  })
  const report = JSON.parse((await type('yard show generate-weekly-report --json')).out)
  expect(new Date(report.notBefore).getMinutes()).toBe(0)
  expect(report.schedule).toMatchObject({ spec: '09:00' })
  const deployed = JSON.parse((await type('yard show deploy-to-staging --json')).out)
  expect(deployed.artifacts).toEqual([{ kind: 'json', value: { result: '...' } }])
}, 180_000)
