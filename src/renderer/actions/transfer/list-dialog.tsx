/** Makes tasks of a pasted list: it can still be changed, and nothing is added before the word is given. */
import { useEffect, useId, useRef, useState, type KeyboardEvent } from 'react'
import type { Problem } from '../../model/session/problem.ts'
import { useSession, useYard } from '../../model/session/session-context.tsx'
import { Button } from '../../ui/button.tsx'
import { Dialog } from '../../ui/popups.tsx'
import { ProblemNote } from '../../components/problem-note.tsx'
import { plural } from '../../ui/format.ts'
import { closeQuickAdd } from '../quick-add.ts'
import { addGraph } from './clipboard.ts'
import { closeList, useListRequest, type ListRequest } from './list-state.ts'
import { listFault, readList, toGraphLines } from './task-list.ts'

export function ListDialog() {
  const wish = useListRequest()
  return (
    <Dialog title="Make tasks of a list" isOpen={wish !== null} onClose={closeList}>
      {wish && <ListForm wish={wish} />}
    </Dialog>
  )
}

function ListForm({ wish }: { readonly wish: ListRequest }) {
  const id = useId()
  const main = useRef<HTMLButtonElement>(null)
  const form = useListForm(wish)
  const field = useRef<HTMLTextAreaElement>(null)
  const isBlank = wish.text === ''
  useEffect(() => (isBlank ? field : main).current?.focus(), [isBlank])
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.key !== 'Enter' || !(event.metaKey || event.ctrlKey)) return
    event.preventDefault()
    void form.make()
  }
  return (
    <>
      <div className="field">
        <label htmlFor={id}>One task a line</label>
        <textarea
          ref={field}
          id={id}
          className="input task-list"
          rows={Math.min(14, Math.max(4, form.text.split('\n').length))}
          spellCheck={false}
          dir="auto"
          aria-describedby={`${id}-note`}
          value={form.text}
          onChange={(event) => form.change(event.target.value)}
          onKeyDown={onKeyDown}
        />
        <span id={`${id}-note`} className="text-11 text-text-3">
          They become drafts. A line further in waits for the one above it. Also in each line: #tag
          @executor !high &gt;after
        </span>
      </div>
      <ProblemNote problem={form.problem} onClose={form.dismiss} />
      <div className="dialog-acts">
        <Button onClick={closeList}>Cancel</Button>
        <Button
          ref={main}
          look="main"
          isBusy={form.isBusy}
          disabled={form.count === 0}
          onClick={() => void form.make()}
        >
          Make {plural(form.count, 'task')}
        </Button>
      </div>
    </>
  )
}

function useListForm(wish: ListRequest) {
  const session = useSession()
  const tasks = useYard((view) => view.tasks)
  const [text, setText] = useState(wish.text)
  const [problem, setProblem] = useState<Problem | null>(null)
  const [isBusy, setBusy] = useState(false)
  const list = readList(text)
  const make = async (): Promise<void> => {
    if (isBusy || list.length === 0) return
    const fault = listFault(list, tasks)
    if (fault !== null) return setProblem({ kind: 'bad-request', message: fault, hint: null })
    setBusy(true)
    const graph = { text: toGraphLines(list, wish, tasks), format: 'jsonl' } as const
    const refused = await addGraph(session, graph, 'Added')
    setBusy(false)
    setProblem(refused)
    if (refused) return
    closeList()
    closeQuickAdd()
  }
  const change = (next: string): void => {
    setText(next)
    setProblem(null)
  }
  return {
    text,
    change,
    count: list.length,
    problem,
    dismiss: () => setProblem(null),
    isBusy,
    make,
  }
}
