import { expect, it } from 'vitest'
import { printNumbers, statsOf } from '../../../../src/cli/commands/graph/figures.ts'
import { createPrinter } from '../../../../src/cli/text/print.ts'
import type { AgentView } from '../../../../src/contract/view.ts'

const agentWith = (usage: Partial<NonNullable<AgentView['usage']>>): AgentView =>
  ({
    status: 'ended',
    outcome: 'done',
    executor: 'claude',
    startedAt: null,
    endedAt: null,
    usage,
  }) as AgentView

function printed(agents: readonly AgentView[]): string {
  let out = ''
  const stream = { write: (text: string | Uint8Array) => void (out += String(text)) }
  const print = createPrinter({ stdout: stream, stderr: stream, isJson: false, env: {} })
  printNumbers({ print }, statsOf([], agents))
  return out
}

it('marks tokens and dollars that are a lower bound', () => {
  const whole = agentWith({ inputTokens: 1000, outputTokens: 20, costUsd: 0.5 })
  const cut = agentWith({ inputTokens: 200, outputTokens: 3, costUsd: null, atLeast: true })
  expect(printed([whole])).toMatch(/tokens +1,000 in, 20 out, \$0\.50\n$/)
  expect(statsOf([], [whole, cut]).tokens).toEqual({
    input: 1200,
    output: 23,
    costUsd: 0.5,
    atLeast: 1,
  })
  expect(printed([whole, cut])).toMatch(
    /tokens +≥1,200 in, ≥23 out, ≥\$0\.50\n≥ at least: not every try reported all/,
  )
})
