import { cleanup, fireEvent, render, screen } from '@testing-library/react'
import { afterEach, expect, test } from 'vitest'
import { BulkBar } from '../../../../src/renderer/actions/views/bulk-bar.tsx'
import { useTaskCommands } from '../../../../src/renderer/actions/use-task-commands.ts'
import { SessionContext } from '../../../../src/renderer/model/session/session-context.tsx'
import type { Session } from '../../../../src/renderer/model/session/session.ts'
import { selectTasks } from '../../../../src/renderer/model/selection.ts'
import { liveSession } from '../../model/session/live-session.ts'

afterEach(() => {
  cleanup()
  selectTasks([])
})

const session: Session = {
  ...liveSession({}),
  call: () => Promise.reject(new Error('nothing is sent')),
}

function Commands() {
  useTaskCommands()
  return null
}

test('the bar gives the keyboard back to the work as it goes', () => {
  selectTasks(['a', 'b'])
  render(
    <SessionContext value={session}>
      <main>
        <div role="application" tabIndex={0} aria-label="Work" />
        <Commands />
        <BulkBar className="bar" />
      </main>
    </SessionContext>,
  )
  const none = screen.getByRole('button', { name: 'Choose none' })
  none.focus()
  fireEvent.click(none)
  expect(screen.queryByRole('toolbar')).toBeNull()
  expect(document.activeElement).toBe(screen.getByRole('application'))
})
