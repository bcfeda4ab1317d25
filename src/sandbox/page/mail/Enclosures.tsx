import { type ReactNode, useRef } from 'react'
import { Icon } from '../parts/Icon.tsx'
import { IconButton } from '../parts/IconButton.tsx'
import { size } from '../parts/times.ts'

/** Files to go along with a mail. */
export function Enclosures({ files, onChange }: { files: File[]; onChange(files: File[]): void }): ReactNode {
  const input = useRef<HTMLInputElement>(null)
  return (
    <div className="enclosures">
      {files.map((file, index) => (
        <span className="file-chip" key={`${file.name}/${file.lastModified}`}>
          <Icon name="file" size={16} />
          <span>{file.name}</span>
          <small>{size(file.size)}</small>
          <IconButton
            icon="close"
            size={14}
            label={`Remove ${file.name}`}
            onClick={() => onChange(files.filter((_, other) => other !== index))}
          />
        </span>
      ))}
      <label className="button is-small">
        <Icon name="clip" size={14} /> Attach
        <input
          ref={input}
          type="file"
          multiple
          aria-label="Attach files to the mail"
          onChange={event => {
            onChange([...files, ...(event.target.files ?? [])])
            event.target.value = ''
          }}
        />
      </label>
    </div>
  )
}
