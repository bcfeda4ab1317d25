import { type ReactNode, useRef, useState } from 'react'
import type { UploadRequest } from '../../../slack/types.ts'
import { base64Of } from '../../api.ts'
import { Icon } from '../../parts/Icon.tsx'
import { IconButton } from '../../parts/IconButton.tsx'
import { size } from '../../parts/times.ts'
import { type ElementLook, useSurface } from '../blocks/surface.ts'

interface Chosen extends UploadRequest {
  bytes: number
}

export function FileInput({ block, element, label, describedBy, isInvalid }: ElementLook): ReactNode {
  const { act } = useSurface()
  const [files, setFiles] = useState<Chosen[]>([])
  const input = useRef<HTMLInputElement>(null)

  async function choose(next: Chosen[]): Promise<void> {
    setFiles(next)
    await act(block, element, next.length ? next.map(({ bytes: _, ...upload }) => upload) : null)
  }

  async function add(list: FileList | null): Promise<void> {
    const added = await Promise.all([...(list ?? [])].map(uploadOf))
    if (input.current) input.current.value = ''
    await choose([...files, ...added].slice(0, element.max_files ?? 10))
  }

  return (
    <div className="file-input">
      {files.map((file, index) => (
        <div className="file-chip" key={`${file.name}/${file.bytes}`}>
          <Icon name="file" size={16} />
          <span>{file.name}</span>
          <small>{size(file.bytes)}</small>
          <IconButton
            icon="close"
            size={14}
            label={`Remove ${file.name}`}
            onClick={() => void choose(files.filter((_, other) => other !== index))}
          />
        </div>
      ))}
      <label className="button is-small">
        <Icon name="clip" size={16} /> Add files
        <input
          ref={input}
          type="file"
          multiple={(element.max_files ?? 10) > 1}
          accept={element.filetypes?.map((type: string) => `.${type}`).join(',')}
          aria-label={label}
          aria-describedby={describedBy}
          aria-invalid={isInvalid}
          onChange={event => void add(event.target.files)}
        />
      </label>
    </div>
  )
}

async function uploadOf(file: File): Promise<Chosen> {
  return {
    name: file.name,
    ...(file.type ? { mimetype: file.type } : {}),
    base64: await base64Of(file),
    bytes: file.size,
  }
}
