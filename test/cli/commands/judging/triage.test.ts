/** `yard triage` from the command line, with the real service and a stand-in for the CLI of the judge. */
import { spawn } from 'node:child_process'
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs'
import { appendFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { recordInto, type Recorder } from '../../../support/recorded-evaluations.ts'
import { says } from '../../../yard/judging/asker-place.ts'
import { openTestYard, PROGRAM, type Ended, type TestYard } from '../../yard-command.ts'

const LONG = { timeout: 120_000 }

let test: TestYard
beforeAll(async () => {
  test = await openTestYard()
  const judge = join(test.folder, 'judge')
  await appendFile(
    join(test.folder, '.yard/config.toml'),
    `\n[executors.judge]\ntype = "claude"\ncommand = [${JSON.stringify(judge)}]\n[executors.gone]\ntype = "claude"\ncommand = ["no-such-program"]\n`,
  )
  answerWith('unsure')
  await test.yard(['config', 'judging.executor', 'judge'])
  await recordInto(join(test.folder, '.yard/yard.db'), record)
}, 60_000)
afterAll(() => test.close(), 60_000)

function record(recorder: Recorder): void {
  recorder.add('lost', { maxAttempts: 9, exec: null })
  recorder.add('fine')
  recorder.loseTask('lost', 1, 'judge')
  recorder.tryTask('fine', 2)
  // Nobody takes it up: what verdicts make of it is looked at in peace.
  recorder.hold('lost')
}

/** What the judge says from now on; `garbage` is no verdict. */
function answerWith(verdict: string): void {
  const json = { evidence: 'its log', verdict, reason: 'it went astray', note: '' }
  const text = verdict === 'garbage' ? 'It is hard to say.' : JSON.stringify(json)
  const file = join(test.folder, 'judge')
  writeFileSync(file, `#!/bin/sh\ncat > /dev/null\n${says(text)}\n`)
  chmodSync(file, 0o755)
}

const yard = (...words: string[]): Promise<Ended> => test.yard(words)
const triage = (...words: string[]): Promise<Ended> => yard('triage', ...words)

/** One that goes on, and what it has said on stderr so far. */
function begin(...words: string[]) {
  const child = spawn(process.execPath, [PROGRAM, ...words], { cwd: test.folder, env: test.env })
  const parts = { out: '', err: '' }
  child.stdout.on('data', (chunk: Buffer) => (parts.out += String(chunk)))
  child.stderr.on('data', (chunk: Buffer) => (parts.err += String(chunk)))
  const ended = new Promise<Ended>((done) => {
    child.on('close', (code) => done({ code, ...parts }))
  })
  return { ended, told: () => parts.err }
}

/** Below an agent everything bears its marker. */
const asAgent = (...words: string[]): Promise<Ended> => {
  const folder = join(test.folder, '.yard/agents/agent-1')
  mkdirSync(folder, { recursive: true })
  const launched = { agent: 'agent-1', task: 'lost', generation: 1, key: 'of-agent-1' }
  writeFileSync(join(folder, 'launch.json'), JSON.stringify(launched))
  return test.yard(words, { env: { YARD_AGENT_KEY: 'of-agent-1' } })
}

describe('yard triage without an owner', LONG, () => {
  it('is recorded, and says that nobody asks yet', async () => {
    expect(await triage('agent-1')).toMatchObject({
      code: 0,
      out: 'judge-1\n',
      err: expect.stringContaining('no coordinator runs'),
    })
    expect(await test.json(['triage', 'agent-1'])).toEqual({ id: 'judge-1' })
  })

  it('exits 1 at once with --wait', async () => {
    expect(await triage('agent-1', '--wait')).toMatchObject({
      code: 1,
      out: '',
      err: expect.stringMatching(
        /judge-1 is recorded, but no coordinator runs.*yard service start/,
      ),
    })
  })

  it('refuses what cannot be asked about', async () => {
    expect(await triage('agent-9')).toMatchObject({
      code: 3,
      err: expect.stringContaining('agent-9'),
    })
    expect(await triage('agent-2')).toMatchObject({
      code: 4,
      err: expect.stringMatching(/^yard: agent-2/),
    })
    expect((await triage('lost')).code).toBe(2)
  })

  it('is not for agents', async () => {
    expect(await asAgent('triage', 'agent-1')).toMatchObject({ code: 4, out: '' })
    expect(await asAgent('triage', 'agent-1', '--again')).toMatchObject({ code: 4, out: '' })
  })
})

describe('yard triage with a service', LONG, () => {
  beforeAll(async () => {
    await yard('service', 'start')
    await yard('service', 'pause')
    await yard('kill', 'judge-1')
  }, 60_000)

  it('says once what it waits for while the yard is paused, and is answered when it goes on', async () => {
    answerWith('restart')
    const waiting = begin('triage', 'agent-1', '--again', '--wait')
    await expect.poll(() => waiting.told(), { timeout: 20_000 }).toContain('paused')
    expect(await test.json(['judgements', 'show', 'judge-2'])).toMatchObject({
      waits: { kind: 'pause', text: 'the yard is paused', hint: 'yard service resume' },
    })
    await yard('service', 'resume')
    expect(await waiting.ended).toEqual({
      code: 0,
      out: 'restart: it went astray\n',
      err: 'waiting: the yard is paused; yard service resume ends that\n',
    })
  })

  it('asks a second time only with --again', async () => {
    expect(await triage('agent-1')).toMatchObject({
      code: 4,
      err: expect.stringContaining('yard triage agent-1 --again'),
    })
    answerWith('continue')
    const again = await test.json(['triage', 'agent-1', '--again', '--wait'])
    expect(again).toMatchObject({
      id: 'judge-3',
      triage: { verdict: 'continue', reason: 'it went astray', by: 'judge-3' },
    })
  })

  it('exits 1 where the answer is no verdict, and says so', async () => {
    answerWith('garbage')
    expect(await triage('agent-1', '--again', '--wait')).toMatchObject({
      code: 1,
      out: expect.stringMatching(/^no answer: .*did not fit twice/),
    })
  })

  it('exits 1 where nobody can judge, and names what is missing and the setting', async () => {
    await yard('config', 'judging.executor', 'gone')
    const again = () => triage('agent-1', '--again', '--wait')
    // The service reads it a moment later.
    await expect.poll(again, { timeout: 20_000 }).toMatchObject({
      code: 1,
      out: '',
      err: expect.stringMatching(/nobody can judge: .*no-such-program.*judging\.executor/s),
    })
  })
})
