import type { ReactNode } from 'react'
import type { FileView } from '../../slack/types.ts'
import { Icon } from '../parts/Icon.tsx'
import { size } from '../parts/times.ts'

/** Files of a message: pictures as such, all others as a card to save. */
export function Files({ files }: { files: FileView[] }): ReactNode {
  return (
    <div className="files">
      {files.map(file => (
        <a key={file.id} className="file-card" href={`${file.pageUrl}?download`} download={file.name}>
          {/^image\/(png|jpeg|gif|webp)/.test(file.mimetype) ? (
            <img src={file.pageUrl} alt={file.title || file.name} />
          ) : (
            <span className="file-icon">
              <Icon name="file" size={22} />
            </span>
          )}
          <span className="file-name">
            <strong>{file.title || file.name}</strong>
            <small>
              {file.name.split('.').pop()?.toUpperCase()} · {size(file.size)}
            </small>
          </span>
          <Icon name="download" size={16} />
        </a>
      ))}
    </div>
  )
}
