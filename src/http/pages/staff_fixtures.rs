//! Pages of the console and reports, full of hostile text.

use super::fixtures::{HOSTILE, at, every_row, form, purpose, text, undo};
use super::*;
use crate::app::background::{ExportFailure, ExportGone};
use crate::app::state::{self, About, Found, Room, Standing as How, SystemState};

pub(super) fn desk(language: Language) -> Frame {
    let account = Account {
        name: HOSTILE.to_owned(),
        sign_out: form(),
    };
    Frame::console(language, Some(account))
}

pub(super) fn sign_in(language: Language, error: Option<SignInError>) -> SignInPage {
    SignInPage {
        frame: scripted(Frame::console(language, None)),
        form: form(),
        user: HOSTILE.to_owned(),
        passkey: Some(passkey()),
        provider: Some(provider()),
        error,
        notice: Some(SignInNotice::SignedOut),
    }
}

fn provider() -> ProviderForm {
    ProviderForm {
        form: form(),
        name: HOSTILE.to_owned(),
    }
}

fn passkey() -> PasskeyForm {
    PasskeyForm {
        form: form(),
        ask_url: HOSTILE.to_owned(),
    }
}

fn scripted(frame: Frame) -> Frame {
    Frame {
        script: true,
        ..frame
    }
}

pub(super) fn home(language: Language, errors: Vec<ExportError>) -> ConsoleHomePage {
    let pick = |selected| Pick {
        value: HOSTILE.to_owned(),
        label: text(),
        selected,
    };
    let count = |kind| Count { kind, value: 1204 };
    use CountKind::{Entries, No, Purposes, Records, Subjects, Yes};
    ConsoleHomePage {
        frame: desk(language),
        counts: [Subjects, Records, Yes, No, Entries, Purposes]
            .map(count)
            .to_vec(),
        checkpoint: Some(CheckpointSummary {
            origin: HOSTILE.to_owned(),
            size: 48_211,
            root_short: HOSTILE.to_owned(),
            at: at(),
            vouched: vouched(),
        }),
        due: Some((3, 1)),
        looks: looks(),
        export: ExportForm {
            form: form(),
            from: HOSTILE.to_owned(),
            to: HOSTILE.to_owned(),
            controllers: vec![pick(false), pick(true)],
            purposes: vec![pick(false), pick(true)],
            campaign: HOSTILE.to_owned(),
            errors,
        },
        exports_packages: true,
        links: vec![("/console/reports", "reports-open")],
        exports: vec![ExportRow {
            at: at(),
            from: at().date_naive(),
            to: at().date_naive(),
            what: ExportWhat::Package,
            by: HOSTILE.to_owned(),
            state: "background-ready",
            url: HOSTILE.to_owned(),
        }],
    }
}

pub(super) fn agent_pages(language: Language) -> Vec<(String, String)> {
    let pick = |selected| Pick {
        value: HOSTILE.to_owned(),
        label: text(),
        selected,
    };
    let find = |error| AgentFindPage {
        frame: desk(language),
        form: form(),
        contact: HOSTILE.to_owned(),
        day_url: HOSTILE.to_owned(),
        kinds: vec![pick(true)],
        place: HOSTILE.to_owned(),
        tongues: vec![pick(true)],
        error,
    };
    let ask = |errors| AgentAskPage {
        frame: desk(language),
        form: form(),
        masked_contact: HOSTILE.to_owned(),
        others: vec![HOSTILE.to_owned()],
        receipts: vec![pick(true)],
        known: true,
        purposes: vec![purpose("f", Content::Choices(every_row()))],
        acts: vec![pick(true)],
        reference: HOSTILE.to_owned(),
        again_url: HOSTILE.to_owned(),
        errors,
    };
    let done = |lines, undone| AgentDonePage {
        frame: desk(language),
        tongue: Language::Fr,
        masked_contact: HOSTILE.to_owned(),
        controller: HOSTILE.to_owned(),
        lines,
        place: ("store".to_owned(), HOSTILE.to_owned()),
        at: at(),
        mailed: Some(HOSTILE.to_owned()),
        position: Some(1),
        undone,
        undo: undo(),
        next_url: HOSTILE.to_owned(),
        day_url: HOSTILE.to_owned(),
    };
    let line = ReceiptLine {
        title: text(),
        channel: "email".to_owned(),
        answer: Standing::Yes,
        words: Some((text(), HOSTILE.to_owned())),
        record: HOSTILE.to_owned(),
    };
    let changed = ChoicesError::Changed {
        field: "f1".to_owned(),
    };
    let mut pages = vec![
        ("agent find".to_owned(), find(None).render()),
        ("agent ask".to_owned(), ask(vec![]).render()),
        (
            "error agent ask".to_owned(),
            ask(vec![changed, ChoicesError::StaleForm]).render(),
        ),
        (
            "agent done".to_owned(),
            done(vec![line.clone()], false).render(),
        ),
        ("agent undone".to_owned(), done(vec![line], true).render()),
        ("agent unchanged".to_owned(), done(vec![], false).render()),
    ];
    pages.extend(agent_days(language));
    for error in [
        AgentFindError::Contact,
        AgentFindError::StaleForm,
        AgentFindError::Unavailable,
    ] {
        pages.push((format!("error agent {error:?}"), find(Some(error)).render()));
    }
    pages
}

fn agent_days(language: Language) -> Vec<(String, String)> {
    let row = |corrected: bool| DayRow {
        at: at(),
        title: text(),
        channel: "email".to_owned(),
        answer: Standing::Yes,
        reference: corrected.then(|| HOSTILE.to_owned()),
        lacks_proof: !corrected,
        corrected,
        correct: (!corrected).then(form),
    };
    let refused = |about| DayRefused {
        at: at(),
        about,
        reason: "changed".to_owned(),
    };
    let day = |notice| AgentDayPage {
        frame: desk(language),
        rows: vec![row(true), row(false)],
        refused: vec![refused(Some((text(), "sms".to_owned()))), refused(None)],
        proven: 1,
        yeses: 2,
        notice,
        find_url: HOSTILE.to_owned(),
    };
    let empty = AgentDayPage {
        rows: vec![],
        refused: vec![],
        ..day(None)
    };
    vec![
        ("agent day".to_owned(), day(None).render()),
        ("agent day, empty".to_owned(), empty.render()),
        (
            "agent day, corrected".to_owned(),
            day(Some(DayNotice::Corrected)).render(),
        ),
        (
            "error agent day".to_owned(),
            day(Some(DayNotice::HoldsNoMore)).render(),
        ),
        (
            "error agent day, stale".to_owned(),
            day(Some(DayNotice::StaleForm)).render(),
        ),
    ]
}

fn vouched() -> Vec<Vouched> {
    let one = |witness| Vouched {
        witness,
        size: 48_000,
        at: at(),
    };
    vec![one(Some(HOSTILE.to_owned())), one(None)]
}

pub(super) fn reports(language: Language, errors: Vec<ExportError>) -> ReportsPage {
    let home = home(language, errors);
    let pick = Pick {
        value: HOSTILE.to_owned(),
        label: text(),
        selected: true,
    };
    ReportsPage {
        frame: home.frame,
        export: home.export,
        kinds: vec![pick.clone()],
        formats: vec![pick],
        later: true,
    }
}

/// The page of an export in every state, with a name.
pub(super) fn background(language: Language) -> Vec<(String, String)> {
    let running = |total, left| BackgroundState::Running {
        done: 1_000,
        total,
        pace: (25, 480, left),
    };
    let ready = |bytes, holds| BackgroundState::Ready {
        bytes,
        until: at(),
        recorded: 48_211,
        holds,
    };
    let mut states = vec![
        BackgroundState::Asked,
        BackgroundState::Waiting,
        running(0, None),
        running(4_000, Some(45)),
        running(4_000, Some(600)),
        ready(900, true),
        ready(405_000_000, false),
        ready(12_000_000_000, true),
        BackgroundState::Elsewhere(HOSTILE.to_owned()),
    ];
    let failures = ExportFailure::ALL.iter();
    states.extend(failures.map(|why| BackgroundState::Failed(why.as_str())));
    let gone = ExportGone::ALL.iter();
    states.extend(gone.map(|why| BackgroundState::Gone(why.as_str())));
    let page = |state: BackgroundState| {
        let name = format!("background {state:?}");
        let page = BackgroundPage {
            frame: desk(language),
            what: ExportWhat::Report("consents"),
            from: at().date_naive(),
            to: at().date_naive(),
            asked_at: at(),
            by: HOSTILE.to_owned(),
            state,
            settle: Some(vec![("csrf".to_owned(), HOSTILE.to_owned())]),
            stale: name.ends_with("Asked"),
            url: HOSTILE.to_owned(),
        };
        (name, page.render())
    };
    states.into_iter().map(page).collect()
}

pub(super) fn report(language: Language, findings: Vec<Finding>, rows: u64) -> String {
    let head = ReportHead {
        language,
        from: at().date_naive(),
        to: at().date_naive(),
        controllers: vec![HOSTILE.to_owned()],
        purposes: vec![],
        campaign: Some(HOSTILE.to_owned()),
        withheld: vec![(HOSTILE.to_owned(), 1), ("outside the query".to_owned(), 2)],
        exported_by: HOSTILE.to_owned(),
        exported_at: at(),
        origin: HOSTILE.to_owned(),
        checkpoint_size: 48_211,
        checkpoint_root: HOSTILE.to_owned(),
        checkpoint_at: at(),
        entries: rows,
        kinds: vec![KindCount {
            kind: "consent.given".to_owned(),
            count: rows,
        }],
        choices: vec![ChoiceCount {
            purpose: HOSTILE.to_owned(),
            channel: "email".to_owned(),
            status: "given".to_owned(),
            count: rows,
        }],
        findings,
        vouched: vouched(),
        file_name: HOSTILE.to_owned(),
    };
    let mut out = Vec::new();
    let mut written = report_head(&mut out, &head);
    for position in 0..rows {
        let row = ReportRow {
            position,
            kind: Some("consent.given".to_owned()),
            purpose: Some(HOSTILE.to_owned()),
            ..ReportRow::default()
        };
        written = written.and_then(|()| report_row(&mut out, language, &row));
    }
    let written = written.and_then(|()| report_foot(&mut out, language, rows));
    assert!(written.is_ok(), "a vector takes everything");
    String::from_utf8_lossy(&out).into_owned()
}

/// Every state of an epoch, of its file and of a signing key.
/// The codes for counters, and one of them.
pub(super) fn codes(language: Language) -> (CodesPage, CodePage) {
    let pick = |place: Option<&str>| CodePick {
        value: HOSTILE.to_owned(),
        place: place.map(str::to_owned),
    };
    let list = CodesPage {
        frame: desk(language),
        brands: vec![(HOSTILE.to_owned(), vec![pick(None), pick(Some(HOSTILE))])],
        error: true,
        mails: false,
    };
    let one = CodePage {
        frame: desk(language),
        language: Language::De,
        brand: HOSTILE.to_owned(),
        place: Some(HOSTILE.to_owned()),
        picture: "<svg></svg>".to_owned(),
        url: HOSTILE.to_owned(),
        back_url: "/console/codes".to_owned(),
    };
    (list, one)
}

/// The list of disputes, and the record behind one.
pub(super) fn retention(language: Language, error: Option<RetentionError>) -> RetentionPage {
    let day = at().date_naive();
    let ahead = crate::app::retention::Ahead {
        due: 3,
        by_month: [("2026-12".to_owned(), 4), ("2027-01".to_owned(), 1)].into(),
    };
    let row = || DueRow {
        title: text(),
        ahead: ahead.clone(),
    };
    RetentionPage {
        frame: desk(language),
        due: error.map(|_| DueTable {
            at: at(),
            looked_at: 48_211,
            persons: ahead.clone(),
            ripe: 2,
            kept: vec![("hold", 1), ("restriction", 0)],
            purposes: vec![row()],
            systems: vec![row()],
        }),
        announced: Some(day),
        notice: 30,
        paused_on: error.map(|_| day),
        runs: vec![(day, 3, Some(3)), (day, 2, None)],
        backups: error.map(|_| HOSTILE.to_owned()),
        decisions: DecisionsRow {
            period: error.map(|_| HOSTILE.to_owned()),
            announced: error.map(|_| day),
            gone_before: error.map(|_| day),
        },
        schedule: form(),
        holds: vec![HoldRow {
            id: 7,
            subject: HOSTILE.to_owned(),
            ground: "legal_claims",
            law: "GDPR 17(3)(e)",
            reference: HOSTILE.to_owned(),
            placed_on: day,
            until: day,
            lift: form(),
        }],
        more: true,
        grounds: vec![Pick {
            value: HOSTILE.to_owned(),
            label: Text::new(HOSTILE),
            selected: true,
        }],
        place: form(),
        asked: HoldAsked {
            person: HOSTILE.to_owned(),
            ground: HOSTILE.to_owned(),
            until: HOSTILE.to_owned(),
            reference: HOSTILE.to_owned(),
        },
        error,
    }
}

pub(super) fn disputes(language: Language) -> (DisputesPage, DisputePage) {
    let form = || PostForm {
        action_url: "/console/disputes/7".to_owned(),
        hidden: vec![("csrf".to_owned(), HOSTILE.to_owned())],
    };
    let row = |closed: bool| DisputeRow {
        position: if closed { 7 } else { 8 },
        made_at: at(),
        closed: closed.then(|| (at(), "withdrawn")),
        form: form(),
    };
    let why = Pick {
        value: "complaint".to_owned(),
        label: Text::new(HOSTILE),
        selected: true,
    };
    let list = DisputesPage {
        frame: desk(language),
        open: vec![row(false)],
        closed: vec![row(true)],
        more: true,
        whys: vec![why],
        error: Some(DisputeError::Reason),
    };
    let record = DisputedRecord {
        position: 4,
        record: HOSTILE.to_owned(),
        title: Text::new(HOSTILE),
        channel: "email".to_owned(),
        answer: "given",
        at: at(),
        recorded_at: at(),
        source: Source {
            kind: "store".to_owned(),
            place: Some(HOSTILE.to_owned()),
        },
        agent: Some(HOSTILE.to_owned()),
        act: Some("oral"),
        words: Some((Text::new(HOSTILE), "newsletter@2".to_owned())),
        evidence: Some(HOSTILE.to_owned()),
    };
    let one = DisputePage {
        frame: desk(language),
        dispute: row(false),
        subject: HOSTILE.to_owned(),
        record: Some(record),
        closing: Some(form()),
        outcomes: vec!["kept", "withdrawn"],
        back_url: "/console/disputes".to_owned(),
    };
    (list, one)
}

pub(super) fn keys(language: Language) -> KeysPage {
    use EpochFile::{Gone, Left, Missing, None, There};
    let epoch = |(number, (state, file)): (i32, (&'static str, EpochFile))| EpochRow {
        number,
        state,
        begun: Some(at()),
        days: Some(1204),
        destroyed: (state == "destroyed").then(at),
        persons: 0,
        file,
    };
    let states = [
        ("past", None),
        ("past", There),
        ("destroyed", Gone),
        ("destroyed", Left),
        ("current", Missing),
        ("prepared", There),
    ];
    let signing = ["retired", "lost", "signs"].map(|state| SigningRow {
        id: HOSTILE.to_owned(),
        state,
        since: Some(at()),
        from: 1204,
        until: (state == "retired").then_some(48_211),
    });
    let masters = [true, false].map(|here| MasterRow {
        id: HOSTILE.to_owned(),
        since: Some(at()),
        here,
    });
    KeysPage {
        frame: desk(language),
        masters: masters.to_vec(),
        epochs: (1..).zip(states).map(epoch).collect(),
        signing: signing.to_vec(),
    }
}

fn looks() -> Vec<LookAlarm> {
    let one = |why| LookAlarm {
        login: HOSTILE.to_owned(),
        why,
        persons: 1204,
        at: at(),
        url: HOSTILE.to_owned(),
    };
    ["hour", "day"].map(one).to_vec()
}

pub(super) fn system(language: Language) -> SystemPage {
    let hostile = || HOSTILE.to_owned();
    let keys = || vec![(hostile(), at().date_naive())];
    let day = || Some(at().date_naive());
    let finding = |(about, standing, found)| state::Finding {
        about,
        standing,
        found,
    };
    let findings = [
        (About::Database, How::Ok, Found::Registry(hostile())),
        (About::Clock, How::Wrong, Found::ClockBehind(7_200)),
        (
            About::KeyFiles,
            How::Failed,
            Found::KeyFileMissing(hostile(), 3),
        ),
        (
            About::SigningKeys,
            How::Failed,
            Found::SigningKeyLost(hostile()),
        ),
        (About::SigningKeys, How::Ok, Found::Sound),
        (About::Policies, How::Ok, Found::InForce(hostile())),
        (About::Policies, How::Wrong, Found::ByCedar),
        (About::Policies, How::Failed, Found::Broken(hostile())),
        (About::Policies, How::Failed, Found::Unknown(hostile())),
        (About::ApiKeys, How::Wrong, Found::KeysEnding(keys())),
        (About::ApiKeys, How::Note, Found::KeysOver(keys())),
        (About::Registers, How::Note, Found::NoRegister),
        (
            About::Registers,
            How::Ok,
            Found::Register(hostile(), day(), true),
        ),
        (
            About::Registers,
            How::Wrong,
            Found::Register(hostile(), day(), false),
        ),
        (About::Mails, How::Wrong, Found::Mails(3, 1)),
        (About::Requests, How::Wrong, Found::Requests(3, 1)),
    ];
    let job = |(job, well)| JobRow {
        job,
        at: at(),
        well,
    };
    SystemPage {
        frame: desk(language),
        version: "1.2.3",
        ready: false,
        position: 48_211,
        findings: findings.map(finding).to_vec(),
        rooms: vec![Room {
            what: "data",
            standing: How::Wrong,
            free: 1 << 29,
            all: 1 << 40,
        }],
        epoch_days: Some(1204),
        vouched: vouched(),
        jobs: [("checkpoints", true), ("mails", false)].map(job).to_vec(),
        systems: vec![SystemState {
            id: hostile(),
            open: 3,
            failing: 1,
            why: Some("unreachable".to_owned()),
        }],
    }
}

pub(super) fn staff(language: Language, error: Option<StaffError>) -> StaffPage {
    let account = |disabled: bool, own: bool| AccountRow {
        login: HOSTILE.to_owned(),
        role: "dpo",
        brands: vec![HOSTILE.to_owned()],
        until: own.then(at),
        has_factor: own,
        last: own.then(at),
        sessions: 1204,
        disabled: disabled.then(at),
        own,
        change: (!own).then(form),
        end: (!own).then(form),
    };
    let hostile = || Some(HOSTILE.to_owned());
    let row = |entry, subject: Option<String>| LogRow {
        position: 48_211,
        at: at(),
        entry,
        actor: "staff".to_owned(),
        name: hostile(),
        view: subject.clone(),
        reason: subject.clone(),
        reference: hostile(),
        account: hostile(),
        told: HOSTILE.to_owned(),
        subject,
    };
    let pick = |selected| Pick {
        value: HOSTILE.to_owned(),
        label: text(),
        selected,
    };
    StaffPage {
        frame: desk(language),
        error,
        looks: looks(),
        accounts: vec![
            account(false, true),
            account(false, false),
            account(true, false),
        ],
        log: Some(LogView {
            staff: vec![pick(false), pick(true)],
            kinds: vec![pick(true)],
            day: HOSTILE.to_owned(),
            rows: vec![
                row("subject.viewed", hostile()),
                row("staff.signed_in", None),
            ],
            older: Some("/console/staff?before=1".to_owned()),
            newest: Some("/console/staff".to_owned()),
        }),
    }
}

pub(super) fn accounts(language: Language) -> Vec<(String, String)> {
    let proof = |what_for, password: bool, error| ProofPage {
        frame: scripted(desk(language)),
        form: form(),
        what_for,
        password,
        typed: true,
        provider: password.then(provider),
        passkey: (!password).then(passkey),
        error,
    };
    let factor = |secret, error| FactorPage {
        frame: scripted(desk(language)),
        form: form(),
        secret,
        passkey: Some(passkey()),
        error,
    };
    let session = |end| SessionRow {
        browser: "firefox".to_owned(),
        since: at(),
        seen: at(),
        end,
    };
    let key = |used| PasskeyRow {
        name: HOSTILE.to_owned(),
        since: at(),
        used,
        remove: form(),
    };
    let account = |has_app: bool, error| AccountPage {
        frame: scripted(desk(language)),
        done: Some("account-done-sessions"),
        error,
        password: form(),
        has_password: true,
        least: 15,
        has_app,
        optional: !has_app,
        factor: form(),
        recovery_left: 9,
        recovery: form(),
        passkeys: if has_app {
            vec![key(None), key(Some(at()))]
        } else {
            Vec::new()
        },
        add_passkey: Some(passkey()),
        sessions: vec![session(None), session(Some(form()))],
        end_others: Some(form()),
    };
    let recovery = RecoveryPage {
        frame: desk(language),
        codes: vec![HOSTILE.to_owned()],
    };
    let onward = |to| {
        let page = OnwardPage {
            frame: Frame::console(language, None),
            to,
            url: (to != WhereTo::Proven).then(|| HOSTILE.to_owned()),
        };
        let fault = matches!(to, WhereTo::NotProven | WhereTo::Away);
        let what = if fault { "error" } else { "onward" };
        (format!("{what}: {to:?}"), page.render())
    };
    let mut pages = vec![
        onward(WhereTo::Provider),
        onward(WhereTo::In),
        onward(WhereTo::Proven),
        onward(WhereTo::NotProven),
        onward(WhereTo::Away),
        ("recovery".to_owned(), recovery.render()),
        ("factor, none".to_owned(), factor(None, None).render()),
        ("account".to_owned(), account(true, None).render()),
    ];
    let secret = Some(("<svg></svg>".to_owned(), HOSTILE.to_owned()));
    for error in [
        ProofError::Wrong,
        ProofError::TooMany,
        ProofError::Passkey,
        ProofError::Copied,
        ProofError::StaleForm,
    ] {
        let error = Some(error);
        pages.push((
            format!("error of the factor: {error:?}"),
            factor(secret.clone(), error).render(),
        ));
        for (what_for, password) in [(ProofFor::SignIn, false), (ProofFor::Act, true)] {
            let page = proof(what_for, password, error);
            pages.push((
                format!("error of the proof: {what_for:?} {error:?}"),
                page.render(),
            ));
        }
    }
    use PasswordFault::{
        Common, Context, Current, NotSaved, Passkey, PasskeyLast, PasskeyName, Pattern, StaleForm,
        TooLong, TooMany, TooShort,
    };
    for fault in [
        Common,
        Context,
        Current,
        NotSaved,
        Passkey,
        PasskeyLast,
        PasskeyName,
        Pattern,
        StaleForm,
        TooLong,
        TooMany,
        TooShort,
    ] {
        let page = account(false, Some(fault));
        pages.push((format!("error of the account: {fault:?}"), page.render()));
    }
    pages
}
