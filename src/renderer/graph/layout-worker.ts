/** Lays out off the page's thread. Remembers its last layout, so that known tasks stay where they are. */
import type { LayoutTask } from './layered.ts'
import { layOut, type Layout } from './layout.ts'

export interface LayoutRequest {
  readonly structure: number
  readonly tasks: readonly LayoutTask[]
}
export interface LayoutAnswer {
  readonly structure: number
  readonly layout: Layout
}

let former: Layout = new Map()

addEventListener('message', (event: MessageEvent<LayoutRequest>) => {
  former = layOut(event.data.tasks, former)
  const answer: LayoutAnswer = { structure: event.data.structure, layout: former }
  postMessage(answer)
})
