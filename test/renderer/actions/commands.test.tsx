import { cleanup, render } from '@testing-library/react'
import { afterEach, describe, expect, test } from 'vitest'
import { blockedReason, runCommand, useCommands } from '../../../src/renderer/actions/commands.ts'

function Part({ name, does, blocked }: { name: string; does: string[]; blocked?: string }) {
  useCommands({ [name]: { run: () => void does.push(name), blocked: () => blocked ?? null } })
  return null
}

describe('commands', () => {
  afterEach(cleanup)

  test('are carried out by whoever offers them, for as long as it is there', () => {
    const does: string[] = []
    const { unmount } = render(<Part name="undo" does={does} />)
    expect(runCommand('undo')).toBe(true)
    unmount()
    expect(runCommand('undo')).toBe(false)
    expect(blockedReason('undo')).toBe('Not here')
    expect(does).toEqual(['undo'])
  })

  test('the last that offered one is asked; when it leaves, the one before it', () => {
    const [first, second]: [string[], string[]] = [[], []]
    render(<Part name="find" does={first} />)
    const { unmount } = render(<Part name="find" does={second} />)
    runCommand('find')
    unmount()
    runCommand('find')
    expect([first.length, second.length]).toEqual([1, 1])
  })

  test('one that cannot be done now says why and does nothing', () => {
    const does: string[] = []
    render(<Part name="redo" does={does} blocked="Nothing to do again" />)
    expect(runCommand('redo')).toBe(false)
    expect(blockedReason('redo')).toBe('Nothing to do again')
    expect(does).toEqual([])
  })
})
