# Every word of the pages, in English. French has exactly the same keys; the languages of customers
# alone have those above the line "### Console".

### Common
language-switch = Language
skip-link = Skip to content
error-prefix = Error:
page-title = { $page } – { $brand }
help-title = Need help?
powered-by = Register of choices kept with Placet
yes = Yes
no = No
no-answer = No answer
error-title = There is a problem
label-colon = { $label }:

### Dates
month-1 = January
month-2 = February
month-3 = March
month-4 = April
month-5 = May
month-6 = June
month-7 = July
month-8 = August
month-9 = September
month-10 = October
month-11 = November
month-12 = December
weekday-1 = Monday
weekday-2 = Tuesday
weekday-3 = Wednesday
weekday-4 = Thursday
weekday-5 = Friday
weekday-6 = Saturday
weekday-7 = Sunday
day-first = 1
date-long = { $day } { $month } { $year }
date-weekday = { $weekday } { $date }
time-of-day = { $hour }:{ $minute }
date-time-long = { $date } at { $time }
group-separator = ,

### Channels
channel-email = Email
channel-sms = Text message
channel-phone_live = Phone call
channel-phone_automated = Automated calls
channel-post_addressed = Post to your address
channel-post_unaddressed = Letter box
channel-push = App notifications
channel-in_app = Messages in the app
channel-inbox_ad = Adverts in the inbox
channel-email_tracking_pixel = Measuring email opens
channel-ads_custom_audience = Adverts on other sites
channel-ads_retargeting = Adverts based on your visits
channel-storage_access = Cookies and trackers
channel-third_party_sharing = Sharing with partners
channel-processor_transfer = Transfer to a supplier
channel-consent_prompt = Asking for a choice
channel-none = Your answer

### Where a choice comes from
source-web_form = on your choices page
source-store = in a shop
source-call_centre = by phone
source-mobile_app = in the app
source-paper = on paper
source-import = taken over from an earlier file
source-api = through a connected service
source-email_link = from the link in a message
source-place = { $source }, { $place }

### Your choices
choices-title = Your choices
choices-intro = Tell us what you want to receive. You can change your mind at any time.
choices-contact = For
choices-stop-title = Receive nothing more
choices-stop-text = One action, for every subject and every channel.
choices-stop-button = Stop everything
choices-purposes = Subject by subject
choices-details = What this means
choices-save = Save my choices
choices-save-note = Your choices change when you save.
choices-none = There is no choice to make for now.
choices-explained-contract = You get these messages because your order or your contract needs them. So there is no choice to make here.
choices-explained-legal_obligation = The law requires us to send these messages. So there is no choice to make here.
choices-explained-other = This does not rest on your consent. So there is no choice to make here.

state-yes = Yes, since { $since }.
state-yes-source = Yes, since { $since }, { $source }.
state-yes-undated = Yes.
state-refused = No. You said no on { $since }.
state-withdrawn = No. You stopped this on { $since }.
state-stopped = No. You stopped everything on { $since }.
state-objected = No. You objected on { $since }.
state-never-asked = We have never asked you. For us, that is a no.
state-expired = Your consent of { $since } has run out. For us, that is a no.
state-new-words = Our text has changed since your consent of { $since }. For us, that is a no, unless you say yes.
state-unproven = We hold no proof of your consent. For us, that is a no.
state-customer = Yes, because you bought from us. You can say no.
state-interest = Yes, without needing your consent. You can say no.

lock-no_contact = We do not have this contact detail.
lock-restricted = Your data is frozen at your request. A yes is not possible for now.
lock-minor = A yes is not possible at your age.
lock-other = A yes is not possible here.

choices-error-changed = { $purpose }, { $channel }: your choice has changed since this page was opened. Check it, then save.
choices-error-invalid = { $purpose }, { $channel }: choose Yes or No.
choices-error-form = This page was open for too long. Your choices have not changed. Check them, then save.

### Saved
saved-title = Done
saved-lead = Your choices are saved.
saved-changes = What has changed
saved-before = Before
saved-after = Now
saved-effective = Effective now
saved-reference = Reference
saved-remaining = What may still arrive
saved-remaining-service = Messages that your orders and contracts need.
saved-remaining-post = A letter already printed, until { $date }.
saved-undo-title = Pressed by mistake?
saved-undo-text = You can go back to your earlier choices until { $until }.
saved-undo = Undo this change
saved-back = See all your choices
unchanged-title = Nothing has changed
unchanged-lead = These were already your choices. We keep them as they are.

### Stop
stop-title = Stop these messages
stop-lead = Nothing changes until you press a button.
stop-what = What will stop
stop-button = Stop these messages
stop-all-button = Stop all marketing messages
stop-see-choices = See all your choices
stopped-title = Done
stopped-lead = You will not get these messages any more.
stopped-what = What has stopped
already-title = Already done
already-withdrawn = You already stopped these messages on { $since }. Nothing has changed.
already-refused = You already said no to these messages on { $since }. Nothing has changed.
already-stopped = You already stopped everything on { $since }. Nothing has changed.
already-objected = You already objected to these messages on { $since }. Nothing has changed.
already-never-asked = You were not being sent these messages. Nothing has changed.

### Why this message
why-title = Why did I get this message?
why-permitted = { $brand } was allowed to send it to you. Here is what that rests on.
why-denied = { $brand } was not allowed to send it to you. If you got it all the same, tell us.
why-rehearsed = This was a rehearsal: { $brand } could send you nothing because of it.
why-what = What it was about
why-when = Decided
why-because = Why
why-law = The law behind it
why-answer = What you had said
why-said-nothing = On { $since } we asked you { $source } to confirm your answer. You have not confirmed it.
why-said-yes = You said yes on { $since } { $source }.
why-said-no = You said no on { $since } { $source }.
why-said-no-more = You took your yes back on { $since } { $source }.
why-no-answer = We have no answer of yours on record for this.
why-words = The words you were shown
why-change = Change your mind
why-change-text = Every message that we send has a link to your choices: there you say no, or object, at once and for free. You need not give a reason.
why-change-here = You can say no here, at once and for free. You need not give a reason.
why-version = Version of the rules

### Dead link
gone-title = This link no longer works
gone-expired = Its time has passed. Your choices are still recorded.
gone-replaced = A newer link replaces it. Use the one in our latest message.
gone-unknown = The address may be incomplete. Copy all of it from our message.
gone-next = Every message that we send has a link to your choices. Take the one from the latest message.

### Problems
problem-not_saved-title = We could not save
problem-not_saved = Your choices have not changed. Try again in a moment.
problem-stale_form-title = This page was open for too long
problem-stale_form = Your choices have not changed. Go back to the page and start again.
problem-bad_request-title = We did not understand the request
problem-bad_request = Nothing has changed. Go back to the page and start again.
problem-not_found-title = This page does not exist
problem-not_found = Check the address, or start from the link that you were sent.
problem-forbidden-title = This page is not open to your account
problem-forbidden = Ask the person who manages accounts for access.
problem-too_many-title = Too many requests at once
problem-too_many = Nothing has changed. Wait a minute, then try again.
problem-unavailable-title = The service is down for a moment
problem-unavailable = Nothing has changed. Try again in a few minutes.
problem-reference = Reference to give us
problem-back = Back to the previous page

### Going back
undo-what = What will be as before
undo-words = The words you agree to
undo-partly = What stopped without an earlier yes of yours stays stopped. You can say yes on the page of your choices.
undone-title = Undone
undone-lead = Your earlier choices apply again.
undo-late-title = It is too late to undo
undo-late = Ten minutes have passed, or you have made another choice since. Nothing has changed. You can change your choices at any time.

### Accessibility
access-link = Accessibility
access-title = Accessibility
access-lead = These pages are made for everybody. Our aim: the rules of WCAG 2.2, level AA.
access-checked-title = Latest automatic check
access-checked = On { $date }: { $views } views checked in Chromium with axe-core { $version }, in six languages, from phone to wide screen, light and dark.
access-faults =
    { $n ->
        [one] { $shown } fault found.
       *[other] { $shown } faults found.
    }
access-limits-title = What is still to do
access-limits = A machine does not see everything. No person has audited these pages yet: so we do not declare them fully conforming.
access-way-title = A difficulty?
access-way = Tell us: all that can be done here can also be done with us.
access-privacy-title = Your data
access-privacy = Under each subject, “What this means” shows the text in force and its version.

### Console
console-name = Console
sign-in-title = Sign in
sign-in-lead = For the teams that look after customers’ choices.
sign-in-user = User name
sign-in-password = Password
sign-in-button = Sign in
sign-in-error-wrong = The name or the password does not match.
sign-in-error-too_many = Too many attempts. Wait a few minutes, then try again.
sign-in-error-stale_form = The page was open for too long. Sign in again.
sign-in-notice-signed_out = You are signed out.
sign-in-notice-session_ended = Your session has ended. Sign in again.
sign-out = Sign out
signed-in-as = Signed in: { $name }

home-title = Dashboard
home-counts = The register today
count-subjects = People
count-records = Consent records
count-yes = Yes in force
count-no = No in force
count-entries = Log entries
count-purposes = Purposes
home-checkpoint = Latest checkpoint
home-checkpoint-none = The log has no checkpoint yet.
checkpoint-size = Entries covered
checkpoint-root = Root
checkpoint-at = Signed on
checkpoint-origin = Log
export-title = Audit report
export-lead = A ZIP file that can be checked without us: entries, proofs, keys and a readable report.
export-from = From
export-to = To
export-to-hint = This day is included.
export-controller = Brand
export-purpose = Purpose
export-all-controllers = All brands
export-all-purposes = All purposes
export-button = Export the audit report
export-error-from = Enter the first date.
export-error-to = Enter the last date.
export-error-order = The last date must follow the first date.
export-error-future = The last date cannot be in the future.
export-error-failed = The report could not be made. Nothing has changed. Try again.
export-error-stale_form = The page was open for too long. Try again.
exports-title = Latest exports
exports-at = Made on
exports-period = Period
exports-by = By
exports-entries = Entries
exports-file = File
exports-download = Download (ZIP, { $size })
exports-gone = Not kept
period = { $from } to { $to }

### Audit report
report-title = Audit report
report-period = Period
report-by = Exported by
report-made = Made on
report-controllers = Controller
report-controllers-all = All
report-purposes = Purposes
report-purposes-all = All
report-origin = Log
report-size = Checkpoint size
report-root = Checkpoint root
report-checkpoint-at = Checkpoint signed on
report-entries = Entries in this report
report-about = This report
report-findings = Findings
report-findings-none = No fault was found when this was exported.
report-findings-some =
    { $n ->
        [one] { $shown } fault was found when this was exported.
       *[other] { $shown } faults were found when this was exported.
    }
report-finding-position = Position { $position }
report-finding-general = Whole log
report-verify = Check it yourself
report-verify-text = The command below does every calculation again from the ZIP file, without a network and without us.
report-verify-exit = It returns 0 if all is intact, otherwise 1, and names the entry concerned.
report-verify-limit = This report is for reading; the proof is in the ZIP file that contains it.
report-counts-kind = Number of entries by type
report-counts-choice = Number of choices by purpose, channel and answer
report-kind = Type
report-count = Number
report-position = Position
report-time = Time (UTC)
report-purpose = Purpose
report-channel = Channel
report-status = Answer
report-notice = Text shown
report-source = Origin
report-commitment = Commitment
report-table = Log entries
report-table-note = No identity data: the people are not in this table.
report-empty = No entry in this period.
report-end =
    { $n ->
        [one] End of the report: { $shown } entry.
       *[other] End of the report: { $shown } entries.
    }
status-requested = requested
status-given = yes
status-refused = no
status-withdrawn = stopped
status-expired = expired
status-objected = objection
entry-consent-requested = Consent requested
entry-consent-given = Consent given
entry-consent-granted = Consent given
entry-consent-refused = Refusal
entry-consent-withdrawn = Withdrawal
entry-consent-expired = Consent expired
entry-objection-made = Objection
entry-objection-lifted = Objection lifted
entry-restriction-set = Restriction
entry-restriction-lifted = Restriction lifted
entry-suppression-added = Added to the suppression list
entry-purpose-published = Purpose published
entry-notice-published = Notice published
entry-policy-published = Policy published
entry-subject-created = Person created
entry-subject-merged = People merged
entry-subject-erased = Erasure
entry-export-made = Export
entry-key-rotated = Key changed
entry-kek-destroyed = Key destroyed
entry-log-genesis = Log opened
entry-log-sealed = Log closed
origin-web_form = Choices page
origin-store = Shop
origin-call_centre = Call centre
origin-mobile_app = App
origin-paper = Paper
origin-import = Import
origin-api = Connected service
origin-email_link = Link in a message

### Reports
figures-processing = Register of processing
figures-consents = Consent report
figures-uses = Use report
figures-access = Access report
figures-note-processing = Each version of each purpose that was in force in the period, with what its controller says of itself (GDPR Article 30). Fields that the catalogue does not have are shown as a dash.
figures-note-consents = Counted are consent records by the time of their log entry, not persons: who answers twice is counted twice. The share of yes is that of the yes in all yes and no; the share of withdrawals is that of the withdrawals of the period against its yes.
figures-note-uses = Counted are recorded decisions by the time at which they were made, and the lines of filtered lists by the time at which the list was done. Rehearsals are left out. Above twenty thousand groups, later campaigns are counted together as “others”.
figures-note-access = Sign-ins, exports, reports, filtered lists, imports, keys, accounts and policy versions, as the log has them. Reading a person’s record leaves no log entry in this version, so it is not here.
figures-position = Log entries it rests on
figures-last = Last of these entries
figures-query = Query
figures-again = Make it again
figures-again-text = The report rests on these log entries and on nothing else: the command below makes the same file again, to the byte.
figures-method = How it was counted
figures-picture = Bars of the figures in the table below
figures-none = Nothing in this period.
figures-end = End of the report.
percent = { $n } %
table-processing = Processing activities
table-consents_trend = Answers over the period
table-consents_by_purpose = Answers by purpose
table-consents_by_channel = Answers by channel
table-consents_by_source = Answers by place of collection
table-consents_by_notice = Answers by text shown
table-consents = All answers
table-uses_trend = Decisions over the period
table-uses_by_purpose = Decisions by purpose and channel
table-uses_by_campaign = Decisions by campaign
table-uses_by_reason = Decisions by reason
table-uses = All decisions
table-access_by_actor = By whom and what
table-access = Each access
column-purpose = Purpose
column-version = Version
column-title = Title
column-description = Description
column-controller = Controller
column-controller_name = Name of the controller
column-country = Country
column-contact = Contact of the controller
column-dpo_contact = Contact of the data protection officer
column-legal_basis = Legal basis
column-law_use = Kind of use
column-channels = Channels
column-data_subjects = Data subjects
column-data_categories = Categories of data
column-recipients = Recipients
column-transfers = Transfers to other countries
column-retention = Retention
column-security = Security measures
column-since = In force since
column-until = In force until
column-span = Time
column-channel = Channel
column-source = Place of collection
column-notice = Text shown
column-requested = Requested
column-given = Yes
column-refused = No
column-withdrawn = Withdrawn
column-yes_share = Share of yes
column-withdrawn_share = Withdrawn per yes
column-given_trend = Yes over time
column-campaign = Campaign
column-effect = Answer
column-reason = Reason
column-permitted = Permitted
column-denied = Denied
column-permitted_share = Share permitted
column-decisions = Decisions
column-asked_as = Asked as
column-actor = Who
column-actor_id = Id
column-actor_name = Name
column-kind = What
column-entries = Number
column-position = Position
column-at = Time
column-told = Details
basis-consent = Consent
basis-soft_opt_in = Existing customer, similar products
basis-contract = Contract
basis-legal_obligation = Legal obligation
basis-vital_interests = Vital interests
basis-public_task = Public task
basis-legitimate_interest = Legitimate interest
effect-permit = permitted
effect-deny = denied
asked-check = check
asked-list = list
asked-others = others
actor-key = API key
actor-staff = Staff
actor-operator = Operator
actor-system = Service
entry-staff-signed_in = Sign-in
entry-staff-added = Account added
entry-key-created = Key created
entry-key-revoked = Key revoked
entry-import-made = Import
entry-audience-begun = List filtered
entry-policy-proposed = Policies proposed
entry-policy-activated = Policies in force
reports-title = Reports
reports-lead = Figures over a period, as at a position of the log. Each report can be made again to the byte, and each is recorded in the log.
reports-open = Reports: processing, consents, uses, access
reports-kind = Report
reports-format = File
reports-format-html = Page to read and print (HTML)
reports-format-csv = Table (CSV)
reports-format-xlsx = Workbook (XLSX)
reports-format-jsonl = JSON lines
reports-requests = There is no report on requests yet: requests are not handled by this version.
reports-button = Make the report
reports-back = Dashboard
reports-error-whole = The access report is of the whole registry: choose all brands and all purposes.
reports-error-kind = Choose a report and a kind of file.
