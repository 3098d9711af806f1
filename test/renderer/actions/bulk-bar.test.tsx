import { cleanup, fireEvent, render, screen } from '@testing-library/react'
import { afterEach, expect, test } from 'vitest'
import { BulkBar } from '../../../src/renderer/graph/gestures/bulk-bar.tsx'
import { SessionContext } from '../../../src/renderer/model/session/session-context.tsx'
import type { Session } from '../../../src/renderer/model/session/session.ts'
import { ChosenBar } from '../../../src/renderer/screens/tasks/chosen-bar.tsx'
import { selectTasks } from '../../../src/renderer/model/selection.ts'
import { liveSession } from '../model/session/live-session.ts'

afterEach(() => {
  cleanup()
  selectTasks([])
})

const session: Session = {
  ...liveSession({}),
  call: () => Promise.reject(new Error('nothing is sent')),
}

test.each([
  ['graph', BulkBar],
  ['lists', ChosenBar],
])('the bar of the %s gives the keyboard back to the work as it goes', (_where, Bar) => {
  selectTasks(['a', 'b'])
  render(
    <SessionContext value={session}>
      <main>
        <div role="application" tabIndex={0} aria-label="Work" />
        <Bar />
      </main>
    </SessionContext>,
  )
  const none = screen.getByRole('button', { name: 'Choose none' })
  none.focus()
  fireEvent.click(none)
  expect(screen.queryByRole('toolbar')).toBeNull()
  expect(document.activeElement).toBe(screen.getByRole('application'))
})
