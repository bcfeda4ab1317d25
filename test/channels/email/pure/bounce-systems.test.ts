import { describe, expect, test } from 'vitest'
import { mail, read } from '../mails.ts'

/** The report of a mail system without fields for machines: its words, who sends it, and what is to be read in it. */
interface Report {
  from?: string
  subject?: string
  headers?: Record<string, string | null>
  body: string
  kind?: 'bounce' | 'delayed'
  recipients: string[]
  class: string
  permanent: boolean
  hard: boolean
}

const RETURNED = `Received: by mx.support.test; Tue, 3 Mar 2026 10:00:00 +0000
From: help@support.test
To: jane@acme.test
Subject: Your parts
Message-ID: <parts-1@support.test>
Date: Tue, 3 Mar 2026 10:00:00 +0000

The parts are on their way.
`

const GONE = { recipients: ['jane@acme.test'], class: 'no_such_address', permanent: true, hard: true }
const FULL = { recipients: ['jane@acme.test'], class: 'mailbox_full', permanent: true, hard: false }

const REPORTS: Record<string, Report> = {
  qmail: {
    subject: 'failure notice',
    body: `Hi. This is the qmail-send program at mx.acme.test.
I'm afraid I wasn't able to deliver your message to the following addresses.
This is a permanent error; I've given up. Sorry it didn't work out.

<jane@acme.test>:
Sorry, no mailbox here by that name. (#5.1.1)

--- Below this line is a copy of the message.

Return-Path: <help@support.test>
${RETURNED}`,
    ...GONE,
  },
  'qmail with several recipients': {
    subject: 'failure notice',
    body: `Hi. This is the qmail-send program at mx.acme.test.
I'm afraid I wasn't able to deliver your message to the following addresses.

<jane@acme.test>:
192.0.2.7 does not like recipient.
Remote host said: 550 5.1.1 User unknown
Giving up on 192.0.2.7.

<joe@other.test>:
192.0.2.8 does not like recipient.
Remote host said: 552 5.2.2 Over quota
Giving up on 192.0.2.8.

--- Below this line is a copy of the message.

${RETURNED}`,
    ...GONE,
    recipients: ['jane@acme.test', 'joe@other.test'],
    hard: false,
  },
  'Exim without its header': {
    subject: 'Mail delivery failed: returning message to sender',
    body: `This message was created automatically by mail delivery software.

A message that you sent could not be delivered to one or more of its
recipients. This is a permanent error. The following address(es) failed:

  jane@acme.test
    SMTP error from remote mail server after RCPT TO:<jane@acme.test>:
    host mx.acme.test [192.0.2.7]: 550 Mailbox quota exceeded

------ This is a copy of the message, including all the headers. ------

${RETURNED}`,
    ...FULL,
  },
  'Exim, a domain that does not exist': {
    headers: { 'X-Failed-Recipients': 'jane@acme.test' },
    body: `A message that you sent could not be delivered to one or more of its
recipients. The following address(es) failed:

  jane@acme.test
    Unrouteable mail domain "acme.test"
`,
    ...GONE,
    class: 'no_such_domain',
  },
  'old Sendmail': {
    subject: 'Returned mail: User unknown',
    body: `   ----- Transcript of session follows -----
While talking to mx.acme.test:
>>> RCPT To:<jane@acme.test>
<<< 550 5.1.1 <jane@acme.test>... User unknown
550 <jane@acme.test>... User unknown

   ----- Unsent message follows -----
${RETURNED}`,
    ...GONE,
  },
  'Sendmail’s text alone': {
    subject: 'Returned mail: see transcript for details',
    body: `The original message was received at Tue, 3 Mar 2026 10:00:00 GMT
from mx.support.test [192.0.2.1]

   ----- The following addresses had permanent fatal errors -----
<jane@acme.test>
    (reason: 554 5.7.1 Service unavailable; client blocked using a block list)

   ----- Transcript of session follows -----
... while talking to mx.acme.test.:
>>> DATA
<<< 554 5.7.1 Service unavailable; client blocked using a block list
`,
    ...GONE,
    class: 'spam_or_policy',
    hard: false,
  },
  'Sendmail’s warning': {
    subject: 'Warning: could not send message for past 4 hours',
    kind: 'delayed',
    body: `    **********************************************
    **      THIS IS A WARNING MESSAGE ONLY      **
    **  YOU DO NOT NEED TO RESEND YOUR MESSAGE  **
    **********************************************

   ----- The following addresses had transient non-fatal errors -----
<jane@acme.test>

   ----- Transcript of session follows -----
<jane@acme.test>... Deferred: Connection timed out with mx.acme.test.
Warning: message still undelivered after 4 hours
Will keep trying until message is 5 days old
`,
    recipients: ['jane@acme.test'],
    class: 'network',
    permanent: false,
    hard: false,
  },
  'Postfix’s text alone': {
    subject: 'Undelivered Mail Returned to Sender',
    body: `This is the mail system at host mx.support.test.

I'm sorry to have to inform you that your message could not
be delivered to one or more recipients. It's attached below.

For further assistance, please send mail to postmaster@support.test

<jane@acme.test>: host mx.acme.test[192.0.2.7] said: 550 5.1.1
    <jane@acme.test>: Recipient address rejected: User unknown in virtual
    mailbox table (in reply to RCPT TO command)
`,
    ...GONE,
  },
  'Postfix, taken and then refused': {
    subject: 'Undelivered Mail Returned to Sender',
    body: `<jane@acme.test>: host mx.acme.test[192.0.2.7] said: 550 User unknown
    (in reply to end of DATA command)
`,
    ...GONE,
    class: 'spam_or_policy',
    hard: false,
  },
  OpenSMTPD: {
    subject: 'Delivery status notification: error',
    body: `    Hi!

    This is the MAILER-DAEMON, please DO NOT REPLY to this email.

    An error has occurred while attempting to deliver a message for
    the following list of recipients:

jane@acme.test: 550 5.2.2 <jane@acme.test>... Mailbox Full

    Below is a copy of the original message:

${RETURNED}`,
    ...FULL,
  },
  DragonFly: {
    subject: 'Mail delivery failed',
    headers: { 'X-Original-To': '<jane@acme.test>' },
    body: `This is the DragonFly Mail Agent v0.13 at mx.support.test.

There was an error delivering your mail to <jane@acme.test>.

DNS lookup failure: host acme.test not found

Message headers follow.

${RETURNED}`,
    ...GONE,
    class: 'no_such_domain',
  },
  Courier: {
    subject: 'NOTICE: mail delivery status.',
    body: `This is a delivery status notification from mx.support.test,
running the Courier mail server, version 0.73.

The original message was received on Tue, 3 Mar 2026 10:00:00 +0000

                           UNDELIVERABLE MAIL

Your message to the following recipients cannot be delivered:

<jane@acme.test>:
    mx.acme.test [192.0.2.7]:
    >>> RCPT TO:<jane@acme.test>
    <<< 550 5.1.1 <jane@acme.test>... User Unknown
`,
    ...GONE,
  },
  Yahoo: {
    from: 'MAILER-DAEMON@mail.example.test',
    subject: 'Failure Notice',
    body: `Sorry, we were unable to deliver your message to the following address.

<jane@acme.test>:
Remote host said:
550 5.1.1 <jane@acme.test>... User Unknown
 [RCPT_TO]

--- Below this line is a copy of the message.

${RETURNED}`,
    ...GONE,
  },
  'Gmail’s plain form': {
    subject: 'Delivery Status Notification (Failure)',
    body: `Delivery to the following recipient failed permanently:

     jane@acme.test

Technical details of permanent failure:
Google tried to deliver your message, but it was rejected by the recipient domain. We recommend contacting the other email provider for further information about the cause of this error. The error that the other server returned was: 550 550 5.2.1 The email account that you tried to reach is disabled (state 14).

----- Original message -----

${RETURNED}`,
    ...GONE,
    class: 'disabled',
    hard: false,
  },
  'Gmail’s plain delay': {
    subject: 'Delivery Status Notification (Delay)',
    kind: 'delayed',
    body: `This is an automatically generated Delivery Status Notification

THIS IS A WARNING MESSAGE ONLY.

YOU DO NOT NEED TO RESEND YOUR MESSAGE.

Delivery to the following recipient has been delayed:

     jane@acme.test

Message will be retried for 2 more day(s)
`,
    recipients: ['jane@acme.test'],
    class: 'network',
    permanent: false,
    hard: false,
  },
  'GMX and web.de': {
    subject: 'Mail delivery failed: returning message to sender',
    body: `This message was created automatically by mail delivery software.

A message that you sent could not be delivered to one or more of
its recipients. This is a permanent error. The following address failed:

"jane@acme.test":
SMTP error from remote server after RCPT command:
host: mx.acme.test
5.1.1 <jane@acme.test>... User is unknown

--- The header of the original message is following. ---

${RETURNED}`,
    ...GONE,
  },
  'Exchange 2000 and 2003': {
    from: 'System Administrator <postmaster@acme.test>',
    subject: 'Undeliverable: Your parts',
    body: `Your message

  To:      jane@acme.test
  Subject: Your parts
  Sent:    Tue, 3 Mar 2026 10:00:00 +0000

did not reach the following recipient(s):

jane@acme.test on Tue, 3 Mar 2026 10:00:05 +0000
    The recipient name is not recognized
        The MTS-ID of the original message is: c=us;a= ;p=acme;l=MX-1
    MSEXCH:IMS:ACME:SITE:MX 0 (000C05A6) Unknown Recipient
`,
    ...GONE,
  },
  'Exchange 2007': {
    from: 'Microsoft Exchange <postmaster@acme.test>',
    subject: 'Undeliverable: Your parts',
    body: `Delivery has failed to these recipients or distribution lists:

jane@acme.test
The recipient's mailbox is full and can't accept messages now.

  ________________________________
Sent by Microsoft Exchange Server 2007

Diagnostic information for administrators:

Generating server: mx.acme.test

jane@acme.test
#550 5.2.2 STOREDRV.Deliver: mailbox full. The message was rejected. ##

Original message headers:

${RETURNED}`,
    ...FULL,
  },
  'an Exchange in German': {
    from: 'postmaster@acme.test',
    subject: 'Unzustellbar: Your parts',
    body: `Fehler bei der Nachrichtenzustellung an folgende Empfänger oder Verteilerlisten:

jane@acme.test
Die eingegebene E-Mail-Adresse konnte nicht gefunden werden. Der Empfänger ist unbekannt.

Diagnoseinformationen für Administratoren:

Generierender Server: mx.acme.test

jane@acme.test
#550 5.1.1 RESOLVER.ADR.RecipNotFound; not found ##
`,
    ...GONE,
  },
  Domino: {
    from: 'Postmaster@acme.test',
    subject: 'DELIVERY FAILURE: User jane (jane@acme.test) not listed in Domino Directory',
    body: `Your message

  Subject: Your parts

was not delivered to:

  jane@acme.test

because:

  User jane (jane@acme.test) not listed in Domino Directory
`,
    ...GONE,
  },
  Notes: {
    from: 'Postmaster@acme.test',
    subject: 'DELIVERY FAILURE',
    body: `------- Failure Reasons  --------

User not listed in public Name & Address Book
jane@acme.test


------- Returned Message --------

${RETURNED}`,
    ...GONE,
  },
  GroupWise: {
    from: 'Mailer-Daemon@acme.test',
    subject: 'Message status - undeliverable',
    body: `The message that you sent was undeliverable to the following:
	jane@acme.test (user not found)

Possibly truncated original message follows:

${RETURNED}`,
    ...GONE,
  },
  MailMarshal: {
    from: 'postmaster@acme.test',
    subject: 'Undeliverable Mail: "Your parts"',
    body: `Your message:
   From:    help@support.test
   Subject: Your parts

Could not be delivered because of

550 5.1.1 User unknown

The following recipients were affected:
    jane@acme.test

Additional information can be found in the attached log.
`,
    ...GONE,
  },
  MDaemon: {
    from: 'MDaemon at acme.test <mdaemon@acme.test>',
    subject: 'Permanent Delivery Failure',
    body: `--------------------------------------------------------------------------
YOUR MESSAGE WAS NOT DELIVERED TO ONE OR MORE RECIPIENTS!
--------------------------------------------------------------------------
The following data may contain sections which represent BASE64 encoded
file attachments.

Failed address: jane@acme.test

--- Session Transcript ---
 Tue 2026-03-03 10:00:00: <-- 220 mx.acme.test ESMTP
 Tue 2026-03-03 10:00:00: --> MAIL From:<help@support.test>
 Tue 2026-03-03 10:00:00: <-- 250 ok
 Tue 2026-03-03 10:00:00: --> RCPT To:<jane@acme.test>
 Tue 2026-03-03 10:00:00: <-- 550 <jane@acme.test>, Recipient unknown
--- End Transcript ---
`,
    ...GONE,
  },
  IMail: {
    from: 'Postmaster <postmaster@acme.test>',
    subject: 'Undeliverable Mail',
    body: `Unknown user: jane@acme.test

${RETURNED}`,
    ...GONE,
  },
  'Apache James': {
    from: 'postmaster@acme.test',
    subject: 'Error: Your parts',
    headers: { 'Return-Path': '<>' },
    body: `Hi. This is the James mail server at mx.acme.test.
I'm afraid I wasn't able to deliver your message to the following addresses.
This is a permanent error; I've given up. Sorry it didn't work out.  Below
I include the list of recipients and the reason why I was unable to deliver
your message.

Failed recipient(s):
jane@acme.test

Error message:
550 - Requested action not taken: no such user here
`,
    ...GONE,
  },
  'McAfee and others with delivery problems': {
    from: 'MAILER-DAEMON@acme.test',
    subject: 'Delivery Status',
    body: `     --- The following addresses had delivery problems ---

<jane@acme.test>   (User unknown jane@acme.test)

`,
    ...GONE,
  },
  'a carrier that says delivery errors': {
    from: 'MAILER-DAEMON@acme.test',
    subject: 'Returned Mail: User unknown',
    body: `The original message was received at Tue, 3 Mar 2026 10:00:00 +0900
from help@support.test

   ---The following addresses had delivery errors---

jane@acme.test [User unknown]
`,
    ...GONE,
  },
  'a carrier of mobile phones': {
    from: 'Postmaster@carrier.test',
    subject: 'Mail System Error - Returned Mail',
    body: `The user(s) account is temporarily limited.

<jane@acme.test>
`,
    ...GONE,
    class: 'disabled',
    hard: false,
  },
  'a provider that says how full': {
    from: 'postmaster@acme.test',
    subject: 'Undeliverable mail',
    headers: { 'Auto-Submitted': 'auto-replied' },
    body: `   ----- The following addresses had delivery problems -----
jane@acme.test

   ----- Non-delivered information -----
The number of messages in recipient's mailbox exceeded the local limit.
`,
    ...FULL,
  },
  'a gateway that cites the reply': {
    from: 'Content filter <postmaster@gate.test>',
    subject: 'Message blocked',
    body: `We could not send your message on.

Recipient: jane@acme.test
Server response: 552 5.3.4 Message size exceeds fixed limit
`,
    recipients: ['jane@acme.test'],
    class: 'too_big',
    permanent: true,
    hard: false,
  },
  Zoho: {
    from: 'mailer-daemon@mail.zoho.test',
    subject: 'Undelivered Mail Returned to Sender',
    body: `This message was created automatically by mail delivery software.
A message that you sent could not be delivered to one or more of its recipients. This is a permanent error.

jane@acme.test Error, ERROR_CODE :550, ERROR_CODE :5.1.1 <jane@acme.test>... User Unknown

${RETURNED}`,
    ...GONE,
  },
  'T-Online and other Smail': {
    from: 'Mail Delivery System <mailer-daemon@relay.test>',
    subject: 'mail failed, returning to sender',
    body: `|------------------------- Message log follows: -------------------------|
 no valid recipients were found for this message
|------------------------- Failed addresses follow: ---------------------|
 <jane@acme.test> ... unknown user
|------------------------- Message text follows: ------------------------|
${RETURNED}`,
    ...GONE,
  },
  CommuniGate: {
    from: 'MAILER-DAEMON@acme.test',
    subject: 'Undeliverable mail: Your parts',
    body: `Failed to deliver to '<jane@acme.test>'
LOCAL module(account jane) reports:
 account is full (quota exceeded)
`,
    ...FULL,
  },
  'a report in Japanese': {
    from: 'postmaster@acme.test',
    subject: '=?utf-8?B?6YWN5L+h5LiN6IO9?=',
    body: `以下のメールを配信できませんでした。

宛先: jane@acme.test

ユーザが存在しません。
`,
    ...GONE,
  },
  'one that tells nobody, but returns the mail': {
    from: 'MAILER-DAEMON@acme.test',
    subject: 'Mail delivery failed',
    body: `Your mail could not be delivered because the mailbox is full.

----- Original message -----

${RETURNED}`,
    ...FULL,
  },
  'one in html only': {
    from: 'postmaster@acme.test',
    subject: 'Undeliverable: Your parts',
    headers: { 'Content-Type': 'text/html; charset=utf-8' },
    body: '<html><body><h1>Delivery has failed</h1><p><a href="mailto:jane@acme.test">jane@acme.test</a></p><p>The email address you entered couldn&#39;t be found.</p></body></html>',
    ...GONE,
  },
  'a server that could not be reached': {
    subject: 'Undelivered Mail Returned to Sender',
    body: `<jane@acme.test>: connect to mx.acme.test[192.0.2.7]:25: Connection
    timed out, 4.4.1
`,
    recipients: ['jane@acme.test'],
    class: 'network',
    permanent: false,
    hard: false,
  },
  'a refusal of relaying': {
    subject: 'Undelivered Mail Returned to Sender',
    body: '<jane@acme.test>: host mx.acme.test[192.0.2.7] said: 554 5.7.1\n    <jane@acme.test>: Relay access denied (in reply to RCPT TO command)\n',
    recipients: ['jane@acme.test'],
    class: 'relay_denied',
    permanent: true,
    hard: false,
  },
  'a refusal for our DNS': {
    subject: 'Undelivered Mail Returned to Sender',
    body: '<jane@acme.test>: host mx.acme.test[192.0.2.7] said: 550 5.7.26\n    Unauthenticated email from support.test is not accepted due to its DMARC policy\n',
    recipients: ['jane@acme.test'],
    class: 'auth_failure',
    permanent: true,
    hard: false,
  },
  'a sender that does not exist': {
    subject: 'Undelivered Mail Returned to Sender',
    body: '<jane@acme.test>: host mx.acme.test[192.0.2.7] said: 550 5.1.8\n    <help@support.test>: Sender address rejected: Domain not found\n',
    recipients: ['jane@acme.test'],
    class: 'spam_or_policy',
    permanent: true,
    hard: false,
  },
}

describe('a bounce of a system that sends no fields for machines', () => {
  test.each(Object.entries(REPORTS))('%s', async (_name, report) => {
    const { body, headers, from, subject, kind, ...expected } = report
    const reading = await read(
      mail(body, {
        From: from ?? 'Mail Delivery System <MAILER-DAEMON@mx.support.test>',
        Subject: subject ?? 'Undelivered Mail Returned to Sender',
        'Message-ID': '<report@mx.support.test>',
        ...headers,
      }),
    )
    expect({ kind: reading.kind, ...reading.bounce }).toMatchObject({ kind: kind ?? 'bounce', ...expected })
    if (body.includes('<parts-1@support.test>')) expect(reading.answers).toContain('<parts-1@support.test>')
  })
})
