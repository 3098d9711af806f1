import { createStore } from 'zustand/vanilla'
import { err, ok } from '../../../../src/base/result.ts'
import type { YardClient } from '../../../../src/renderer/model/session/link.ts'
import { toProblem } from '../../../../src/renderer/model/session/problem.ts'
import type { Session } from '../../../../src/renderer/model/session/session.ts'
import { emptyView, type YardView } from '../../../../src/renderer/model/session/yard-view.ts'

/** A session that is connected to `client`, which has the procedures that a test expects to be called and no others. */
export function liveSession(client: object, view: YardView = emptyView): Session {
  return {
    yard: createStore(() => view),
    connection: createStore(() => ({ kind: 'live' as const })),
    async call(send) {
      try {
        return ok(await send(client as YardClient))
      } catch (error) {
        return err(toProblem(error))
      }
    },
    tryNow: () => {},
    close: () => {},
  }
}
