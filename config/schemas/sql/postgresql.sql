-- The topics in PostgreSQL 12 or later. A sink (Kafka Connect, Flink, a few lines of one's own) reads with
-- isolation.level=read_committed and appends to `records`; a record that comes twice is the same row:
--
--   INSERT INTO records VALUES (..) ON CONFLICT DO NOTHING
CREATE TABLE records (
    topic       text        NOT NULL,
    partition   integer     NOT NULL,
    "offset"    bigint      NOT NULL,
    written_at  timestamptz NOT NULL,   -- the timestamp of the record
    key         text,
    headers     jsonb       NOT NULL,
    value       jsonb,                  -- null on dead letters: theirs may be no JSON
    PRIMARY KEY (topic, partition, "offset")
);
CREATE INDEX ON records (topic, written_at);
CREATE INDEX ON records (key);

-- Each post once, as it was decided last. A post that is edited is decided again; a customer has one partition, so the later
-- offset of the inbox is the later verdict. What only repeats a post, or takes it away, decides nothing.
CREATE VIEW verdicts AS
WITH every AS (
    SELECT value AS v FROM records
    WHERE topic IN ('telkomcare.triage.agents', 'telkomcare.triage.oot', 'telkomcare.triage.skipped')
    UNION ALL
    SELECT value -> 'triage' FROM records
    WHERE topic = 'telkomcare.triage.escalations' AND jsonb_typeof(value -> 'triage') = 'object'
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
           ARRAY(SELECT jsonb_array_elements_text(v -> 'signals')) AS signals,
           ARRAY(SELECT jsonb_array_elements_text(v -> 'supersedes')) AS supersedes,
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
           ARRAY(SELECT jsonb_array_elements_text(value -> 'conditions')) AS conditions,
           ARRAY(SELECT jsonb_array_elements_text(value -> 'supersedes')) AS supersedes,
           value ->> 'group' AS told_with,
           value -> 'silenced' ->> 'by' AS silenced_by,
           (value ->> 'missed')::integer AS missed,
           value ->> 'tl_name' AS tl_name,
           value ->> 'pic_tiket' AS pic_tiket,
           (value -> 'clocks' ->> 'monitor_due')::timestamptz AS monitor_due,
           (value -> 'clocks' ->> 'callback_due')::timestamptz AS callback_due,
           value ->> 'summary' AS summary,
           partition, "offset"
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
           ARRAY(SELECT jsonb_array_elements_text(value -> 'missing')) AS missing,
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
