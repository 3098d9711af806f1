import { afterEach, expect, test, vi } from 'vitest'
import { err } from '../../../../src/base/result.ts'
import { subjectOf, type Subject } from '../../../../src/renderer/actions/action.ts'
import { ask } from '../../../../src/renderer/actions/ask.ts'
import { perform } from '../../../../src/renderer/actions/perform.ts'
import { graceOf, kill, killQuestion } from '../../../../src/renderer/actions/task/kill.ts'
import type { Session } from '../../../../src/renderer/model/session/session.ts'
import { eventually } from '../../../support/eventually.ts'
import { agentOf, cardOf } from '../../../support/scripted-host.ts'
import { liveSession } from '../../model/session/live-session.ts'

vi.mock('../../../../src/renderer/actions/ask.ts', () => ({ ask: vi.fn<typeof ask>() }))
afterEach(() => void vi.mocked(ask).mockReset())

const agent = (id: string, startedAt: string | null): Subject => ({
  card: cardOf('a'),
  agent: agentOf(id, 'a', { startedAt }),
  isHeld: false,
  isByHand: false,
})
const killing: ReadonlySet<string> = new Set()
const questionOf = (
  subjects: readonly Subject[],
  { again, now: at }: { readonly again: boolean; readonly now: number },
) => killQuestion(subjects, { now: at, killing }, again)
const forceQuestionOf = (subjects: readonly Subject[]) =>
  killQuestion(
    subjects,
    { now, killing: new Set(subjects.flatMap(({ agent: each }) => each?.id ?? [])) },
    false,
  )
const now = Date.parse('2026-05-01T10:00:00Z')

test('one agent and several are asked about in their own words', () => {
  const one = questionOf([agent('agent-1', '2026-05-01T09:48:00Z')], { again: false, now })
  expect([one.title, ...one.lines]).toEqual([
    'Kill agent-1?',
    '12m 00s of work stops; its files stay where they are.',
    'Its task is paused until you start it again.',
  ])
  const two = questionOf(
    [agent('agent-1', '2026-05-01T09:59:00Z'), agent('agent-2', '2026-05-01T09:58:00Z')],
    { again: true, now },
  )
  expect([two.title, ...two.lines, two.choices[0]?.label]).toEqual([
    'Kill 2 agents?',
    '3m 00s of work stops; their files stay where they are.',
    'Their tasks start again at once.',
    'Kill 2 agents',
  ])
})

test('who was asked to stop already is ended by force, with what that costs', () => {
  const one = forceQuestionOf([agent('agent-1', null)])
  expect([one.title, ...one.lines]).toEqual([
    'End agent-1 by force?',
    'It was asked to stop and may still be saving work. By force nothing more is saved.',
    'Its files stay where they are.',
  ])
  const two = forceQuestionOf([agent('agent-1', null), agent('agent-2', null)])
  expect([two.title, two.lines[1]]).toEqual([
    'End 2 agents by force?',
    'Their files stay where they are.',
  ])
})

test('on a button one more press is enough, with what it costs', () => {
  const at = Date.parse('2026-05-01T10:00:41Z')
  const press = (again: boolean, startedAt: string) =>
    killQuestion([agent('agent-1', startedAt)], { now: at, killing }, again).press
  expect(press(false, '2026-05-01T09:48:00Z')).toBe('Kill? 12m of work')
  expect(press(true, '2026-05-01T09:48:00Z')).toBe('Kill and start again? 12m of work')
  expect(press(false, '2026-05-01T10:00:00Z')).toBe('Kill? 41s of work')
})

test('a length that is not known is not told as zero', () => {
  const [line] = questionOf([agent('agent-1', null)], { again: false, now }).lines
  expect(line).toBe('The work stops; its files stay where they are.')
})

test.each([
  ['10s', 10_000],
  [10, 10_000],
  ['500ms', 500],
  ['2m', 120_000],
])('the grace of %s is understood', (value, ms) => {
  expect(graceOf([{ key: 'agent.stop_grace', value }] as never)).toBe(ms)
  expect(graceOf([])).toBeNull()
})

const AGENT = agentOf('agent-1', 'build', { startedAt: '2026-01-01T00:00:00Z' })
const titles = () => vi.mocked(ask).mock.calls.map(([{ title }]) => title)

/** `isLinked` false: nothing goes out, and it says so in the end. Killing takes until `end` is called. */
function open(isLinked: boolean) {
  const over = Promise.withResolvers<void>()
  const kills: unknown[] = []
  const linked = liveSession({
    service: { config: async () => [] },
    agent: {
      kill: async (input: unknown) => {
        kills.push(input)
        await over.promise
      },
    },
  })
  const call = async (): Promise<unknown> => {
    await over.promise
    return err({ kind: 'link', message: 'Not sent.', hint: null })
  }
  const cut: Session = { ...linked, call: call as Session['call'] }
  return { session: isLinked ? linked : cut, kills, end: over.resolve }
}

const press = (session: Session) =>
  perform(session, kill, [{ ...subjectOf(session, cardOf('build')), agent: AGENT }])

test('the second K means force before the yard has said that the agent is stopping', async () => {
  const { session, kills, end } = open(true)
  vi.mocked(ask).mockResolvedValue({ choice: 'kill', text: '' })
  const first = press(session)
  await eventually(() => expect(kills).toHaveLength(1))
  vi.mocked(ask).mockResolvedValue(null)
  await press(session)
  expect(titles()).toEqual(['Kill agent-1?', 'End agent-1 by force?'])
  end()
  await first
})

test('whoever was not asked yet is not ended by force', async () => {
  const { session, end } = open(false)
  vi.mocked(ask).mockResolvedValue({ choice: 'kill', text: '' })
  const first = press(session)
  await Promise.resolve()
  vi.mocked(ask).mockResolvedValue(null)
  await press(session)
  end()
  await first
  await press(session)
  expect(titles()).toEqual(['Kill agent-1?', 'Kill agent-1?', 'Kill agent-1?'])
})
