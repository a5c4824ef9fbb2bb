# Tous les mots des pages, en français. L’anglais a exactement les mêmes clés ; les langues des seuls
# clients ont celles qui précèdent la ligne « ### Console ».
# Devant : ; ! ? et à l'intérieur des guillemets : espace fine insécable (U+202F).

### Commun
language-switch = Langue
skip-link = Aller au contenu
error-prefix = Erreur :
page-title = { $page } – { $brand }
help-title = Besoin d’aide ?
powered-by = Registre des choix tenu avec Placet
yes = Oui
no = Non
no-answer = Pas de réponse
error-title = Il y a un problème
label-colon = { $label } :

### Dates
month-1 = janvier
month-2 = février
month-3 = mars
month-4 = avril
month-5 = mai
month-6 = juin
month-7 = juillet
month-8 = août
month-9 = septembre
month-10 = octobre
month-11 = novembre
month-12 = décembre
weekday-1 = lundi
weekday-2 = mardi
weekday-3 = mercredi
weekday-4 = jeudi
weekday-5 = vendredi
weekday-6 = samedi
weekday-7 = dimanche
day-first = 1er
date-long = { $day } { $month } { $year }
date-weekday = { $weekday } { $date }
time-of-day = { $hour } h { $minute }
date-time-long = { $date } à { $time }
group-separator = { " " }

### Canaux
channel-email = E-mail
channel-sms = SMS
channel-phone_live = Téléphone
channel-phone_automated = Appels automatiques
channel-post_addressed = Courrier à votre adresse
channel-post_unaddressed = Boîte aux lettres
channel-push = Notifications de l’application
channel-in_app = Messages dans l’application
channel-inbox_ad = Publicité dans la messagerie
channel-email_tracking_pixel = Mesure d’ouverture des e-mails
channel-ads_custom_audience = Publicité sur d’autres sites
channel-ads_retargeting = Publicité selon vos visites
channel-storage_access = Cookies et traceurs
channel-third_party_sharing = Transmission à des partenaires
channel-processor_transfer = Transmission à un prestataire
channel-consent_prompt = Demande de choix
channel-none = Votre réponse

### D'où vient un choix
source-web_form = sur la page de vos choix
source-store = en magasin
source-call_centre = par téléphone
source-mobile_app = dans l’application
source-paper = sur papier
source-import = repris d’un ancien fichier
source-api = par un service relié
source-email_link = par le lien d’un message
source-place = { $source }, { $place }

### Vos choix
choices-title = Vos choix
choices-intro = Dites-nous ce que vous voulez recevoir. Vous pouvez changer d’avis quand vous voulez.
choices-contact = Pour
choices-stop-title = Ne plus rien recevoir
choices-stop-text = Un seul geste, pour tous les sujets et tous les canaux.
choices-stop-button = Tout arrêter
choices-purposes = Sujet par sujet
choices-details = Ce que cela veut dire
choices-save = Enregistrer mes choix
choices-save-note = Vos choix changent quand vous enregistrez.
choices-none = Il n’y a aucun choix à faire pour le moment.
choices-explained-contract = Vous recevez ces messages parce qu’ils servent à votre commande ou à votre contrat. Il n’y a donc pas de choix à faire ici.
choices-explained-legal_obligation = La loi nous demande d’envoyer ces messages. Il n’y a donc pas de choix à faire ici.
choices-explained-other = Ce traitement ne repose pas sur votre accord. Il n’y a donc pas de choix à faire ici.

state-yes = Oui, depuis le { $since }.
state-yes-source = Oui, depuis le { $since }, { $source }.
state-yes-undated = Oui.
state-refused = Non. Vous avez refusé le { $since }.
state-withdrawn = Non. Vous avez arrêté le { $since }.
state-stopped = Non. Vous avez tout arrêté le { $since }.
state-objected = Non. Votre opposition date du { $since }.
state-never-asked = Nous ne vous avons jamais posé la question. Pour nous, c’est non.
state-expired = Votre accord du { $since } est arrivé à son terme. Pour nous, c’est non.
state-new-words = Notre texte a changé depuis votre accord du { $since }. Pour nous, c’est non, sauf si vous dites oui.
state-unproven = Nous n’avons pas de preuve de votre accord. Pour nous, c’est non.
state-customer = Oui, parce que vous avez acheté chez nous. Vous pouvez dire non.
state-interest = Oui, sans que nous ayons besoin de votre accord. Vous pouvez dire non.

lock-no_contact = Nous n’avons pas cette coordonnée.
lock-restricted = Vos données sont gelées à votre demande. Un oui n’est pas possible pour le moment.
lock-minor = Un oui n’est pas possible à votre âge.
lock-other = Un oui n’est pas possible ici.

choices-error-changed = { $purpose }, { $channel } : votre choix a changé depuis l’ouverture de cette page. Vérifiez-le, puis enregistrez.
choices-error-invalid = { $purpose }, { $channel } : choisissez Oui ou Non.
choices-error-form = Cette page était ouverte depuis trop longtemps. Vos choix n’ont pas changé. Vérifiez-les, puis enregistrez.

### Enregistré
saved-title = C’est fait
saved-lead = Vos choix sont enregistrés.
saved-changes = Ce qui a changé
saved-before = Avant
saved-after = Maintenant
saved-effective = Effet immédiat
saved-reference = Référence
saved-remaining = Ce qui peut encore arriver
saved-remaining-service = Les messages utiles à vos commandes et à vos contrats.
saved-remaining-post = Un courrier déjà imprimé, jusqu’au { $date }.
saved-undo-title = Une erreur ?
saved-undo-text = Vous pouvez revenir à vos choix d’avant jusqu’au { $until }.
saved-undo = Annuler ce changement
saved-back = Revoir tous vos choix
unchanged-title = Rien n’a changé
unchanged-lead = Vos choix étaient déjà ceux-ci. Nous les gardons tels quels.

### Arrêter
stop-title = Arrêter ces messages
stop-lead = Rien ne change tant que vous n’appuyez pas sur un bouton.
stop-what = Ce qui va s’arrêter
stop-button = Arrêter ces messages
stop-all-button = Arrêter tous les messages commerciaux
stop-see-choices = Voir tous vos choix
stopped-title = C’est fait
stopped-lead = Vous ne recevrez plus ces messages.
stopped-what = Ce qui est arrêté
already-title = C’était déjà fait
already-withdrawn = Vous aviez déjà arrêté ces messages le { $since }. Rien n’a changé.
already-refused = Vous aviez déjà refusé ces messages le { $since }. Rien n’a changé.
already-stopped = Vous aviez déjà tout arrêté le { $since }. Rien n’a changé.
already-objected = Votre opposition à ces messages date déjà du { $since }. Rien n’a changé.
already-never-asked = Ces messages ne vous étaient pas envoyés. Rien n’a changé.

### Pourquoi ce message
why-title = Pourquoi ai-je reçu ce message ?
why-permitted = { $brand } avait le droit de vous l’envoyer. Voici sur quoi cela repose.
why-denied = { $brand } n’avait pas le droit de vous l’envoyer. Si vous l’avez reçu malgré tout, dites-le-nous.
why-rehearsed = C’était une simulation : { $brand } ne pouvait rien vous envoyer sur cette base.
why-what = De quoi il s’agissait
why-when = Décidé
why-because = Pourquoi
why-law = La loi derrière cette décision
why-answer = Ce que vous aviez dit
why-said-nothing = Le { $since }, nous vous avons demandé { $source } de confirmer votre réponse. Vous ne l’avez pas confirmée.
why-said-yes = Vous avez dit oui le { $since } { $source }.
why-said-no = Vous avez dit non le { $since } { $source }.
why-said-no-more = Vous avez retiré votre oui le { $since } { $source }.
why-no-answer = Nous n’avons aucune réponse de votre part à ce sujet.
why-words = Le texte qui vous a été montré
why-change = Changer d’avis
why-change-text = Chaque message que nous envoyons contient un lien vers vos choix : vous y dites non, ou vous vous opposez, tout de suite et sans frais. Vous n’avez pas à donner de raison.
why-change-here = Vous pouvez dire non ici, tout de suite et sans frais. Vous n’avez pas à donner de raison.
why-version = Version des règles

### Lien mort
gone-title = Ce lien ne marche plus
gone-expired = Sa durée est passée. Vos choix restent enregistrés.
gone-replaced = Un lien plus récent le remplace. Utilisez celui de notre dernier message.
gone-unknown = L’adresse est peut-être incomplète. Copiez-la en entier depuis notre message.
gone-next = Chaque message que nous envoyons contient un lien vers vos choix. Prenez celui du plus récent.

### Problèmes
problem-not_saved-title = Nous n’avons pas pu enregistrer
problem-not_saved = Vos choix n’ont pas changé. Réessayez dans un instant.
problem-stale_form-title = Cette page est restée ouverte trop longtemps
problem-stale_form = Vos choix n’ont pas changé. Revenez à la page et recommencez.
problem-bad_request-title = Nous n’avons pas compris la demande
problem-bad_request = Rien n’a changé. Revenez à la page et recommencez.
problem-not_found-title = Cette page n’existe pas
problem-not_found = Vérifiez l’adresse, ou partez du lien reçu.
problem-forbidden-title = Cette page n’est pas ouverte à votre compte
problem-forbidden = Demandez l’accès à la personne qui gère les comptes.
problem-too_many-title = Trop de demandes à la fois
problem-too_many = Rien n’a changé. Attendez une minute, puis réessayez.
problem-unavailable-title = Le service est arrêté un moment
problem-unavailable = Rien n’a changé. Réessayez dans quelques minutes.
problem-reference = Référence à nous donner
problem-back = Revenir à la page précédente

### Retour en arrière
undo-what = Ce qui redevient comme avant
undo-words = Le texte que vous acceptez
undo-partly = Ce qui s’est arrêté sans que vous ayez dit oui auparavant reste arrêté. Vous pouvez dire oui sur la page de vos choix.
undone-title = C’est annulé
undone-lead = Vos choix d’avant valent à nouveau.
undo-late-title = Il est trop tard pour annuler
undo-late = Dix minutes ont passé, ou vous avez fait un autre choix depuis. Rien n’a changé. Vous pouvez changer vos choix à tout moment.

### Accessibilité
access-link = Accessibilité
access-title = Accessibilité
access-lead = Ces pages sont faites pour tout le monde. Notre but : les règles WCAG 2.2, niveau AA.
access-checked-title = Dernier contrôle automatique
access-checked = Le { $date } : { $views } vues contrôlées dans Chromium avec axe-core { $version }, en six langues, du téléphone au grand écran, en clair et en sombre.
access-faults =
    { $n ->
        [one] { $shown } défaut trouvé.
       *[other] { $shown } défauts trouvés.
    }
access-limits-title = Ce qui reste à faire
access-limits = Une machine ne voit pas tout. Aucune personne n’a encore audité ces pages : nous ne les déclarons donc pas entièrement conformes.
access-way-title = Une difficulté ?
access-way = Dites-le-nous : tout ce qui se fait ici peut aussi se faire avec nous.
access-privacy-title = Vos données
access-privacy = Sous chaque sujet, « Ce que cela veut dire » montre le texte en vigueur et sa version.

### Console
console-name = Console
sign-in-title = Connexion
sign-in-lead = Réservé aux équipes qui gèrent les choix des clients.
sign-in-user = Nom d’utilisateur
sign-in-password = Mot de passe
sign-in-button = Se connecter
sign-in-error-wrong = Le nom ou le mot de passe ne correspond pas.
sign-in-error-too_many = Trop d’essais. Attendez quelques minutes, puis réessayez.
sign-in-error-stale_form = La page était ouverte depuis trop longtemps. Connectez-vous à nouveau.
sign-in-notice-signed_out = Votre session est fermée.
sign-in-notice-session_ended = Votre session est terminée. Connectez-vous à nouveau.
sign-out = Se déconnecter
signed-in-as = Session de { $name }

home-title = Tableau de bord
home-counts = Le registre aujourd’hui
count-subjects = Personnes
count-records = Preuves de choix
count-yes = Oui en vigueur
count-no = Non en vigueur
count-entries = Entrées du journal
count-purposes = Finalités
home-checkpoint = Dernier point de contrôle
home-checkpoint-none = Le journal n’a pas encore de point de contrôle.
checkpoint-size = Entrées couvertes
checkpoint-root = Racine
checkpoint-at = Signé le
checkpoint-origin = Journal
export-title = Rapport d’audit
export-lead = Un fichier ZIP, vérifiable sans nous : entrées, preuves, clés et rapport lisible.
export-from = Du
export-to = Au
export-to-hint = Ce jour est inclus.
export-controller = Marque
export-purpose = Finalité
export-all-controllers = Toutes les marques
export-all-purposes = Toutes les finalités
export-button = Exporter le rapport d’audit
export-error-from = Indiquez la date de début.
export-error-to = Indiquez la date de fin.
export-error-order = La date de fin doit suivre la date de début.
export-error-future = La date de fin ne peut pas être dans le futur.
export-error-failed = Le rapport n’a pas pu être fait. Rien n’a changé. Réessayez.
export-error-stale_form = La page était ouverte depuis trop longtemps. Réessayez.
exports-title = Derniers exports
exports-at = Fait le
exports-period = Période
exports-by = Par
exports-entries = Entrées
exports-file = Fichier
exports-download = Télécharger (ZIP, { $size })
exports-gone = Non conservé
period = du { $from } au { $to }

### Rapport d'audit
report-title = Rapport d’audit
report-period = Période
report-by = Exporté par
report-made = Fait le
report-controllers = Responsable du traitement
report-controllers-all = Tous
report-purposes = Finalités
report-purposes-all = Toutes
report-origin = Journal
report-size = Taille du point de contrôle
report-root = Racine du point de contrôle
report-checkpoint-at = Point de contrôle signé le
report-entries = Entrées dans ce rapport
report-about = Ce rapport
report-findings = Constats
report-findings-none = Aucune anomalie constatée au moment de l’export.
report-findings-some =
    { $n ->
        [one] { $shown } anomalie constatée au moment de l’export.
       *[other] { $shown } anomalies constatées au moment de l’export.
    }
report-finding-position = Position { $position }
report-finding-general = Ensemble du journal
report-verify = Vérifier vous-même
report-verify-text = La commande ci-dessous refait tous les calculs à partir du fichier ZIP, sans réseau et sans nous.
report-verify-exit = Elle rend 0 si tout est intact, 1 sinon, et nomme l’entrée en cause.
report-verify-limit = Ce rapport se lit ; la preuve est dans le fichier ZIP qui le contient.
report-counts-kind = Nombre d’entrées par type
report-counts-choice = Nombre de choix par finalité, canal et réponse
report-kind = Type
report-count = Nombre
report-position = Position
report-time = Heure (UTC)
report-purpose = Finalité
report-channel = Canal
report-status = Réponse
report-notice = Texte montré
report-source = Origine
report-commitment = Engagement
report-table = Entrées du journal
report-table-note = Aucune donnée d’identité : les personnes ne figurent pas dans ce tableau.
report-empty = Aucune entrée sur cette période.
report-end =
    { $n ->
        [one] Fin du rapport : { $shown } entrée.
       *[other] Fin du rapport : { $shown } entrées.
    }
status-requested = demandé
status-given = oui
status-refused = non
status-withdrawn = arrêté
status-expired = expiré
status-objected = opposition
entry-consent-requested = Accord demandé
entry-consent-given = Accord donné
entry-consent-granted = Accord donné
entry-consent-refused = Refus
entry-consent-withdrawn = Retrait
entry-consent-expired = Accord expiré
entry-objection-made = Opposition
entry-objection-lifted = Opposition levée
entry-restriction-set = Limitation
entry-restriction-lifted = Limitation levée
entry-suppression-added = Ajout à la liste d’opposition
entry-purpose-published = Finalité publiée
entry-notice-published = Texte publié
entry-policy-published = Règles publiées
entry-subject-created = Personne créée
entry-subject-merged = Fusion de personnes
entry-subject-erased = Effacement
entry-export-made = Export
entry-key-rotated = Clé changée
entry-kek-destroyed = Clé détruite
entry-log-genesis = Ouverture du journal
entry-log-sealed = Clôture du journal
origin-web_form = Page des choix
origin-store = Magasin
origin-call_centre = Centre d’appels
origin-mobile_app = Application
origin-paper = Papier
origin-import = Import
origin-api = Service relié
origin-email_link = Lien d’un message

### Reports
figures-processing = Registre des traitements
figures-consents = Rapport des consentements
figures-uses = Rapport des utilisations
figures-access = Rapport des accès
figures-note-processing = Chaque version de chaque finalité en vigueur dans la période, avec ce que son responsable dit de lui-même (article 30 du RGPD). Un tiret montre ce que le catalogue ne contient pas.
figures-note-consents = Sont comptées les preuves de choix, à la date de leur entrée au journal, et non les personnes : qui répond deux fois compte deux fois. La part de oui est celle des oui parmi les oui et les non ; la part de retraits rapporte les retraits de la période à ses oui.
figures-note-uses = Sont comptées les décisions enregistrées, à la date où elles ont été prises, et les lignes des listes filtrées, à la date de fin du filtrage. Les répétitions ne comptent pas. Au-delà de vingt mille groupes, les campagnes suivantes sont comptées ensemble comme « autres ».
figures-note-access = Connexions, exports, rapports, listes filtrées, imports, clés, comptes et versions des règles, tels que le journal les contient. Lire la fiche d’une personne ne laisse pas d’entrée au journal dans cette version : cela n’est donc pas ici.
figures-position = Entrées du journal prises en compte
figures-last = Dernière de ces entrées
figures-query = Requête
figures-again = Refaire ce rapport
figures-again-text = Le rapport repose sur ces entrées du journal et sur rien d’autre : la commande ci-dessous refait le même fichier, à l’octet près.
figures-method = Méthode de comptage
figures-picture = Barres des chiffres du tableau ci-dessous
figures-none = Rien dans cette période.
figures-end = Fin du rapport.
percent = { $n } %
table-processing = Activités de traitement
table-consents_trend = Réponses au fil de la période
table-consents_by_purpose = Réponses par finalité
table-consents_by_channel = Réponses par canal
table-consents_by_source = Réponses par lieu de recueil
table-consents_by_notice = Réponses par texte montré
table-consents = Toutes les réponses
table-uses_trend = Décisions au fil de la période
table-uses_by_purpose = Décisions par finalité et canal
table-uses_by_campaign = Décisions par campagne
table-uses_by_reason = Décisions par motif
table-uses = Toutes les décisions
table-access_by_actor = Par qui et quoi
table-access = Chaque accès
column-purpose = Finalité
column-version = Version
column-title = Titre
column-description = Description
column-controller = Responsable
column-controller_name = Nom du responsable
column-country = Pays
column-contact = Contact du responsable
column-dpo_contact = Contact du délégué à la protection des données
column-legal_basis = Base légale
column-law_use = Nature de l’utilisation
column-channels = Canaux
column-data_subjects = Personnes concernées
column-data_categories = Catégories de données
column-recipients = Destinataires
column-transfers = Transferts vers d’autres pays
column-retention = Durée de conservation
column-security = Mesures de sécurité
column-since = En vigueur depuis
column-until = En vigueur jusqu’au
column-span = Date
column-channel = Canal
column-source = Lieu de recueil
column-notice = Texte montré
column-requested = Demandés
column-given = Oui
column-refused = Non
column-withdrawn = Retraits
column-yes_share = Part de oui
column-withdrawn_share = Retraits par oui
column-given_trend = Oui au fil du temps
column-campaign = Campagne
column-effect = Réponse
column-reason = Motif
column-permitted = Autorisées
column-denied = Refusées
column-permitted_share = Part autorisée
column-decisions = Décisions
column-asked_as = Demandé par
column-actor = Qui
column-actor_id = Identifiant
column-actor_name = Nom
column-kind = Quoi
column-entries = Nombre
column-position = Position
column-at = Date
column-told = Détails
basis-consent = Consentement
basis-soft_opt_in = Client existant, produits analogues
basis-contract = Contrat
basis-legal_obligation = Obligation légale
basis-vital_interests = Intérêts vitaux
basis-public_task = Mission d’intérêt public
basis-legitimate_interest = Intérêt légitime
effect-permit = autorisée
effect-deny = refusée
asked-check = vérification
asked-list = liste
asked-others = autres
actor-key = Clé d’API
actor-staff = Équipe
actor-operator = Exploitant
actor-system = Service
entry-staff-signed_in = Connexion
entry-staff-added = Compte ajouté
entry-key-created = Clé créée
entry-key-revoked = Clé révoquée
entry-import-made = Import
entry-audience-begun = Liste filtrée
entry-policy-proposed = Règles proposées
entry-policy-activated = Règles en vigueur
reports-title = Rapports
reports-lead = Des chiffres sur une période, à une position du journal. Chaque rapport peut être refait à l’octet près, et chacun est inscrit au journal.
reports-open = Rapports : traitements, consentements, utilisations, accès
reports-kind = Rapport
reports-format = Fichier
reports-format-html = Page à lire et à imprimer (HTML)
reports-format-csv = Tableau (CSV)
reports-format-xlsx = Classeur (XLSX)
reports-format-jsonl = Lignes JSON
reports-requests = Il n’y a pas encore de rapport des demandes : cette version ne traite pas les demandes.
reports-button = Faire le rapport
reports-back = Tableau de bord
reports-error-whole = Le rapport des accès porte sur tout le registre : choisissez toutes les marques et toutes les finalités.
reports-error-kind = Choisissez un rapport et un type de fichier.
