/** Which files of a result this person has looked at, kept in this browser or app. A newer result is to be looked at anew. */
import { keep, readPersisted } from '../model/persisted.ts'
import { isListOf, isText } from '../model/reading.ts'
import { useStore } from 'zustand'
import { createStore } from 'zustand/vanilla'

const KEY = 'yardmaster.viewed'
/** The oldest marks go first. */
const MOST = 2000

const store = createStore<{ readonly marks: readonly string[] }>(() => ({
  marks:
    readPersisted('localStorage', KEY, (value) => (isListOf(isText)(value) ? value : null)) ?? [],
}))

/** Paths of that result which were looked at. */
export function useViewed(result: string | null): ReadonlySet<string> {
  const marks = useStore(store, (state) => state.marks)
  const start = `${result} `
  return new Set(
    marks.filter((mark) => mark.startsWith(start)).map((mark) => mark.slice(start.length)),
  )
}

export function setViewed(result: string, path: string, isViewed: boolean): void {
  const mark = `${result} ${path}`
  const others = store.getState().marks.filter((each) => each !== mark)
  const marks = isViewed ? [...others, mark].slice(-MOST) : others
  store.setState({ marks })
  keep('localStorage', KEY, marks)
}
