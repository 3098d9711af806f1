import { mkdir, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { outputReportSchema, type OutputReport } from '../../../src/domain/output.ts'
import { makeAcpPlace, read, type AcpPlace, type AcpResult } from './acp-run.ts'
import { eventually } from '../../support/eventually.ts'
import { isAlive } from '../../support/is-alive.ts'

// Each run is two real programs, on a machine that may be busy.
const SLOW_MS = 60_000

let place: AcpPlace
beforeAll(async () => {
  place = await makeAcpPlace()
})
afterAll(() => place.remove())

const sent = (result: AcpResult, what: string): unknown[] =>
  result.notes.filter((note) => note.what === what).map((note) => note.value)
const only = <K extends OutputReport['kind']>(result: AcpResult, kind: K) =>
  result.reports.filter(
    (report): report is Extract<OutputReport, { kind: K }> => report.kind === kind,
  )

describe('acp-exec: a turn that ends well', { timeout: SLOW_MS }, () => {
  it('tells its conversation, thoughts, plan and words, and gives its answer', async () => {
    const result = await place.run({ scenes: ['text'], prompt: 'the whole task\n' })
    expect(result.exitCode).toBe(0)
    expect(result.summary).toMatchObject({
      conversation: 'session-1',
      final: { ok: true, text: 'Hello from the agent.' },
      failure: null,
      mutatingToolCalls: 0,
    })
    expect(only(result, 'thinking')).toEqual([{ kind: 'thinking', text: 'It thinks.' }])
    expect(only(result, 'text')).toEqual([{ kind: 'text', text: 'Hello from the agent.' }])
    expect(only(result, 'tool-call').map(({ name, summary }) => [name, summary])).toEqual([
      ['plan', '0 of 1 done'],
      ['plan', '1 of 1 done'],
    ])
    expect(sent(result, 'initialize')).toMatchObject([
      {
        protocolVersion: 1,
        clientCapabilities: { fs: { readTextFile: false, writeTextFile: true }, terminal: true },
      },
    ])
    expect(sent(result, 'prompt')).toMatchObject([
      { prompt: [{ type: 'text', text: 'the whole task\n' }] },
    ])
    expect(isAlive(Number(sent(result, 'pid')[0]))).toBe(false)
  })

  it('tells a call once, with what is known when it runs, and what the turn used', async () => {
    const result = await place.run({ scenes: ['tool', 'costs'] })
    const [first, second] = only(result, 'tool-call')
    expect(first).toMatchObject({ id: 'call-1', name: 'execute', summary: 'echo hi > out.txt' })
    expect(second).toMatchObject({ id: 'call-2', name: 'read', summary: 'Look' })
    expect(only(result, 'tool-result')).toEqual([
      { kind: 'tool-result', id: 'call-1', ok: true, text: 'seen' },
      { kind: 'tool-result', id: 'call-2', ok: false, text: '{"error":"no such file"}' },
    ])
    expect(result.summary).toMatchObject({
      mutatingToolCalls: 1,
      final: { ok: true, text: 'Done.' },
      usage: { inputTokens: 13, outputTokens: 5, cachedTokens: 3, costUsd: 1.5 },
    })
  })

  it('hands our tools on with their variables, which stand in no file', async () => {
    const server = {
      name: 'yard',
      command: 'yard',
      args: ['mcp'],
      variables: ['YARD_X', 'NOT_SET'],
    }
    const result = await place.run({
      scenes: ['text'],
      order: { mcpServers: [server] },
      env: { YARD_X: 'a secret' },
    })
    expect(sent(result, 'new')).toMatchObject([
      {
        cwd: place.cwd,
        mcpServers: [
          {
            name: 'yard',
            command: 'yard',
            args: ['mcp'],
            env: [{ name: 'YARD_X', value: 'a secret' }],
          },
        ],
      },
    ])
  })

  it('tells it its model, or that it has none of that name', async () => {
    const large = await place.run({ scenes: ['text', 'models'], order: { model: 'large' } })
    expect(sent(large, 'option')).toEqual([
      { sessionId: 'session-1', configId: 'model', value: 'large' },
    ])
    const huge = await place.run({ scenes: ['text', 'models'], order: { model: 'huge' } })
    expect(huge.summary.failure).toMatchObject({
      class: 'bad-model',
      reason: 'it has no model huge; it offers small, large',
    })
    const none = await place.run({ scenes: ['text'], order: { model: 'large' } })
    expect(none.summary.failure?.class).toBe('bad-model')
    expect(sent(none, 'prompt')).toEqual([])
  })
})

describe('acp-exec: what it may do', { timeout: SLOW_MS }, () => {
  it('bypass: everything, by the narrowest yes', async () => {
    const path = join(place.outside, 'new', 'written.txt')
    const scenes = ['edit', `path=${path}`, 'run', 'line=rm -rf x', 'write', 'read']
    const result = await place.run({ scenes })
    expect(sent(result, 'outcome')).toEqual([
      { outcome: 'selected', optionId: 'once' },
      { outcome: 'selected', optionId: 'once' },
    ])
    expect(sent(result, 'tried')).toEqual(['wrote it', ''])
    expect(await read(path)).toBe('written')
  })

  it('workspace: its own files, wherever a link leads, and no command but ours', async () => {
    await writeFile(join(place.outside, 'secret.txt'), 'one\ntwo\nthree\n')
    await symlink(place.outside, join(place.cwd, 'way-out'))
    const order = { permissions: 'workspace' } as const
    const inside = await place.run({
      scenes: [
        'edit',
        `path=${join(place.cwd, 'in.txt')}`,
        'run',
        'line=yard log t "a; b"',
        'write',
      ],
      order,
    })
    expect(sent(inside, 'outcome').map((outcome) => Object(outcome).optionId)).toEqual([
      'once',
      'once',
    ])
    expect(await read(join(place.cwd, 'in.txt'))).toBe('written')
    const out = join(place.cwd, 'way-out', 'secret.txt')
    const outside = await place.run({
      scenes: ['edit', `path=${out}`, 'run', 'line=echo hi', 'read', 'write', 'terminal'],
      order,
    })
    expect(sent(outside, 'outcome').map((outcome) => Object(outcome).optionId)).toEqual([
      'no',
      'no',
    ])
    expect(sent(outside, 'tried')).toHaveLength(3)
    for (const text of sent(outside, 'tried')) expect(text).toContain('not allowed here')
    expect(await read(out)).toBe('one\ntwo\nthree\n')
    expect(outside.summary).toMatchObject({ final: { ok: true }, mutatingToolCalls: 0 })
  })

  it('workspace: neither hooks of git nor files of the yard', async () => {
    await mkdir(join(place.cwd, '.git', 'hooks'), { recursive: true })
    const result = await place.run({
      scenes: ['write', `path=${join(place.cwd, '.git', 'hooks', 'post-checkout')}`],
      order: { permissions: 'workspace' },
    })
    expect(sent(result, 'tried')).toEqual([expect.stringContaining('not allowed here')])
  })

  it('ask: its turn is given up and a person is asked; what they allow is done by the next one', async () => {
    const order = { permissions: 'ask' } as const
    const scenes = ['run', 'line=npm test', 'wait']
    const first = await place.run({ scenes, order })
    expect(first.exitCode).toBe(1)
    const [asked] = only(first, 'question')
    expect(asked?.text).toMatch(/^May it run: npm test\? \(the answer/)
    expect(first.summary).toMatchObject({
      final: { ok: false },
      failure: { class: 'question', reason: asked?.text },
    })
    expect(sent(first, 'cancel')).toEqual([{ sessionId: 'session-1' }])
    expect(sent(first, 'outcome')).toEqual([{ outcome: 'cancelled' }])
    const second = await place.run({
      scenes: ['run', 'line=npm test', 'text'],
      order: { ...order, granted: asked?.text ?? null },
    })
    expect(sent(second, 'outcome')).toEqual([{ outcome: 'selected', optionId: 'once' }])
    expect(second.summary).toMatchObject({ final: { ok: true }, failure: null })
  })

  it('a report needs no yes, sees no shell, and is nothing but a report', async () => {
    const bin = join(place.outside, 'bin')
    await mkdir(bin)
    await writeFile(join(bin, 'yard'), '#!/bin/sh\nprintf "%s|" "$@" > told\n', { mode: 0o755 })
    const env = { PATH: `${bin}:${process.env['PATH'] ?? ''}` }
    const order = { permissions: 'ask', mode: 'bare' } as const
    const line = (text: string) => place.run({ scenes: ['terminal', `line=${text}`], order, env })
    expect(sent(await line('yard log t "a; b"'), 'tried')).toEqual([
      JSON.stringify({ output: '', truncated: false, exit: 0 }),
    ])
    expect(await read(join(place.cwd, 'told'))).toBe('log|t|a; b|')
    for (const text of ['yard log t hi\ntouch pwned', 'yard init --dir /tmp/z'])
      expect(sent(await line(text), 'tried')).toEqual([expect.stringContaining('not allowed here')])
    await expect(read(join(place.cwd, 'pwned'))).rejects.toThrow('ENOENT')
  })

  it('a question is shown whole, however long', async () => {
    const line = `echo ${'x'.repeat(3000)} end`
    const first = await place.run({
      scenes: ['run', `line=${line}`, 'wait'],
      order: { permissions: 'ask' },
    })
    expect(first.summary.failure?.reason).toContain(`May it run: ${line}? (the answer`)
  })

  it('a light task reads and is asked about nothing', async () => {
    await writeFile(join(place.cwd, 'lines.txt'), 'one\ntwo\nthree\n')
    const result = await place.run({
      scenes: ['read', `path=${join(place.cwd, 'lines.txt')}`, 'write', 'run', 'line=make'],
      order: { permissions: 'ask', mode: 'light' },
    })
    expect(sent(result, 'tried')).toEqual(['two', expect.stringContaining('not allowed here')])
    expect(sent(result, 'outcome')).toEqual([{ outcome: 'selected', optionId: 'no' }])
    expect(only(result, 'question')).toEqual([])
  })

  it('a file that is not there, or none at all, is an error to it and to nobody else', async () => {
    const missing = await place.run({ scenes: ['read', `path=${join(place.cwd, 'nothing')}`] })
    expect(sent(missing, 'tried')).toEqual([expect.stringContaining('error -32002')])
    const device = await place.run({ scenes: ['read', 'path=/dev/zero'] })
    expect(sent(device, 'tried')).toEqual([expect.stringContaining('is no plain file')])
    expect(device.exitCode).toBe(0)
  })

  it('a command keeps its last output, and ends with the agent', async () => {
    const result = await place.run({
      scenes: ['terminal', 'line=seq 1 1000; exit 3', 'terminal-left'],
    })
    expect(sent(result, 'tried')).toEqual([
      JSON.stringify({ output: '\n999\n1000\n', truncated: true, exit: 3 }),
    ])
    const pid = Number(sent(result, 'left')[0])
    expect(pid).toBeGreaterThan(0)
    // It was killed before the agent ended; nobody waits until it is dead.
    await eventually(() => expect(isAlive(pid)).toBe(false))
  })
})

describe('acp-exec: an earlier conversation', { timeout: SLOW_MS }, () => {
  const order = { resume: 'session-0' }
  const more = { order, prompt: 'go on', wholePrompt: 'the whole task' }

  it('is loaded without telling its past again, or paying for it', async () => {
    const result = await place.run({ scenes: ['loads', 'text', 'costs'], ...more })
    expect(sent(result, 'load')).toMatchObject([{ sessionId: 'session-0', cwd: place.cwd }])
    expect(sent(result, 'new')).toEqual([])
    expect(result.stdout).not.toContain('said long ago')
    expect(result.summary).toMatchObject({ conversation: 'session-0', usage: { costUsd: 0.5 } })
    expect(sent(result, 'prompt')).toMatchObject([
      { sessionId: 'session-0', prompt: [{ text: 'go on' }] },
    ])
  })

  it('is resumed where the agent can do that', async () => {
    const result = await place.run({ scenes: ['loads', 'resumes', 'text'], ...more })
    expect(sent(result, 'resume')).toHaveLength(1)
    expect(sent(result, 'load')).toEqual([])
  })

  it.each([
    ['that the agent cannot load', []],
    ['that the agent has lost', ['loads', 'forgets']],
  ])('%s is begun anew with the whole task', async (_what, scenes) => {
    const result = await place.run({ scenes: [...scenes, 'text'], ...more })
    expect(result.summary).toMatchObject({ conversation: 'session-1', final: { ok: true } })
    const [prompt] = sent(result, 'prompt')
    expect(JSON.stringify(prompt)).toMatch(/worked on this task before.*the whole task/)
    expect(JSON.stringify(prompt)).not.toContain('go on"')
  })
})

describe('acp-exec: a turn that ends badly', { timeout: SLOW_MS }, () => {
  it('is given up first when it is asked to stop', async () => {
    const result = await place.run({ scenes: ['wait'], stopAt: 'waiting' })
    expect(sent(result, 'cancel')).toEqual([{ sessionId: 'session-1' }])
    expect(result.exitCode).toBe(143)
    expect(result.summary).toMatchObject({ final: { ok: false }, failure: { class: 'crash' } })
    expect(isAlive(Number(sent(result, 'pid')[0]))).toBe(false)
  })

  it('is ended by force when its agent listens to nothing', async () => {
    const order = { cancelMs: 2000, endMs: 2000 }
    const result = await place.run({ scenes: ['deaf'], stopAt: '"deaf"', order })
    expect(sent(result, 'cancel')).toHaveLength(1)
    expect(sent(result, 'term')).toHaveLength(1)
    expect(result.exitCode).toBe(143)
    expect(isAlive(Number(sent(result, 'pid')[0]))).toBe(false)
  })

  it('names the last words of a program that fell', async () => {
    const result = await place.run({ scenes: ['crash'] })
    expect(result.summary.failure).toMatchObject({
      class: 'crash',
      reason: 'its program exited with 7 before it had answered: something broke',
    })
    const early = await place.run({ scenes: ['exits-at-once'] })
    expect(early.summary.failure?.reason).toBe(
      'its program exited with 3 before it answered at all: wrong flag',
    )
    expect(early.exitCode).toBe(1)
  })

  it('does not wait for ever for an agent that never answers', async () => {
    const result = await place.run({ scenes: ['silent'], order: { initializeMs: 2000 } })
    expect(result.summary.failure).toMatchObject({
      class: 'launch',
      reason: 'its program has said nothing for 2 s, before it answered at all',
    })
    expect(isAlive(Number(sent(result, 'pid')[0]))).toBe(false)
  })

  it.each([
    ['auth', 'auth', 'it is not signed in: it offers Log in (run agent login)'],
    ['quota', 'quota', 'You exceeded your current quota'],
    ['internal', 'overload', 'the model is overloaded'],
    [
      'tomorrow',
      'missing-program',
      'it speaks version 2 of the Agent Client Protocol, not version 1',
    ],
    ['stop=refusal', 'reported', 'its model refused to go on'],
    ['stop=max_tokens', 'context-overflow', 'its model reached its limit of tokens'],
  ])('%s is %s', async (scene, failureClass, reason) => {
    const { summary, exitCode } = await place.run({ scenes: ['text', scene] })
    expect(exitCode).toBe(1)
    expect(summary.failure).toMatchObject({ class: failureClass, reason })
    expect(summary.final?.ok).toBe(false)
  })

  it('a limit that is reset is told with its time', async () => {
    const before = Date.now()
    const { summary } = await place.run({ scenes: ['quota'] })
    expect(summary.failure?.resetAt).toBeGreaterThanOrEqual(before + 60_000)
  })

  it('a program that cannot be started is a failed launch', async () => {
    const { summary } = await place.run({
      scenes: [],
      order: { argv: [join(place.cwd, 'no-such-program')] },
    })
    expect(summary.failure?.class).toBe('launch')
  })
})

it('acp-exec: hostile words stay words', { timeout: SLOW_MS }, async () => {
  const result = await place.run({ scenes: ['hostile'] })
  expect(result.exitCode).toBe(0)
  for (const report of result.reports)
    expect(outputReportSchema.safeParse(report).error).toBeUndefined()
  expect(only(result, 'raw')).toEqual([])
  expect(only(result, 'error')).toEqual([])
  expect(only(result, 'result')).toHaveLength(1)
  expect(result.summary.final?.text).toMatch(/^y+…?/)
  expect(result.stderr).toContain('a banner, no message')
})
