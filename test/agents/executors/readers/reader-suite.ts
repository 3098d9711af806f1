/** What holds for the reader of every agent CLI, asked of what the real one printed. */
import { describe, expect, it } from 'vitest'
import { executorOf } from '../../../../src/agents/executors/registry.ts'
import type { FailureClass } from '../../../../src/domain/failure.ts'
import { outputReportSchema } from '../../../../src/domain/output.ts'
import type { AgentCliType } from '../../../../src/domain/settings.ts'
import { only, readAll, RECORDED_AT, transcript, type Reading } from './transcript.ts'

export interface ReaderFacts {
  /** Its reader takes nothing for a failed tool call but what its CLI calls one. */
  readonly knowsExitCodes: boolean
  readonly tellsThinking: boolean
  readonly tellsUsage: boolean
  readonly shell: string
  /** By transcript. */
  readonly failures: readonly (readonly [string, FailureClass])[]
}

/** Our own agent is asked the same. */
type Told = AgentCliType | 'native'

/** Transcript, or events, read by the reader of a CLI. */
export function readerOf(cli: Told) {
  const create = () => {
    const reader = executorOf(cli)?.createReader()
    if (!reader) throw new Error(`${cli} has no reader`)
    return reader
  }
  return {
    create,
    read: (name: string): Reading => readAll(create(), transcript(`${cli}-${name}`)),
    readEvents: (...events: object[]): Reading =>
      readAll(create(), events.map((event) => JSON.stringify(event)).join('\n')),
  }
}

export function describeReader(cli: Told, facts: ReaderFacts): void {
  const { create, read } = readerOf(cli)

  describe(`${cli}: a run that ends well`, () => {
    it('gives its text, result, usage and conversation', () => {
      const { reports, summary } = read('text')
      expect(only(reports, 'text')).toEqual([{ kind: 'text', text: 'Hello from the mock model.' }])
      expect(summary.final).toEqual({ ok: true, text: 'Hello from the mock model.' })
      expect(summary.failure).toBeNull()
      expect(only(reports, 'conversation')).toEqual([
        { kind: 'conversation', id: summary.conversation },
      ])
      expect(summary.conversation).toMatch(/^[\w-]{20,}$/)
      expect(reports.at(-1)).toEqual({
        kind: 'result',
        ok: true,
        text: 'Hello from the mock model.',
      })
      expect(summary.usage !== null).toBe(facts.tellsUsage)
    })

    it('tells what it used, where it tells any', () => {
      const { usage } = read('text').summary
      expect((usage?.inputTokens ?? 0) > 100).toBe(facts.tellsUsage)
      expect((usage?.outputTokens ?? 0) > 0).toBe(facts.tellsUsage)
    })

    it('tells thinking apart from text, where it tells any', () => {
      const { reports } = read('think')
      const thought = { kind: 'thinking', text: 'The mock model thinks about it.' }
      expect(only(reports, 'thinking')).toEqual(facts.tellsThinking ? [thought] : [])
      expect(only(reports, 'text')).toHaveLength(1)
    })

    it('joins a tool call and its result by their id, and counts a change', () => {
      const { reports, summary } = read('tool')
      const [call, ...more] = only(reports, 'tool-call')
      expect(more).toEqual([])
      expect(call).toMatchObject({ name: facts.shell, summary: 'echo hi > out.txt; echo seen' })
      expect(only(reports, 'tool-result')).toEqual([
        { kind: 'tool-result', id: call?.id, ok: true, text: expect.stringContaining('seen') },
      ])
      expect(summary.mutatingToolCalls).toBe(1)
      expect(summary.final).toEqual({ ok: true, text: 'Hello from the mock model.' })
    })

    it('counts a written file', () => {
      expect(read('write').summary.mutatingToolCalls).toBe(1)
    })

    it('does not count a command that failed, where its exit code is known', () => {
      const { reports, summary } = read('tool-fails')
      expect(only(reports, 'tool-result')[0]).toMatchObject({ ok: !facts.knowsExitCodes })
      expect(summary.mutatingToolCalls).toBe(facts.knowsExitCodes ? 0 : 1)
    })

    it('counts nothing that its permissions refused', () => {
      expect(read('ask').summary.mutatingToolCalls).toBe(0)
    })

    it('after an overload is no failure', () => {
      expect(read('529-recovers').summary).toMatchObject({ final: { ok: true }, failure: null })
    })
  })

  describe(`${cli}: a run that fails`, () => {
    it.each(facts.failures)('%s is %s', (name, failureClass) => {
      const { reports, summary } = read(name)
      expect(summary.final?.ok).toBe(false)
      expect(summary.failure?.class).toBe(failureClass)
      expect(only(reports, 'error').at(-1)?.class).toBe(failureClass)
      expect(only(reports, 'result').filter((report) => report.ok)).toEqual([])
    })
  })

  describe(`${cli}: whatever comes`, () => {
    const names = ['text', 'tool', '401', '529-recovers']
    it.each(names)('%s, cut anywhere, is read without a fault', (name) => {
      const whole = transcript(`${cli}-${name}`)
      for (let end = 0; end < whole.length; end += 97) {
        const { reports, summary } = readAll(create(), whole.slice(0, end))
        for (const report of reports)
          expect(outputReportSchema.safeParse(report).error).toBeUndefined()
        expect(summary.failure === null || summary.final?.ok !== true).toBe(true)
      }
    })

    it('events that hold nothing, or nonsense, give well-formed reports', () => {
      const events = transcript(`${cli}-tool`)
        .split('\n')
        .filter((line) => line.startsWith('{'))
        .map((line): Record<string, unknown> => JSON.parse(line))
      for (const event of events)
        for (const key of Object.keys(event).filter((name) => name !== 'type' && name !== 'role'))
          for (const value of [undefined, null, 7, [], 'x'.repeat(20_000), {}]) {
            const line = JSON.stringify({ ...event, [key]: value })
            for (const report of create().read(line, RECORDED_AT))
              expect(outputReportSchema.safeParse(report).error).toBeUndefined()
          }
    })

    it('a line that is no event is told as it is', () => {
      expect(create().read('Warning: something', RECORDED_AT)).toEqual([
        { kind: 'raw', stream: 'stdout', text: 'Warning: something' },
      ])
      expect(create().read('', RECORDED_AT)).toEqual([])
    })
  })
}
