import { z } from 'zod'
import { type Document, fromText, plainText } from '../../core/document.ts'
import { Problem } from '../../lib/problem.ts'
import { fromJson } from './content-json.ts'

/** How long a text may be in each of its three shapes (UTF-16 units). */
const LONGEST_CONTENT = 200_000

const written = z.string().max(LONGEST_CONTENT).nullish()

/** The three shapes that a comment's text comes in; a ticket's own have other names. */
export const contentShape = { content: written, contentHtml: written, contentJson: written }

/** A text as programs give it. */
export interface Content {
  content?: string | null | undefined // plain
  contentHtml?: string | null | undefined
  contentJson?: string | null | undefined // a rich text editor's own, as a string
}

/**
 * What a comment says: by its HTML when that is given, since it says most, else by its JSON, else by its plain text. Empty
 * when it says nothing. Throws a Problem under `contentJson` for JSON that is none, and for what is too long as plain text.
 */
export function readContent(
  { content, contentHtml, contentJson }: Content,
  readHtml: (html: string) => Document,
): Document {
  if (contentHtml?.trim()) return inBounds(readHtml(contentHtml), 'contentHtml')
  if (contentJson?.trim()) return inBounds(fromJson(parsed(contentJson)), 'contentJson')
  return fromText(content ?? '')
}

/** Each line of a quote within a quote begins with a sign for each: a few words can become a book. */
function inBounds(doc: Document, field: string): Document {
  if (plainText(doc).length <= LONGEST_CONTENT) return doc
  throw new Problem('invalid', `As plain text this is longer than ${LONGEST_CONTENT} characters.`, field)
}

function parsed(json: string): unknown {
  try {
    return JSON.parse(json.replaceAll('\\u0000', '')) // NUL, which no database keeps
  } catch {
    throw new Problem('invalid', 'This is no JSON. Give what a rich text editor says, as a string.', 'contentJson')
  }
}
