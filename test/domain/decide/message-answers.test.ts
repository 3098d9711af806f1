/** Who may say what to whom: replies and what they do, chains and rates, delegated work, repeated failures, people. */
import { describe, expect, it } from 'vitest'
import { agentIdOf } from '../../../src/domain/ids.ts'
import { derivedMessageId } from '../../../src/domain/messages/derived-id.ts'
import {
  deliveryIdOf,
  type EscalationAnswer,
  type Message,
} from '../../../src/domain/messages/message.ts'
import type { Command, CommandOf, Sending } from '../../../src/domain/command.ts'
import {
  asAgent,
  COORDINATOR,
  createBench,
  PERSON,
  taskId,
  type Bench,
} from '../../support/plan-builder.ts'
import {
  BAD,
  failing,
  mailBench,
  type MailBench,
  MAIL,
  messageAt,
  recipient,
  sendingTo,
} from '../../support/mail.ts'

const MINUTE = 60_000
const MESSAGE = derivedMessageId(1, 'any')
const idsOf = (count: number): string[] => Array.from({ length: count }, (_, i) => `d${i}`)
const idle = { kind: 'waiting', for: 'message' }
const refusal = (kind: string) => ({ ok: false, error: { kind } })

const yard = (): MailBench => mailBench(createBench(), 'back', 'front')
const sendCommand = (
  bench: Bench,
  [to, seed]: readonly [string, string],
  more: Partial<Message> = {},
  sending: Partial<Sending> = {},
): CommandOf<'message.send'> => ({
  type: 'message.send',
  ...sendingTo([to], messageAt(bench.at, seed, more), sending),
})
const replyTo = (
  { bench }: MailBench,
  original: Message,
  from: string,
  more: Partial<Message> = {},
): Command =>
  sendCommand(
    bench,
    [original.from, `re ${original.text} by ${from}`],
    { from, replyTo: original.id, ...more },
    { original },
  )
const ack = (...of: readonly [Message, string][]): Command => ({
  type: 'message.ack',
  deliveryIds: of.map(([{ id }, name]) => deliveryIdOf(id, name)),
})
/** Its agent asks a member, and ends. */
function asking(mail: MailBench, isEnded = true): Message {
  mail.bench.add('t')
  mail.claim('t', 1)
  const asks = { taskId: taskId('t'), what: 'answer' } as const
  const message = messageAt(mail.bench.at, 'Which?', { from: 'task:t', kind: 'question', asks })
  const sending = sendingTo(['back'], message)
  mail.events({ type: 'task.ask', id: taskId('t'), text: 'Which?', sending }, asAgent(1, 't'))
  if (isEnded) mail.end(1)
  return sending.message
}

describe('what is closed by hand', () => {
  it('the last one acknowledged puts its member to rest; one of two does not', () => {
    const mail = yard()
    const [one, two] = [mail.send('back', 'one'), mail.send(['back', 'front'], 'two')]
    mail.events(ack([one, 'back']))
    expect(mail.state('@back')).toMatchObject({ kind: 'open' })
    mail.events(ack([two, 'back']))
    expect(mail.state('@back')).toMatchObject(idle)
    expect(mail.state('@front')).toMatchObject({ kind: 'open' })
    expect(mail.delivery(two)?.state).toMatchObject({ kind: 'closed', how: 'acked', by: 'ada' })
  })

  it('a reply closes what it answers, reaches who asked, and lets its own member rest', () => {
    const mail = yard()
    const asked = mail.send('back', 'Which?', { from: 'front', kind: 'question' })
    mail.claim('@back', 1)
    mail.events(replyTo(mail, asked, 'back', { hops: 1 }), asAgent(1, '@back'))
    expect(mail.delivery(asked)?.state).toMatchObject({ how: 'replied', by: 'agent-1' })
    expect(mail.bench.plan.deliveriesTo('front').size).toBe(1)
    expect(mail.state('@front')).toMatchObject({ kind: 'open' })
    mail.end(1, BAD)
    expect(mail.delivery(asked)?.state.kind).toBe('closed')
    expect(mail.state('@back')).toMatchObject(idle)
  })

  it('a reply that wakes the member whose last one it closes leaves it awake', () => {
    const mail = yard()
    mail.bench.add('t', { exec: null, member: 'back' })
    mail.claim('t', 1)
    const own = mail.send('back', 'to myself', { from: 'back' })
    mail.events(replyTo(mail, own, 'back', { hops: 1 }), asAgent(1, 't'))
    expect(mail.delivery(own)?.state.kind).toBe('closed')
    expect(mail.state('@back')).toMatchObject({ kind: 'open' })
  })
})

describe('P13: a question of a task to a member', () => {
  it('has its task wait, and the reply is the answer', () => {
    const mail = yard()
    const asked = asking(mail)
    expect(mail.state('t')).toMatchObject({ kind: 'waiting', for: 'answer' })
    expect(mail.state('@back')).toMatchObject({ kind: 'open' })
    mail.claim('@back', 2)
    mail.events(replyTo(mail, asked, 'back', { text: 'Blue.', hops: 1 }), asAgent(2, '@back'))
    expect(mail.state('t')).toMatchObject({ kind: 'open', notBefore: null })
    const notes = mail.bench.changes.filter(({ entity }) => entity === 'log')
    expect(notes.map(({ after }) => after)).toMatchObject([
      { taskId: 't', text: 'back answers: Blue.' },
    ])
    expect(mail.bench.task('t').attempts).toBe(0)
  })

  it('is told the answer once: the note says it, and nothing waits beside it', () => {
    const mail = yard()
    mail.bench.add('u', { exec: null, member: 'front' })
    mail.claim('u', 1)
    const asks = { taskId: taskId('u'), what: 'answer' } as const
    const message = messageAt(mail.bench.at, 'Which?', { from: 'front', kind: 'question', asks })
    const sending = sendingTo(['back'], message)
    mail.events({ type: 'task.ask', id: taskId('u'), text: 'Which?', sending }, asAgent(1, 'u'))
    mail.end(1)
    mail.claim('@back', 2)
    const answer = replyTo(mail, sending.message, 'back', { text: 'Blue.', hops: 1 })
    mail.events(answer, asAgent(2, '@back'))
    expect(mail.bench.plan.deliveriesTo('front').size).toBe(0)
    expect(mail.state('@front')).toMatchObject(idle)
    mail.claim('u', 3)
    expect(mail.heldBy(3)).toEqual([])
    const notes = mail.bench.changes.filter(({ entity }) => entity === 'log')
    expect(notes.map(({ after }) => after)).toMatchObject([
      { taskId: 'u', text: 'back answers: Blue.' },
    ])
  })

  it('comes again from turns that end well without a reply; given up, its task goes on without an answer', () => {
    const mail = yard()
    const asked = asking(mail)
    for (const [number, waitMs] of [
      [2, 10],
      [3, 20],
    ] as const) {
      // prettier-ignore
      mail.claim('@back', number)
      mail.end(number)
      const { at } = mail.bench
      expect(mail.delivery(asked)).toMatchObject({
        tries: number - 1,
        state: { kind: 'waiting', notBefore: at + waitMs * MINUTE },
      })
      expect(mail.state('@back')).toMatchObject({ notBefore: at + waitMs * MINUTE })
      expect(mail.state('t')).toMatchObject({ kind: 'waiting', for: 'answer' })
      mail.bench.at += waitMs * MINUTE
    }
    mail.claim('@back', 4)
    mail.end(4)
    expect(mail.delivery(asked)?.state).toMatchObject({ kind: 'dead' })
    expect(mail.state('t')).toMatchObject({ kind: 'open', notBefore: null })
    const notes = mail.bench.changes.filter(({ entity }) => entity === 'log')
    expect(notes.map(({ after }) => after)).toMatchObject([
      { taskId: 't', text: 'No answer came from back: its turn ended well, and without an answer' },
    ])
    // The note says it all.
    expect(mail.told()).toEqual([])
    expect(mail.state('@back')).toMatchObject(idle)
  })

  it('is closed by the answer of a person, and stays so whatever its turn does', () => {
    const mail = yard()
    const asked = asking(mail)
    mail.claim('@back', 2)
    mail.events({ type: 'task.answer', id: taskId('t'), text: 'Blue.' })
    mail.end(2)
    expect(mail.delivery(asked)?.state).toMatchObject({ kind: 'closed', how: 'replied' })
  })

  it('that is given up while its asker is still at work lets that go on when it ends', () => {
    const mail = yard()
    const asked = asking(mail, false)
    mail.claim('@back', 2)
    mail.end(2, {}, { mail: { ...MAIL, tries: 1 } })
    expect(mail.delivery(asked)?.state).toMatchObject({ kind: 'dead' })
    mail.end(1)
    expect(mail.state('t')).toMatchObject({ kind: 'open', notBefore: null })
  })

  it('is refused beyond the limits of messages between agents', () => {
    const mail = yard()
    mail.bench.add('t')
    mail.claim('t', 1)
    const ask = (hops: number, recent: number) => {
      const message = messageAt(mail.bench.at, `${hops}`, { from: 'task:t', hops })
      const sending = sendingTo(['back'], message, { recent: { back: idsOf(recent) } })
      return mail.bench.run(
        { type: 'task.ask', id: taskId('t'), text: 'Which?', sending },
        asAgent(1, 't'),
      )
    }
    expect(ask(7, 0)).toMatchObject(refusal('too-far'))
    expect(ask(1, 10)).toMatchObject(refusal('too-many'))
    expect(ask(1, 9).ok).toBe(true)
  })

  it('is not answered by one more word of who asked', () => {
    const mail = yard()
    const asked = asking(mail, false)
    const more = messageAt(mail.bench.at, 'I mean the roof', { from: 'task:t', hops: 1 })
    const sending = sendingTo(['back'], { ...more, replyTo: asked.id }, { original: asked })
    mail.events({ type: 'message.send', ...sending }, asAgent(1, 't'))
    expect(mail.delivery(asked)?.state.kind).toBe('waiting')
    expect(mail.bench.plan.deliveriesTo('back').size).toBe(2)
    mail.end(1)
    expect(mail.state('t')).toMatchObject({ kind: 'waiting', for: 'answer' })
    expect(mail.bench.changes.filter(({ entity }) => entity === 'log')).toEqual([])
  })

  it('answered before its agent has ended, goes on as soon as that has', () => {
    const mail = yard()
    const asked = asking(mail, false)
    mail.claim('@back', 2)
    mail.events(replyTo(mail, asked, 'back', { text: 'Blue.', hops: 1 }), asAgent(2, '@back'))
    expect(mail.state('t')).toMatchObject({ kind: 'in-progress' })
    mail.end(1)
    expect(mail.state('t')).toMatchObject({ kind: 'open', notBefore: null })
    expect(mail.bench.task('t').attempts).toBe(0)
  })
})

describe('a chain of agents', () => {
  it('has one hop more than the most that its agent took, and is refused beyond the limit', () => {
    const mail = yard()
    mail.send('back', 'near', { hops: 1 })
    mail.send('back', 'far', { hops: 5 })
    mail.claim('@back', 1)
    expect(mail.bench.plan.agents.get(agentIdOf(1))?.hops).toBe(5)
    const by = asAgent(1, '@back')
    const write = (seed: string, hops: number) =>
      mail.bench.run(sendCommand(mail.bench, ['front', seed], { from: 'back', hops }), by)
    expect(write('six', 6).ok).toBe(true)
    expect(write('seven', 7)).toMatchObject(refusal('too-far'))
    expect(mail.bench.run(sendCommand(mail.bench, ['front', 'x'], { hops: 7 }), PERSON).ok).toBe(
      true,
    )
  })

  it('is refused where its agent has sent the other ten within a minute', () => {
    const mail = yard()
    mail.send('back', 'one')
    mail.claim('@back', 1)
    const by = asAgent(1, '@back')
    const write = (seed: string, recent: number) =>
      sendCommand(
        mail.bench,
        ['front', seed],
        { from: 'back', hops: 1 },
        { recent: { front: idsOf(recent) } },
      )
    expect(mail.bench.run(write('a', 9), by).ok).toBe(true)
    expect(mail.bench.run(write('b', 10), by)).toMatchObject(refusal('too-many'))
  })
})

describe('an agent', () => {
  it('writes as itself alone, and closes its own alone', () => {
    const mail = yard()
    const [own, other] = [mail.send('back', 'own'), mail.send('front', 'other')]
    mail.claim('@back', 1)
    const by = asAgent(1, '@back')
    const write = (from: string) =>
      mail.bench.run(sendCommand(mail.bench, ['front', from], { from, hops: 1 }), by)
    expect(write('front')).toMatchObject(refusal('not-allowed'))
    expect(write('yard')).toMatchObject(refusal('not-allowed'))
    expect(write('back').ok).toBe(true)
    expect(mail.bench.run(ack([own, 'back'], [other, 'front']), by)).toMatchObject(
      refusal('not-allowed'),
    )
    expect(mail.bench.run(ack([own, 'back']), by).ok).toBe(true)
    expect(mail.delivery(other)?.state.kind).toBe('waiting')
  })

  it.each<Command>([
    { type: 'member.wake', id: taskId('@front') },
    { type: 'message.settleDead', id: MESSAGE, how: 'drop', dead: [] },
    { type: 'delivery.take', agentId: agentIdOf(2), generation: 1, isUrgentOnly: false },
    { type: 'delivery.forwarded', id: 'x' },
    { type: 'members.sync', members: [] },
    { type: 'task.hold', id: taskId('@front') },
  ])('may not $type', (command) => {
    const mail = yard()
    mail.send('back', 'one')
    mail.claim('@back', 1)
    mail.send('front', 'one')
    mail.claim('@front', 2)
    expect(mail.bench.run(command, asAgent(1, '@back'))).toMatchObject(refusal('not-allowed'))
  })

  it('that has ended writes nothing more', () => {
    const mail = yard()
    mail.send('back', 'one')
    mail.claim('@back', 1)
    mail.end(1)
    const late = sendCommand(mail.bench, ['front', 'late'], { from: 'back', hops: 1 })
    expect(mail.bench.run(late, asAgent(1, '@back'))).toMatchObject(refusal('unauthorized'))
  })
})

describe('delegated work', () => {
  const delegate = (mail: MailBench, by = PERSON, more: Partial<Message> = {}) => {
    const message = { kind: 'delegation', text: 'Build it', ...more } as const
    const task = { title: 'Build it', member: 'front' }
    const command = { ...sendCommand(mail.bench, ['front', 'd'], message), delegate: { task } }
    return mail.bench.run(command, by)
  }
  const settle = (mail: MailBench): Command => {
    const news = messageAt(mail.bench.at, 'news', { from: 'yard' })
    return {
      type: 'delegation.settle',
      id: taskId('build-it'),
      sending: sendingTo(['back'], news),
    }
  }

  it('is a task of the member, and its end is sent back once', () => {
    const mail = yard()
    mail.send('back', 'one')
    mail.claim('@back', 1)
    const sent = delegate(mail, asAgent(1, '@back'), { from: 'back', hops: 1 })
    expect(sent).toMatchObject({ ok: true })
    expect(mail.bench.task('build-it')).toMatchObject({
      member: 'front',
      addedBy: '@back',
      delegation: { from: 'back', isTold: false },
    })
    // The task carries it: nothing is left to read, and nobody is woken.
    expect(mail.bench.plan.deliveriesTo('front').size).toBe(0)
    expect(mail.state('@front')).toMatchObject(idle)
    mail.end(1)
    expect(mail.events(settle(mail), COORDINATOR)).toEqual([])
    mail.claim('build-it', 2)
    mail.end(2)
    expect(mail.bench.task('build-it').state.kind).toBe('done')
    expect(mail.events(settle(mail), COORDINATOR)).not.toEqual([])
    expect(mail.events(settle(mail), COORDINATOR)).toEqual([])
    expect(mail.bench.plan.deliveriesTo('back').size).toBe(1)
    expect(mail.state('@back')).toMatchObject({ kind: 'open' })
  })

  it('is as far down the chain as what asked for it: its agents write from there on', () => {
    const mail = yard()
    mail.send('back', 'one', { hops: 2 })
    mail.claim('@back', 1)
    delegate(mail, asAgent(1, '@back'), { from: 'back', hops: 3 })
    expect(mail.bench.task('build-it').delegation).toMatchObject({ hops: 3 })
    mail.claim('build-it', 2)
    expect(mail.bench.plan.agents.get(agentIdOf(2))?.hops).toBe(3)
    mail.send('front', 'low', { hops: 1 })
    const who = { agentId: agentIdOf(2), generation: 1, isUrgentOnly: false }
    mail.events({ type: 'delivery.take', ...who }, asAgent(2, 'build-it'))
    expect(mail.bench.plan.agents.get(agentIdOf(2))?.hops).toBe(3)
  })

  it('has its end told again where it is tried again after that', () => {
    const mail = yard()
    mail.send('back', 'one')
    mail.claim('@back', 1)
    delegate(mail, asAgent(1, '@back'), { from: 'back', hops: 1 })
    mail.claim('build-it', 2)
    mail.end(2, failing('bad-model', 'no such model'))
    expect(mail.bench.task('build-it').state.kind).toBe('failed')
    expect(mail.events(settle(mail), COORDINATOR)).not.toEqual([])
    mail.events({ type: 'task.retry', id: taskId('build-it'), fresh: false })
    mail.bench.at += MINUTE
    mail.claim('build-it', 3)
    mail.end(3)
    expect(mail.bench.task('build-it')).toMatchObject({
      state: { kind: 'done' },
      delegation: { isTold: false },
    })
    expect(mail.events(settle(mail), COORDINATOR)).not.toEqual([])
  })

  it('that is there already reports its end too; an agent may not say so', () => {
    const mail = yard()
    mail.bench.add('t', { exec: null, member: 'front' })
    const delegated = taskId('t')
    const message = { kind: 'delegation', from: 'back', task: delegated } as const
    const command = { ...sendCommand(mail.bench, ['front', 'old'], message), delegated }
    mail.send('back', 'one')
    mail.claim('@back', 1)
    expect(mail.bench.run(command, asAgent(1, '@back'))).toMatchObject(refusal('not-allowed'))
    mail.events(command)
    expect(mail.bench.task('t').delegation).toMatchObject({ from: 'back', isTold: false })
  })

  it('counts as a subtask of the agent that asks', () => {
    const mail = yard()
    mail.send('back', 'one')
    mail.claim('@back', 1)
    const by = { ...asAgent(1, '@back'), maxSubtasks: 0 }
    const refused = delegate(mail, by, { from: 'back', hops: 1 })
    expect(refused).toMatchObject(refusal('not-allowed'))
    expect(mail.bench.plan.tasks.has(taskId('build-it'))).toBe(false)
  })
})

describe('P13: a task that fails twice running in the same way', () => {
  const escalateTo = { name: 'person', kind: 'person' } as const
  const fail = (mail: MailBench, number: number, reason: string) => {
    mail.claim('t', number)
    mail.end(number, failing('timeout', reason), { escalateTo })
    mail.bench.at += 60 * MINUTE
  }
  const questions = (mail: MailBench): Message[] =>
    mail.told().filter(({ asks }) => asks?.what === 'escalation')
  const failedTwice = (): MailBench => {
    const mail = yard()
    mail.bench.add('t', { maxAttempts: 5 })
    fail(mail, 1, 'cannot read /a/b/1.txt after 12 s (3fa9c0de77)')
    expect(questions(mail)).toEqual([])
    fail(mail, 2, 'cannot read /c/d/2.txt after 7 s (81bc22aa01)')
    return mail
  }

  it('is asked about once, whatever paths, ids and numbers differ', () => {
    const mail = failedTwice()
    expect(questions(mail)).toMatchObject([{ to: ['person'], kind: 'question', task: 't' }])
    fail(mail, 3, 'cannot read /e/3.txt after 9 s (0000aaaa11)')
    expect(questions(mail)).toHaveLength(1)
    const [asked] = questions(mail)
    expect(asked && mail.delivery(asked)?.noticeAt).not.toBeNull()
  })

  it('is asked about again once it fails twice in another way', () => {
    const mail = failedTwice()
    fail(mail, 3, 'no space left')
    expect(questions(mail)).toHaveLength(1)
    fail(mail, 4, 'no space left')
    expect(questions(mail)).toHaveLength(2)
  })

  it.each<[EscalationAnswer, object]>([
    ['retry', { state: { kind: 'open', notBefore: null }, attempts: 0, held: false }],
    ['pause', { state: { kind: 'open' }, held: true }],
    ['cancel', { state: { kind: 'abandoned' } }],
  ])('is done with as the answer %s says', (decision, becomes) => {
    const mail = failedTwice()
    const [asked] = questions(mail)
    if (!asked) throw new Error('nothing was asked')
    const sending = { original: asked, recipients: [] }
    const more = { from: 'ada', replyTo: asked.id, decision }
    mail.events(sendCommand(mail.bench, ['yard', 'so'], more, sending))
    expect(mail.bench.task('t')).toMatchObject(becomes)
    expect(mail.delivery(asked)?.state).toMatchObject({ kind: 'closed', how: 'replied' })
  })

  it('may be answered with retry while its next try has begun', () => {
    const mail = failedTwice()
    const [asked] = questions(mail)
    if (!asked) throw new Error('nothing was asked')
    mail.claim('t', 3)
    const more = { from: 'ada', replyTo: asked.id, decision: 'retry' } as const
    mail.events(sendCommand(mail.bench, ['yard', 'so'], more, { original: asked, recipients: [] }))
    expect(mail.state('t')).toMatchObject({ kind: 'in-progress' })
    expect(mail.delivery(asked)?.state.kind).toBe('closed')
  })
})

describe('a person', () => {
  it('is given notices, then the sender is told, and the message stays', () => {
    const mail = yard()
    const command = sendCommand(mail.bench, ['anna', 'one'], { from: 'back' })
    mail.events(command, COORDINATOR)
    const { message } = command
    const id = deliveryIdOf(message.id, 'anna')
    const { at } = mail.bench
    expect(mail.delivery(message, 'anna')).toMatchObject({ noticeAt: at + MAIL.retryAfterMs })
    const notice = (number: number, nextAt: number | null) =>
      mail.events(
        { type: 'delivery.notice', id, number, nextAt, isLast: nextAt === null },
        COORDINATOR,
      )
    const [first, last] = [at + MAIL.retryAfterMs, at + 3 * MAIL.retryAfterMs]
    mail.bench.at = first
    notice(1, last)
    // The same wish again, before anybody has looked.
    expect(notice(1, last)).toEqual([])
    expect(mail.delivery(message, 'anna')).toMatchObject({ tries: 0, notices: 1, noticeAt: last })
    expect(mail.told()).toEqual([])
    mail.bench.at = last
    notice(2, null)
    expect(mail.delivery(message, 'anna')).toMatchObject({
      // None of them is a try, should anna become a member that takes turns.
      tries: 0,
      notices: 2,
      noticeAt: null,
      state: { kind: 'waiting' },
    })
    expect(mail.told()).toMatchObject([{ to: ['back'], replyTo: message.id }])
    expect(notice(2, null)).toEqual([])
    expect(recipient('anna').kind).toBe('person')
  })
})

describe('dead ones', () => {
  it('are refused as such where nothing of a message is dead', () => {
    const mail = yard()
    const { id } = mail.send('back', 'one')
    const drop = { type: 'message.settleDead', id, how: 'drop', dead: [] } as const
    expect(mail.bench.run(drop)).toMatchObject(refusal('wrong-state'))
  })

  it('are closed, and sent anew under another id', () => {
    const mail = yard()
    const one = mail.send('back', 'one')
    for (const turn of [1, 2, 3]) {
      mail.claim('@back', turn)
      mail.end(turn, BAD)
      mail.bench.at += 60 * MINUTE
    }
    const dead = mail.delivery(one)
    if (dead?.state.kind !== 'dead') throw new Error('it is not dead')
    const again = messageAt(mail.bench.at, 'again')
    const { id } = one
    const sending = sendingTo(['back'], again)
    mail.events({ type: 'message.settleDead', id, how: 'retry', dead: [dead], again: sending })
    expect(mail.delivery(one)?.state).toMatchObject({ kind: 'closed', how: 'dropped' })
    expect(mail.bench.plan.deliveriesTo('back')).toEqual(new Set([`${again.id}>back`]))
    expect(mail.state('@back')).toMatchObject({ kind: 'open', notBefore: null })
  })
})

describe('ids that the yard makes', () => {
  it('are the same for the same cause, and another for another', () => {
    const id = derivedMessageId(1_700_000_000_000, 'a')
    expect(id).toMatch(/^[0-9A-HJKMNP-TV-Z]{26}$/)
    expect(derivedMessageId(1_700_000_000_000, 'a')).toBe(id)
    const many = new Set(Array.from({ length: 5000 }, (_, i) => derivedMessageId(7, `died ${i}`)))
    expect(many.size).toBe(5000)
    expect(derivedMessageId(1, 'z') < derivedMessageId(2, 'a')).toBe(true)
  })
})
