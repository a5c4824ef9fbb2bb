//! The tables, as `migrations/` makes them.

use diesel::{allow_tables_to_appear_in_same_query, table};

table! {
    registry (id) { id -> Integer, origin -> Text, key_check -> Binary, created_at -> BigInt, catalogue_at -> BigInt, policy -> Text, policy_at -> BigInt, key_epoch -> Integer, }
}
table! {
    log_head (id) { id -> Integer, size -> BigInt, frontier -> Binary, last_at -> BigInt, oldest_program -> Integer, }
}
table! {
    ledger (position) { position -> BigInt, leaf -> Text, }
}
table! {
    tree_tiles (level, idx) { level -> Integer, idx -> BigInt, hash -> Binary, }
}
table! {
    checkpoints (size) { size -> BigInt, root -> Binary, note -> Text, signed_at -> BigInt, }
}
table! {
    cosignatures (size, witness) { size -> BigInt, witness -> Text, line -> Text, cosigned_at -> BigInt, }
}
table! {
    signing_acts (number) { number -> Integer, position -> BigInt, sealed -> Nullable<Binary>, }
}
table! {
    key_epochs (number) { number -> Integer, self_test -> Nullable<Binary>, begun -> Nullable<BigInt>, destroyed -> Nullable<BigInt>, }
}
table! {
    key_answers (epoch, node) { epoch -> Integer, node -> BigInt, name -> Text, holds -> Bool, }
}
table! {
    master_keys (id) { id -> Binary, wrapped -> Binary, since -> BigInt, }
}
table! {
    master_answers (node) { node -> BigInt, name -> Text, id -> Nullable<Binary>, }
}
table! {
    timestamps (size, authority) { size -> BigInt, authority -> Text, response -> Binary, stamped_at -> BigInt, }
}
table! {
    public_events (position) { position -> BigInt, payload -> Text, opening -> Binary, }
}
table! {
    subjects (id) {
        id -> Binary,
        wrapped_key -> Binary,
        key_epoch -> Integer,
        objection -> Nullable<BigInt>,
        objection_profiling -> Nullable<BigInt>,
        restricted -> Nullable<BigInt>,
        merged_into -> Nullable<Binary>,
        created_at -> BigInt,
    }
}
table! {
    identifiers (blind) { blind -> Binary, kind -> SmallInt, subject_id -> Binary, sealed -> Binary, }
}
table! {
    subject_events (position) {
        position -> BigInt,
        subject_id -> Binary,
        counter -> BigInt,
        kind -> Text,
        record_id -> Binary,
        purpose -> Nullable<Text>,
        channel -> Nullable<Text>,
        effective_at -> Nullable<BigInt>,
        valid_until -> Nullable<BigInt>,
        recorded_at -> BigInt,
        notice_id -> Nullable<Text>,
        notice_version -> Nullable<Integer>,
        source -> Nullable<Text>,
        proof -> Bool,
        sealed -> Binary,
    }
}
table! {
    consent_states (subject_id, purpose, channel) {
        subject_id -> Binary,
        purpose -> Text,
        channel -> Text,
        status -> Text,
        effective_at -> BigInt,
        valid_until -> Nullable<BigInt>,
        notice_id -> Nullable<Text>,
        notice_version -> Nullable<Integer>,
        source -> Text,
        proof -> Bool,
        clarity -> Nullable<Text>,
        circumstances -> Nullable<Text>,
        record_id -> Binary,
        position -> BigInt,
    }
}
table! {
    contacts (id) {
        id -> Binary,
        subject_id -> Binary,
        at -> BigInt,
        direction -> Text,
        channel -> Text,
        purpose -> Nullable<Text>,
        refused -> Bool,
        reserved -> Bool,
        released -> Bool,
        position -> BigInt,
    }
}
table! {
    paces (subject_id, purpose, channel) {
        subject_id -> Binary,
        purpose -> Text,
        channel -> Text,
        paused_until -> Nullable<BigInt>,
        at_most -> Nullable<Text>,
        since -> BigInt,
        position -> BigInt,
    }
}
table! {
    suppressions (blind) { blind -> Binary, reason -> Text, since -> BigInt, position -> BigInt, }
}
table! {
    catalogue_items (kind, id, version) {
        kind -> Text,
        id -> Text,
        version -> Integer,
        body -> Text,
        since -> BigInt,
        position -> BigInt,
    }
}
table! {
    policy_versions (digest) {
        digest -> Text,
        files -> Text,
        state -> Text,
        origin -> Text,
        why -> Text,
        proposed_by -> Text,
        proposed_at -> BigInt,
        note -> Nullable<Text>,
        position -> BigInt,
    }
}
table! {
    api_keys (id) {
        id -> Binary,
        name -> Text,
        role -> Text,
        hash -> Binary,
        created_at -> BigInt,
        revoked_at -> Nullable<BigInt>,
        position -> BigInt,
        expires_at -> BigInt,
        bounds -> Text,
        public_key -> Nullable<Text>,
    }
}
table! {
    key_uses (key_id) { key_id -> Binary, used_at -> BigInt, }
}
table! {
    staff (id) {
        id -> Binary,
        login -> Text,
        role -> Text,
        password -> Text,
        created_at -> BigInt,
        factor -> Nullable<Binary>,
        factor_step -> Nullable<BigInt>,
        disabled_at -> Nullable<BigInt>,
        signed_in_at -> Nullable<BigInt>,
        expires_at -> Nullable<BigInt>,
        bounds -> Text,
        identity -> Nullable<Binary>,
        mapped -> Bool,
    }
}
table! {
    date_feeds (staff_id) { staff_id -> Binary, hash -> Binary, created_at -> BigInt, }
}
table! {
    view_alarms (staff_id, at) {
        staff_id -> Binary,
        at -> BigInt,
        why -> Text,
        persons -> BigInt,
        told -> Bool,
    }
}
table! {
    request_alarms (request_id, due_on, stage) { request_id -> Binary, due_on -> Text, stage -> Text, }
}
table! {
    sessions (hash) {
        hash -> Binary,
        staff_id -> Binary,
        csrf -> Text,
        whole -> Bool,
        created_at -> BigInt,
        seen_at -> BigInt,
        proven_at -> BigInt,
        expires_at -> BigInt,
        browser -> Text,
        offered -> Nullable<Binary>,
        by_provider -> Bool,
        vouched -> Bool,
        provider_session -> Nullable<Binary>,
    }
}
table! {
    provider_asks (state) {
        state -> Binary,
        browser -> Binary,
        proves -> Nullable<Binary>,
        asked_at -> BigInt,
        expires_at -> BigInt,
    }
}
table! {
    passkeys (id) {
        id -> Binary,
        staff_id -> Binary,
        mark -> Binary,
        name -> Text,
        public_key -> Binary,
        counter -> BigInt,
        may_be_copied -> Bool,
        created_at -> BigInt,
        used_at -> Nullable<BigInt>,
    }
}
table! {
    passkey_challenges (asker, ceremony) { asker -> Binary, ceremony -> Text, challenge -> Binary, expires_at -> BigInt, }
}
table! {
    recovery_codes (staff_id, hash) { staff_id -> Binary, hash -> Binary, }
}
table! {
    guesses (counter) { counter -> Binary, failures -> Integer, next_at -> BigInt, seen_at -> BigInt, }
}
table! {
    links (hash) {
        hash -> Binary,
        subject_id -> Binary,
        contact -> Binary,
        created_at -> BigInt,
        expires_at -> BigInt,
        power -> Text,
        controller -> Nullable<Text>,
        place -> Nullable<Text>,
        framed -> Bool,
    }
}
table! {
    mails (id) {
        id -> Binary,
        subject_id -> Binary,
        kind -> Text,
        sealed -> Binary,
        state -> Text,
        attempts -> Integer,
        next_at -> BigInt,
        created_at -> BigInt,
        expires_at -> BigInt,
        failure -> Nullable<Text>,
    }
}
table! {
    agent_refusals (id) { id -> Binary, staff_id -> Binary, at -> BigInt, field -> Text, reason -> Text, }
}
table! {
    confirmations (hash) {
        hash -> Binary,
        subject_id -> Binary,
        contact -> Binary,
        items -> Text,
        code -> Binary,
        attempts -> Integer,
        created_at -> BigInt,
        expires_at -> BigInt,
        replaced -> Bool,
        confirmed_at -> Nullable<BigInt>,
    }
}
table! {
    sign_ins (browser) {
        browser -> Binary,
        contact -> Binary,
        client -> Binary,
        language -> Text,
        created_at -> BigInt,
        expires_at -> BigInt,
        looked_at -> Nullable<BigInt>,
        subject_id -> Nullable<Binary>,
        token -> Nullable<Binary>,
        code -> Nullable<Binary>,
        attempts -> Integer,
        used_at -> Nullable<BigInt>,
        controller -> Nullable<Text>,
        place -> Nullable<Text>,
        host -> Nullable<Text>,
        address -> Nullable<Binary>,
    }
}
table! {
    customer_sessions (hash) {
        hash -> Binary,
        subject_id -> Binary,
        contact -> Binary,
        csrf -> Text,
        seen_at -> BigInt,
        expires_at -> BigInt,
        controller -> Nullable<Text>,
        place -> Nullable<Text>,
        draft -> Nullable<Binary>,
    }
}
table! {
    identity_challenges (hash) {
        hash -> Binary,
        request_id -> Binary,
        subject_id -> Binary,
        contact -> Binary,
        code -> Binary,
        attempts -> Integer,
        created_at -> BigInt,
        expires_at -> BigInt,
        replaced -> Bool,
        used_at -> Nullable<BigInt>,
        corrects -> Nullable<Binary>,
        kind -> Nullable<SmallInt>,
        sealed -> Nullable<Binary>,
    }
}
table! {
    spent_assertions (hash) { hash -> Binary, expires_at -> BigInt, }
}
table! {
    idempotency (key) { key -> Binary, fingerprint -> Binary, answer -> Text, created_at -> BigInt, }
}
table! {
    outbox (first_position) {
        first_position -> BigInt,
        end_position -> BigInt,
        created_at -> BigInt,
        delivered_at -> Nullable<BigInt>,
    }
}
table! {
    erasures (subject_id) { subject_id -> Binary, position -> BigInt, }
}
table! {
    erasure_register (id) { id -> Text, node -> Text, blocks -> BigInt, head -> Binary, }
}
table! {
    erased_entries (position) { position -> BigInt, }
}
table! {
    background_exports (id) {
        id -> Binary,
        node -> Text,
        asked_by -> Text,
        asked_at -> BigInt,
        wanted -> Text,
        attempts -> Integer,
        state -> Text,
        changed_at -> BigInt,
    }
}
table! {
    decision_blocks (position) {
        position -> BigInt,
        first_at -> BigInt,
        last_at -> BigInt,
        decisions -> Integer,
        sealed -> Binary,
    }
}
table! {
    registers (name) {
        name -> Text,
        issued_on -> Text,
        complete -> Bool,
        kinds -> SmallInt,
        entries -> BigInt,
        file_mark -> Text,
        list_sha256 -> Text,
        loaded_at -> BigInt,
        position -> BigInt,
    }
}
table! {
    register_blocks (register, first) { register -> Text, first -> Binary, packed -> Binary, }
}
table! {
    decision_journal (id) { id -> Binary, node -> BigInt, written_at -> BigInt, sealed -> Binary, }
}
table! {
    decision_campaigns (campaign, position) { campaign -> Binary, position -> BigInt, }
}
table! {
    decision_texts (hash) { hash -> Binary, text -> Text, }
}
table! {
    decision_runs (level, first) {
        level -> SmallInt,
        first -> BigInt,
        last -> BigInt,
        state -> SmallInt,
        builder -> BigInt,
        people -> Binary,
    }
}
table! {
    decision_chunks (level, first, print) { level -> SmallInt, first -> BigInt, print -> BigInt, entries -> Binary, }
}
table! {
    rolls (position) { position -> BigInt, }
}
table! {
    roll_sheets (position, first) { position -> BigInt, first -> BigInt, sealed -> Binary, }
}
table! {
    roll_erasures (position, first) { position -> BigInt, first -> BigInt, was -> Binary, held -> Binary, }
}
table! {
    packages (id) {
        id -> Binary,
        subject_id -> Binary,
        request_id -> Nullable<Binary>,
        language -> Text,
        asked_by -> Text,
        asked_at -> BigInt,
        stage -> Text,
        attempts -> Integer,
        changed_at -> BigInt,
        expires_at -> Nullable<BigInt>,
        sealed_key -> Nullable<Binary>,
        about -> Nullable<Text>,
        downloads -> Integer,
    }
}
table! {
    package_parts (package_id, attempt, number) {
        package_id -> Binary,
        attempt -> Integer,
        number -> Integer,
        subject_id -> Binary,
        sealed -> Binary,
    }
}
table! {
    requests (id) {
        id -> Binary,
        subject_id -> Nullable<Binary>,
        duplicate_of -> Nullable<Binary>,
        kind -> Text,
        state -> Text,
        is_open -> Bool,
        due_on -> Nullable<Text>,
        owner -> Nullable<Binary>,
        version -> BigInt,
        facts -> Text,
        received -> BigInt,
        position -> BigInt,
    }
}
table! {
    disputes (position) {
        position -> BigInt,
        subject_id -> Binary,
        made_at -> BigInt,
        closed_at -> Nullable<BigInt>,
        outcome -> Nullable<Text>,
    }
}
table! {
    holds (position) {
        position -> BigInt,
        subject_id -> Binary,
        ground -> Text,
        reference -> Text,
        placed_on -> Text,
        until_day -> Text,
        lifted_on -> Nullable<Text>,
    }
}
table! {
    retention_acts (position) {
        position -> BigInt,
        run_on -> Nullable<Text>,
    }
}
table! {
    imports (position) { position -> BigInt, }
}
table! {
    decision_expiries (position) { position -> BigInt, what -> Text, through -> Nullable<BigInt>, }
}
table! {
    systems (id) { id -> Text, body -> Text, position -> BigInt, }
}
table! {
    case_keys (id) { id -> Binary, wrapped -> Binary, }
}
table! {
    system_tasks (id) {
        id -> Binary,
        case_id -> Binary,
        system -> Text,
        verb -> Text,
        place -> Integer,
        progress -> Text,
        sealed -> Binary,
        due_at -> BigInt,
        version -> BigInt,
        changed_at -> BigInt,
    }
}
allow_tables_to_appear_in_same_query!(systems, public_events);
allow_tables_to_appear_in_same_query!(requests, case_keys, system_tasks);
allow_tables_to_appear_in_same_query!(roll_sheets, roll_erasures);
allow_tables_to_appear_in_same_query!(decision_campaigns, decision_blocks);
allow_tables_to_appear_in_same_query!(passkeys, sessions, staff);
allow_tables_to_appear_in_same_query!(api_keys, key_uses);
allow_tables_to_appear_in_same_query!(date_feeds, staff);
allow_tables_to_appear_in_same_query!(consent_states, subjects);
allow_tables_to_appear_in_same_query!(contacts, subjects);
allow_tables_to_appear_in_same_query!(paces, subjects);
allow_tables_to_appear_in_same_query!(holds, subjects);
allow_tables_to_appear_in_same_query!(retention_acts, public_events);
allow_tables_to_appear_in_same_query!(identifiers, subjects);
allow_tables_to_appear_in_same_query!(subject_events, subjects);
allow_tables_to_appear_in_same_query!(erasures, public_events);
allow_tables_to_appear_in_same_query!(ledger, public_events);
allow_tables_to_appear_in_same_query!(imports, public_events);
allow_tables_to_appear_in_same_query!(imports, ledger);
allow_tables_to_appear_in_same_query!(catalogue_items, public_events);
