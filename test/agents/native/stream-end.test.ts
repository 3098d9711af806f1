/** What a provider that closes its stream early makes of a native agent, on every wire, and what it has cost. */
import { afterEach, describe, expect, it } from 'vitest'
import type { Wire } from '../../../src/agents/native/native-order.ts'
import {
  startBillingLlm,
  type Asked,
  type BillingLlm,
  type Reply,
} from '../../support/billing-llm.ts'
import { makeNativePlace, type NativePlace } from './native-run.ts'

let llm: BillingLlm
let place: NativePlace

afterEach(async () => {
  await place.remove()
  await llm.close()
})

async function run(wire: Wire, answer: (asked: Asked) => Reply) {
  llm = await startBillingLlm(answer)
  place = await makeNativePlace(llm.url)
  return place.runHere({ prompt: 'do it', wire })
}

const WIRES: readonly Wire[] = ['messages', 'chat', 'responses']
const writing = { tool: /^shell$/, with: { command: 'echo hi >> out.txt' } }
const CUTS = ['said', 'calling', 'unmarked'] as const

describe.each(WIRES)('a stream of the wire %s that closes early', (wire) => {
  it.each(CUTS)(
    '(%s) is asked for again, and what it used counts',
    async (cut) => {
      const { summary, reports } = await run(wire, ({ before }) =>
        before === 0 ? { say: 'I begin.', call: writing, cut } : { say: 'All is well.' },
      )
      expect(summary.final).toEqual({ ok: true, text: 'All is well.' })
      expect(llm.bill.map(({ isWhole }) => isWhole)).toEqual([false, true])
      // The call of an answer that never came to its end was not made.
      expect(reports.filter(({ kind }) => kind === 'tool-call')).toEqual([])
      const billed = llm.total()
      expect(summary.usage?.atLeast).toBe(true)
      expect(summary.usage?.outputTokens).toBeLessThanOrEqual(billed.output + 1)
      expect(summary.usage?.outputTokens).toBeGreaterThan(llm.bill[1]?.output ?? 0)
      // Anthropic's protocol tells what was read before anything is said; the others only at the end.
      const told = wire === 'messages' ? billed.input : llm.bill[1]?.input
      expect(summary.usage?.inputTokens).toBe(told)
    },
    30_000,
  )

  it('is counted to the token where nothing breaks, its cache included', async () => {
    const { summary } = await run(wire, ({ results }) =>
      results < 2 ? { say: 'On.', call: writing, cached: 0.5 } : { say: 'Done.', cached: 0.9 },
    )
    const { input, cached, output } = llm.total()
    expect(summary.usage).toEqual({
      inputTokens: input,
      cachedTokens: cached,
      outputTokens: output,
      reasoningTokens: summary.usage?.reasoningTokens,
      costUsd: null,
    })
    expect(llm.bill).toHaveLength(3)
  })
})
