/** Turns of a member beside the screen. */
import { cleanup, fireEvent, render, screen } from '@testing-library/react'
import { afterEach, expect, test } from 'vitest'
import type { AgentView } from '../../../../src/contract/view.ts'
import { MemberPanel } from '../../../../src/renderer/inspector/mail/member-panel.tsx'
import { SessionContext } from '../../../../src/renderer/model/session/session-context.tsx'
import { eventually } from '../../../support/eventually.ts'
import { agentOf } from '../../../support/scripted-host.ts'
import { liveSession } from '../../model/session/live-session.ts'

afterEach(() => {
  cleanup()
  location.hash = ''
})

const turn = (number: number): AgentView =>
  agentOf(`agent-${number}`, '@qa', { generation: number, status: 'ended', outcome: 'done' })

function open(turns: readonly AgentView[]) {
  const asked: object[] = []
  const agent = {
    list: async (input: object) => {
      asked.push(input)
      return turns
    },
    kill: async (input: object) => void asked.push(input),
    output: async () => ({
      reports: [],
      text: '',
      start: 0,
      next: 0,
      size: 0,
      isEnd: true,
      lines: { of: [], count: 0 },
      compacted: null,
    }),
  }
  render(
    <SessionContext value={liveSession({ agent })}>
      <MemberPanel id="@qa" />
    </SessionContext>,
  )
  return asked
}

test('the latest turn is shown, with the way to the member’s messages', async () => {
  const asked = open([turn(1), turn(2)])
  await screen.findByRole('region', { name: 'Output of agent-2' })
  expect(asked[0]).toMatchObject({ task: '@qa', which: 'all' })
  expect(screen.getByRole('combobox', { name: 'Which turn' })).toBeDefined()
  fireEvent.click(screen.getByRole('button', { name: 'Show its messages' }))
  expect(location.hash).toBe('#/messages?who=qa')
})

test('a turn that runs is killed by two presses', async () => {
  const running = agentOf('agent-3', '@qa', { generation: 3 })
  const asked = open([running])
  fireEvent.click(await screen.findByRole('button', { name: 'Kill agent-3' }))
  expect(asked).toHaveLength(1)
  fireEvent.click(screen.getByRole('button', { name: 'Kill it and pause? agent-3' }))
  await eventually(() => expect(asked).toHaveLength(2))
  expect(asked[1]).toMatchObject({ id: 'agent-3' })
})

test('one without a turn says so', async () => {
  open([])
  expect(await screen.findByText('It has not taken a turn yet.')).toBeDefined()
})
