/** A yard whose agents are real CLIs, pointed at the provider that bills. */
import { readFile, writeFile } from 'node:fs/promises'
import { startBillingLlm, type Asked, type BillingLlm, type Reply } from '../support/billing-llm.ts'
import type { AgentCli } from './install.ts'
import { makeRealYard, type RealYard } from './real-yard.ts'

const SONNET = 'claude-sonnet-4-6'
const COSTS = 'cost_in = 2\ncost_cached = 0.25\ncost_out = 8\n'
const BILLED = [
  `[models.billed]\nprovider = "openai"\nmodel_id = "billed-model"\n${COSTS}`,
  `[models.billed-acp]\nprovider = "openai"\nmodel_id = "yard/some-model"\n${COSTS}`,
  // Gemini CLI asks again for a broken answer of such models alone.
  `[models.billed-pro]\nprovider = "google"\nmodel_id = "gemini-2.5-pro"\n${COSTS}`,
].join('')
const MODELS: Readonly<Record<string, string>> = {
  claude: SONNET,
  gemini: 'billed-pro',
  'opencode-acp': 'billed-acp',
}
export const modelFor = (executor: string): string => MODELS[executor] ?? 'billed'

/** US dollars per million tokens: input, cached input, output. */
type Price = readonly [input: number, cached: number, output: number]
const PRICES: readonly (readonly [model: RegExp, Price])[] = [
  [/sonnet/, [3, 0.3, 15]],
  [/haiku/, [1, 0.1, 5]],
  [/^(?:billed-model|some-model|gemini-2\.5-pro)$/, [2, 0.25, 8]],
]

export function dollars(bill: BillingLlm['bill']): number {
  let sum = 0
  for (const { model, input, cached, output } of bill) {
    const price = PRICES.find(([pattern]) => pattern.test(model))?.[1]
    if (!price) throw new Error(`nobody knows what ${model} costs`)
    sum += (input - cached) * price[0] + cached * price[1] + output * price[2]
  }
  return sum / 1_000_000
}

/** A call of the shell tool of a CLI. */
export function shellCall(cli: AgentCli | 'native', command: string): NonNullable<Reply['call']> {
  const [tool, more] = SHELLS[cli]
  return { tool, with: { command, ...(cli === 'codex' ? { cmd: command } : {}), ...more } }
}
const SHELLS: Readonly<Record<AgentCli | 'native', readonly [tool: RegExp, more: object]>> = {
  claude: [/^Bash$/, { description: 'Write' }],
  codex: [/^(?:shell|shell_command|exec_command)$/, {}],
  gemini: [/^run_shell_command$/, { description: 'Write' }],
  qwen: [/^run_shell_command$/, { description: 'Write', is_background: false }],
  opencode: [/^bash$/, { description: 'Write' }],
  pi: [/^bash$/, {}],
  copilot: [/^bash$/, { description: 'Write' }],
  kimi: [/^Bash$/, { description: 'Write' }],
  native: [/^shell$/, {}],
}

export interface BilledYard {
  readonly place: RealYard
  readonly llm: BillingLlm
  /** From here on. */
  answerWith(answer: (asked: Asked) => Reply): void
  remove(): Promise<void>
}

/** `settings`: more of tables that its `.yard/config.toml` has already. */
export async function makeBilledYard(
  settings: Readonly<Record<string, string>> = {},
): Promise<BilledYard> {
  let answer: (asked: Asked) => Reply = () => ({ say: 'Nobody asked.' })
  const llm = await startBillingLlm((asked) => answer(asked))
  const place = await makeRealYard(llm.url)
  let config = await readFile(place.paths.config, 'utf8')
  for (const [table, lines] of Object.entries(settings))
    config = config.replace(`\n[${table}]\n`, `\n[${table}]\n${lines}\n`)
  await writeFile(place.paths.config, `${config}\n${BILLED}`)
  return {
    place,
    llm,
    answerWith(next) {
      answer = next
    },
    async remove() {
      await llm.close()
      await place.remove()
    },
  }
}
