import type { Outcome } from '../../../core/letter.ts'
import type { SendFailure } from './send-failure.ts'

/** What to do about a failed try. */
export interface Verdict {
  outcome: Outcome
  senderBroken: string | null // why the sender itself cannot send, a finished sentence
  slow: boolean // everything for the recipient's domain is to go more slowly
}

interface Failed {
  code: string
  status: number // 0: the server did not answer
  enhanced: string // 5.1.1, or empty
  words: string // the answer in lower case
  command: string
  uncertain: boolean
  to: string
  host: string
}

interface Rule {
  name: string
  when(f: Failed): boolean
  says(f: Failed): string
  // soon: within seconds; later: after minutes, then hours; daily: a day apart; once: one more time;
  // sender: nothing of this sender goes until it works; refuse: never
  act: 'soon' | 'later' | 'daily' | 'once' | 'sender' | 'refuse'
  slow?: true
  broken?: 'sender' | 'place' | 'address'
  alert?: 'policy'
}

const MINUTE = 60_000

const POLICY_WORDS =
  /spam|policy|block(ed|list)|black ?list|reputation|dmarc|\bspf\b|dkim|unsolicited|banned|denied|not allowed|unauthenticated/
const RATE_WORDS = /rate|too many|throttl|\btss\d|temporarily deferred|slow down|limit exceeded/
const GREY_WORDS = /gr[ea]y ?list|try again later|postgrey/

/** Whether an answer is about the address that we send from. */
export function saysSenderRefused(answer: string): boolean {
  return /\b5\.(1\.[78]|7\.60)\b|sender address rejected|not owned by user|send ?as ?(denied|this sender)/i.test(answer)
}

/** Read from the top; the first that fits decides. */
const RULES: Rule[] = [
  {
    name: 'lost after data',
    when: f => f.uncertain,
    says: () => 'The connection was lost while the mail server was taking the mail, so it may have arrived.',
    act: 'once',
  },
  {
    name: 'no token for now',
    when: f => f.code === 'ETOKEN',
    says: f => `An access token for the mail server ${f.host} could not be had at the moment.`,
    act: 'soon',
  },
  {
    name: 'no token',
    when: f => f.code === 'EOAUTH2',
    says: f => `This sender gets no access token for the mail server ${f.host} any more.`,
    act: 'sender',
  },
  {
    name: 'wants a secure connection first',
    when: f => f.status === 530 && /starttls|tls/.test(f.words),
    says: f => `The mail server ${f.host} wants a secure connection before it takes mail.`,
    act: 'sender',
  },
  {
    name: 'log-in refused',
    when: f => f.code === 'EAUTH' || f.code === 'ENOAUTH' || [530, 534, 535, 538].includes(f.status),
    says: f => `The mail server ${f.host} does not accept the user name and password of this sender.`,
    act: 'sender',
  },
  {
    name: 'no secure connection',
    when: f => f.code === 'ETLS' || /certificate|self.signed|ssl|tls/i.test(f.status ? '' : f.words),
    says: f => `A secure connection to the mail server ${f.host} could not be made.`,
    act: 'sender',
  },
  {
    name: 'not reached',
    when: f => f.status === 0 && ['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'EDNS', 'EHOSTUNREACH'].includes(f.code),
    says: f => `The mail server ${f.host} cannot be reached.`,
    act: 'soon',
  },
  {
    name: 'too big',
    when: f =>
      ['5.3.4', '5.2.3'].includes(f.enhanced) ||
      (f.code === 'EMESSAGE' && f.status === 0) ||
      (f.status === 552 && !/^5\.(2\.2|7)/.test(f.enhanced) && !/quota|full/.test(f.words)),
    says: () => 'The mail is too large for the mail server: send links in place of the files.',
    act: 'refuse',
  },
  {
    name: 'address cannot be written to',
    when: f => f.code === 'EENVELOPE' && f.status === 0,
    says: f => `No mail can be sent to ${f.to}.`,
    act: 'refuse',
    broken: 'address',
  },
  {
    name: 'no answer',
    when: f => f.status === 0,
    says: f => `The mail server ${f.host} did not answer.`,
    act: 'soon',
  },
  {
    name: 'our own quota',
    when: f => f.enhanced === '5.4.5' || /daily (user )?(sending|message) (limit|quota)/.test(f.words),
    says: f => `The mail server ${f.host} takes no more mail of this sender today.`,
    act: 'later',
  },
  {
    name: 'mailbox full for now',
    when: f => f.status < 500 && (f.enhanced === '4.2.2' || /quota|mailbox.*full|full.*mailbox/.test(f.words)),
    says: f => `The mailbox of ${f.to} is full at the moment.`,
    act: 'later',
  },
  {
    name: 'slowed down',
    when: f =>
      f.status < 500 && (f.enhanced.startsWith('4.7.') || RATE_WORDS.test(f.words)) && !GREY_WORDS.test(f.words),
    says: () => 'The mail server asks us to send more slowly.',
    act: 'later',
    slow: true,
  },
  {
    name: 'greylisted',
    when: f => f.status < 500 && GREY_WORDS.test(f.words),
    says: () => 'The mail server wants to see this mail again in some minutes.',
    act: 'later',
  },
  {
    name: 'later',
    when: f => f.status < 500 || f.status === 503,
    says: () => 'The mail server cannot take the mail at the moment.',
    act: 'later',
  },
  {
    name: 'mailbox full',
    when: f =>
      f.enhanced === '5.2.2' || (/quota|mailbox.*full|full.*mailbox/.test(f.words) && !f.enhanced.startsWith('5.7')),
    says: f => `The mailbox of ${f.to} is full.`,
    act: 'daily',
  },
  {
    name: 'sender address refused',
    when: f => f.command.startsWith('MAIL FROM') || saysSenderRefused(f.words),
    says: () => 'The mail server does not let this sender use its address.',
    act: 'refuse',
    broken: 'sender',
  },
  {
    name: 'no such domain',
    when: f => ['5.1.2', '5.4.4'].includes(f.enhanced),
    says: f => `The domain of ${f.to} does not exist or takes no mail.`,
    act: 'refuse',
    broken: 'address',
  },
  {
    name: 'mailbox disabled',
    when: f => f.enhanced === '5.2.1',
    says: f => `The mailbox of ${f.to} is switched off.`,
    act: 'refuse',
    broken: 'address',
  },
  {
    name: 'no such address',
    when: f => ['5.1.1', '5.1.3', '5.1.6', '5.1.10'].includes(f.enhanced),
    says: f => `The address ${f.to} does not exist.`,
    act: 'refuse',
    broken: 'address',
  },
  {
    name: 'policy',
    when: f => f.enhanced.startsWith('5.7.') || (!f.enhanced && POLICY_WORDS.test(f.words)),
    says: () =>
      "The customer's mail system does not accept mail from us; its administrators or ours must look into it.",
    act: 'refuse',
    alert: 'policy',
  },
  {
    name: 'no such address, said without a status',
    when: f => [550, 551, 553].includes(f.status) && !f.enhanced && f.command.startsWith('RCPT'),
    says: f => `The address ${f.to} does not exist.`,
    act: 'refuse',
    broken: 'address',
  },
  {
    name: 'refused',
    when: () => true,
    says: () => 'The mail server refused the mail.',
    act: 'refuse',
  },
]

/** Reads what a mail server answered about `to`, or that it did not, as what is to become of the letter. */
export function judge(failure: SendFailure, to: string, host: string): Verdict {
  const f: Failed = {
    code: failure.code,
    status: failure.status ?? 0,
    enhanced: /\b[245]\.\d{1,3}\.\d{1,3}\b/.exec(failure.answer ?? '')?.[0] ?? '',
    words: (failure.answer ?? failure.message).toLowerCase(),
    command: failure.command ?? '',
    uncertain: failure.uncertain,
    to,
    host,
  }
  const rule = RULES.find(r => r.when(f)) as Rule
  const reason = `${rule.says(f)}${bracketed(failure)}`
  return {
    outcome: outcomeOf(rule, reason),
    senderBroken: rule.act === 'sender' || rule.broken === 'sender' ? reason : null,
    slow: rule.slow ?? false,
  }
}

function outcomeOf({ act, broken, alert }: Rule, reason: string): Outcome {
  switch (act) {
    case 'refuse':
      return { refused: { reason, ...(broken ? { broken } : {}), ...(alert ? { alert } : {}) } }
    case 'sender':
      return { retry: { reason, tries: 'uncounted', afterMs: MINUTE } }
    case 'once':
      return { retry: { reason, tries: 'soon', afterMs: 10_000, uncertain: true } }
    default:
      return { retry: { reason, tries: act } }
  }
}

const LONGEST_ANSWER = 200

/** The far side's own words, for those who can use them. */
function bracketed(failure: SendFailure): string {
  const words = (failure.answer ?? failure.message).replace(/\s+/g, ' ').trim()
  if (!words) return ''
  return ` (${words.length > LONGEST_ANSWER ? `${words.slice(0, LONGEST_ANSWER)} ...` : words})`
}
