import { existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { silentLog } from '../../src/base/log.ts'
import type { JobPort } from '../../src/coordinator/ports.ts'
import type { JobRun } from '../../src/domain/messages/job.ts'
import { jobMessage, openRun } from '../../src/domain/messages/fire-job.ts'
import { derivedMessageId } from '../../src/domain/messages/derived-id.ts'
import type { JobSettings, Settings } from '../../src/domain/settings.ts'
import type { OpenStore } from '../../src/store/open-store.ts'
import { createJobPort } from '../../src/yard/jobs/job-port.ts'
import { nextFireAt } from '../../src/yard/timetable.ts'
import { createManualClock, START_AT, type ManualClock } from '../support/manual-clock.ts'
import { COORDINATOR } from '../support/plan-builder.ts'
import { plantSqliteFaults } from '../support/sqlite-faults.ts'
import { createYardBench, endedReport, type YardBench } from './yard-bench.ts'

const MINUTE = 60_000
const HOUR = 60 * MINUTE

let folder: string
let bench: YardBench
let jobs: Record<string, JobSettings>
let port: JobPort

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'yard-jobs-'))
  jobs = {}
})
afterEach(async () => {
  await bench.close()
  rmSync(folder, { recursive: true, force: true })
})

const hourly = (more: Partial<JobSettings> = {}): JobSettings => ({
  member: 'dev',
  message: 'Look at the failures.',
  schedule: { spec: String(HOUR), tz: null },
  conversation: 'resume',
  missed: 'once',
  isPaused: false,
  ...more,
})

const MEMBER = {
  executor: null,
  isPerson: false,
  conversation: 'resume',
  isPiloted: false,
  tries: 1,
  retryAfterMs: 1000,
} as const

const portOf = ({ plan, store }: OpenStore): JobPort =>
  (port = createJobPort({
    plan,
    store,
    settings: () =>
      ({
        jobs,
        members: { dev: MEMBER },
        messages: { maxHops: 6, perPair: 10 },
      }) as unknown as Settings,
    isTrusted: () => true,
    now: () => bench.clock.now(),
    file: join(folder, 'jobs.json'),
    log: silentLog,
  }))

interface Opened {
  readonly opened?: OpenStore
  readonly clock?: ManualClock
  readonly cron?: boolean
}

async function open({ cron = false, ...options }: Opened = {}): Promise<YardBench> {
  bench = await createYardBench({ ...options, jobs: portOf })
  if (cron)
    bench.nextFireAt = (schedule, from) => {
      const next = nextFireAt(schedule, from, null)
      return next.ok ? next.value : null
    }
  await bench.start()
  const members = [{ name: 'dev', title: 'dev' }]
  await bench.send({ type: 'members.sync', members }, COORDINATOR)
  return bench
}

/** Another owner of the same store, at that clock. */
async function reopen(options: Opened = {}): Promise<YardBench> {
  const { opened, clock } = bench
  await bench.coordinator.close()
  await bench.dispatcher.close()
  return open({ opened, clock, ...options })
}

/** The owner is away for so long. */
async function away(ms: number): Promise<YardBench> {
  const { opened, clock } = bench
  await bench.coordinator.close()
  await bench.dispatcher.close()
  clock.advance(ms)
  return open({ opened, clock })
}

const settingsChanged = async (next: Record<string, JobSettings>): Promise<void> => {
  jobs = next
  bench.coordinator.onSettings()
  await bench.turns.idle()
}

const runs = (name = 'nightly'): JobRun[] =>
  bench.opened.store.mail.jobRuns(name, 1000).toReversed()
/** When each was meant to fire, in hours from the start. */
const hours = (): (number | null)[] =>
  runs().map(({ scheduledFor }) => scheduledFor && (scheduledFor - START_AT) / HOUR)
const sent = (): number => bench.opened.store.mail.messages({ limit: 1000 }).length

async function endTurn(conversation: string | null, done = true): Promise<void> {
  await bench.begin('@dev')
  const agent = bench.opened.plan.agents.get(bench.agentOf('@dev'))
  if (!agent) throw new Error('no turn')
  const failed = { exit: { code: 1, signal: null } }
  bench.runtime.report(agent.id, agent.generation, {
    ...endedReport(bench.clock.now(), done ? {} : failed),
    conversation,
  })
  await bench.turns.idle()
}

describe('a job', () => {
  it('P6: sends its message at its time, and has the outcome of the turn that took it', async () => {
    jobs = { nightly: hourly() }
    await open()
    await bench.pass(HOUR - 1)
    expect(sent()).toBe(0)
    await bench.pass(1)
    expect(bench.opened.store.mail.messages({ limit: 9 })).toMatchObject([
      {
        message: { from: 'job:nightly', to: ['dev'], text: 'Look at the failures.', hops: 0 },
        deliveries: [{ state: { kind: 'taken' } }],
      },
    ])
    expect(runs()).toMatchObject([{ trigger: 'schedule', outcome: null, endedAt: null }])
    const agentId = bench.agentOf('@dev')
    await endTurn('c1')
    expect(runs()).toMatchObject([
      { id: 'nightly#1', outcome: 'done', agentId, conversation: { executor: 'shell', id: 'c1' } },
    ])
    await bench.pass(HOUR)
    expect(hours()).toEqual([1, 2])
  })

  it('W16: whose turns fail is dead, and says why nobody took what it sent', async () => {
    jobs = { nightly: hourly() }
    await open()
    await bench.pass(HOUR)
    for (const waitMs of [0, 10 * MINUTE, 20 * MINUTE]) {
      await bench.pass(waitMs)
      expect(runs()).toMatchObject([{ outcome: null }])
      await endTurn(null, false)
    }
    expect(runs()).toMatchObject([{ outcome: 'dead', agentId: null }])
    expect(runs()[0]?.reason).not.toBeNull()
  })

  it('fails at its time when its member has gone', async () => {
    jobs = { nightly: hourly({ member: 'nobody' }) }
    await open()
    await bench.pass(HOUR)
    expect(runs()).toMatchObject([{ outcome: 'failed', messageId: null }])
  })

  it('does not fire for times before it was there', async () => {
    await open()
    await bench.pass(5 * HOUR + MINUTE)
    await settingsChanged({ nightly: hourly({ missed: 'all' }) })
    await bench.pass(HOUR)
    expect(hours()).toEqual([6])
  })

  it('counts from now when its schedule changes', async () => {
    jobs = { nightly: hourly({ missed: 'all', schedule: { spec: String(100 * HOUR), tz: null } }) }
    await open()
    await bench.pass(5 * HOUR + MINUTE)
    await settingsChanged({ nightly: hourly({ missed: 'all' }) })
    expect(hours()).toEqual([])
    await bench.pass(HOUR)
    expect(hours()).toEqual([6])
  })

  it('P6: that is paused fires at none of its times, nor for them later', async () => {
    jobs = { nightly: hourly({ missed: 'all' }) }
    await open()
    await bench.pass(HOUR)
    await settingsChanged({ nightly: hourly({ missed: 'all', isPaused: true }) })
    await bench.pass(3 * HOUR)
    await reopen()
    await settingsChanged({ nightly: hourly({ missed: 'all' }) })
    await bench.pass(HOUR)
    expect(hours()).toEqual([1, 5])
  })

  it('waits for nothing while there is nothing to fire', async () => {
    jobs = { nightly: hourly({ isPaused: true }) }
    await open()
    expect(bench.clock.nextInMs()).toBe(MINUTE)
  })
})

describe('times of a job that were missed', () => {
  it.each([
    ['once', [4], ['missed'], 1],
    ['all', [1, 2, 3, 4], ['missed', 'missed', 'missed', 'missed'], 4],
    ['skip', [4], ['missed'], 0],
  ] as const)(
    'W15: by an owner that was away: %s',
    async (missed, expected, triggers, messages) => {
      jobs = { nightly: hourly({ missed }) }
      await open()
      await away(4 * HOUR + 10 * MINUTE)
      expect(hours()).toEqual(expected)
      expect(runs().map(({ trigger }) => trigger)).toEqual(triggers)
      expect(sent()).toBe(messages)
      expect(runs().at(-1)?.outcome).toBe(missed === 'skip' ? 'skipped' : null)
      await bench.pass(50 * MINUTE)
      expect(hours()).toEqual([...expected, 5])
      expect(runs().at(-1)).toMatchObject({ trigger: 'schedule' })
    },
  )

  it.each([
    ['once', [2], 1],
    ['all', [1, 2], 2],
    ['skip', [2], 0],
  ] as const)('by a machine that slept: %s', async (missed, expected, messages) => {
    jobs = { nightly: hourly({ missed }) }
    await open()
    bench.clock.jump(2 * HOUR + 10 * MINUTE)
    await bench.pass(MINUTE)
    expect(hours()).toEqual(expected)
    expect(sent()).toBe(messages)
  })

  it.each([
    ['a moment before the next owner came', 4000, 'schedule', 1],
    ['well before the next owner came', 6000, 'missed', 0],
  ] as const)('with skip: %s', async (_, lateMs, trigger, messages) => {
    jobs = { nightly: hourly({ missed: 'skip' }) }
    await open()
    await away(HOUR + lateMs)
    expect(runs()).toMatchObject([{ trigger }])
    expect(sent()).toBe(messages)
  })

  it('P6: are made up for a hundred times at most, by the latest', async () => {
    jobs = { nightly: hourly({ missed: 'all' }) }
    await open()
    await away(1000 * HOUR + MINUTE)
    expect(hours()).toEqual(Array.from({ length: 100 }, (_, at) => 901 + at))
    await reopen()
    expect(runs()).toHaveLength(100)
  })
})

describe('a time of a job', () => {
  it.each([
    ['before its run was committed', HOUR, 0],
    ['after it', HOUR, 1],
  ] as const)('is fired once by two owners, the first killed %s', async (_, ms, before) => {
    jobs = { nightly: hourly() }
    await open()
    if (before === 1) await bench.pass(ms)
    else bench.clock.stall(ms)
    expect(runs()).toHaveLength(before)
    await reopen()
    await bench.pass(30 * MINUTE)
    expect(hours()).toEqual([1])
    expect(sent()).toBe(1)
  })

  it('P6: is fired once while runs are started by hand', async () => {
    jobs = { nightly: hourly() }
    await open()
    const dealWithAll = () => bench.send({ type: 'message.ackAll', names: ['dev'] })
    for (let count = 0; count < 150; count += 1) await byHand()
    await bench.pass(HOUR)
    await dealWithAll()
    for (let count = 0; count < 150; count += 1) await byHand()
    // One that is open is kept, however old it is.
    expect(runs()).toHaveLength(150)
    await dealWithAll()
    await bench.pass(MINUTE)
    await byHand()
    await reopen()
    await bench.pass(30 * MINUTE)
    expect(runs().every(({ trigger }) => trigger === 'hand')).toBe(true)
    await bench.pass(30 * MINUTE)
    expect(hours().at(-1)).toBe(2)
  })

  it('is not fired again when the clock is set back over it, and those after it come', async () => {
    jobs = { nightly: hourly({ missed: 'all' }) }
    await open()
    await bench.pass(2 * HOUR)
    bench.clock.jump(-HOUR - 10 * MINUTE)
    await bench.pass(80 * MINUTE)
    expect(hours()).toEqual([1, 2])
    await bench.pass(HOUR)
    expect(hours()).toEqual([1, 2, 3])
  })

  it('that a wrong clock gave does not hold the job back', async () => {
    jobs = { nightly: hourly({ missed: 'once' }) }
    await open()
    bench.clock.jump(1000 * HOUR)
    await bench.pass(MINUTE)
    expect(hours()).toEqual([1000])
    bench.clock.jump(-1000 * HOUR)
    await bench.pass(2 * HOUR)
    expect(hours()).toEqual([1000, 1, 2])
  })
})

async function byHand(): Promise<void> {
  const firing = {
    name: 'nightly',
    job: hourly(),
    number: port.takeNumber('nightly'),
    at: bench.clock.now(),
  }
  const id = derivedMessageId(firing.at, `by hand ${firing.number}`)
  const sending = port.sendingTo('dev', jobMessage(firing, id))
  if (!sending) throw new Error('no member')
  const run = openRun(firing, { trigger: 'hand', scheduledFor: null }, id)
  const reply = await bench.send({ type: 'job.fire', run, sending })
  if (!reply.ok) throw new Error(reply.error.message)
}

describe('a job in a zone with summer time', () => {
  const at = (iso: string): number => Date.parse(iso)
  const isoTimes = (): string[] =>
    runs().map(({ scheduledFor }) => new Date(scheduledFor ?? 0).toISOString())

  it.each([
    [
      'in spring',
      '2024-03-30T12:00:00Z',
      '09:00',
      ['2024-03-31T07:00:00.000Z', '2024-04-01T07:00:00.000Z'],
    ],
    [
      'in autumn, in the hour that comes twice',
      '2024-10-26T12:00:00Z',
      '02:30',
      ['2024-10-27T00:30:00.000Z', '2024-10-28T01:30:00.000Z'],
    ],
  ])('fires once a day %s', async (_, start, spec, expected) => {
    jobs = { nightly: hourly({ schedule: { spec, tz: 'Europe/Berlin' } }) }
    await open({ clock: createManualClock(at(start)), cron: true })
    await bench.pass(48 * HOUR)
    expect(isoTimes()).toEqual(expected)
  })
})

describe('the conversation of a job', () => {
  const claimed = (): { conversation: string | null; resumed: boolean } => {
    const agent = bench.opened.plan.agents.get(bench.agentOf('@dev'))
    return { conversation: agent?.conversation?.id ?? null, resumed: agent?.resumed ?? false }
  }
  const write = (text: string) => {
    const firing = { name: 'x', job: hourly({ message: text }), number: 1, at: bench.clock.now() }
    const id = derivedMessageId(firing.at, text)
    const message = { ...jobMessage(firing, id), from: 'pat', conversation: null }
    const sending = port.sendingTo('dev', message)
    if (!sending) throw new Error('no member')
    return bench.send({ type: 'message.send', ...sending })
  }

  it('W14: is its own: its member’s goes on beside it', async () => {
    jobs = { nightly: hourly() }
    await open()
    await write('hello')
    expect(claimed()).toEqual({ conversation: null, resumed: false })
    await endTurn('own')
    await bench.pass(HOUR)
    expect(claimed()).toEqual({ conversation: null, resumed: false })
    await endTurn('of-the-job')
    await write('hello again')
    expect(claimed()).toEqual({ conversation: 'own', resumed: true })
    await endTurn('own')
    await reopen()
    await bench.pass(HOUR)
    expect(claimed()).toEqual({ conversation: 'of-the-job', resumed: true })
  })

  it('is taken alone: what else waits is for the next turn', async () => {
    jobs = { nightly: hourly() }
    await open()
    bench.caps = { ...bench.caps, maxAgents: 0 }
    await bench.pass(HOUR)
    await bench.pass(MINUTE)
    await write('hello')
    bench.caps = { ...bench.caps, maxAgents: 4 }
    bench.coordinator.onSettings()
    await bench.turns.idle()
    const states = () => [...bench.opened.plan.deliveries.values()].map(({ state }) => state.kind)
    expect(states()).toEqual(['taken', 'waiting'])
    await endTurn('of-the-job')
    expect(states()).toEqual(['taken'])
    expect(claimed()).toEqual({ conversation: null, resumed: false })
  })

  it('P6: is a new one each time where it says so', async () => {
    jobs = { nightly: hourly({ conversation: 'new' }) }
    await open()
    await bench.pass(HOUR)
    await endTurn('first')
    await bench.pass(HOUR)
    expect(claimed()).toEqual({ conversation: null, resumed: false })
  })
})

describe('the times of a job', () => {
  it('L16: outlive its owner, are those of its zone over changes of clocks, are made up for once, and tell what came of them', async () => {
    jobs = { nightly: hourly({ schedule: { spec: '30 2 * * *', tz: 'Europe/Berlin' } }) }
    const clock = createManualClock(Date.parse('2024-03-29T12:00:00Z'))
    await open({ cron: true, clock })
    const times = (): string[] =>
      runs().map(({ scheduledFor }) => new Date(scheduledFor ?? 0).toISOString())
    await bench.pass(24 * HOUR)
    expect(times()).toEqual(['2024-03-30T01:30:00.000Z'])
    expect(runs()).toMatchObject([{ trigger: 'schedule', outcome: null }])
    await endTurn('c1')
    expect(runs()).toMatchObject([{ outcome: 'done' }])
    await reopen({ cron: true })
    // On the 31st there is no half past two.
    await bench.pass(48 * HOUR)
    expect(times().slice(1)).toEqual([
      expect.stringMatching(/^2024-03-31T01:/),
      '2024-04-01T00:30:00.000Z',
    ])
    clock.jump(Date.parse('2024-10-26T12:00:00Z') - clock.now())
    await bench.pass(MINUTE)
    expect(times().slice(3)).toEqual(['2024-10-26T00:30:00.000Z'])
    expect(runs().at(-1)).toMatchObject({ trigger: 'missed' })
    // On the 27th there are two of them.
    await bench.pass(24 * HOUR)
    expect(times().slice(4)).toHaveLength(1)
  })
})

describe('a read that fails', () => {
  it('at the time of a job is tried again, and the job fires', async () => {
    jobs = { nightly: hourly() }
    await open()
    const faults = plantSqliteFaults()
    try {
      faults.fails = (sql) => sql.includes('max(number)')
      await bench.pass(HOUR)
      expect(sent()).toBe(0)
      faults.fails = null
      await bench.pass(MINUTE)
      expect(hours()).toEqual([1])
      await bench.pass(HOUR)
      expect(hours()).toEqual([1, 2])
    } finally {
      faults.restore()
    }
  })
})

it('keeps the starts of its jobs in a file that is written when they change', async () => {
  jobs = {}
  await open()
  expect(existsSync(join(folder, 'jobs.json'))).toBe(false)
  await settingsChanged({ nightly: hourly() })
  expect(existsSync(join(folder, 'jobs.json'))).toBe(true)
})

it('writes the starts of its jobs later where their file could not be written', async () => {
  jobs = {}
  await open()
  mkdirSync(join(folder, 'jobs.json'))
  await settingsChanged({ nightly: hourly() })
  rmSync(join(folder, 'jobs.json'), { recursive: true })
  await bench.pass(MINUTE)
  expect(existsSync(join(folder, 'jobs.json'))).toBe(true)
})
