/** Makes tasks of a pasted list: it can still be changed, and nothing is added before the word is given. */
import { useEffect, useRef, useState, type KeyboardEvent } from 'react'
import type { Problem } from '../../model/session/problem.ts'
import { useSession, useYard } from '../../model/session/session-context.tsx'
import { Button } from '../../ui/button.tsx'
import { Dialog } from '../../ui/popups.tsx'
import { ProblemNote } from '../../components/problem-note.tsx'
import { plural } from '../../ui/format.ts'
import { TextArea } from '../views/text-area.tsx'
import { closeList, closeQuickAdd, useListRequest, type ListRequest } from '../quick-add.ts'
import { addGraph } from './clipboard.ts'
import { listIssue, readList, toGraphLines } from './task-list.ts'

export function ListDialog() {
  const wanted = useListRequest()
  return (
    <Dialog title="Make tasks of a list" isOpen={wanted !== null} onClose={closeList}>
      {wanted && <ListForm wanted={wanted} />}
    </Dialog>
  )
}

function ListForm({ wanted }: { readonly wanted: ListRequest }) {
  const main = useRef<HTMLButtonElement>(null)
  const form = useListForm(wanted)
  const field = useRef<HTMLTextAreaElement>(null)
  const isBlank = wanted.text === ''
  useEffect(() => (isBlank ? field : main).current?.focus(), [isBlank])
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.key !== 'Enter' || !(event.metaKey || event.ctrlKey)) return
    event.preventDefault()
    void form.make()
  }
  return (
    <>
      <TextArea
        ref={field}
        label="One task a line"
        className="task-list"
        rows={Math.min(14, Math.max(4, form.text.split('\n').length))}
        spellCheck={false}
        dir="auto"
        note="They become drafts. A line further in waits for the one above it. Also in each line: #tag @executor !high >after"
        value={form.text}
        onText={form.change}
        onKeyDown={onKeyDown}
      />
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

function useListForm(wanted: ListRequest) {
  const session = useSession()
  const tasks = useYard((view) => view.tasks)
  const [text, setText] = useState(wanted.text)
  const [problem, setProblem] = useState<Problem | null>(null)
  const [isBusy, setBusy] = useState(false)
  const list = readList(text)
  const make = async (): Promise<void> => {
    if (isBusy || list.length === 0) return
    const issue = listIssue(list, tasks)
    if (issue !== null) return setProblem({ kind: 'bad-request', message: issue, hint: null })
    setBusy(true)
    const graph = { text: toGraphLines(list, wanted, tasks), format: 'jsonl' } as const
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
