/** Tabs with arrow keys. The panel is the children of the current one. */
import { useId, useRef, type KeyboardEvent, type ReactNode } from 'react'

interface TabsProps<T extends string> {
  readonly tabs: readonly (readonly [T, string])[]
  readonly current: T
  readonly onChange: (tab: T) => void
  readonly label: string
  readonly children: ReactNode
}

export function Tabs<T extends string>(props: TabsProps<T>) {
  const { tabs, current, onChange, label, children } = props
  const id = useId()
  const list = useRef<HTMLDivElement>(null)
  const onKeyDown = (event: KeyboardEvent): void => {
    const step = event.key === 'ArrowRight' ? 1 : event.key === 'ArrowLeft' ? -1 : 0
    if (step === 0) return
    const place = tabs.findIndex(([tab]) => tab === current) + step
    const next = tabs.at(place % tabs.length)
    if (!next) return
    onChange(next[0])
    list.current?.querySelector<HTMLElement>(`[data-tab="${next[0]}"]`)?.focus()
  }
  return (
    <>
      <div className="tabs" role="tablist" aria-label={label} ref={list} onKeyDown={onKeyDown}>
        {tabs.map(([tab, word]) => (
          <button
            key={tab}
            type="button"
            role="tab"
            id={`${id}-${tab}`}
            data-tab={tab}
            aria-selected={tab === current}
            aria-controls={`${id}-panel`}
            tabIndex={tab === current ? 0 : -1}
            onClick={() => onChange(tab)}
          >
            {word}
          </button>
        ))}
      </div>
      <div
        className="tab-panel"
        role="tabpanel"
        id={`${id}-panel`}
        aria-labelledby={`${id}-${current}`}
      >
        {children}
      </div>
    </>
  )
}
