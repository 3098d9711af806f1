/** Agents whose end this page has asked for and that have not ended: the yard reports them as stopping a little later. */
import { useStore } from 'zustand'
import { createStore, type StoreApi } from 'zustand/vanilla'
import { useSession } from '../model/session/session-context.tsx'
import type { Session } from '../model/session/session.ts'

type Ids = ReadonlySet<string>
const stores = new WeakMap<Session, StoreApi<Ids>>()

function storeOf(session: Session): StoreApi<Ids> {
  let store = stores.get(session)
  if (!store) stores.set(session, (store = createStore<Ids>(() => new Set())))
  return store
}

export const killingIn = (session: Session): Ids => storeOf(session).getState()
export const useKilling = (): Ids => useStore(storeOf(useSession()))

export function setKilling(session: Session, id: string, isKilling: boolean): void {
  const ids = new Set(killingIn(session))
  if (isKilling) ids.add(id)
  else ids.delete(id)
  storeOf(session).setState(ids, true)
}
