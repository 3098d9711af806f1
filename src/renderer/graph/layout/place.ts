/** Where a task stands in the grid of the layout. */
export interface Place {
  readonly column: number
  readonly row: number
}
export type Layout = ReadonlyMap<string, Place>
