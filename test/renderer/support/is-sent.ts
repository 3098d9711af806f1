import { expect } from 'vitest'
import { eventually } from '../../support/eventually.ts'

/** So many commands have reached the host, and none of the page's buttons is busy with one any more. */
export const isSent = (sent: readonly unknown[], count: number): Promise<void> =>
  eventually(() => {
    expect(sent).toHaveLength(count)
    expect(document.querySelector('[aria-busy]')).toBeNull()
  })
