/** Measuring a judge from the window: nothing is asked of it before the person has agreed to the price. */
import { ORPCError } from '@orpc/client'
import { cleanup, fireEvent, render, screen, waitFor, within } from '@testing-library/react'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Evaluator } from '../../../src/contract/judging.ts'
import type { Attention } from '../../../src/contract/view.ts'
import { useAsked } from '../../../src/renderer/actions/ask.ts'
import { useJudgeCommands } from '../../../src/renderer/actions/check-judge.ts'
import { runCommand } from '../../../src/renderer/actions/commands.ts'
import { SessionContext, useCommand } from '../../../src/renderer/model/session/session-context.tsx'
import { emptyView } from '../../../src/renderer/model/session/yard-view.ts'
import { Answers } from '../../../src/renderer/screens/attention/answers.tsx'
import { attentionItems } from '../../../src/renderer/screens/attention/attention-items.ts'
import { Judges } from '../../../src/renderer/screens/evaluations/judges.tsx'
import { summaryOf } from '../../support/scripted-host.ts'
import { liveSession } from '../model/session/live-session.ts'

const PRICE = { executor: 'claude', model: 'sonnet', calls: 16, costUsd: 0.42 }
const NONE = { n: 0, isFew: true, bias: null, mae: null, spearman: null, kappa: null }
const JUDGE: Evaluator = {
  executor: 'claude',
  model: 'sonnet',
  prompt: 'v2',
  asked: 0,
  unansweredShare: null,
  meanCostUsd: null,
  people: NONE,
  overrides: NONE,
  canaries: null,
  flag: null,
  partial: null,
  checking: 0,
}
const UNMEASURED: Attention = {
  task: null,
  agent: null,
  kind: 'judge',
  text: 'judge claude/sonnet: it was never measured',
  reason: 'it was never measured',
  judge: { name: 'claude/sonnet', issue: 'unmeasured', calls: 16, costUsd: 0.42 },
  since: '2026-11-20T10:00:00Z',
}

let sent: object[]
let price: { kind: string; message: string; facts?: Record<string, unknown> }
let judges: Evaluator[]
beforeEach(() => {
  sent = []
  price = { kind: 'bad-request', message: '16 calls', facts: PRICE }
  judges = [JUDGE]
})
afterEach(cleanup)

const evaluator = {
  list: async () => judges,
  check: async ({ commandId, ...input }: { confirm: boolean; commandId?: string }) => {
    if (!input.confirm) throw new ORPCError('BAD_REQUEST', { data: price })
    sent.push({ ...input, hasId: commandId !== undefined })
    judges = judges.map((each) => ({ ...each, checking: 16 }))
    return { ...PRICE, judgements: [] }
  },
}

function open(children: React.ReactNode, attention: readonly Attention[] = [UNMEASURED]): void {
  const summary = summaryOf({ attention: [...attention] })
  const session = liveSession({ evaluator }, { ...emptyView, summary })
  render(
    <SessionContext value={session}>
      {children}
      <Asked />
    </SessionContext>,
  )
}

const items = (each: Attention) =>
  attentionItems(summaryOf({ attention: [each] }), new Map(), new Map())

/** The answers of one row; rows have no height here. */
function Item() {
  const command = useCommand()
  return items(UNMEASURED).map((item) => <Answers key={item.key} item={item} command={command} />)
}

/** Stands for the frame's dialog. */
function Asked() {
  const asked = useAsked()
  if (asked === null) return null
  const { title, lines, choices } = asked.question
  return (
    <div role="dialog" aria-label={title}>
      {lines.map((line) => (
        <p key={line}>{line}</p>
      ))}
      {choices.map(({ id, label }) => (
        <button key={id} type="button" onClick={() => asked.answer({ choice: id, text: '' })}>
          {label}
        </button>
      ))}
      <button type="button" onClick={() => asked.answer(null)}>
        Leave
      </button>
    </div>
  )
}

const button = (name: string | RegExp) => screen.findByRole('button', { name })

describe('the judges of the Evaluations screen', () => {
  it('are checked after the price was agreed to, and then show what is left', async () => {
    open(<Judges stand="" />)
    fireEvent.click(await button('Check claude/sonnet'))
    const dialog = await screen.findByRole('dialog', { name: 'Check claude/sonnet?' })
    expect(dialog.textContent).toContain('16 calls, about $0.42')
    expect(sent).toEqual([])
    fireEvent.click(within(dialog).getByRole('button', { name: 'Ask 16, about $0.42' }))
    await waitFor(() =>
      expect(sent).toEqual([{ name: 'claude/sonnet', confirm: true, hasId: true }]),
    )
    expect(await screen.findByText('16 questions left')).toBeTruthy()
    expect((await button('Check claude/sonnet')).hasAttribute('disabled')).toBe(true)
  })

  it('are left alone where the person leaves the question', async () => {
    open(<Judges stand="" />)
    fireEvent.click(await button('Check claude/sonnet'))
    fireEvent.click(await button('Leave'))
    await waitFor(() => expect(screen.queryByRole('dialog')).toBeNull())
    expect(sent).toEqual([])
  })

  it('say why one cannot be asked, and ask nothing', async () => {
    price = { kind: 'no-judge', message: 'claude: no program' }
    open(<Judges stand="" />)
    fireEvent.click(await button('Check claude/sonnet'))
    expect(await screen.findByText(/claude: no program/)).toBeTruthy()
    expect(screen.queryByRole('dialog')).toBeNull()
  })

  it('show what their canaries came to, and the flag with its reason', async () => {
    const canaries = { n: 16, answered: 14, biasGood: -0.04, biasBad: 0.21, mae: 0.12 }
    const flag = { code: 'lenient' as const, text: 'bad work is scored 0.21 too high' }
    judges = [
      { ...JUDGE, canaries: { ...canaries, at: '2026-11-20T10:00:00Z' }, flag },
      { ...JUDGE, model: 'opus' },
    ]
    open(<Judges stand="" />)
    const [, flagged, never] = await screen.findAllByRole('row')
    const cells = within(flagged as HTMLElement)
      .getAllByRole('cell')
      .map(({ textContent }) => textContent)
    expect(cells.join('|')).toContain('14 of 16')
    expect(cells.join('|')).toContain(
      'Gates nothing: bad work is scored 0.21 too high|−0.04|+0.21|0.12|',
    )
    expect(never?.textContent).toContain('never')
  })
})

describe('Attention', () => {
  it('offers the check of a judge, and where judges stand', async () => {
    open(<Item />)
    expect(await button('Show judges')).toBeTruthy()
    fireEvent.click(await button('Check… claude/sonnet'))
    fireEvent.click(await button('Ask 16, about $0.42'))
    await waitFor(() => expect(sent).toHaveLength(1))
  })

  it('names what is wrong with it, and stays the same item until that is another', () => {
    const itemOf = (more: Partial<Attention>) => items({ ...UNMEASURED, ...more })[0]
    expect(itemOf({})).toMatchObject({ word: 'Judge not measured', title: 'claude/sonnet' })
    const judge = { name: 'claude/sonnet', calls: 16, costUsd: 0.42 }
    const changed = itemOf({ judge: { ...judge, issue: 'changed' } })
    const flagged = itemOf({ judge: { ...judge, issue: 'flagged' } })
    expect([changed?.word, flagged?.word]).toEqual(['Judge changed', 'Judge flagged'])
    expect(itemOf({ reason: 'it costs more', since: '2026-11-21T10:00:00Z' })?.key).toBe(
      itemOf({})?.key,
    )
    expect(flagged?.key).not.toBe(changed?.key)
  })
})

it('the command of the palette checks who would judge now', async () => {
  const Commands = () => (useJudgeCommands(), null)
  open(<Commands />)
  expect(runCommand('judge.check')).toBe(true)
  fireEvent.click(await button('Ask 16, about $0.42'))
  await waitFor(() => expect(sent).toEqual([{ name: 'claude/sonnet', confirm: true, hasId: true }]))
})
