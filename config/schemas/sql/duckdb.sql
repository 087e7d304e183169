-- The topics in DuckDB 1.0 or later, as sql/postgresql.sql has them in PostgreSQL: the same names, the same columns. What a sink
-- has written as JSON lines, in the form of samples.jsonl, is read so:
--
--   INSERT OR IGNORE INTO records
--   SELECT topic, "partition", "offset", to_timestamp(timestamp / 1000.0), key, headers,
--          CASE WHEN topic LIKE '%.dead-letters' THEN NULL ELSE value END
--   FROM read_json('samples.jsonl', columns = {topic: 'VARCHAR', "partition": 'INTEGER', "offset": 'BIGINT',
--                  timestamp: 'BIGINT', key: 'VARCHAR', headers: 'JSON', value: 'JSON'})
CREATE TABLE records (
    topic       text        NOT NULL,
    "partition" integer     NOT NULL,
    "offset"    bigint      NOT NULL,
    written_at  timestamptz NOT NULL,   -- the timestamp of the record
    key         text,
    headers     json       NOT NULL,
    value       json,                  -- null on dead letters: theirs may be no JSON
    PRIMARY KEY (topic, "partition", "offset")
);

-- Each post once, as it was decided last. A post that is edited is decided again; a customer has one partition, so the later
-- offset of the inbox is the later verdict. What only repeats a post, or takes it away, decides nothing.
CREATE VIEW verdicts AS
WITH every AS (
    SELECT value AS v FROM records
    WHERE topic IN ('telkomcare.triage.agents', 'telkomcare.triage.oot', 'telkomcare.triage.skipped')
    UNION ALL
    SELECT value -> 'triage' FROM records
    WHERE topic = 'telkomcare.triage.escalations' AND json_type(value -> 'triage') = 'OBJECT'
)
SELECT DISTINCT ON (platform, post_id) *
FROM (
    SELECT v ->> 'platform' AS platform,
           v ->> 'post_id' AS post_id,
           v ->> 'customer' AS customer,
           v ->> 'class' AS class,
           v ->> 'route' AS route,
           v ->> 'reason' AS reason,
           v -> 'case' ->> 'id' AS case_id,
           from_json(v -> 'signals', '["VARCHAR"]') AS signals,
           from_json(v -> 'supersedes', '["VARCHAR"]') AS supersedes,
           coalesce((v ->> 'qc_sample')::boolean, false) AS qc_sample,
           (v ->> 'event_time')::timestamptz AS event_time,
           v ->> 'rules' AS rules,
           v -> 'post' ->> 'text' AS text,
           split_part(v ->> 'source', '/', 3)::bigint AS inbox_offset
    FROM every
) AS typed
WHERE reason IS NULL OR reason NOT IN ('duplicate', 'engagement', 'delete')
ORDER BY platform, post_id, inbox_offset DESC;

-- Each step of a hard complaint once, by its id, in the order in which it was told.
CREATE VIEW escalations AS
SELECT DISTINCT ON (id) *
FROM (
    SELECT value ->> 'id' AS id,
           value ->> 'type' AS type,
           value ->> 'case_id' AS case_id,
           value ->> 'customer' AS customer,
           (value ->> 'opened_at')::timestamptz AS opened_at,
           (value ->> 'at')::timestamptz AS happened_at,
           from_json(value -> 'conditions', '["VARCHAR"]') AS conditions,
           from_json(value -> 'supersedes', '["VARCHAR"]') AS supersedes,
           value ->> 'group' AS told_with,
           value -> 'silenced' ->> 'by' AS silenced_by,
           (value ->> 'missed')::integer AS missed,
           value ->> 'tl_name' AS tl_name,
           value ->> 'pic_tiket' AS pic_tiket,
           (value -> 'clocks' ->> 'monitor_due')::timestamptz AS monitor_due,
           (value -> 'clocks' ->> 'callback_due')::timestamptz AS callback_due,
           value ->> 'summary' AS summary,
           "partition", "offset"
    FROM records WHERE topic = 'telkomcare.triage.escalations'
) AS typed
ORDER BY id, "offset";

-- Posts that their authors have deleted.
CREATE VIEW deletions AS
SELECT DISTINCT value ->> 'platform' AS platform, value ->> 'post_id' AS post_id, value ->> 'customer' AS customer
FROM records WHERE topic = 'telkomcare.triage.skipped' AND value ->> 'reason' = 'delete';

-- What a desk shows of each case: its latest step. A case is over with its end, and open again if it is opened again; of a
-- customer who has been forgotten there is none.
CREATE VIEW cases AS
SELECT DISTINCT ON (case_id)
       case_id, customer, opened_at, happened_at, type AS last_step, conditions, tl_name, pic_tiket, monitor_due, callback_due,
       silenced_by, summary,
       type NOT IN ('resolved', 'dismissed', 'expired', 'callback_on_close') AS is_open
FROM escalations
WHERE type <> 'forgotten'
  AND NOT EXISTS (SELECT 1 FROM escalations AS f WHERE f.type = 'forgotten' AND f.customer = escalations.customer
                  AND f."offset" > escalations."offset")
ORDER BY case_id, "offset" DESC;

CREATE VIEW dead_letters AS
SELECT headers ->> 'triage.error.stage' AS stage,
       headers ->> 'triage.error.code' AS code,
       headers ->> 'triage.error.message' AS message,
       headers ->> 'triage.source.topic' AS source_topic,
       (headers ->> 'triage.source.partition')::integer AS source_partition,
       (headers ->> 'triage.source.offset')::bigint AS source_offset,
       written_at
FROM records WHERE topic = 'telkomcare.triage.dead-letters';

-- Of each outage and each hand-off the latest record stands for it.
CREATE VIEW outages AS
SELECT DISTINCT ON (id) *
FROM (
    SELECT value ->> 'id' AS id,
           value ->> 'area' AS area,
           (value ->> 'customers')::integer AS customers,
           (value ->> 'since')::timestamptz AS since,
           (value ->> 'until')::timestamptz AS until,
           "offset"
    FROM records WHERE topic = 'telkomcare.triage.outages'
) AS typed
ORDER BY id, "offset" DESC;

CREATE VIEW handoffs AS
SELECT DISTINCT ON (case_id) *
FROM (
    SELECT value ->> 'case_id' AS case_id,
           value ->> 'step' AS step,
           value -> 'submitted_by' ->> 'party' AS party,
           value ->> 'program' AS program,
           (value ->> 'received_at')::timestamptz AS received_at,
           from_json(value -> 'missing', '["VARCHAR"]') AS missing,
           (value ->> 'retention_until')::date AS retention_until,
           "offset"
    FROM records WHERE topic = 'telkomcare.ct0.handoff'
) AS typed
ORDER BY case_id, "offset" DESC;

-- Where rules that are only tried would have decided otherwise.
CREATE VIEW shadows AS
SELECT DISTINCT ON (platform, post_id) *
FROM (
    SELECT value ->> 'platform' AS platform,
           value ->> 'post_id' AS post_id,
           value -> 'live' ->> 'route' AS live_route,
           value -> 'shadow' ->> 'route' AS shadow_route,
           value -> 'live' ->> 'escalation' AS live_escalation,
           value -> 'shadow' ->> 'escalation' AS shadow_escalation,
           value -> 'shadow' ->> 'rules' AS shadow_rules,
           split_part(value ->> 'source', '/', 3)::bigint AS inbox_offset
    FROM records WHERE topic = 'telkomcare.triage.shadow'
) AS typed
ORDER BY platform, post_id, inbox_offset DESC;
