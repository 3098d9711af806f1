/** Whether the import or the export dialog is open, and with which dropped file. */
import { useStore } from 'zustand'
import { createStore } from 'zustand/vanilla'

export type FileDialog =
  { readonly kind: 'import'; readonly file: File | null } | { readonly kind: 'export' }

const store = createStore<{ readonly dialog: FileDialog | null }>(() => ({ dialog: null }))
export const useFileDialog = (): FileDialog | null => useStore(store, ({ dialog }) => dialog)
export const openFileDialog = (dialog: FileDialog): void => store.setState({ dialog })
export const closeFileDialog = (): void => store.setState({ dialog: null })
