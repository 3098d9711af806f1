/** Ends that are easily forgotten: of runs that repeat, of claims that a person's word ends, and of what a member was woken for. */
import { describe, expect, it } from 'vitest'
import type { Agent } from '../../../src/domain/agent.ts'
import type { Command } from '../../../src/domain/command.ts'
import { agentIdOf } from '../../../src/domain/ids.ts'
import { deliveryIdOf, type Message } from '../../../src/domain/messages/message.ts'
import { START_AT } from '../../support/manual-clock.ts'
import {
  BAD,
  failing,
  mailBench,
  type MailBench,
  MAIL,
  messageAt,
  sendingTo,
} from '../../support/mail.ts'
import {
  addCommand,
  asAgent,
  claimOf,
  COORDINATOR,
  createBench,
  taskId,
} from '../../support/plan-builder.ts'

const MINUTE = 60_000
const idle = { kind: 'waiting', for: 'message' }

const yard = (...members: string[]): MailBench => mailBench(createBench(), ...members)
const ack = ({ id }: Message): Command => ({
  type: 'message.ack',
  deliveryIds: [deliveryIdOf(id, 'back')],
})

describe('a turn of a task that repeats', () => {
  it('spends a try of what it took also where its run is over by its failure', () => {
    const mail = yard('back')
    const schedule = { spec: '0 9 * * *', tz: null }
    mail.bench.must(addCommand('t', { exec: null, member: 'back', schedule }, START_AT))
    const message = mail.send('task:t', 'one')
    mail.claim('t', 1)
    mail.end(1, failing('bad-model', 'no such model'), { nextFireAt: START_AT + 60 * MINUTE })
    expect(mail.state('t')).toMatchObject({ kind: 'open', notBefore: START_AT + 60 * MINUTE })
    expect(mail.delivery(message)).toMatchObject({ tries: 1, lastReason: 'no such model' })
  })

  it('spends none where its budget is used up', () => {
    const mail = yard('back')
    const schedule = { spec: '0 9 * * *', tz: null }
    mail.bench.must(
      addCommand('t', { exec: null, member: 'back', schedule, budgetTokens: 10 }, START_AT),
    )
    const message = mail.send('task:t', 'one')
    mail.claim('t', 1)
    mail.events(
      { type: 'agent.stop', agentId: agentIdOf(1), reason: 'budget', force: false },
      COORDINATOR,
    )
    mail.end(1, BAD, { nextFireAt: START_AT + 60 * MINUTE })
    expect(mail.delivery(message)).toMatchObject({ tries: 0, state: { kind: 'waiting' } })
  })
})

describe('a claim that somebody’s word ends', () => {
  const taken = (): { mail: MailBench; own: Message; alone: Message } => {
    const mail = yard('back', 'front')
    mail.bench.add('t', { exec: null, executor: 'manual', member: 'back' })
    const claim = { ...claimOf('t', 1, { leaseMs: 60_000 }), executorType: 'external' as const }
    mail.events({ type: 'task.take', claim, workplaceCwd: '/yard' })
    const own = mail.send('back', 'one')
    const alone = mail.send('agent-1', 'two', { from: 'front' })
    const who = { agentId: agentIdOf(1), generation: 1, isUrgentOnly: false }
    mail.events({ type: 'delivery.take', ...who }, asAgent(1, 't'))
    expect(mail.heldBy(1)).toEqual(['one', 'two'])
    return { mail, own, alone }
  }

  it('closes what it took where that is done', () => {
    const { mail, own, alone } = taken()
    const id = taskId('t')
    const rest = { agentId: null, generation: null, artifacts: [], force: false, nextFireAt: null }
    mail.events({ type: 'task.complete', id, ...rest })
    expect(mail.delivery(own)?.state).toMatchObject({ kind: 'closed', how: 'handled' })
    expect(mail.delivery(alone)?.state).toMatchObject({ kind: 'closed', how: 'handled' })
    expect(mail.bench.plan.deliveries.size).toBe(0)
    expect(mail.state('@back')).toMatchObject(idle)
  })

  it.each<[string, Command]>([
    ['let go', { type: 'task.letGo', id: taskId('t') }],
    ['abandoned', { type: 'task.abandon', id: taskId('t'), withDependents: false }],
    [
      'failed',
      {
        type: 'task.fail',
        id: taskId('t'),
        agentId: null,
        generation: null,
        reason: 'no',
        class: 'reported',
        nextFireAt: null,
      },
    ],
  ])('gives it back where that is %s, without a try, and wakes its member', (_, command) => {
    const { mail, own, alone } = taken()
    mail.events(command)
    expect(mail.delivery(own)).toMatchObject({ tries: 0, state: { kind: 'waiting' } })
    expect(mail.delivery(alone)?.state.kind).toBe('dead')
    expect(mail.state('@back')).toMatchObject({ kind: 'open', notBefore: null })
  })
})

describe('a task that is given to another member while its agent is at work', () => {
  it.each<[string, boolean]>([
    ['done: it is closed', true],
    ['bad: it comes again to the member that it was sent to, who is woken for it', false],
  ])('keeps no mail of the first after an end that is %s', (_, isDone) => {
    const mail = yard('back', 'front')
    mail.bench.add('t', { exec: null, member: 'back' })
    const message = mail.send('back', 'one')
    mail.claim('t', 1)
    expect(mail.heldBy(1)).toEqual(['one'])
    const edit = { member: 'front' }
    mail.events({ type: 'task.edit', id: taskId('t'), edit, nextFireAt: null })
    mail.end(1, isDone ? {} : BAD)
    expect(mail.heldBy(1)).toEqual([])
    expect(mail.state('@front')).toMatchObject(idle)
    if (isDone) {
      expect(mail.delivery(message)?.state).toMatchObject({ kind: 'closed', how: 'handled' })
      expect(mail.state('@back')).toMatchObject(idle)
    } else {
      expect(mail.delivery(message)).toMatchObject({ tries: 1, state: { kind: 'waiting' } })
      expect(mail.state('@back')).toMatchObject({
        kind: 'open',
        notBefore: START_AT + 10 * MINUTE,
      })
    }
  })
})

describe('a member that is woken by hand while its mail waits to come again', () => {
  it('takes that at once', () => {
    const mail = yard('back')
    const message = mail.send('back', 'one')
    mail.claim('@back', 1)
    mail.end(1, BAD)
    mail.events({ type: 'member.wake', id: taskId('@back') })
    expect(mail.delivery(message)).toMatchObject({ tries: 1, state: { notBefore: null } })
    mail.claim('@back', 2)
    expect(mail.heldBy(2)).toEqual(['one'])
  })
})

describe('an end that spends no try', () => {
  it('kills nothing, also where fewer tries are allowed now than were spent', () => {
    const mail = yard('back')
    const message = mail.send('back', 'one')
    mail.claim('@back', 1)
    mail.end(1, BAD)
    mail.bench.at += 10 * MINUTE
    mail.claim('@back', 2)
    mail.end(2, failing('quota', 'come back later'), { mail: { ...MAIL, tries: 1 } })
    expect(mail.delivery(message)).toMatchObject({ tries: 1, state: { kind: 'waiting' } })
  })
})

describe('a member whose mail is dealt with before its turn', () => {
  it('takes the next turn when what is left is due, and no empty one before', () => {
    const mail = yard('back')
    const first = mail.send('back', 'one')
    mail.claim('@back', 1)
    mail.end(1, BAD)
    mail.bench.at += 10 * MINUTE
    const second = mail.send('back', 'two')
    mail.claim('@back', 2)
    mail.end(2, BAD)
    // The first comes again after twenty minutes, the second after ten.
    expect(mail.state('@back')).toMatchObject({ notBefore: START_AT + 20 * MINUTE })
    mail.events(ack(second))
    expect(mail.state('@back')).toMatchObject({ notBefore: START_AT + 30 * MINUTE })
    mail.events(ack(first))
    expect(mail.state('@back')).toMatchObject(idle)
  })

  it.each<[string, (mail: MailBench) => void]>([
    ['paused', (mail) => mail.events({ type: 'task.hold', id: taskId('@back') })],
    [
      'asleep with its provider',
      (mail) => {
        mail.claim('@back', 1, { provider: 'anthropic' })
        mail.end(1, failing('quota', 'come back later'))
      },
    ],
  ])('rests where it is %s, and takes no turn when that is over', (_, keep) => {
    const mail = yard('back')
    const message = mail.send('back', 'one')
    keep(mail)
    mail.events(ack(message))
    expect(mail.state('@back')).toMatchObject(idle)
  })
})

describe('messages of an agent that are sent at the same time', () => {
  it('are refused beyond the rate, though none was stored when they were asked for', () => {
    const mail = yard('back', 'front')
    mail.send('back', 'begin')
    mail.claim('@back', 1)
    const replies = Array.from({ length: 12 }, (_, i) => {
      const message = messageAt(mail.bench.at, `m${i}`, { from: 'back', hops: 1 })
      const command = { type: 'message.send', ...sendingTo(['front'], message) } as const
      return mail.bench.run(command, asAgent(1, '@back')).ok
    })
    expect(replies.filter(Boolean)).toHaveLength(10)
    mail.bench.at += MINUTE
    const later = messageAt(mail.bench.at, 'later', { from: 'back', hops: 1 })
    const command = { type: 'message.send', ...sendingTo(['front'], later) } as const
    expect(mail.bench.run(command, asAgent(1, '@back')).ok).toBe(true)
  })

  it('are refused beyond the hops also where they are questions of its task', () => {
    const mail = yard('back')
    mail.bench.add('t')
    mail.claim('t', 1)
    const message = messageAt(mail.bench.at, 'Which?', {
      from: 'task:t',
      kind: 'question',
      hops: 7,
    })
    const sending = sendingTo(['back'], message)
    const ask = { type: 'task.ask', id: taskId('t'), text: 'Which?', sending } as const
    expect(mail.bench.run(ask, asAgent(1, 't'))).toMatchObject({
      ok: false,
      error: { kind: 'too-far' },
    })
  })
})

describe('a message for an agent that has ended meanwhile', () => {
  it('is refused, also where it is sent anew: nobody would ever read it', () => {
    const mail = yard('front')
    mail.bench.add('t')
    mail.claim('t', 1)
    const message = mail.send('agent-1', 'one')
    mail.end(1)
    expect(mail.delivery(message)?.state.kind).toBe('dead')
    const sending = sendingTo(['agent-1'], messageAt(mail.bench.at, 'two'))
    const refused = { ok: false, error: { kind: 'wrong-state' } }
    expect(mail.bench.run({ type: 'message.send', ...sending })).toMatchObject(refused)
    const dead = [mail.delivery(message)].flatMap((one) => one ?? [])
    const how = { id: message.id, how: 'retry' } as const
    const again: Command = { type: 'message.settleDead', ...how, dead, again: sending }
    expect(mail.bench.run(again)).toMatchObject(refused)
  })
})

describe('a message that is sent twice under one id', () => {
  it('is sent once, and is still there', () => {
    const mail = yard('back')
    const message = mail.send('back', 'one')
    const command = { type: 'message.send', ...sendingTo(['back'], message) } as const
    expect(mail.bench.run(command)).toMatchObject({
      ok: true,
      value: { events: [], reply: { ids: [message.id], isNoOp: true } },
    })
    expect(mail.delivery(message)?.state.kind).toBe('waiting')
  })
})

describe('a member that is told at the end of its own turn that what it sent itself was given up', () => {
  it('is awake for that', () => {
    const mail = yard('back')
    const message = mail.send('back', 'one', { from: 'back' })
    mail.claim('@back', 1)
    mail.end(1, BAD, { mail: { ...MAIL, tries: 1 } })
    expect(mail.delivery(message)?.state.kind).toBe('dead')
    expect(mail.told()).toMatchObject([{ to: ['back'], replyTo: message.id }])
    expect(mail.state('@back')).toMatchObject({ kind: 'open', notBefore: null })
  })
})

describe('a turn that its provider sent away', () => {
  it('has its member rest where what it took was dealt with meanwhile, and not where it was asked for by hand', () => {
    const mail = yard('back')
    const message = mail.send('back', 'one')
    mail.claim('@back', 1, { provider: 'anthropic' })
    mail.events(ack(message))
    mail.end(1, failing('overload', 'too many of you'))
    expect(mail.state('@back')).toMatchObject(idle)
    mail.events({ type: 'member.wake', id: taskId('@back') })
    mail.claim('@back', 2, { provider: 'anthropic' })
    mail.end(2, failing('overload', 'too many of you'))
    expect(mail.state('@back')).toMatchObject({ kind: 'open' })
  })

  it('has its member wait for what another turn gave back, and not begin when its provider wakes', () => {
    const mail = yard('back')
    mail.bench.add('t', { exec: null, member: 'back', maxAttempts: 3 })
    mail.send('back', 'one')
    mail.claim('@back', 1, { provider: 'anthropic' })
    mail.end(1, failing('quota', 'come back later', { resetAt: START_AT + 5 * MINUTE }))
    mail.claim('t', 2)
    mail.end(2, BAD)
    expect(mail.state('@back')).toMatchObject({ notBefore: START_AT + 10 * MINUTE, park: null })
  })

  it('waits for what comes again later where that is all that is left', () => {
    const mail = yard('back')
    mail.send('back', 'one')
    mail.claim('@back', 1)
    mail.end(1, BAD)
    const message = mail.send('back', 'two')
    mail.claim('@back', 2, { provider: 'anthropic' })
    expect(mail.heldBy(2)).toEqual(['two'])
    mail.events(ack(message))
    mail.end(2, failing('overload', 'too many of you'))
    expect(mail.state('@back')).toMatchObject({ kind: 'open', notBefore: START_AT + 10 * MINUTE })
  })

  it('has its member rest where another turn has dealt with what waited for the provider', () => {
    const mail = yard('back')
    mail.bench.add('t', { exec: null, member: 'back' })
    mail.send('back', 'one')
    mail.claim('@back', 1, { provider: 'anthropic' })
    mail.end(1, failing('quota', 'come back later'))
    mail.claim('t', 2)
    mail.end(2)
    expect(mail.state('@back')).toMatchObject(idle)
  })
})

describe('a turn of a member', () => {
  it('that crashed is asked about by nobody: no verdict has its member wait for a judge', () => {
    const mail = yard('back')
    mail.send('back', 'one')
    mail.claim('@back', 1, { executor: 'claude', executorType: 'claude' })
    mail.end(1, failing('crash', 'it broke'))
    const agentId = agentIdOf(1)
    const agent = mail.bench.changes.findLast(({ id }) => id === agentId)?.after as Agent
    const about = { agentId, agent, policy: { timeoutMs: MINUTE }, isAgain: false }
    expect(mail.bench.run({ type: 'triage.request', ...about })).toMatchObject({
      ok: false,
      error: { kind: 'wrong-state' },
    })
  })
})
