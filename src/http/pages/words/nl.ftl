# Alle woorden van de pagina’s voor klanten, in het Nederlands. De console spreekt Frans en Engels.

### Algemeen
language-switch = Taal
skip-link = Naar de inhoud
error-prefix = Fout:
page-title = { $page } – { $brand }
help-title = Hulp nodig?
powered-by = Register van keuzes, bijgehouden met Placet
yes = Ja
no = Nee
no-answer = Geen antwoord
error-title = Er is een probleem
label-colon = { $label }:

### Datums
month-1 = januari
month-2 = februari
month-3 = maart
month-4 = april
month-5 = mei
month-6 = juni
month-7 = juli
month-8 = augustus
month-9 = september
month-10 = oktober
month-11 = november
month-12 = december
weekday-1 = maandag
weekday-2 = dinsdag
weekday-3 = woensdag
weekday-4 = donderdag
weekday-5 = vrijdag
weekday-6 = zaterdag
weekday-7 = zondag
day-first = 1
date-long = { $day } { $month } { $year }
date-weekday = { $weekday } { $date }
time-of-day = { $hour }:{ $minute } uur
date-time-long = { $date } om { $time }
group-separator = .

### Kanalen
channel-email = E-mail
channel-sms = Sms
channel-phone_live = Telefoon
channel-phone_automated = Automatische oproepen
channel-post_addressed = Post op uw adres
channel-post_unaddressed = Brievenbus
channel-push = Meldingen van de app
channel-in_app = Berichten in de app
channel-inbox_ad = Reclame in de mailbox
channel-email_tracking_pixel = Meten of e-mails geopend worden
channel-ads_custom_audience = Reclame op andere sites
channel-ads_retargeting = Reclame op basis van uw bezoeken
channel-storage_access = Cookies en trackers
channel-third_party_sharing = Delen met partners
channel-processor_transfer = Doorgeven aan een leverancier
channel-consent_prompt = Vraag om een keuze
channel-none = Uw antwoord

### Waar een keuze vandaan komt
source-web_form = op de pagina met uw keuzes
source-store = in een winkel
source-call_centre = via de telefoon
source-mobile_app = in de app
source-paper = op papier
source-import = overgenomen uit een eerder bestand
source-api = via een gekoppelde dienst
source-email_link = via de link in een bericht
source-place = { $source }, { $place }

### Uw keuzes
choices-title = Uw keuzes
choices-intro = Zeg ons wat u wilt ontvangen. U kunt dat altijd veranderen.
choices-contact = Voor
choices-stop-title = Niets meer ontvangen
choices-stop-text = Eén handeling, voor alle onderwerpen en alle kanalen.
choices-stop-button = Alles stoppen
choices-purposes = Per onderwerp
choices-details = Wat dit betekent
choices-save = Mijn keuzes opslaan
choices-save-note = Uw keuzes veranderen zodra u opslaat.
choices-none = Er valt op dit moment niets te kiezen.
choices-explained-contract = U krijgt deze berichten omdat uw bestelling of uw contract ze nodig heeft. Daarom valt hier niets te kiezen.
choices-explained-legal_obligation = De wet verplicht ons deze berichten te sturen. Daarom valt hier niets te kiezen.
choices-explained-other = Dit berust niet op uw toestemming. Daarom valt hier niets te kiezen.

state-yes = Ja, sinds { $since }.
state-yes-source = Ja, sinds { $since }, { $source }.
state-yes-undated = Ja.
state-refused = Nee. U zei nee op { $since }.
state-withdrawn = Nee. U stopte dit op { $since }.
state-stopped = Nee. U stopte alles op { $since }.
state-objected = Nee. U maakte bezwaar op { $since }.
state-never-asked = We hebben het u nooit gevraagd. Voor ons is dat een nee.
state-expired = Uw toestemming van { $since } is verlopen. Voor ons is dat een nee.
state-new-words = Onze tekst is veranderd sinds uw toestemming van { $since }. Voor ons is dat een nee, tenzij u ja zegt.
state-unproven = We hebben geen bewijs van uw toestemming. Voor ons is dat een nee.
state-customer = Ja, omdat u bij ons kocht. U kunt nee zeggen.
state-interest = Ja, zonder dat we uw toestemming nodig hebben. U kunt nee zeggen.

lock-no_contact = We hebben dit contactgegeven niet.
lock-restricted = Uw gegevens zijn op uw verzoek beperkt. Een ja is nu niet mogelijk.
lock-minor = Op uw leeftijd is een ja niet mogelijk.
lock-other = Een ja is hier niet mogelijk.

choices-error-changed = { $purpose }, { $channel }: uw keuze is veranderd sinds deze pagina werd geopend. Controleer die en sla dan op.
choices-error-invalid = { $purpose }, { $channel }: kies Ja of Nee.
choices-error-form = Deze pagina stond te lang open. Uw keuzes zijn niet veranderd. Controleer die en sla dan op.

### Opgeslagen
saved-title = Klaar
saved-lead = Uw keuzes zijn opgeslagen.
saved-changes = Wat er is veranderd
saved-before = Vroeger
saved-after = Nu
saved-effective = Geldt vanaf nu
saved-reference = Referentie
saved-remaining = Wat er nog kan komen
saved-remaining-service = Berichten die uw bestellingen en contracten nodig hebben.
saved-remaining-post = Een brief die al gedrukt is, tot { $date }.
saved-undo-title = Een vergissing?
saved-undo-text = Tot { $until } kunt u terug naar uw eerdere keuzes.
saved-undo = Deze wijziging ongedaan maken
saved-back = Al uw keuzes bekijken
unchanged-title = Er is niets veranderd
unchanged-lead = Dit waren uw keuzes al. We laten ze zoals ze zijn.

### Stoppen
stop-title = Deze berichten stoppen
stop-lead = Er verandert niets tot u op een knop drukt.
stop-what = Wat er stopt
stop-button = Deze berichten stoppen
stop-all-button = Alle reclameberichten stoppen
stop-see-choices = Al uw keuzes bekijken
stopped-title = Klaar
stopped-lead = U krijgt deze berichten niet meer.
stopped-what = Wat er gestopt is
already-title = Dat was al gedaan
already-withdrawn = U had deze berichten al gestopt op { $since }. Er is niets veranderd.
already-refused = U had al nee gezegd tegen deze berichten op { $since }. Er is niets veranderd.
already-stopped = U had alles al gestopt op { $since }. Er is niets veranderd.
already-objected = U had al bezwaar gemaakt tegen deze berichten op { $since }. Er is niets veranderd.
already-never-asked = U kreeg deze berichten niet. Er is niets veranderd.

### Waarom dit bericht
why-title = Waarom kreeg ik dit bericht?
why-permitted = { $brand } mocht het u sturen. Hier staat waarop dat berust.
why-denied = { $brand } mocht het u niet sturen. Hebt u het toch gekregen, zeg het ons dan.
why-rehearsed = Dit was een proef: { $brand } kon u daarop niets sturen.
why-what = Waar het over ging
why-when = Beslist
why-because = Waarom
why-law = De wet erachter
why-answer = Wat u had gezegd
why-said-nothing = Op { $since } vroegen we u { $source } uw antwoord te bevestigen. U hebt het niet bevestigd.
why-said-yes = U zei ja op { $since } { $source }.
why-said-no = U zei nee op { $since } { $source }.
why-said-no-more = U trok uw ja in op { $since } { $source }.
why-no-answer = We hebben hierover geen antwoord van u.
why-list-answer = Uw adres stond op een lijst die volgens onze regels is gefilterd. We bewaren wat er is beslist, en niet op welk antwoord: uw keuzes van vandaag staan hieronder.
why-words = De tekst die u zag
why-change = Van gedachten veranderen
why-change-text = In elk bericht van ons staat een link naar uw keuzes: daar zegt u nee, of maakt u bezwaar, meteen en gratis. U hoeft geen reden te geven.
why-change-here = Hier kunt u nee zeggen, meteen en gratis. U hoeft geen reden te geven.
why-version = Versie van de regels

### Dode link
gone-title = Deze link werkt niet meer
gone-expired = Zijn tijd is voorbij. Uw keuzes blijven opgeslagen.
gone-replaced = Een nieuwere link vervangt hem. Gebruik die uit ons laatste bericht.
gone-unknown = Misschien is het adres onvolledig. Kopieer het helemaal uit ons bericht.
gone-next = In elk bericht van ons staat een link naar uw keuzes. Neem die uit het laatste.

### Problemen
problem-not_saved-title = We konden niet opslaan
problem-not_saved = Uw keuzes zijn niet veranderd. Probeer het zo nog eens.
problem-stale_form-title = Deze pagina stond te lang open
problem-stale_form = Uw keuzes zijn niet veranderd. Ga terug naar de pagina en begin opnieuw.
problem-bad_request-title = We hebben het verzoek niet begrepen
problem-bad_request = Er is niets veranderd. Ga terug naar de pagina en begin opnieuw.
problem-not_found-title = Deze pagina bestaat niet
problem-not_found = Controleer het adres, of begin bij de link die u kreeg.
problem-forbidden-title = Deze pagina is niet open voor uw account
problem-forbidden = Vraag toegang aan wie de accounts beheert.
problem-too_many-title = Te veel verzoeken tegelijk
problem-too_many = Er is niets veranderd. Wacht een minuut en probeer het dan nog eens.
problem-unavailable-title = De dienst ligt even stil
problem-unavailable = Er is niets veranderd. Probeer het over een paar minuten nog eens.
problem-reference = Referentie voor vragen
problem-back = Terug naar de vorige pagina

### Terug
undo-what = Wat weer wordt zoals vroeger
undo-words = De tekst waarmee u instemt
undo-partly = Wat stopte zonder een eerder ja van u, blijft gestopt. U kunt ja zeggen op de pagina met uw keuzes.
undone-title = Ongedaan gemaakt
undone-lead = Uw eerdere keuzes gelden weer.
undo-late-title = Het is te laat om dit ongedaan te maken
undo-late = Er zijn tien minuten voorbij, of u hebt sindsdien anders gekozen. Er is niets veranderd. U kunt uw keuzes altijd veranderen.

### Inloggen
enter-title = Inloggen
enter-lead = Typ uw e-mailadres. Wij sturen er een link en een code naartoe.
enter-address = E-mailadres
enter-button = Stuur mij een link en een code
enter-error = Vul een adres in zoals naam@voorbeeld.nl
enter-off = Inloggen is hier niet ingesteld.
inbox-title = Kijk in uw mailbox
inbox-lead = Als wij dit adres kennen, is er een bericht onderweg met een link en een code die 10 minuten geldig zijn.
inbox-code = Code van zes cijfers
inbox-button = Inloggen
inbox-error-wrong = Dit is niet de code uit ons laatste bericht. Controleer de code.
inbox-error-tries = Er zijn te veel codes geprobeerd. Open de link uit het bericht in deze browser, of vraag een ander bericht.
inbox-none = Niets ontvangen?
inbox-none-text = Wacht een paar minuten en kijk ook bij ongewenste berichten. Controleer of het het adres is waarop wij u schrijven.
inbox-again = Een ander bericht vragen
link-opens = Druk op de knop om in deze browser in te loggen.
link-elsewhere-title = De aanvraag kwam uit een andere browser
link-elsewhere = Ga terug naar waar u het vroeg en typ daar de code van zes cijfers uit hetzelfde bericht. Er is niets veranderd.
link-used-title = Deze link is al gebruikt
link-used = Hij werkt één keer. Vraag een ander bericht om opnieuw in te loggen.
link-late = Hij werkt 10 minuten. Vraag een ander bericht.
own-unknown = { $brand } heeft ons verteld wie u bent. Onder dat contactgegeven bewaren wij hier niets; er is niets te veranderen.
own-unknown-next = Krijgt u onze berichten op een ander adres, gebruik dan de link in een daarvan.
own-refused-title = Deze toegang werkte niet
own-refused = Er is niets veranderd. Ga terug naar de site waar u vandaan komt, laad de pagina opnieuw en probeer het nog eens.
own-sign-in = In plaats daarvan inloggen per e-mail
me-title = Uw pagina
me-lead = Wat wij van uw keuzes bewaren, op één plaats.
me-contacts = Uw contactgegevens bij ons
me-choices = Keuzes bekijken en wijzigen
me-idle = Na 15 minuten zonder gebruik wordt u uitgelogd.
me-sign-out = Uitloggen
me-history = Mijn geschiedenis
history-title = Geschiedenis
history-lead = Wat u ons hebt gezegd, het nieuwste eerst, met de tekst die u toen zag.
history-empty = Hier staat nog niets.
history-stopped = Geen reclame meer
history-no-profile = Geen profiel voor reclame
history-restricted = Gebruik van uw gegevens beperkt
history-unrestricted = Gebruik van uw gegevens niet meer beperkt
history-disputed = U hebt ons gezegd dat een antwoord niet van u was
history-receipt = Ontvangstbewijs van { $when }
history-further = Oudere bekijken
history-back = Terug naar uw pagina
history-by-link_confirmed = bevestigd via de link in het bericht
history-by-choice_undone = wijziging ongedaan gemaakt
history-by-stop_all = door alles te stoppen
history-by-one_click = met één klik in uw mailprogramma
history-by-sms_stop = per sms
history-by-disputed = u hebt gezegd dat u dit niet was
history-by-corrected = gecorrigeerd: er was per vergissing een ja genoteerd
kind-email = E-mail
kind-phone = Telefoon
kind-postal = Postadres
kind-crm_id = Klantnummer
kind-device_id = Apparaat

### Bevestigen
confirm-title = Bevestig uw keuze
confirm-code-lead = Typ de code van zes cijfers uit hetzelfde bericht. Eerder verandert er niets.
confirm-what = Wat er is gevraagd
confirm-words = De getoonde tekst
confirm-button = Ja, ik bevestig
confirm-not = Hebt u niets gevraagd, sluit dan deze pagina. Wij sturen dan niets.
confirm-error-tries = Er zijn te veel codes geprobeerd. Vraag het opnieuw waar u het vroeg.
confirmed-lead = Uw keuze is bevestigd.
confirmed-what = Wat u vanaf nu ontvangt
confirmed-kept = Wat blijft zoals het was, omdat u intussen anders hebt geantwoord
confirmed-back = U kunt altijd van gedachten veranderen. Elk bericht van ons heeft een link naar uw keuzes.
confirmed-before = U hebt dit al bevestigd op { $since }. Er is niets veranderd.
confirmed-no-since = U hebt sindsdien nee gezegd, op { $since }. Uw nee blijft gelden.
confirmed-yes-since = U hebt al ja gezegd op { $since }. Er is niets veranderd.
confirmed-expired = Hij werkte zeven dagen en er is niets bevestigd. Vraag het opnieuw als u wilt.

### Berichten
mail-in-subject = Uw aanmelding – { $brand }
mail-in-lead = U wilt inloggen bij { $brand }. De link werkt één keer, 10 minuten lang, in de browser waarin u het vroeg.
mail-in-link = In deze browser inloggen
mail-in-code = Of typ deze code waar u het vroeg: { $code }
mail-in-not = Was u het niet, doe dan niets. Geef deze code aan niemand.
mail-confirm-subject = Bevestig uw keuze – { $brand }
mail-confirm-lead = Iemand, waarschijnlijk u, heeft { $brand } gevraagd naar dit adres te schrijven:
mail-confirm-link = De aanvraag bekijken en bevestigen
mail-confirm-code = De pagina kan om deze code vragen: { $code }
mail-confirm-not = Was u het niet, doe dan niets. Zonder bevestiging sturen wij niets.
mail-confirm-until = De link werkt tot { $until }.
mail-receipt-subject = Bewijs van uw keuzes – { $brand }
mail-receipt-lead = Dit heeft { $brand } op { $at } voor u genoteerd, { $place }.
mail-receipt-link = Uw keuzes bekijken of wijzigen
mail-receipt-not = Was u dit niet, meld u dan aan en zeg het, of schrijf naar het contact op onze pagina’s.
### Receipts
receipt-title = Ontvangstbewijs
receipt-lead = Wat u hebt geantwoord, en waar het in ons logboek staat.
receipt-to = Aan wie
receipt-channel = Kanaal
receipt-answer = Uw antwoord
receipt-when = Wanneer
receipt-where = Waar
receipt-until = Geldt tot
receipt-notice = Getoonde tekst
receipt-said-given = Ja
receipt-said-refused = Nee
receipt-said-withdrawn = Ja, ingetrokken
receipt-said-requested = Nog niet bevestigd
receipt-log = In ons logboek
receipt-holds = Dit bewijs staat in ons logboek, op plaats { $position } van { $size }. We hebben het net gecontroleerd.
receipt-fails = Dit bewijs staat niet zoals het hoort in ons logboek. Meld het ons.
receipt-proof = Het bewijsstuk, om elders te controleren (.tlog-proof)
receipt-json = Het ondertekende bewijs (JSON, ISO/IEC TS 27560)
receipt-linked = Het bewijs als gekoppelde gegevens (JSON-LD)
receipt-not-me-title = Was u dit niet?
receipt-not-me-text = Eén druk op de knop: dit antwoord telt meteen niet meer, en onze functionaris voor gegevensbescherming ziet het.
receipt-not-me = Dit was ik niet
receipt-noted-title = Genoteerd
receipt-noted = Dit antwoord telt niet meer. Onze functionaris voor gegevensbescherming ziet het.
receipt-disputed = U hebt ons op { $since } gezegd dat u dit niet was.
receipt-check-title = Een bewijs controleren
receipt-check-lead = Plak hier een bewijs dat u hebt bewaard. Het zegt wat het zei, ook als de inhoud hier is gewist.
receipt-check-label = Uw bewijs
receipt-check-button = Controleren
receipt-check-wrong = Dit is geen bewijs van ons, of het is gewijzigd.
receipt-missing = Op dit adres bewaren we niets. Misschien is het onvolledig, of is de inhoud gewist.

### Pause
pace-title = Minder vaak, of een pauze
pace-often = Hoeveel berichten
pace-pause = Pauze
pace-all = Alle berichten
pace-one_a_week = Hooguit één per week
pace-two_a_month = Hooguit twee per maand
pace-one_a_month = Hooguit één per maand
pace-none = Geen pauze
pace-until = Tot { $until }
pace-P1M = 1 maand, tot { $until }
pace-P3M = 3 maanden, tot { $until }
pace-P6M = 6 maanden, tot { $until }
pace-paused = Gepauzeerd tot { $until }
pace-usual = Alle berichten, geen pauze
state-paused = Gepauzeerd tot { $until }. Daarna gelden uw keuzes weer; we herinneren u er niet aan.
pace-held-one_a_week = Hooguit één bericht per week.
pace-held-two_a_month = Hooguit één bericht per veertien dagen.
pace-held-one_a_month = Hooguit één bericht per achtentwintig dagen.

### Texts
texts-link = Onze teksten, versie voor versie
texts-title = Onze teksten, versie voor versie
texts-lead = Met deze woorden vragen wij het u. Uw antwoord hoort bij de woorden van die dag.
texts-none = Er is nog geen tekst.
texts-since = Van kracht sinds { $since }
texts-between = Van kracht van { $since } tot { $until }
texts-asks-again = Wie eerder ja had gezegd, is opnieuw gevraagd.
texts-differences = Wat er is veranderd, woord voor woord
texts-marks = Doorgestreept: weg. Onderstreept: nieuw.
texts-others = In andere talen

### Toegankelijkheid
access-link = Toegankelijkheid
access-title = Toegankelijkheid
access-lead = Deze pagina’s zijn er voor iedereen. Ons doel: de regels van WCAG 2.2, niveau AA.
access-checked-title = Laatste automatische controle
access-checked = Op { $date }: { $views } weergaven gecontroleerd in Chromium met axe-core { $version }, in zes talen, van telefoon tot groot scherm, licht en donker.
access-faults =
    { $n ->
        [one] { $shown } fout gevonden.
       *[other] { $shown } fouten gevonden.
    }
access-limits-title = Wat nog te doen is
access-limits = Een machine ziet niet alles. Nog geen mens heeft deze pagina’s gecontroleerd: daarom verklaren we ze niet volledig conform.
access-way-title = Lukt er iets niet?
access-way = Zeg het ons: alles wat hier kan, kan ook met ons.
access-privacy-title = Uw gegevens
access-privacy = Onder elk onderwerp toont “Wat dit betekent” de geldende tekst en zijn versie.

### Bewijs
slip-title = Bewijs van uw keuzes
slip-lead = Dit hebben wij voor u genoteerd.
slip-controller = Verantwoordelijke
slip-contact = Voor
slip-at = Genoteerd op
slip-place = Waar
slip-words = De voorgelezen tekst
slip-record = Bewijs nr.
slip-change = U kunt altijd van gedachten veranderen, even gemakkelijk.
