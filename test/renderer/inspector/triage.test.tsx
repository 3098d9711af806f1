import { cleanup, render, screen } from '@testing-library/react'
import { afterEach, expect, test } from 'vitest'
import { Tries } from '../../../src/renderer/inspector/tries.tsx'
import { agentOf } from '../../support/scripted-host.ts'

afterEach(cleanup)

const AT = '2026-11-20T10:00:00.000+00:00'
const try_ = (verdict: 'restart' | null, reason: string) =>
  agentOf('agent-1', 'a', { status: 'ended', triage: { verdict, reason, at: AT, by: 'judge-4' } })

test('a try says what a model made of its end', () => {
  render(<Tries tries={[try_('restart', 'it went astray')]} />)
  expect(screen.getByText('Triage: restart (it went astray), judge-4')).toBeDefined()
})

test('and that none answered', () => {
  render(<Tries tries={[try_(null, 'no answer within 30s')]} />)
  expect(screen.getByText('Triage: no answer (no answer within 30s), judge-4')).toBeDefined()
})

test('one that nobody was asked about says nothing', () => {
  render(<Tries tries={[agentOf('agent-1', 'a')]} />)
  expect(screen.queryByText(/Triage/)).toBeNull()
})
