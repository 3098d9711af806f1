/** Messages, deliveries, runs of jobs, tokens and other machines: journal, tables and plan agree, and stay as they are when the yard is opened again. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import Database from 'better-sqlite3'
import * as fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Command } from '../../src/domain/command.ts'
import { agentIdOf } from '../../src/domain/ids.ts'
import type { AccessToken } from '../../src/domain/messages/access-token.ts'
import type { JobRun } from '../../src/domain/messages/job.ts'
import { isOpenDelivery, type Delivery, type Message } from '../../src/domain/messages/message.ts'
import type { Plan } from '../../src/domain/plan.ts'
import type { OpenStore } from '../../src/store/open-store.ts'
import { KEPT_RUNS } from '../../src/store/mail/mail-tables.ts'
import { createYardBench, type YardBench } from '../coordinator/yard-bench.ts'
import { fold } from '../support/fold-journal.ts'
import {
  accessToken,
  BAD,
  jobRun,
  MAIL,
  messageAt,
  peerOf,
  sendingTo,
  syncCommand,
} from '../support/mail.ts'
import { openMemoryStore } from '../support/memory-store.ts'
import { addCommand, claimOf, COORDINATOR, endCommand, taskId } from '../support/plan-builder.ts'
import { recorderOf } from '../support/recorded-evaluations.ts'
import { createSeededRandom, type SeededRandom } from '../support/seeded-random.ts'
import { START_AT } from '../support/manual-clock.ts'

let folder = ''
let path = ''
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'yard-mail-'))
  path = join(folder, 'yard.db')
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const MEMBERS = ['back', 'front', 'side']
const NAMES = [...MEMBERS, 'anna', 'task:t', 'nobody@far']

/** What somebody, or the owner of the yard, may ask for next. */
function wish(random: SeededRandom, { plan, store }: OpenStore, count: number): Command {
  const at = START_AT + count * 1000
  const to = random.pick(NAMES)
  const open = [...plan.deliveries.values()]
  const any = open.length > 0 ? random.pick(open) : null
  const living = [...plan.agents.values()]
  const agent = living.length > 0 ? random.pick(living) : null
  const message = messageAt(at, `m${count}`, {
    priority: random.pick(['low', 'normal', 'urgent']),
    from: random.pick([...MEMBERS, 'ada']),
    conversation: random.pick([null, 'new', 'resume']),
    hops: random.int(0, 5),
  })
  const sent: Command = {
    type: 'message.send',
    ...sendingTo([...new Set([to, random.pick(MEMBERS)])], message),
  }
  const wishes: Record<string, () => Command> = {
    send: () => sent,
    claim: () => {
      const ids = [...MEMBERS.map((name) => `@${name}`), 't', 'u'].filter(() => random.chance(0.6))
      const claims = ids.map((id, i) => claimOf(id, count * 10 + i))
      return { type: 'agents.claim', claims }
    },
    end: () => {
      if (!agent) return sent
      const evidence = random.chance(0.5) ? {} : BAD
      const more = { endedAt: at, mail: MAIL, conversation: `c${count}` }
      return { ...endCommand(0, agent.generation, evidence, more), agentId: agent.id }
    },
    take: () => {
      if (!agent) return sent
      const { id: agentId, generation } = agent
      return { type: 'delivery.take', agentId, generation, isUrgentOnly: random.chance(0.3) }
    },
    ack: () => ({ type: 'message.ack', deliveryIds: any ? [any.id] : [] }),
    notice: () => ({
      type: 'delivery.notice',
      number: random.pick([1, 2, 3]),
      id: any?.id ?? '',
      nextAt: random.pick([null, at]),
      isLast: random.chance(0.3),
    }),
    reply: () => {
      const original = any && store.mail.message(any.messageId)?.message
      if (!original) return sent
      const answer = { ...message, from: any.recipient, replyTo: original.id }
      return { type: 'message.send', ...sendingTo([original.from], answer), original }
    },
    dead: () => {
      const dead = store.mail.dead(1)
      const again = sendingTo(
        dead.map(({ recipient }) => recipient),
        message,
      )
      const isSent = dead.length > 0 && random.chance(0.5)
      const id = dead[0]?.messageId ?? message.id
      const how = isSent ? 'retry' : 'drop'
      return { type: 'message.settleDead', id, how, dead, ...(isSent ? { again } : {}) }
    },
    forward: () => ({ type: 'delivery.forwarded', id: any?.id ?? '' }),
    sync: () => syncCommand(...MEMBERS.filter(() => random.chance(0.8))),
    wake: () => ({ type: 'member.wake', id: taskId(`@${random.pick(MEMBERS)}`) }),
    fire: () => ({ type: 'job.fire', run: jobRun(count) }),
    settle: () => ({
      type: 'job.settle',
      id: [...plan.jobRuns.keys()][0] ?? '',
      outcome: 'done',
      reason: null,
      agentId: agentIdOf(1),
      conversation: null,
    }),
    make: () => ({ type: 'token.make', token: accessToken(`t${count}`) }),
    revoke: () => ({ type: 'token.revoke', id: [...plan.tokens.keys()][0] ?? '' }),
    pin: () => ({ type: 'peer.pin', peer: peerOf(`p${random.int(1, 3)}`) }),
    read: () => ({
      type: 'peer.read',
      id: `p${random.int(1, 3)}`,
      cursor: `${count}`,
      members: random.pick([null, ['anna']]),
      refused: random.pick([[], ['bad signature']]),
    }),
  }
  return random.pick([sent, sent, sent, ...Object.values(wishes).map((make) => make())])
}

const plain = <T>(value: T): unknown => JSON.parse(JSON.stringify(value))
const byId = (all: Iterable<{ id: string }>): unknown =>
  plain([...all].toSorted((a, b) => (a.id < b.id ? -1 : 1)))

/** All that the plan knows of messages. */
const known = (plan: Plan) => ({
  deliveries: byId(plan.deliveries.values()),
  to: NAMES.map((name) => [...plan.deliveriesTo(name)].toSorted()),
  members: MEMBERS.map((name) => plan.agentOfMember(name)?.id ?? null),
  runs: byId(plan.jobRuns.values()),
  tokens: byId(plan.tokens.values()),
  peers: byId(plan.peers.values()),
})

/** Journal, tables and plan say the same. */
function agree({ store, plan }: Pick<OpenStore, 'store' | 'plan'>): void {
  const folded = fold(store.journal(0, 1_000_000))
  const rows = <T>(entity: string): T[] => [...(folded.get(entity)?.values() ?? [])] as T[]
  const deliveries = rows<Delivery>('delivery')
  for (const delivery of deliveries)
    expect(plain(store.mail.delivery(delivery.id))).toEqual(plain(delivery))
  for (const message of rows<Message>('message')) {
    const stored = store.mail.message(message.id)
    expect(plain(stored?.message)).toEqual(plain(message))
    const own = deliveries.filter(({ messageId }) => messageId === message.id)
    expect(byId(stored?.deliveries ?? [])).toEqual(byId(own))
  }
  const runs = rows<JobRun>('jobRun')
  expect(byId(store.mail.jobRuns('nightly', 1000))).toEqual(byId(runs))
  expect(byId(store.mail.tokens())).toEqual(byId(rows('token')))
  const open = deliveries.filter(isOpenDelivery)
  const member = (name: string) =>
    [...plan.agents.values()].find((agent) => agent.member === name)?.id ?? null
  expect(known(plan)).toEqual({
    deliveries: byId(open),
    to: NAMES.map((name) =>
      open.flatMap(({ id, recipient }) => (recipient === name ? id : [])).toSorted(),
    ),
    members: MEMBERS.map(member),
    runs: byId(runs.filter(({ outcome }) => outcome === null)),
    tokens: byId(rows<AccessToken>('token').filter(({ revokedAt }) => revokedAt === null)),
    peers: byId(rows('peer')),
  })
}

/** What no order of commands may break. */
function holds({ plan, store }: OpenStore): void {
  const living = [...plan.agents.values()].flatMap(({ member }) => member ?? [])
  expect(new Set(living).size).toBe(living.length)
  const holders = [...plan.deliveries.values()].flatMap(({ state }) =>
    state.kind === 'taken' ? [state.agentId] : [],
  )
  expect(holders.filter((id) => !plan.agents.has(id))).toEqual([])
  for (const name of MEMBERS) {
    const task = plan.tasks.get(taskId(`@${name}`))
    expect(['open', 'waiting', 'in-progress', 'abandoned', undefined]).toContain(task?.state.kind)
    // What is open is never forgotten: an idle member has nothing to take but low ones.
    if (task?.state.kind !== 'waiting' || plan.agentOfMember(name)) continue
    const left = [...plan.deliveriesTo(name)].map((id) => plan.deliveries.get(id)?.priority)
    expect(left.every((priority) => priority === 'low')).toBe(true)
  }
  for (const { id, state } of store.mail.dead(1000))
    expect({ id, reason: state.kind === 'dead' && state.reason !== '' }).toEqual({
      id,
      reason: true,
    })
}

describe('messages', () => {
  it('are the same in journal, tables and plan after any commands and commits that fail, and when opened again', async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 0, max: 1_000_000 }), async (seed) => {
        const random = createSeededRandom(seed)
        const failing = { isOn: false }
        rmSync(path, { force: true })
        const yard = await createYardBench({
          opened: await openMemoryStore(path),
          wrap: (opened) => ({
            ...opened,
            writer: {
              ...opened.writer,
              commit() {
                if (failing.isOn) throw Object.assign(new Error('full'), { code: 'SQLITE_FULL' })
                opened.writer.commit()
              },
            },
          }),
        })
        await begin(yard)
        for (let count = 1; count < 80;) {
          failing.isOn = random.chance(0.15)
          const before = plain(known(yard.opened.plan))
          const { seq } = yard.opened.store
          const size = random.int(1, 4)
          for (let i = 0; i < size; i += 1) {
            const command = wish(random, yard.opened, (count += 1))
            void yard.dispatcher.dispatch(command, COORDINATOR)
          }
          await yard.turns.idle()
          const isKept =
            yard.opened.store.seq !== seq ||
            isDeepStrictEqual(plain(known(yard.opened.plan)), before)
          expect(isKept).toBe(true)
          yard.clock.advance(random.int(0, 30 * 60_000))
          holds(yard.opened)
        }
        agree(yard.opened)
        const last = plain(known(yard.opened.plan))
        await yard.close()
        const again = await openMemoryStore(path)
        expect(plain(known(again.plan))).toEqual(last)
        agree(again)
        again.close()
      }),
      { numRuns: 25, examples: [[310108]] },
    )
  })

  async function begin(yard: YardBench): Promise<void> {
    await yard.send(syncCommand(...MEMBERS), COORDINATOR)
    for (const id of ['t', 'u'])
      await yard.send(addCommand(id, { exec: null, member: 'back', maxAttempts: 99 }), COORDINATOR)
  }
})

describe('reads of messages', () => {
  let opened: OpenStore
  beforeEach(async () => void (opened = await openMemoryStore()))
  afterEach(() => opened.close())

  const texts = (filter: Partial<Parameters<OpenStore['store']['mail']['messages']>[0]> = {}) =>
    opened.store.mail.messages({ limit: 100, ...filter }).map(({ message: { text } }) => text)

  it('are newest first, in pages, by name, kind and what became of them', () => {
    const recorder = recorderOf(opened)
    const send = (to: string[], seed: string, more: Partial<Message> = {}, second = 0) => {
      const message = messageAt(START_AT + second * 1000, seed, more)
      recorder.run({ type: 'message.send', ...sendingTo(to, message) }, COORDINATOR)
      return message
    }
    const one = send(['back'], 'one', {}, 1)
    const two = send(['front', 'back'], 'two', { from: 'side', kind: 'question' }, 2)
    send(['front'], 'three', {}, 3)
    recorder.run({ type: 'message.ack', deliveryIds: [`${one.id}>back`] })
    expect(texts()).toEqual(['three', 'two', 'one'])
    expect(texts({ limit: 1 })).toEqual(['three'])
    expect(texts({ before: two.id })).toEqual(['one'])
    expect(texts({ names: ['back'] })).toEqual(['two', 'one'])
    expect(texts({ names: ['side'] })).toEqual(['two'])
    expect(texts({ names: ['back'], state: 'open' })).toEqual(['two'])
    expect(texts({ kind: 'question' })).toEqual(['two'])
    expect(texts({ state: 'dead' })).toEqual([])
    const { mail } = opened.store
    expect(mail.message(two.id)?.deliveries.map(({ recipient }) => recipient)).toEqual([
      'front',
      'back',
    ])
    expect(mail.message('no')).toBeNull()
    const ids = [`${two.id}>back`]
    expect(
      mail.sentBetween('side', 'back', { since: START_AT + 1000, until: START_AT + 9000 }, 9),
    ).toEqual(ids)
    recorder.run({ type: 'message.ack', deliveryIds: ids })
    expect(
      mail.sentBetween('side', 'back', { since: START_AT + 1000, until: START_AT + 9000 }, 9),
    ).toEqual(ids)
    expect(
      mail.sentBetween('side', 'back', { since: START_AT + 2000, until: START_AT + 9000 }, 9),
    ).toEqual([])
  })

  it('mend what an earlier program took, and pass over what is no message', async () => {
    opened.close()
    opened = await openMemoryStore(path)
    const recorder = recorderOf(opened)
    const names = Array.from({ length: 101 }, (_, i) => `m${i}`)
    const said = ['a\0b', 'half \ud83d', '\0', 'torn']
    const sent = said.map((text, i) => {
      const message = messageAt(START_AT + i, `m${i}`, { text })
      recorder.run({ type: 'message.send', ...sendingTo(names, message) }, COORDINATOR)
      return message
    })
    const other = new Database(path)
    other.prepare('UPDATE message SET body = ? WHERE id = ?').run('{"id":', sent[3]?.id)
    other.close()
    expect(texts()).toEqual(['…', 'half \ufffd', 'ab'])
    const { mail } = opened.store
    expect(mail.message(sent[0]?.id ?? '')?.message.to).toEqual(names)
    expect(mail.message(sent[3]?.id ?? '')).toBeNull()
    expect(mail.thread(sent[0]?.id ?? '')).toHaveLength(1)
  })

  it('with a name, the open ones are those that are open for it', () => {
    const recorder = recorderOf(opened)
    const message = messageAt(START_AT, 'both')
    recorder.run({ type: 'message.send', ...sendingTo(['back', 'front'], message) }, COORDINATOR)
    recorder.run({ type: 'message.ack', deliveryIds: [`${message.id}>back`] })
    expect(texts({ names: ['front'], state: 'open' })).toEqual(['both'])
    expect(texts({ names: ['back'], state: 'open' })).toEqual([])
    // Who sent it sees it as open as long as somebody has it open.
    expect(texts({ names: ['ada'], state: 'open' })).toEqual(['both'])
  })

  it('keep the newest runs of a job alone', () => {
    const recorder = recorderOf(opened)
    const ended = { outcome: 'skipped', endedAt: START_AT } as const
    for (let number = 1; number <= KEPT_RUNS + 3; number += 1)
      recorder.run({ type: 'job.fire', run: jobRun(number, ended) }, COORDINATOR)
    const runs = opened.store.mail.jobRuns('nightly', 1000)
    expect(runs.map(({ number }) => number)).toEqual(
      Array.from({ length: KEPT_RUNS }, (_, i) => KEPT_RUNS + 3 - i),
    )
    expect(opened.store.mail.lastRunNumber('nightly')).toBe(KEPT_RUNS + 3)
    expect(opened.store.mail.lastRunNumber('other')).toBe(0)
  })

  it('keep runs whose message is open, and as many others as before where numbers were given to what was never saved', () => {
    const recorder = recorderOf(opened)
    const ended = { outcome: 'skipped', endedAt: START_AT } as const
    const numbers = (): number[] =>
      opened.store.mail.jobRuns('nightly', 1000).map(({ number }) => number)
    recorder.run({ type: 'job.fire', run: jobRun(1) }, COORDINATOR)
    recorder.run({ type: 'job.fire', run: jobRun(2, ended) }, COORDINATOR)
    recorder.run({ type: 'job.fire', run: jobRun(9 * KEPT_RUNS, ended) }, COORDINATOR)
    expect(numbers()).toEqual([9 * KEPT_RUNS, 2, 1])
    for (let number = 1; number <= KEPT_RUNS; number += 1)
      recorder.run({ type: 'job.fire', run: jobRun(9 * KEPT_RUNS + number, ended) }, COORDINATOR)
    expect(numbers()).toHaveLength(KEPT_RUNS + 1)
    expect(numbers().at(-1)).toBe(1)
  })

  it('know when a token was last used', () => {
    const { writer, tokenUse, store } = opened
    expect(store.mail.tokenUsedAt('t1')).toBeNull()
    for (const at of [5, 9]) {
      writer.begin()
      tokenUse.set('t1', at)
      writer.commit()
    }
    expect(store.mail.tokenUsedAt('t1')).toBe(9)
  })
})
