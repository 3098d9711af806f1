/** Values of the configuration as people read them. */
import { oneLine } from '../../text/table.ts'

export const shownOrNone = (value: unknown): string => valueText(value) || 'nothing'

export const valueText = (value: unknown): string => {
  if (value === null || value === undefined) return ''
  return oneLine(typeof value === 'string' ? value : JSON.stringify(value))
}
