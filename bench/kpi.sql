-- The figures of `kpi` for October 2022 at one level, written by hand. In: calls, assignments, claims, payments, and
-- members(member, entity, since, until), who belonged to whom at the level. Names in braces stand for the level.
CREATE OR REPLACE TEMP TABLE days AS
SELECT day, sum(work::INT) OVER (ORDER BY day) AS number, work FROM (
  SELECT day::DATE AS day, dayofweek(day) <> 0 AND day <> DATE '2022-10-08' AS work
  FROM range(DATE '2022-06-01', DATE '2022-11-01', INTERVAL 1 DAY) AS t(day));
CREATE OR REPLACE TEMP TABLE held AS
WITH keyed AS (
  SELECT *, received_at::DATE AS received_day,
         coalesce(valid_to, lead(valid_from) OVER key, (last_day((period || '-01')::DATE) + 1)) AS until
  FROM assignments WINDOW key AS (PARTITION BY period, segment, service_no ORDER BY valid_from, received_at)),
services AS (
  SELECT period, segment, service_no, max(until) AS closed, min(received_day) AS received_day,
         min(valid_from) AS since, arg_min(arrears_amount, valid_from) AS arrears, arg_min(witel, valid_from) AS witel
  FROM keyed GROUP BY ALL),
next_month AS (SELECT DISTINCT service_no, period FROM keyed WHERE segment = 'CT0'),
first_dials AS (
  SELECT d.day AS received_day, min(w.day) AS first_dial FROM days d JOIN days w ON w.work AND w.day >= d.day GROUP BY 1)
SELECT k.period, k.segment, k.service_no, k.agent_id, k.valid_from AS start, k.until, s.arrears, s.since, s.received_day,
       s.witel, s.closed > f.first_dial AS on_list,
       s.segment = 'PRANPC' AND s.period = '2022-09' AND s.since <= DATE '2022-09-01' AS could_roll,
       n.service_no IS NOT NULL AS in_next
FROM keyed k JOIN services s USING (period, segment, service_no) JOIN first_dials f ON f.received_day = s.received_day
LEFT JOIN next_month n ON n.service_no = k.service_no AND (n.period || '-01')::DATE = (k.period || '-01')::DATE + INTERVAL 1 MONTH;
CREATE OR REPLACE TEMP TABLE by_service AS
WITH zones AS (
  SELECT period, segment, service_no, arg_min(witel, valid_from) AS witel FROM assignments
  WHERE upper(witel) IN ('DENPASAR', 'MAKASSAR') GROUP BY ALL),
month AS (
  SELECT * FROM calls WHERE called_at >= '2022-10-01' AND called_at < '2022-11-01' AND coalesce(channel, 'VOICE') = 'VOICE'),
timed AS (
  SELECT m.*, m.result_code NOT IN ('U07', 'U08') AS is_dial, m.called_at + (z.witel IS NOT NULL)::INT * INTERVAL 1 HOUR AS local
  FROM month m LEFT JOIN zones z ON z.period = '2022-10' AND z.segment = m.segment AND z.service_no = m.service_no),
dialled AS (
  SELECT c.segment, {call_entity} AS entity, c.service_no, count(*) AS attempts, count(*) FILTER (is_dial) AS dials,
         count(*) FILTER (is_dial AND (result_code[1] IN ('C', 'R') OR result_code = 'U04')) AS connected,
         count(*) FILTER (is_dial AND result_code[1] IN ('C', 'R')) AS contacted,
         count(*) FILTER (is_dial AND result_code[1] = 'R' AND result_code <> 'R10') AS rpc,
         count(*) FILTER (result_code IN ('R04', 'R05', 'R06')) AS complaints,
         count(*) FILTER (is_dial AND (local::TIME < '08:00' OR local::TIME > '20:00' OR dayofweek(local) = 0
                                       OR local::DATE = DATE '2022-10-08')) AS outside,
         count(*) FILTER (is_dial AND (result_code[1] IN ('C', 'R') OR result_code = 'U04') AND talk_sec IS NOT NULL) AS timed,
         sum(talk_sec + coalesce(hold_sec, 0) + coalesce(wrap_sec, 0)) FILTER (
           is_dial AND (result_code[1] IN ('C', 'R') OR result_code = 'U04') AND talk_sec IS NOT NULL) AS handling,
         count(*) FILTER (attempt_count > 1) AS counted,
         arg_max(result_code IN ('U06', 'U07', 'C01', 'C03'), (called_at, attempt_id)) FILTER (result_code <> 'U08') AS invalid
  FROM timed c {call_join} GROUP BY ALL),
touched AS (SELECT DISTINCT segment, service_no FROM timed WHERE is_dial),
open AS (
  SELECT h.*, {held_entity} AS entity FROM held h {held_join}
  WHERE {held_start} < DATE '2022-11-01' AND {held_end} > DATE '2022-10-01'),
earliest AS (SELECT segment, service_no, arg_min(arrears, (since, period)) AS arrears FROM open GROUP BY ALL),
holding AS (
  SELECT segment, entity, service_no, bool_or(on_list) AS on_list, max(received_day) AS received_day,
         bool_or(could_roll) AS could_roll, bool_or(could_roll AND in_next) AS rolled
  FROM open GROUP BY ALL),
paid AS (
  SELECT service_no, sum(amount) AS paid FROM payments
  WHERE paid_at >= '2022-10-01' AND paid_at < '2022-11-01' GROUP BY ALL)
SELECT segment, entity, d.*, h.service_no IS NOT NULL AS held, on_list, e.arrears, could_roll, rolled,
       e.arrears > 0 AND coalesce(p.paid, 0) >= e.arrears AS cured,
       on_list AND t.service_no IS NULL AND h.received_day < DATE '2022-10-31' AS untouched,
       (SELECT max(number) FROM days) - r.number AS age
FROM holding h JOIN earliest e USING (segment, service_no) LEFT JOIN paid p USING (service_no)
LEFT JOIN touched t USING (segment, service_no) LEFT JOIN days r ON r.day = h.received_day
FULL JOIN dialled d USING (segment, entity, service_no);
CREATE OR REPLACE TEMP TABLE services AS
SELECT segment, entity, sum(attempts > 0)::INT AS attempted, sum(dials) AS dials, sum(connected) AS connected_dials,
       sum(contacted) AS contacted_dials, count(*) FILTER (dials > 0) AS worked, count(*) FILTER (contacted > 0) AS contacted,
       count(*) FILTER (rpc > 0) AS rpc, count(*) FILTER (complaints > 0) AS complaints, sum(outside) AS outside_hours,
       sum(timed) AS timed_dials, sum(handling) AS handling_seconds, sum(counted) AS counted_rows,
       count(*) FILTER (invalid) AS invalid_number, count(*) FILTER (held) AS assigned, count(*) FILTER (on_list) AS list,
       sum(arrears) AS arrears, count(*) FILTER (on_list AND dials > 0) AS worked_of_list, count(*) FILTER (cured) AS cured,
       count(*) FILTER (could_roll) AS could_roll, count(*) FILTER (rolled) AS rolled,
       count(*) FILTER (untouched) AS untouched, count(*) FILTER (untouched AND age BETWEEN 0 AND 1) AS "untouched_0-1",
       count(*) FILTER (untouched AND age BETWEEN 2 AND 3) AS "untouched_2-3",
       count(*) FILTER (untouched AND age BETWEEN 4 AND 7) AS "untouched_4-7", count(*) FILTER (untouched AND age > 7) AS "untouched_>7"
FROM by_service GROUP BY ALL;
CREATE OR REPLACE TEMP TABLE collected AS
WITH once AS (
  SELECT DISTINCT h.segment, {held_entity} AS entity, p.payment_id, p.amount
  FROM held h {held_join} JOIN payments p USING (service_no)
  WHERE {held_start} < DATE '2022-11-01' AND {held_end} > DATE '2022-10-01'
    AND p.paid_at >= '2022-10-01' AND p.paid_at < '2022-11-01' {while_held})
SELECT segment, entity, sum(amount) AS collected FROM once GROUP BY ALL;
CREATE OR REPLACE TEMP TABLE credited AS
SELECT c.*, {claim_entity} AS entity FROM claims c {claim_join};
CREATE OR REPLACE TEMP TABLE cohort AS
WITH own AS (
  SELECT *, first_tap_at IS NOT NULL AS is_tapped, NOT history_incomplete OR returned_first_pass AS known,
         qc_state IN ('VALID', 'NOT_VALID', 'RETURN_TO_DECLINE', 'EXPIRED_RETURN') AS final
  FROM credited WHERE agree_at >= '2022-10-01' AND agree_at < '2022-11-01')
SELECT segment, entity, sum(counts_gross) AS gross, sum(counts_net) AS net, sum(counts_valid) AS valid,
       sum(counts_net - counts_valid) AS pending, sum(counts_gross) FILTER (qc_state = 'RETURN_OPEN') AS return_open,
       sum(counts_gross) FILTER (qc_state = 'NOT_VALID') AS not_valid, sum(counts_net * coalesce(owed, 0)) AS owed,
       sum(counts_gross) FILTER (segment = 'CT0' AND promise_date > CASE WHEN agree_at < '2022-10-21'
                                 THEN DATE '2022-10-20' ELSE DATE '2022-10-31' END) AS beyond_limit,
       count(*) AS claims, count(*) FILTER (is_tapped) AS tapped, count(*) FILTER (is_tapped AND known) AS tapped_known,
       count(*) FILTER (is_tapped AND known AND returned_first_pass) AS returned_first,
       count(*) FILTER (qc_state = 'VALID') AS state_valid, count(*) FILTER (qc_state = 'NOT_VALID') AS state_not_valid,
       count(*) FILTER (final) AS state_final, count(*) FILTER (final AND known AND ever_returned) AS returned_final,
       count(*) FILTER (qc_state = 'VALID' AND known AND ever_returned) AS returned_valid,
       median(tap_hours) FILTER (known) AS tap_hours_median, quantile_cont(tap_hours, 0.9) FILTER (known) AS tap_hours_p90
FROM own GROUP BY ALL;
CREATE OR REPLACE TEMP TABLE due AS
SELECT segment, entity, count(*) FILTER (pay_state <> 'NONE_YET') AS due,
       count(*) FILTER (pay_state = 'KEPT_ON_TIME') AS kept_on_time, count(*) FILTER (pay_state = 'KEPT_LATE') AS kept_late,
       count(*) FILTER (pay_state IN ('KEPT_ON_TIME', 'KEPT_LATE')) AS kept, count(*) FILTER (pay_state = 'PARTIAL') AS partial,
       count(*) FILTER (pay_state = 'BROKEN') AS broken, sum(coalesce(owed, 0)) FILTER (pay_state <> 'NONE_YET') AS owed_of_due,
       sum(least(paid_by_window_end, coalesce(owed, 0))) FILTER (pay_state <> 'NONE_YET') AS paid_of_due
FROM credited WHERE counts_net = 1 AND window_end >= DATE '2022-10-01' AND window_end < DATE '2022-11-01' GROUP BY ALL;
CREATE OR REPLACE TEMP TABLE recovered AS
SELECT segment, entity, sum(paid.amount) FILTER (NOT paid.is_late) AS recovered, sum(paid.amount) FILTER (paid.is_late) AS recovered_late
FROM (SELECT segment, entity, unnest(payments) AS paid FROM credited WHERE counts_net = 1)
WHERE paid.paid_at >= '2022-10-01' AND paid.paid_at < '2022-11-01' GROUP BY ALL;
CREATE OR REPLACE TEMP TABLE defects AS
WITH own AS (SELECT * FROM credited WHERE agree_at >= '2022-10-01' AND agree_at < '2022-11-01'),
told AS (
  SELECT segment, entity, unnest(verdicts) AS verdict, true AS is_own FROM own
  UNION ALL SELECT segment, entity, unnest(duplicate_verdicts), false FROM own)
SELECT segment, entity, count(*) FILTER (is_own) AS defects, count(*) FILTER (NOT is_own) AS defects_of_duplicates,
       {reasons}
FROM told WHERE verdict.status IN ('NOT_VALID', 'RETURN') AND verdict.reason_code IS NOT NULL GROUP BY ALL;
CREATE OR REPLACE TEMP TABLE returns AS
WITH aged AS (
  SELECT segment, entity, (SELECT max(number) FROM days) - number AS age
  FROM credited JOIN days ON day = returned_at::DATE WHERE qc_state = 'RETURN_OPEN')
SELECT segment, entity, quantile_cont(age, 0.9) AS return_age_p90, count(*) FILTER (age <= 1) AS "returns_0-1",
       count(*) FILTER (age BETWEEN 2 AND 3) AS "returns_2-3", count(*) FILTER (age > 3) AS "returns_>3"
FROM aged GROUP BY ALL;
SELECT * FROM services FULL JOIN cohort USING (segment, entity) FULL JOIN due USING (segment, entity)
FULL JOIN recovered USING (segment, entity) FULL JOIN defects USING (segment, entity) FULL JOIN returns USING (segment, entity)
FULL JOIN collected USING (segment, entity) ORDER BY segment, entity
