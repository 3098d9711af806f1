import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { makeTemplate, runHistory, type HistoryOptions } from './history.ts'
import {
  believesLateReports,
  believesOldJudgements,
  forgetsTurns,
  keepsTaken,
  losesMessages,
  takesWithoutClaim,
} from './planted.ts'
import { explain, simulate } from './simulate.ts'

describe('the simulation', () => {
  it('finds every promise held in 200 histories of 250 steps and what it takes to come to rest', async () => {
    let processes = 0
    let landed = 0
    let judged = 0
    const broken = await simulate({
      histories: 200,
      seed: 1,
      steps: 250,
      onHistory(history) {
        processes += history.agents
        landed += history.landed
        judged += history.judged
      },
    })
    expect(broken && explain(broken)).toBeNull()
    expect(processes).toBeGreaterThan(500)
    expect(landed).toBeGreaterThan(60)
    expect(judged).toBeGreaterThan(100)
  }, 240_000)

  it('holds every promise where the yard chooses executor and model by what it has learned', async () => {
    const [chosen, explored] = [new Set<number>(), new Set<number>()]
    const broken = await simulate({
      histories: 50,
      seed: 1,
      steps: 250,
      learns: true,
      onHistory(history) {
        if (history.chosen > 0) chosen.add(history.seed)
        if (history.explored > 0) explored.add(history.seed)
      },
    })
    expect(broken && explain(broken)).toBeNull()
    // What is done anew goes on with its conversation, so many histories have no choice.
    expect(chosen.size).toBeGreaterThan(15)
    expect(explored.size).toBeGreaterThan(7)
  }, 120_000)

  it('holds every promise where models say what becomes of agents that ended badly', async () => {
    let triaged = 0
    const broken = await simulate({
      histories: 60,
      seed: 1,
      steps: 250,
      triages: true,
      onHistory: (history) => void (triaged += history.triaged),
    })
    expect(broken && explain(broken)).toBeNull()
    expect(triaged).toBeGreaterThan(20)
  }, 120_000)

  it('holds every promise where members write to each other and jobs to them', async () => {
    const sent: number[] = []
    const broken = await simulate({
      histories: 30,
      seed: 1,
      steps: 300,
      mails: true,
      onHistory: ({ messages }) => void sent.push(messages),
    })
    expect(broken && explain(broken)).toBeNull()
    expect(sent.reduce((sum, count) => sum + count, 0) / sent.length).toBeGreaterThan(10)
  }, 120_000)

  let folder = ''
  let template = ''
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'yard-replay-'))
    template = await makeTemplate(folder)
  })
  afterAll(() => rmSync(folder, { recursive: true, force: true }))

  it('an outage of ten minutes under 30 tasks fails none, whoever dies meanwhile', async () => {
    let refused = 0
    for (let seed = 1; seed <= 15; seed += 1) {
      const outage = { seed, steps: 20_000, outageMs: 10 * 60_000, folder, template }
      const history = await runHistory(outage)
      expect(history.violation && explain(history)).toBeNull()
      refused += history.agents - 30
    }
    // They did run against it, and none of them hammered it.
    expect(refused / 15).toBeGreaterThan(2)
    expect(refused / 15).toBeLessThan(60)
  }, 120_000)

  it('replays a seed exactly', async () => {
    const options = { seed: 77, steps: 300, folder, template }
    const first = await runHistory(options)
    const second = await runHistory(options)
    expect(second).toEqual(first)
    const learns = { ...options, seed: 91, learns: true }
    const learning = await runHistory(learns)
    expect(learning.chosen).toBeGreaterThan(0)
    expect(await runHistory(learns)).toEqual(learning)
    const writes = { ...options, seed: 92, mails: true }
    const writing = await runHistory(writes)
    expect(writing.messages).toBeGreaterThan(0)
    expect(await runHistory(writes)).toEqual(writing)
    const other = await runHistory({ ...options, seed: 78 })
    expect(other.hash).not.toBe(first.hash)
  })

  it.each<
    [
      string,
      HistoryOptions['planted'],
      number[],
      { readonly mails?: true; readonly first?: number }?,
    ]
  >([
    ['a missing generation check', { decide: believesLateReports }, [1, 4, 5]],
    ['ignored caps', { ignoresCaps: true }, [3]],
    ['ignored budgets', { ignoresBudgets: true }, [3]],
    ['an ignored budget of the yard', { ignoresYardBudget: true }, [3]],
    ['an ignored cap of the machine', { ignoresMachine: true }, [3]],
    ['a forgotten pid fence', { forgetsFence: true }, [1, 4]],
    ['an ignored gate', { ignoresGates: true }, [4]],
    ['the judgement of an old generation', { decide: believesOldJudgements }, [5], { first: 201 }],
    ['a turn that is paid twice', { paysTwice: true }, [4]],
    ['a take without a claim', { decide: takesWithoutClaim }, [1, 4], { mails: true }],
    ['a message that is not given back', { decide: keepsTaken }, [4], { mails: true }],
    ['two agents of a member', { decide: forgetsTurns }, [1], { mails: true }],
    ['a message that is lost', { decide: losesMessages }, [4], { mails: true }],
    ['a job that forgets what it has fired', { forgetsRuns: true }, [4], { mails: true }],
    ['a commit that installs without saving', { commitLies: true }, [4, 8]],
  ])(
    'catches %s and names the seed',
    async (_, planted, promises, { first = 1, mails } = {}) => {
      const how = { steps: 250, planted: planted ?? {}, ...(mails && { mails }) }
      const broken = await simulate({ histories: 200, seed: first, ...how })
      expect(promises).toContain(broken?.violation?.promise)
      expect(broken && explain(broken)).toContain(`--seed ${broken?.seed}`)
      if (!broken) return
      const again = await runHistory({ seed: broken.seed, folder, template, ...how })
      expect(again.violation?.message).toBe(broken.violation?.message)
    },
    240_000,
  )
})
