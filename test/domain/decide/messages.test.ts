/** Messages by turns: who is woken, what a turn takes, and what becomes of that when it ends. */
import { describe, expect, it } from 'vitest'
import { agentIdOf } from '../../../src/domain/ids.ts'
import type { Claim, Command } from '../../../src/domain/command.ts'
import { claimOf, asAgent, COORDINATOR, createBench, taskId } from '../../support/plan-builder.ts'
import { START_AT } from '../../support/manual-clock.ts'
import { BAD, failing, mailBench, type MailBench, syncCommand } from '../../support/mail.ts'

const MINUTE = 60_000
const idle = { kind: 'waiting', for: 'message' }
const due = { kind: 'open', notBefore: null, park: null }

const yard = (...members: string[]): MailBench =>
  mailBench(createBench(), ...(members.length > 0 ? members : ['back']))
const claimed = (taskIds: readonly [string, number][]): Command => ({
  type: 'agents.claim',
  claims: taskIds.map(([id, number]): Claim => claimOf(id, number)),
})
/** A turn of `back` that ends badly, and the wait before the next. */
function badTurn(mail: MailBench, number: number, evidence = BAD): void {
  mail.claim('@back', number)
  mail.end(number, evidence)
}

describe('a member', () => {
  it('is idle, woken at once by a message, by an urgent one, and not by a low one', () => {
    const mail = yard()
    expect(mail.state('@back')).toMatchObject(idle)
    mail.send('back', 'later', { priority: 'low' })
    expect(mail.state('@back')).toMatchObject(idle)
    mail.send('back', 'now')
    expect(mail.state('@back')).toEqual(due)
    mail.claim('@back', 1)
    expect(mail.heldBy(1)).toEqual(['later', 'now'])
  })

  it('is woken once for one arrival, and takes a turn when it is asked to', () => {
    const mail = yard()
    expect(mail.send('back', 'one')).toBeDefined()
    const again = mail.events({ type: 'member.wake', id: taskId('@back') })
    expect(again).toEqual([])
    mail.claim('@back', 1)
    mail.end(1)
    expect(mail.state('@back')).toMatchObject(idle)
    mail.events({ type: 'member.wake', id: taskId('@back') })
    expect(mail.state('@back')).toEqual(due)
  })

  it('that is taken out has its mail given up, and who sent it is told, unless gone too', () => {
    const mail = yard('back', 'front', 'side')
    const [own, other] = ['front', 'side'].map((from) => mail.send('back', from, { from }))
    mail.events(syncCommand('front'), COORDINATOR)
    for (const each of [own, other])
      expect(each && mail.delivery(each)?.state).toMatchObject({
        kind: 'dead',
        reason: 'there is no member back any more that takes turns',
      })
    expect(mail.told().map(({ to }) => to)).toEqual([['front']])
    expect(mail.bench.plan.deliveries.size).toBe(1)
  })

  it('takes its backlog when it is made known, and rests when it is taken out', () => {
    const mail = mailBench(createBench())
    mail.send('back', 'early')
    mail.events(syncCommand('back'), COORDINATOR)
    expect(mail.state('@back')).toEqual(due)
    mail.claim('@back', 1)
    mail.events(syncCommand(), COORDINATOR)
    expect(mail.state('@back')).toMatchObject({ kind: 'in-progress' })
    mail.end(1)
    mail.events(syncCommand(), COORDINATOR)
    expect(mail.state('@back')).toMatchObject({ kind: 'abandoned' })
    mail.events(syncCommand('back'), COORDINATOR)
    expect(mail.state('@back')).toMatchObject(idle)
  })

  it('has at most one living agent, whatever it works on', () => {
    const mail = yard()
    mail.bench.add('t', { exec: null, member: 'back' })
    mail.bench.add('u', { exec: null, member: 'back' })
    mail.send('back', 'one')
    mail.events(claimed([['t', 1], ['u', 2], ['@back', 3]]), COORDINATOR) // prettier-ignore
    expect([...mail.bench.plan.agents.keys()]).toEqual(['agent-1'])
    expect(mail.bench.plan.agentOfMember('back')?.id).toBe('agent-1')
    mail.events(claimed([['u', 4]]), COORDINATOR)
    expect(mail.bench.plan.agents.size).toBe(1)
    const pilot = { type: 'task.pilot', claim: claimOf('@back', 5) } as const
    expect(mail.bench.run(pilot)).toMatchObject({ ok: false, error: { kind: 'wrong-state' } })
    mail.end(1)
    mail.events(claimed([['u', 6]]), COORDINATOR)
    expect(mail.bench.plan.agentOfMember('back')?.id).toBe('agent-6')
  })

  it('never ends: whatever a person or its turn says, its standing task goes on', () => {
    const mail = yard()
    const id = taskId('@back')
    const rest = { agentId: null, generation: null, nextFireAt: null }
    const ending: Command[] = [
      { type: 'task.complete', id, ...rest, artifacts: [], force: true },
      { type: 'task.fail', id, ...rest, reason: 'no', class: 'reported' },
      { type: 'task.abandon', id, withDependents: false },
      { type: 'task.remove', id },
      { type: 'task.edit', id, edit: { title: 'other' }, nextFireAt: null },
      { type: 'tasks.remove', ids: [id], dependents: 'release' },
      { type: 'task.take', claim: claimOf('@back', 9), workplaceCwd: '/' },
    ]
    mail.send('back', 'one')
    for (const command of ending)
      expect({ of: command.type, ...mail.bench.run(command) }).toMatchObject({
        of: command.type,
        error: { kind: 'not-allowed' },
      })
    for (let turn = 1; turn <= 5; turn += 1) {
      mail.send('back', `turn ${turn}`)
      mail.bench.at += 60 * MINUTE
      badTurn(mail, turn)
    }
    expect(mail.state('@back')).toMatchObject({ kind: 'open' })
    mail.bench.at += 60 * MINUTE
    mail.claim('@back', 6)
    mail.bench.must(
      { type: 'task.fail', id, ...rest, reason: 'cannot', class: 'reported' },
      asAgent(6, '@back', 6),
    )
    mail.end(6)
    expect(['open', 'waiting']).toContain(mail.bench.task('@back').state.kind)
  })
})

describe('a turn', () => {
  it('takes at most ten, urgent before normal before low, the oldest first, within its claim', () => {
    const mail = yard()
    const order = ['low', 'normal', 'urgent'] as const
    for (let i = 0; i < 12; i += 1) {
      mail.bench.at += 1000
      mail.send('back', `${i}`, { priority: order[i % 3] ?? 'normal' })
    }
    const taken = mail
      .events(claimed([['@back', 1]]), COORDINATOR)
      .filter(({ type }) => type === 'delivery.taken')
    expect(taken).toHaveLength(10)
    expect(taken.map((event) => 'id' in event && mail.bench.plan.deliveries.get(event.id)?.at)).toEqual(
      [2, 5, 8, 11, 1, 4, 7, 10, 0, 3].map((i) => START_AT + (i + 1) * 1000),
    ) // prettier-ignore
    mail.end(1)
    expect(mail.bench.plan.deliveries.size).toBe(2)
    // Low ones alone wake nobody.
    expect(mail.state('@back')).toMatchObject(idle)
  })

  it('that ends done closes what it took, and leaves the rest for the next at once', () => {
    const mail = yard()
    const first = mail.send('back', 'first')
    for (let i = 0; i < 10; i += 1) mail.send('back', `${i}`)
    mail.claim('@back', 1)
    mail.end(1)
    expect(mail.delivery(first)?.state).toMatchObject({
      kind: 'closed',
      how: 'handled',
      by: 'agent-1',
    })
    expect(mail.state('@back')).toEqual(due)
    mail.claim('@back', 2)
    expect(mail.heldBy(2)).toHaveLength(1)
    mail.end(2)
    expect(mail.bench.plan.deliveries.size).toBe(0)
    expect(mail.state('@back')).toMatchObject(idle)
  })

  it('that ends badly gives back what it took, each time after twice the wait, up to an hour', () => {
    const mail = yard()
    const message = mail.send('back', 'one')
    const waits: number[] = []
    for (let turn = 1; turn <= 6; turn += 1) {
      mail.claim('@back', turn)
      mail.end(turn, BAD, { mail: { tries: 9, retryAfterMs: 10 * MINUTE } })
      const { state } = mail.bench.task('@back')
      const next = state.kind === 'open' ? (state.notBefore ?? 0) : 0
      expect(mail.delivery(message)?.state).toEqual({ kind: 'waiting', notBefore: next })
      waits.push((next - mail.bench.at) / MINUTE)
      mail.bench.at = next
    }
    expect(waits).toEqual([10, 20, 40, 60, 60, 60])
  })

  it('after three bad ones the message is dead with its reason, and its sender is told', () => {
    const mail = yard('back', 'front')
    mail.bench.add('t')
    const one = mail.send('back', 'one', { from: 'front' })
    const two = mail.send('back', 'two', { from: 'task:t' })
    const three = mail.send('back', 'three')
    for (let turn = 1; turn <= 3; turn += 1) {
      badTurn(mail, turn, failing('crash', `bad ${turn}`))
      mail.bench.at += 60 * MINUTE
    }
    for (const message of [one, two, three])
      expect(mail.delivery(message)).toMatchObject({
        tries: 3,
        state: { kind: 'dead', reason: 'bad 3' },
      })
    expect(mail.told().map(({ to, replyTo }) => [to[0], replyTo])).toEqual([
      ['front', one.id],
      ['task:t', two.id],
    ])
    expect(mail.state('@front')).toEqual(due)
    expect(mail.state('@back')).toMatchObject(idle)
    expect(mail.bench.task('@back').attempts).toBe(0)
  })

  it('P5: the second repeat begins a new conversation, the first goes on with the old one', () => {
    const mail = yard()
    mail.send('back', 'one')
    const resumed: boolean[] = []
    for (let turn = 1; turn <= 3; turn += 1) {
      mail.claim('@back', turn, { executor: 'claude', executorType: 'claude' })
      resumed.push(mail.bench.plan.agents.get(agentIdOf(turn))?.resumed ?? false)
      mail.end(turn, failing('timeout', 'too long'), { conversation: `c${turn}` })
      mail.bench.at += 60 * MINUTE
    }
    expect(resumed).toEqual([false, true, false])
  })

  it('P5: goes on with the conversation of its member, also on a task, unless a message or the member wants a new one', () => {
    const mail = yard()
    const claude = { executor: 'claude', executorType: 'claude' } as const
    mail.bench.add('t', { exec: null, member: 'back' })
    const turn = (number: number, id: string, more: Partial<Claim> = {}): string | null => {
      mail.claim(id, number, { ...claude, ...more })
      const { conversation } = mail.bench.plan.agents.get(agentIdOf(number)) ?? {}
      mail.end(number, {}, { conversation: `c${number}` })
      return conversation?.id ?? null
    }
    mail.send('back', 'one')
    expect(turn(1, '@back')).toBeNull()
    mail.send('back', 'two')
    expect(turn(2, '@back')).toBe('c1')
    mail.send('back', 'three', { conversation: 'new' })
    expect(turn(3, '@back')).toBeNull()
    expect(turn(4, 't')).toBe('c3')
    mail.send('back', 'four')
    expect(turn(5, '@back', { isFresh: true })).toBeNull()
    mail.send('back', 'five')
    expect(turn(6, '@back')).toBe('c5')
    mail.send('back', 'six', { conversation: 'resume' })
    expect(turn(7, '@back', { isFresh: true })).toBe('c6')
    mail.send('back', 'seven', { conversation: 'resume' })
    mail.send('back', 'eight', { conversation: 'new' })
    expect(turn(8, '@back', { isFresh: true })).toBeNull()
  })

  it('takes nothing where it is handed no prompt; a pilot is', () => {
    const mail = yard()
    mail.bench.add('t', { exec: 'true', member: 'back' })
    mail.send('back', 'read this')
    mail.claim('t', 1, { hasNoPrompt: true })
    expect(mail.heldBy(1)).toEqual([])
    mail.end(1)
    expect(mail.state('@back')).toEqual(due)
    const claim = claimOf('@back', 2, { hasNoPrompt: true })
    mail.events({ type: 'task.pilot', claim })
    expect(mail.heldBy(2)).toEqual(['read this'])
  })

  it.each([
    ['a quota', failing('quota', 'spent', { resetAt: START_AT + 30 * MINUTE })],
    ['an overload', failing('overload', 'busy')],
    ['one that never ran', { how: 'never-ran' as const, exit: null }],
  ])('%s spends no try', (_name, evidence) => {
    const mail = yard()
    const message = mail.send('back', 'one')
    for (let turn = 1; turn <= 4; turn += 1) {
      badTurn(mail, turn, evidence)
      expect(mail.delivery(message)).toMatchObject({
        tries: 0,
        state: { kind: 'waiting', notBefore: null },
      })
      mail.bench.at += 60 * MINUTE
      mail.bench.run({ type: 'breaker.clear', key: 'provider:p' }, COORDINATOR)
    }
  })

  it('that waits for its provider is not woken by what arrives, but by a person', () => {
    const mail = yard()
    mail.send('back', 'one')
    badTurn(mail, 1, failing('overload', 'busy'))
    const waits = mail.state('@back')
    expect(waits).toMatchObject({ kind: 'open', notBefore: expect.any(Number) })
    mail.send('back', 'two', { priority: 'urgent' })
    expect(mail.state('@back')).toEqual(waits)
    mail.events({ type: 'member.wake', id: taskId('@back') })
    expect(mail.state('@back')).toEqual(due)
    // The wait before a repeat is another: a turn of its own ends the one for the provider.
    badTurn(mail, 2)
    mail.send('back', 'three')
    expect(mail.state('@back')).toEqual(due)
  })

  it('that a person drives spends no try, however often it is left as it was', () => {
    const mail = yard()
    const message = mail.send('back', 'one')
    for (let turn = 1; turn <= 4; turn += 1) {
      mail.bench.must({ type: 'task.pilot', claim: claimOf('@back', turn) })
      mail.end(turn, BAD)
      expect(mail.delivery(message)).toMatchObject({
        tries: 0,
        state: { kind: 'waiting', notBefore: null },
      })
    }
    mail.claim('@back', 5)
    mail.end(5, BAD, { mail: { tries: 1, retryAfterMs: 1000, isPiloted: true } })
    expect(mail.delivery(message)).toMatchObject({ tries: 0, state: { kind: 'waiting' } })
  })

  it('that a person kills leaves the member paused, with its messages', () => {
    const mail = yard()
    const message = mail.send('back', 'one')
    mail.claim('@back', 1)
    const agentId = agentIdOf(1)
    mail.events({ type: 'agent.stop', agentId, reason: 'killed', force: false })
    mail.end(1, { exit: { code: null, signal: 'SIGTERM' } })
    expect(mail.bench.task('@back')).toMatchObject({ held: true, state: due })
    expect(mail.delivery(message)).toMatchObject({ tries: 0, state: { kind: 'waiting' } })
    mail.send('back', 'two')
    expect(mail.bench.task('@back').held).toBe(true)
    mail.events(claimed([['@back', 2]]), COORDINATOR)
    expect(mail.bench.plan.agents.size).toBe(0)
  })

  it('in the wait before a repeat, a new message wakes its member, and what is not due stays', () => {
    const mail = yard()
    const old = mail.send('back', 'old')
    badTurn(mail, 1)
    mail.bench.at += MINUTE
    mail.send('back', 'low', { priority: 'low' })
    expect(mail.state('@back')).toMatchObject({ notBefore: START_AT + 10 * MINUTE })
    mail.send('back', 'new')
    expect(mail.state('@back')).toEqual(due)
    mail.claim('@back', 2)
    expect(mail.heldBy(2)).toEqual(['low', 'new'])
    mail.end(2)
    expect(mail.delivery(old)?.state.kind).toBe('waiting')
    expect(mail.state('@back')).toMatchObject({ notBefore: START_AT + 10 * MINUTE })
  })

  it('on a task of the member takes its mail, and leaves its standing task at rest or in its wait', () => {
    const mail = yard()
    mail.bench.add('t', { exec: null, member: 'back', maxAttempts: 3 })
    const message = mail.send('back', 'one')
    const other = mail.send('task:t', 'two')
    mail.claim('t', 1)
    expect(mail.heldBy(1)).toEqual(['one', 'two'])
    mail.end(1, BAD)
    expect(mail.delivery(message)).toMatchObject({ tries: 1, state: { kind: 'waiting' } })
    expect(mail.state('@back')).toMatchObject({ notBefore: START_AT + 10 * MINUTE })
    mail.bench.at += 30 * MINUTE
    mail.claim('t', 2)
    mail.end(2)
    expect(mail.delivery(message)?.state.kind).toBe('closed')
    expect(mail.delivery(other)?.state.kind).toBe('closed')
    expect(mail.state('@back')).toMatchObject(idle)
  })

  it('on a task of the member that gives its mail back: the standing task waits for that, also where its provider had slept', () => {
    const mail = yard()
    mail.bench.add('t', { exec: null, member: 'back', maxAttempts: 3 })
    mail.send('back', 'one')
    badTurn(mail, 1, failing('quota', 'spent', { resetAt: START_AT + 30 * MINUTE }))
    expect(mail.state('@back')).toMatchObject({ park: { until: START_AT + 30 * MINUTE } })
    mail.bench.at += 31 * MINUTE
    mail.bench.run({ type: 'breaker.clear', key: 'provider:p' }, COORDINATOR)
    mail.claim('t', 2)
    expect(mail.heldBy(2)).toEqual(['one'])
    mail.end(2, BAD)
    expect(mail.state('@back')).toEqual({
      kind: 'open',
      notBefore: mail.bench.at + 10 * MINUTE,
      park: null,
    })
  })

  it('that the end of its agent overtakes: what was sent to that agent alone dies', () => {
    const mail = yard('back', 'front')
    mail.bench.add('t')
    mail.claim('t', 1)
    const taken = mail.send('agent-1', 'one', { from: 'front' })
    const take = { agentId: agentIdOf(1), generation: 1, isUrgentOnly: false }
    mail.events({ type: 'delivery.take', ...take }, COORDINATOR)
    const late = mail.send('agent-1', 'two', { from: 'front' })
    mail.end(1)
    expect(mail.delivery(taken)?.state).toMatchObject({ kind: 'closed', how: 'handled' })
    expect(mail.delivery(late)?.state).toMatchObject({ kind: 'dead' })
    expect(mail.told().map(({ replyTo }) => replyTo)).toEqual([late.id])
  })
})

describe('a living agent', () => {
  it('takes between two steps what waits for it, urgent ones alone where that is asked', () => {
    const mail = yard()
    mail.send('back', 'one')
    mail.claim('@back', 1)
    mail.send('back', 'two')
    mail.send('back', 'three', { priority: 'urgent' })
    const who = { agentId: agentIdOf(1), generation: 1 }
    const by = asAgent(1, '@back')
    mail.events({ type: 'delivery.take', ...who, isUrgentOnly: true }, by)
    expect(mail.heldBy(1)).toEqual(['one', 'three'])
    mail.events({ type: 'delivery.take', ...who, isUrgentOnly: false }, by)
    expect(mail.heldBy(1)).toEqual(['one', 'two', 'three'])
    mail.end(1)
    expect(mail.bench.plan.deliveries.size).toBe(0)
  })
})
