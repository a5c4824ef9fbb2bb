# Alle Wörter der Seiten für Kundinnen und Kunden, auf Deutsch. Die Konsole spricht Französisch und Englisch.

### Gemeinsames
language-switch = Sprache
skip-link = Zum Inhalt
error-prefix = Fehler:
page-title = { $page } – { $brand }
help-title = Brauchen Sie Hilfe?
powered-by = Register der Entscheidungen, geführt mit Placet
yes = Ja
no = Nein
no-answer = Keine Antwort
error-title = Etwas stimmt nicht
label-colon = { $label }:

### Datum
month-1 = Januar
month-2 = Februar
month-3 = März
month-4 = April
month-5 = Mai
month-6 = Juni
month-7 = Juli
month-8 = August
month-9 = September
month-10 = Oktober
month-11 = November
month-12 = Dezember
weekday-1 = Montag
weekday-2 = Dienstag
weekday-3 = Mittwoch
weekday-4 = Donnerstag
weekday-5 = Freitag
weekday-6 = Samstag
weekday-7 = Sonntag
day-first = 1
date-long = { $day }. { $month } { $year }
date-weekday = { $weekday }, { $date }
time-of-day = { $hour }:{ $minute } Uhr
date-time-long = { $date } um { $time }
group-separator = .

### Kanäle
channel-email = E-Mail
channel-sms = SMS
channel-phone_live = Anruf
channel-phone_automated = Automatische Anrufe
channel-post_addressed = Post an Ihre Adresse
channel-post_unaddressed = Briefkasten
channel-push = Mitteilungen der App
channel-in_app = Nachrichten in der App
channel-inbox_ad = Werbung im Posteingang
channel-email_tracking_pixel = Messung geöffneter E-Mails
channel-ads_custom_audience = Werbung auf anderen Seiten
channel-ads_retargeting = Werbung nach Ihren Besuchen
channel-storage_access = Cookies und Tracker
channel-third_party_sharing = Weitergabe an Partner
channel-processor_transfer = Übermittlung an einen Dienstleister
channel-consent_prompt = Frage nach Ihrer Entscheidung
channel-none = Ihre Antwort

### Woher eine Entscheidung kommt
source-web_form = auf der Seite Ihrer Entscheidungen
source-store = in einer Filiale
source-call_centre = am Telefon
source-mobile_app = in der App
source-paper = auf Papier
source-import = aus einer früheren Datei übernommen
source-api = über einen verbundenen Dienst
source-email_link = über den Link in einer Nachricht
source-place = { $source }, { $place }

### Ihre Entscheidungen
choices-title = Ihre Entscheidungen
choices-intro = Sagen Sie uns, was Sie erhalten möchten. Sie können es jederzeit ändern.
choices-contact = Für
choices-stop-title = Nichts mehr erhalten
choices-stop-text = Ein Schritt, für alle Themen und alle Kanäle.
choices-stop-button = Alles beenden
choices-purposes = Thema für Thema
choices-details = Was das bedeutet
choices-save = Entscheidungen speichern
choices-save-note = Ihre Entscheidungen gelten, sobald Sie speichern.
choices-none = Im Moment gibt es nichts zu entscheiden.
choices-explained-contract = Sie erhalten diese Nachrichten, weil Ihre Bestellung oder Ihr Vertrag sie braucht. Deshalb gibt es hier nichts zu entscheiden.
choices-explained-legal_obligation = Das Gesetz verpflichtet uns, diese Nachrichten zu senden. Deshalb gibt es hier nichts zu entscheiden.
choices-explained-other = Dies beruht nicht auf Ihrer Einwilligung. Deshalb gibt es hier nichts zu entscheiden.

state-yes = Ja, seit dem { $since }.
state-yes-source = Ja, seit dem { $since }, { $source }.
state-yes-undated = Ja.
state-refused = Nein. Sie haben am { $since } Nein gesagt.
state-withdrawn = Nein. Sie haben dies am { $since } beendet.
state-stopped = Nein. Sie haben am { $since } alles beendet.
state-objected = Nein. Sie haben am { $since } widersprochen.
state-never-asked = Wir haben Sie nie gefragt. Für uns ist das ein Nein.
state-expired = Ihre Einwilligung vom { $since } ist abgelaufen. Für uns ist das ein Nein.
state-new-words = Unser Text hat sich seit Ihrer Einwilligung vom { $since } geändert. Für uns ist das ein Nein, außer Sie sagen Ja.
state-unproven = Wir haben keinen Nachweis Ihrer Einwilligung. Für uns ist das ein Nein.
state-customer = Ja, weil Sie bei uns gekauft haben. Sie können Nein sagen.
state-interest = Ja, ohne dass wir Ihre Einwilligung brauchen. Sie können Nein sagen.

lock-no_contact = Wir haben dafür keine Kontaktangabe von Ihnen.
lock-restricted = Ihre Daten sind auf Ihren Wunsch eingeschränkt. Ein Ja ist zurzeit nicht möglich.
lock-minor = In Ihrem Alter ist ein Ja nicht möglich.
lock-other = Ein Ja ist hier nicht möglich.

choices-error-changed = { $purpose }, { $channel }: Ihre Entscheidung hat sich geändert, seit diese Seite geöffnet wurde. Prüfen Sie sie und speichern Sie dann.
choices-error-invalid = { $purpose }, { $channel }: Wählen Sie Ja oder Nein.
choices-error-form = Diese Seite war zu lange offen. Ihre Entscheidungen sind unverändert. Prüfen Sie sie und speichern Sie dann.

### Gespeichert
saved-title = Erledigt
saved-lead = Ihre Entscheidungen sind gespeichert.
saved-changes = Was sich geändert hat
saved-before = Vorher
saved-after = Jetzt
saved-effective = Gilt ab sofort
saved-reference = Referenz
saved-remaining = Was noch kommen kann
saved-remaining-service = Nachrichten, die Ihre Bestellungen und Verträge brauchen.
saved-remaining-post = Ein bereits gedruckter Brief, bis zum { $date }.
saved-undo-title = Ein Versehen?
saved-undo-text = Bis { $until } können Sie zu Ihren früheren Entscheidungen zurück.
saved-undo = Änderung rückgängig machen
saved-back = Alle Ihre Entscheidungen ansehen
unchanged-title = Nichts hat sich geändert
unchanged-lead = Das waren bereits Ihre Entscheidungen. Sie bleiben, wie sie sind.

### Beenden
stop-title = Diese Nachrichten beenden
stop-lead = Nichts ändert sich, bis Sie einen Knopf drücken.
stop-what = Was endet
stop-button = Diese Nachrichten beenden
stop-all-button = Alle Werbenachrichten beenden
stop-see-choices = Alle Ihre Entscheidungen ansehen
stopped-title = Erledigt
stopped-lead = Sie erhalten diese Nachrichten nicht mehr.
stopped-what = Was beendet ist
already-title = Das war bereits erledigt
already-withdrawn = Sie hatten diese Nachrichten schon am { $since } beendet. Nichts hat sich geändert.
already-refused = Sie hatten diese Nachrichten schon am { $since } abgelehnt. Nichts hat sich geändert.
already-stopped = Sie hatten schon am { $since } alles beendet. Nichts hat sich geändert.
already-objected = Sie hatten diesen Nachrichten schon am { $since } widersprochen. Nichts hat sich geändert.
already-never-asked = Sie haben diese Nachrichten nicht erhalten. Nichts hat sich geändert.

### Warum diese Nachricht
why-title = Warum habe ich diese Nachricht erhalten?
why-permitted = { $brand } durfte sie Ihnen senden. Hier steht, worauf das beruht.
why-denied = { $brand } durfte sie Ihnen nicht senden. Wenn Sie sie trotzdem erhalten haben, sagen Sie es uns.
why-rehearsed = Das war ein Probelauf: { $brand } konnte Ihnen daraufhin nichts senden.
why-what = Worum es ging
why-when = Entschieden
why-because = Warum
why-law = Das Gesetz dahinter
why-answer = Was Sie gesagt hatten
why-said-nothing = Am { $since } haben wir Sie { $source } gebeten, Ihre Antwort zu bestätigen. Sie haben sie nicht bestätigt.
why-said-yes = Sie haben am { $since } Ja gesagt, { $source }.
why-said-no = Sie haben am { $since } Nein gesagt, { $source }.
why-said-no-more = Sie haben Ihr Ja am { $since } zurückgenommen, { $source }.
why-no-answer = Wir haben dazu keine Antwort von Ihnen.
why-list-answer = Ihre Adresse stand auf einer Liste, die nach unseren Regeln gefiltert wurde. Wir bewahren auf, was entschieden wurde, und nicht, auf welche Antwort hin: Ihre heutigen Entscheidungen finden Sie unten.
why-words = Der Text, den Sie gesehen haben
why-change = Die Entscheidung ändern
why-change-text = Jede unserer Nachrichten enthält einen Link zu Ihren Entscheidungen: Dort sagen Sie Nein oder widersprechen, sofort und kostenlos. Sie müssen keinen Grund nennen.
why-change-here = Hier können Sie Nein sagen, sofort und kostenlos. Sie müssen keinen Grund nennen.
why-version = Fassung der Regeln

### Toter Link
gone-title = Dieser Link funktioniert nicht mehr
gone-expired = Seine Zeit ist abgelaufen. Ihre Entscheidungen bleiben gespeichert.
gone-replaced = Ein neuerer Link ersetzt ihn. Nehmen Sie den aus unserer letzten Nachricht.
gone-unknown = Vielleicht ist die Adresse unvollständig. Kopieren Sie sie ganz aus unserer Nachricht.
gone-next = Jede unserer Nachrichten enthält einen Link zu Ihren Entscheidungen. Nehmen Sie den aus der letzten.

### Störungen
problem-not_saved-title = Wir konnten nicht speichern
problem-not_saved = Ihre Entscheidungen sind unverändert. Versuchen Sie es gleich noch einmal.
problem-stale_form-title = Diese Seite war zu lange offen
problem-stale_form = Ihre Entscheidungen sind unverändert. Gehen Sie zurück zur Seite und beginnen Sie neu.
problem-bad_request-title = Wir haben die Anfrage nicht verstanden
problem-bad_request = Nichts hat sich geändert. Gehen Sie zurück zur Seite und beginnen Sie neu.
problem-not_found-title = Diese Seite gibt es nicht
problem-not_found = Prüfen Sie die Adresse, oder beginnen Sie bei dem Link, den Sie erhalten haben.
problem-forbidden-title = Diese Seite ist für Ihr Konto nicht offen
problem-forbidden = Bitten Sie die Person, die die Konten verwaltet, um Zugang.
problem-too_many-title = Zu viele Anfragen auf einmal
problem-too_many = Nichts hat sich geändert. Warten Sie eine Minute und versuchen Sie es dann noch einmal.
problem-unavailable-title = Der Dienst ist gerade nicht erreichbar
problem-unavailable = Nichts hat sich geändert. Versuchen Sie es in einigen Minuten noch einmal.
problem-reference = Referenz für Rückfragen
problem-back = Zurück zur vorigen Seite

### Zurück
undo-what = Was wieder wie vorher wird
undo-words = Der Text, dem Sie zustimmen
undo-partly = Was ohne ein früheres Ja von Ihnen beendet wurde, bleibt beendet. Sie können auf der Seite Ihrer Entscheidungen Ja sagen.
undone-title = Rückgängig gemacht
undone-lead = Ihre früheren Entscheidungen gelten wieder.
undo-late-title = Zum Rückgängigmachen ist es zu spät
undo-late = Zehn Minuten sind vergangen, oder Sie haben seither anders entschieden. Nichts hat sich geändert. Sie können Ihre Entscheidungen jederzeit ändern.

### Anmelden
enter-title = Anmelden
enter-lead = Geben Sie Ihre E-Mail-Adresse ein. Wir schicken einen Link und einen Code dorthin.
enter-address = E-Mail-Adresse
enter-button = Link und Code schicken
enter-error = Geben Sie eine Adresse wie name@beispiel.de ein
enter-off = Eine Anmeldung ist hier nicht eingerichtet.
inbox-title = Sehen Sie in Ihr Postfach
inbox-lead = Wenn wir diese Adresse kennen, ist eine Nachricht mit Link und Code unterwegs. Beide gelten 10 Minuten.
inbox-code = Sechsstelliger Code
inbox-button = Anmelden
inbox-error-wrong = Das ist nicht der Code unserer letzten Nachricht. Prüfen Sie ihn.
inbox-error-tries = Zu viele Codes wurden versucht. Öffnen Sie den Link der Nachricht in diesem Browser, oder fordern Sie eine neue Nachricht an.
inbox-none = Nichts angekommen?
inbox-none-text = Warten Sie einige Minuten und sehen Sie auch im Spam-Ordner nach. Prüfen Sie, ob es die Adresse ist, an die wir Ihnen schreiben.
inbox-again = Eine neue Nachricht anfordern
link-opens = Drücken Sie die Taste, um sich in diesem Browser anzumelden.
link-elsewhere-title = Die Anmeldung begann in einem anderen Browser
link-elsewhere = Gehen Sie dorthin zurück, wo Sie begonnen haben, und geben Sie dort den sechsstelligen Code derselben Nachricht ein. Nichts hat sich geändert.
link-used-title = Dieser Link wurde schon benutzt
link-used = Er gilt ein Mal. Fordern Sie eine neue Nachricht an, um sich wieder anzumelden.
link-late = Er gilt 10 Minuten. Fordern Sie eine neue Nachricht an.
own-unknown = { $brand } hat uns gesagt, wer Sie sind. Unter dieser Adresse bewahren wir hier nichts auf; es gibt nichts zu ändern.
own-unknown-next = Wenn Sie unsere Nachrichten an einer anderen Adresse erhalten, nutzen Sie den Link in einer davon.
own-refused-title = Dieser Zugang hat nicht funktioniert
own-refused = Nichts hat sich geändert. Gehen Sie zu der Website zurück, von der Sie kommen, laden Sie deren Seite neu und versuchen Sie es noch einmal.
own-sign-in = Stattdessen per E-Mail anmelden
me-title = Ihre Seite
me-lead = Was wir von Ihren Entscheidungen aufbewahren, an einem Ort.
me-contacts = Ihre Kontaktdaten bei uns
me-choices = Entscheidungen ansehen und ändern
me-idle = Nach 15 Minuten ohne Nutzung werden Sie abgemeldet.
me-sign-out = Abmelden
me-history = Mein Verlauf
history-title = Verlauf
history-lead = Was Sie uns gesagt haben, das Neueste zuerst, mit dem damals gezeigten Text.
history-empty = Hier steht noch nichts.
history-stopped = Keine Werbung mehr
history-no-profile = Kein Profil für Werbung
history-restricted = Nutzung Ihrer Daten eingeschränkt
history-unrestricted = Nutzung Ihrer Daten nicht mehr eingeschränkt
history-disputed = Sie haben uns gesagt, dass eine Antwort nicht von Ihnen war
history-receipt = Beleg vom { $when }
history-further = Ältere ansehen
history-back = Zurück zu Ihrer Seite
history-by-link_confirmed = bestätigt über den Link in der Nachricht
history-by-choice_undone = Änderung zurückgenommen
history-by-stop_all = durch „alles stoppen“
history-by-one_click = mit einem Klick im Mailprogramm
history-by-sms_stop = per SMS
history-by-disputed = Sie haben gesagt, dass Sie das nicht waren
history-by-corrected = berichtigt: ein Ja war irrtümlich notiert worden
kind-email = E-Mail
kind-phone = Telefon
kind-postal = Postanschrift
kind-crm_id = Kundennummer
kind-device_id = Gerät

### Bestätigen
confirm-title = Bestätigen Sie Ihre Entscheidung
confirm-code-lead = Geben Sie den sechsstelligen Code derselben Nachricht ein. Vorher ändert sich nichts.
confirm-what = Was angefordert wurde
confirm-words = Der gezeigte Text
confirm-button = Ja, ich bestätige
confirm-not = Wenn Sie nichts angefordert haben, schließen Sie diese Seite. Wir senden dann nichts.
confirm-error-tries = Zu viele Codes wurden versucht. Fordern Sie es dort noch einmal an, wo Sie begonnen haben.
confirmed-lead = Ihre Entscheidung ist bestätigt.
confirmed-what = Was Sie ab jetzt erhalten
confirmed-kept = Was bleibt, wie es war, weil Sie seitdem anders geantwortet haben
confirmed-back = Sie können Ihre Meinung jederzeit ändern. Jede unserer Nachrichten hat einen Link zu Ihren Entscheidungen.
confirmed-before = Das haben Sie bereits bestätigt: { $since }. Nichts hat sich geändert.
confirmed-no-since = Sie haben seitdem Nein gesagt: { $since }. Ihr Nein gilt.
confirmed-yes-since = Sie haben bereits Ja gesagt: { $since }. Nichts hat sich geändert.
confirmed-expired = Er galt sieben Tage, und nichts wurde bestätigt. Fordern Sie es noch einmal an, wenn Sie möchten.

### Nachrichten
mail-in-subject = Ihre Anmeldung – { $brand }
mail-in-lead = Sie möchten sich bei { $brand } anmelden. Der Link gilt ein Mal, 10 Minuten lang, in dem Browser, in dem Sie begonnen haben.
mail-in-link = In diesem Browser anmelden
mail-in-code = Oder geben Sie dort diesen Code ein: { $code }
mail-in-not = Wenn Sie es nicht waren, tun Sie nichts. Geben Sie diesen Code niemandem.
mail-confirm-subject = Bestätigen Sie Ihre Entscheidung – { $brand }
mail-confirm-lead = Jemand, vermutlich Sie, hat { $brand } gebeten, an diese Adresse zu schreiben:
mail-confirm-link = Ansehen und bestätigen
mail-confirm-code = Die Seite fragt vielleicht nach diesem Code: { $code }
mail-confirm-not = Wenn Sie es nicht waren, tun Sie nichts. Ohne Bestätigung senden wir nichts.
mail-confirm-until = Gültigkeit des Links: bis { $until }.
mail-receipt-subject = Beleg Ihrer Entscheidungen – { $brand }
mail-receipt-lead = Das hat { $brand } am { $at } für Sie notiert, { $place }.
mail-receipt-link = Entscheidungen ansehen oder ändern
mail-receipt-not = Wenn Sie das nicht waren, melden Sie sich an und sagen Sie es, oder schreiben Sie an den Kontakt auf unseren Seiten.
### Receipts
receipt-title = Beleg
receipt-lead = Was Sie geantwortet haben, und wo es in unserem Protokoll steht.
receipt-to = An wen
receipt-channel = Weg
receipt-answer = Ihre Antwort
receipt-when = Wann
receipt-where = Wo
receipt-until = Gilt bis
receipt-notice = Gezeigter Text
receipt-said-given = Ja
receipt-said-refused = Nein
receipt-said-withdrawn = Ja, zurückgenommen
receipt-said-requested = Noch nicht bestätigt
receipt-log = In unserem Protokoll
receipt-holds = Dieser Beleg steht in unserem Protokoll, an Stelle { $position } von { $size }. Wir haben es gerade geprüft.
receipt-fails = Dieser Beleg steht nicht so in unserem Protokoll, wie er sollte. Sagen Sie es uns.
receipt-proof = Der Nachweis, um ihn anderswo zu prüfen (.tlog-proof)
receipt-json = Der signierte Beleg (JSON, ISO/IEC TS 27560)
receipt-linked = Der Beleg als verknüpfte Daten (JSON-LD)
receipt-not-me-title = Waren Sie das nicht?
receipt-not-me-text = Ein Klick: Diese Antwort zählt ab sofort nicht mehr, und unsere Datenschutzbeauftragten sehen es.
receipt-not-me = Das war ich nicht
receipt-noted-title = Vermerkt
receipt-noted = Diese Antwort zählt nicht mehr. Unsere Datenschutzbeauftragten sehen es.
receipt-disputed = Sie haben uns am { $since } gesagt, dass Sie das nicht waren.
receipt-check-title = Einen Beleg prüfen
receipt-check-lead = Fügen Sie einen Beleg ein, den Sie aufbewahrt haben. Er sagt, was er sagte, auch wenn sein Inhalt hier gelöscht ist.
receipt-check-label = Ihr Beleg
receipt-check-button = Prüfen
receipt-check-wrong = Das ist kein Beleg von uns, oder er wurde verändert.
receipt-missing = Unter dieser Adresse bewahren wir nichts auf. Sie ist vielleicht unvollständig, oder der Inhalt wurde gelöscht.

### Pause
pace-title = Seltener, oder eine Pause
pace-often = Wie viele Nachrichten
pace-pause = Pause
pace-all = Alle Nachrichten
pace-one_a_week = Höchstens eine pro Woche
pace-two_a_month = Höchstens zwei pro Monat
pace-one_a_month = Höchstens eine pro Monat
pace-none = Keine Pause
pace-until = Bis { $until }
pace-P1M = 1 Monat, bis { $until }
pace-P3M = 3 Monate, bis { $until }
pace-P6M = 6 Monate, bis { $until }
pace-paused = Pause bis { $until }
pace-usual = Alle Nachrichten, keine Pause
state-paused = Pause bis { $until }. Danach gilt wieder, was Sie gewählt haben; wir erinnern Sie nicht daran.
pace-held-one_a_week = Höchstens eine Nachricht pro Woche.
pace-held-two_a_month = Höchstens eine Nachricht in vierzehn Tagen.
pace-held-one_a_month = Höchstens eine Nachricht in achtundzwanzig Tagen.

### Texts
texts-link = Unsere Texte, Fassung für Fassung
texts-title = Unsere Texte, Fassung für Fassung
texts-lead = Mit diesen Worten fragen wir Sie. Ihre Antwort gilt zu den Worten des jeweiligen Tages.
texts-none = Es gibt noch keinen Text.
texts-since = In Kraft seit { $since }
texts-between = In Kraft von { $since } bis { $until }
texts-asks-again = Wer vorher Ja gesagt hatte, wurde neu gefragt.
texts-differences = Was sich geändert hat, Wort für Wort
texts-marks = Durchgestrichen: entfernt. Unterstrichen: neu.
texts-others = In anderen Sprachen

### Barrierefreiheit
access-link = Barrierefreiheit
access-title = Barrierefreiheit
access-lead = Diese Seiten sind für alle gemacht. Unser Ziel: die Regeln der WCAG 2.2, Stufe AA.
access-checked-title = Letzte automatische Prüfung
access-checked = Am { $date }: { $views } Ansichten, geprüft in Chromium mit axe-core { $version }, in sechs Sprachen, vom Telefon bis zum großen Bildschirm, hell und dunkel.
access-faults =
    { $n ->
        [one] { $shown } Mangel gefunden.
       *[other] { $shown } Mängel gefunden.
    }
access-limits-title = Was noch zu tun ist
access-limits = Eine Maschine sieht nicht alles. Noch hat kein Mensch diese Seiten geprüft: Deshalb erklären wir sie nicht für vollständig konform.
access-way-title = Etwas geht nicht?
access-way = Sagen Sie es uns: Alles, was hier geht, geht auch mit uns.
access-privacy-title = Ihre Daten
access-privacy = Unter jedem Thema zeigt „Was das bedeutet“ den gültigen Text und seine Fassung.

### Beleg
slip-title = Beleg über Ihre Entscheidungen
slip-lead = Das haben wir für Sie notiert.
slip-controller = Verantwortlich
slip-contact = Für
slip-at = Notiert am
slip-place = Wo
slip-words = Der vorgelesene Text
slip-record = Beleg Nr.
slip-change = Sie können Ihre Meinung jederzeit ebenso leicht ändern.
