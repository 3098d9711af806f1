/** The lines of a drawn diff as places for the keyboard. The focus itself is the place, so no line is drawn again for it. */

/** The cell of code that the event came from. */
export const lineCell = (target: EventTarget): HTMLElement | null =>
  target instanceof HTMLElement ? target.closest<HTMLElement>('td.diff-code') : null

/** Goes where the key says. False when it says nothing here. */
export function stepFrom(
  region: HTMLElement | null,
  cell: HTMLElement | null,
  key: string,
): boolean {
  if (region === null) return false
  const rows = [...region.querySelectorAll<HTMLElement>('tr.diff-line')]
  const row = cell?.closest('tr') ?? null
  const at = rows.findIndex((each) => each === row)
  const last = rows.length - 1
  const steps = { ArrowDown: at + 1, j: at + 1, ArrowUp: at - 1, k: at - 1, Home: 0, End: last }
  const to = new Map(Object.entries(steps)).get(key)
  if (to === undefined) return cell !== null && stepAside(cell, key)
  const next = rows[Math.min(last, Math.max(0, to))]
  const column = cell === null ? -1 : [...(row?.children ?? [])].indexOf(cell)
  return next !== undefined && focusCell(cellIn(next, column))
}

/** Between the halves of a split row. */
function stepAside(cell: HTMLElement, key: string): boolean {
  if (key !== 'ArrowLeft' && key !== 'ArrowRight') return false
  const cells = cellsIn(cell.closest('tr'))
  const next = cells[cells.indexOf(cell) + (key === 'ArrowRight' ? 1 : -1)]
  return next !== undefined && focusCell(next)
}

/** A press makes the line the one that the keys are about; marking its text is left alone. */
export function focusPressed(target: EventTarget): void {
  const cell = lineCell(target)
  if (cell?.dataset['changeKey'] === undefined || getSelection()?.isCollapsed === false) return
  cell.tabIndex = -1
  cell.focus({ preventScroll: true })
}

export function focusLine(region: HTMLElement | null, key: string): void {
  const cell = region?.querySelector<HTMLElement>(
    `td.diff-code[data-change-key="${CSS.escape(key)}"]`,
  )
  focusCell(cell ?? null)
}

const cellsIn = (row: Element | null): readonly HTMLElement[] => [
  ...(row?.querySelectorAll<HTMLElement>('td.diff-code[data-change-key]') ?? []),
]

/** The one in the same column where there is one, else what is new. */
function cellIn(row: HTMLElement, column: number): HTMLElement | null {
  const cells = cellsIn(row)
  return cells.find((cell) => [...row.children].indexOf(cell) === column) ?? cells.at(-1) ?? null
}

function focusCell(cell: HTMLElement | null): boolean {
  if (cell === null) return false
  cell.tabIndex = -1
  cell.focus({ preventScroll: true })
  cell.scrollIntoView({ block: 'nearest' })
  return true
}
