/** One value out of a list. */
import { Select as Base } from '@base-ui/react/select'

interface SelectProps<T extends string> {
  readonly label: string
  readonly value: T
  readonly options: readonly (readonly [T, string])[]
  readonly onChange: (value: T) => void
  readonly disabled?: boolean
}

export function Select<T extends string>(props: SelectProps<T>) {
  const { label, value, options, onChange, disabled = false } = props
  const items = Object.fromEntries(options)
  return (
    <Base.Root
      value={value}
      items={items}
      disabled={disabled}
      onValueChange={(next) => {
        if (next !== null) onChange(next as T)
      }}
    >
      <Base.Trigger className="select" aria-label={label}>
        <Base.Value />
        <Base.Icon aria-hidden="true">▾</Base.Icon>
      </Base.Trigger>
      <Base.Portal role="region" aria-label={`${label}: choices`}>
        <Base.Positioner className="popup-layer" sideOffset={4} alignItemWithTrigger={false}>
          <Base.Popup className="popup">
            {options.map(([each, word]) => (
              <Base.Item key={each} value={each} className="menu-item">
                <Base.ItemText>{word}</Base.ItemText>
                <Base.ItemIndicator className="end">✓</Base.ItemIndicator>
              </Base.Item>
            ))}
          </Base.Popup>
        </Base.Positioner>
      </Base.Portal>
    </Base.Root>
  )
}
