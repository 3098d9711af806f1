/** Finding a text in an output: in all of it, or in what is loaded of stderr alone, which the host does not search. */
import { ArrowDown, ArrowUp } from 'lucide-react'
import {
  useCallback,
  useEffect,
  useEffectEvent,
  useMemo,
  useRef,
  useState,
  type KeyboardEvent,
} from 'react'
import { ProblemNote } from '../components/problem-note.tsx'
import type { Problem } from '../model/session/problem.ts'
import { useSession } from '../model/session/session-context.tsx'
import { Button } from '../ui/button.tsx'
import { countText } from '../ui/format.ts'
import { blockText, type OutputBlock } from './fold-output.ts'

interface SearchBarProps {
  readonly search: ReturnType<typeof useSearch>
  readonly onClose: () => void
}

export function SearchBar({ search, onClose }: SearchBarProps) {
  const field = useRef<HTMLInputElement>(null)
  useEffect(() => field.current?.focus(), [])
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.key === 'Escape') {
      event.stopPropagation()
      event.preventDefault()
      onClose()
    } else if (event.key === 'Enter') {
      event.preventDefault()
      search.step(event.shiftKey ? -1 : 1)
    }
  }
  return (
    <div
      className="output-search flex flex-wrap items-center"
      role="search"
      aria-label="Find in the output"
    >
      <input
        ref={field}
        className="input"
        aria-label="Find in the output"
        placeholder="Find"
        maxLength={200}
        spellCheck={false}
        value={search.text}
        onChange={(event) => search.setText(event.target.value)}
        onKeyDown={onKeyDown}
      />
      <span role="status" className="output-count text-11 text-text-2">
        {searchCountText(search)}
      </span>
      <Button look="quiet" aria-label="Previous match" onClick={() => search.step(-1)}>
        <ArrowUp size={14} strokeWidth={1.5} aria-hidden="true" />
      </Button>
      <Button look="quiet" aria-label="Next match" onClick={() => search.step(1)}>
        <ArrowDown size={14} strokeWidth={1.5} aria-hidden="true" />
      </Button>
      <Button look="quiet" icon="close" aria-label="Close find" onClick={onClose} />
      <ProblemNote problem={search.problem} onClose={search.dismiss} />
    </div>
  )
}

function searchCountText({ text, count, index, isMore, isBusy }: SearchBarProps['search']): string {
  if (text === '') return ''
  if (count === 0) return isBusy ? 'Looking' : 'Not found'
  return `${countText(index + 1)} of ${countText(count)}${isMore ? '+' : ''}`
}

/** A place in the file, or a block of those that are loaded. */
export type Found = { readonly offset: number } | { readonly blockKey: string }

interface Matches {
  readonly text: string
  readonly found: readonly Found[]
  /** Where the host goes on; null = it has seen all. */
  readonly next: number | null
}
const none: Matches = { text: '', found: [], next: null }

interface SearchParts {
  readonly agentId: string
  readonly isWholeFile: boolean
  readonly blocks: readonly OutputBlock[]
  readonly onFound: (found: Found) => void
}

const TYPING_MS = 200

export function useSearch({ agentId, isWholeFile, blocks, onFound }: SearchParts) {
  const [text, setText] = useState('')
  const [index, setIndex] = useState(0)
  const goTo = useEffectEvent(onFound)
  const file = useFileSearch(agentId)
  const { begin, stop } = file
  useEffect(() => {
    if (text === '' || !isWholeFile) return undefined
    const timer = setTimeout(async () => {
      const first = (await begin(text))?.found[0]
      if (first) goTo(first)
    }, TYPING_MS)
    return () => clearTimeout(timer)
  }, [text, isWholeFile, begin])
  const loaded = useMemo(
    () => (isWholeFile ? [] : foundIn(blocks, text)),
    [isWholeFile, blocks, text],
  )
  const found = isWholeFile ? file.matches.found : loaded
  const isMore = isWholeFile && file.matches.next !== null
  const step = async (by: 1 | -1): Promise<void> => {
    const to = index + by
    const list = to >= found.length && isMore ? ((await file.goOn())?.found ?? found) : found
    const place = list[to]
    if (place === undefined) return
    setIndex(to)
    onFound(place)
  }
  return {
    text,
    index,
    /** There may be more than `count`. */
    isMore,
    count: found.length,
    isBusy: file.isBusy,
    problem: file.problem,
    setText(next: string): void {
      stop()
      setIndex(0)
      setText(next)
    },
    step: (by: 1 | -1) => void step(by),
    dismiss: file.dismiss,
  }
}

/** Places in the file, found piece by piece: only as far as somebody looks. */
function useFileSearch(agentId: string) {
  const session = useSession()
  const [matches, setMatches] = useState(none)
  const [isBusy, setBusy] = useState(false)
  const [problem, setProblem] = useState<Problem | null>(null)
  const asked = useRef(0)
  /** Until something is found or the end is reached. Null: something else is looked for by now. */
  const readOn = useCallback(
    async (known: Matches): Promise<Matches | null> => {
      const ask = ++asked.current
      setBusy(true)
      let { next } = known
      let found: readonly Found[] = []
      while (next !== null && found.length === 0) {
        const from = next
        const answer = await session.call(({ page }) =>
          page.searchOutput({ id: agentId, text: known.text, from, limit: 200 }),
        )
        if (ask !== asked.current) return null
        if (!answer.ok) {
          setProblem(answer.error)
          break
        }
        found = answer.value.matches.map(({ offset }) => ({ offset }))
        next = answer.value.next
      }
      setBusy(false)
      const all = { text: known.text, found: [...known.found, ...found], next }
      setMatches(all)
      return all
    },
    [session, agentId],
  )
  const begin = useCallback((text: string) => readOn({ text, found: [], next: 0 }), [readOn])
  const stop = useCallback(() => {
    asked.current += 1
    setMatches(none)
    setProblem(null)
    setBusy(false)
  }, [])
  const dismiss = useCallback(() => setProblem(null), [])
  return { matches, isBusy, problem, begin, goOn: () => readOn(matches), stop, dismiss }
}

function foundIn(blocks: readonly OutputBlock[], text: string): readonly Found[] {
  if (text === '') return []
  const wanted = text.toLowerCase()
  return blocks.flatMap((block) =>
    blockText(block).toLowerCase().includes(wanted) ? [{ blockKey: block.key }] : [],
  )
}
